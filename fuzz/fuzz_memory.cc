// Any bytes as a translation memory: they are refused with a message, or they can be looked up in.
// The checksum, which would keep nearly every change out, is mended first.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "text/memory_file.h"
#include "text/translation_memory.h"

namespace {

using rightsize::MemoryHeader;
using rightsize::TranslationMemory;

void require(bool condition) {
  if (!condition) std::abort();
}

void look_up(const TranslationMemory& memory, std::string_view sentence) {
  static rightsize::MemoryScratch scratch;
  rightsize::MemoryMatch answer;
  memory.answer(sentence, answer);
  require(!answer.answers || answer.exact || answer.similarity == rightsize::kAdapted);
  for (const double least : {0.0, 0.6, 1.0}) {
    rightsize::MemoryMatch match;
    memory.lookup(sentence, least, scratch, match);
    require(match.similarity >= 0 && match.similarity <= 1);
    require(!match.exact || match.source == sentence);
  }
}

void open(std::span<const std::byte> bytes) {
  const auto memory = TranslationMemory::over(bytes, "memory");
  if (!memory.ok()) {
    require(!memory.status().message().empty());
    return;
  }
  for (const char* sentence : {"", "Close", "close", "Page 7 of %1",
                               "Click the <b>icon</b> 3 times.", "\xC3\xBC 1,5 $(ARG)"}) {
    look_up(**memory, sentence);
  }
  // The file itself holds texts of its entries.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = sizeof(MemoryHeader); at < text.size(); at += 1 + text.size() / 8) {
    for (const std::size_t size : {5U, 24U, 300U}) look_up(**memory, text.substr(at, size));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> aligned(size / 8 + 1);
  std::memcpy(aligned.data(), data, size);
  const std::span<std::byte> bytes(reinterpret_cast<std::byte*>(aligned.data()), size);
  open(bytes);
  if (size < sizeof(MemoryHeader)) return 0;
  MemoryHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.checksum =
      rightsize::checksum_of(bytes.data() + sizeof header, bytes.size() - sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
  open(bytes);
  return 0;
}
