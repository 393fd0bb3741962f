// Bags of words: which words stand in a sentence, and how often, among those that tell classes
// apart best.
//
// Words are lower_case_tokens (lab/text/words.h) with a letter or a digit. All sentences are
// numbered once (`Corpus`); which words are looked at is chosen afterwards, from the rows that are
// given as training rows and nothing else, so a corpus may hold sentences that are held out.
//
// Threading: values and pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

struct WordCount {
  std::uint32_t word = 0;
  std::uint32_t count = 0;
  bool operator==(const WordCount&) const = default;
};
using Bag = std::vector<WordCount>;  // by word, ascending; each at most once

struct Corpus {
  std::vector<std::string> words;  // ascending; a word's number is its place
  std::vector<Bag> bags;           // per sentence
};
Corpus make_corpus(const std::vector<std::string>& sentences);
// Of a sentence that need not be of the corpus; words that it does not know are left out.
Bag bag_of(const Corpus& corpus, std::string_view sentence);

// The words of the training rows from the one that tells most of the class to the one that tells
// least: by the chi-square statistic of the table (word in the sentence or not) x (class), from
// numbers of sentences (Yang and Pedersen, "A comparative study on feature selection in text
// categorization", ICML 1997). Of equals the one in more sentences, then the first in the alphabet.
// `classes_of` has one class per row of `rows`, below `classes`.
std::vector<std::uint32_t> rank_words(const Corpus& corpus, std::span<const std::size_t> rows,
                                      std::span<const std::uint16_t> classes_of,
                                      std::size_t classes);
// The statistic, of a word that stands in `with[c]` of the `all[c]` sentences of class c.
double chi_square(std::span<const std::uint32_t> with, std::span<const std::uint32_t> all);

// A vocabulary: the first `n` of a ranking. Numbers words anew, by their rank.
class Vocabulary {
 public:
  Vocabulary(const Corpus& corpus, std::span<const std::uint32_t> ranking, std::size_t n);

  std::size_t size() const { return words_; }
  Bag select(const Bag& bag) const;  // of the corpus's numbers; gives ours
  // 1 where a word stands in the sentence, else 0; `row` has size() places.
  void fill(const Bag& bag, std::span<float> row) const;

 private:
  static constexpr std::uint32_t kOut = 0xFFFFFFFF;
  std::vector<std::uint32_t> number_;  // per word of the corpus
  std::size_t words_ = 0;
};

}  // namespace rightsize
