#include "core/checksum.h"

#include <sha2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/file.h"

namespace rightsize {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

class Sha256 {
 public:
  Sha256() { SHA256Init(&context_); }
  void update(const void* data, std::size_t size) {
    SHA256Update(&context_, static_cast<const std::uint8_t*>(data), size);
  }
  std::string hex() {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256Final(digest.data(), &context_);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }

 private:
  SHA2_CTX context_{};
};

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex();
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  Result<InputFile> file = InputFile::open(path);
  if (!file.ok()) return file.status();
  Sha256 hash;
  std::array<std::byte, 1 << 16> buffer{};
  for (;;) {
    const Result<std::size_t> count = file->read(buffer);
    if (!count.ok()) return count.status();
    if (*count == 0) return hash.hex();
    hash.update(buffer.data(), *count);
  }
}

std::string mark_of(const std::string& sha256) {
  std::uint64_t bits = 0;
  const char* begin = sha256.data();
  const auto [stop, error] =
      std::from_chars(begin, begin + std::min<std::size_t>(12, sha256.size()), bits, 16);
  if (error != std::errc() || stop != begin + 12) return {};
  std::string mark;
  for (int shift = 42; shift >= 0; shift -= 6) mark += kLetters[(bits >> shift) & 63U];
  return mark;
}

bool is_mark(std::string_view text) {
  return text.size() == kMarkLength && text.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace rightsize
