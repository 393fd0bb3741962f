// Any bytes as a sentence: refused as no UTF-8 with a message, or cleaned, cut into words and
// pieces, joined again and looked up in a memory, which holds the sentence itself at the end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/utf8.h"
#include "text/memory_words.h"
#include "text/tokenizer.h"
#include "text/translation.h"
#include "text/translation_memory.h"

namespace {

using rightsize::first_bad_byte;
using rightsize::TokenId;

void require(bool condition) {
  if (!condition) std::abort();
}

const rightsize::Tokenizer& tokenizer() {
  static const auto opened =
      rightsize::Tokenizer::open(RIGHTSIZE_SOURCE_DIR "/tests/data/translation/spm.model");
  require(opened.ok());
  return **opened;
}

void cut_into_pieces(const std::string& sentence) {
  std::vector<TokenId> pieces;
  require(tokenizer().encode(sentence, pieces).ok());
  std::size_t known = 0;
  for (const TokenId piece : pieces) {
    require(piece >= 0 && static_cast<std::size_t>(piece) < tokenizer().size());
    known += tokenizer().characters(piece);
  }
  require(known <= rightsize::printed_characters(sentence));
  std::string joined;
  require(tokenizer().decode(pieces, joined).ok());
  require(first_bad_byte(joined) == joined.size());
}

// Words are parts of the sentence, in their order, and nothing but spaces lies between them.
void cut_into_words(const std::string& sentence) {
  std::vector<rightsize::MemoryWord> words;
  rightsize::split_words(sentence, words);
  const char* end = sentence.data();
  const auto only_spaces = [](const char* from, const char* to) {
    for (; from < to; ++from) {
      if (*from != ' ') return false;
    }
    return true;
  };
  for (const rightsize::MemoryWord& word : words) {
    require(!word.text.empty() && word.text.data() >= end);
    require(only_spaces(end, word.text.data()));
    end = word.text.data() + word.text.size();
  }
  require(only_spaces(end, sentence.data() + sentence.size()));
}

void look_up(const std::string& sentence) {
  static const std::vector<rightsize::SentencePair> pairs{{"Page 3 of %1", "Seite 3 von %1"},
                                                          {"Close <b>all</b>", "Alle schliessen"}};
  std::vector<rightsize::SentencePair> with = pairs;
  with.push_back({sentence, "x " + sentence});
  const std::string bytes = rightsize::memory_bytes(with);
  const auto memory = rightsize::TranslationMemory::over(
      std::as_bytes(std::span(bytes.data(), bytes.size())), "memory");
  require(memory.ok());
  static rightsize::MemoryScratch scratch;
  rightsize::MemoryMatch match;
  (*memory)->lookup(sentence, 0.6, scratch, match);
  require(match.exact ==
          ((*memory)->size() == 3 || sentence == pairs[0].source || sentence == pairs[1].source));
  (*memory)->lookup(sentence + " 7", 0.6, scratch, match);
  require(match.similarity >= 0 && match.similarity < 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const rightsize::Result<std::string> clean = rightsize::clean_source(text);
  require(clean.ok() == (first_bad_byte(text) == text.size()));
  if (!clean.ok()) {
    require(!clean.status().message().empty());
  } else {
    require(first_bad_byte(*clean) == clean->size());
    require(*rightsize::clean_source(*clean) == *clean);
    cut_into_pieces(*clean);
    cut_into_words(*clean);
    look_up(*clean);
  }
  // What a network may say, and numbers that none should.
  std::vector<TokenId> tokens;
  for (std::size_t i = 0; i < size; ++i) tokens.push_back(static_cast<TokenId>(data[i]) - 5);
  std::string joined;
  if (!tokenizer().decode(tokens, joined).ok()) return 0;
  require(first_bad_byte(joined) == joined.size());
  return 0;
}
