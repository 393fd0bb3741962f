#include "lab/text/bag_of_words.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "lab/text/words.h"

namespace rightsize {
namespace {

std::vector<std::string> words_of(std::string_view sentence) {
  std::vector<std::string> words = lower_case_tokens(sentence);
  std::erase_if(words, [](const std::string& token) { return !is_word(token); });
  std::sort(words.begin(), words.end());
  return words;
}

// Of words in ascending order.
Bag count_words(const Corpus& corpus, const std::vector<std::string>& words) {
  Bag bag;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && words[i] == words[i - 1]) {
      if (!bag.empty() && corpus.words[bag.back().word] == words[i]) ++bag.back().count;
      continue;
    }
    const auto at = std::lower_bound(corpus.words.begin(), corpus.words.end(), words[i]);
    if (at == corpus.words.end() || *at != words[i]) continue;
    bag.push_back({static_cast<std::uint32_t>(at - corpus.words.begin()), 1});
  }
  return bag;
}

}  // namespace

Corpus make_corpus(const std::vector<std::string>& sentences) {
  Corpus corpus;
  std::vector<std::vector<std::string>> all;
  all.reserve(sentences.size());
  for (const std::string& sentence : sentences) {
    all.push_back(words_of(sentence));
    corpus.words.insert(corpus.words.end(), all.back().begin(), all.back().end());
  }
  std::sort(corpus.words.begin(), corpus.words.end());
  corpus.words.erase(std::unique(corpus.words.begin(), corpus.words.end()), corpus.words.end());
  for (const auto& words : all) corpus.bags.push_back(count_words(corpus, words));
  return corpus;
}

Bag bag_of(const Corpus& corpus, std::string_view sentence) {
  return count_words(corpus, words_of(sentence));
}

double chi_square(std::span<const std::uint32_t> with, std::span<const std::uint32_t> all) {
  const double sentences = std::accumulate(all.begin(), all.end(), 0.0);
  const double present = std::accumulate(with.begin(), with.end(), 0.0);
  const double absent = sentences - present;
  if (present == 0 || absent == 0) return 0.0;
  double sum = 0.0;
  for (std::size_t c = 0; c < all.size(); ++c) {
    if (all[c] == 0) continue;
    const double off = with[c] - all[c] * present / sentences;
    // The cells "in" and "not in" are off by the same.
    sum += off * off * sentences / all[c] * (1 / present + 1 / absent);
  }
  return sum;
}

std::vector<std::uint32_t> rank_words(const Corpus& corpus, std::span<const std::size_t> rows,
                                      std::span<const std::uint16_t> classes_of,
                                      std::size_t classes) {
  std::vector<std::uint32_t> all(classes, 0);
  std::vector<std::uint32_t> with(corpus.words.size() * classes, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++all[classes_of[i]];
    for (const WordCount& one : corpus.bags[rows[i]]) ++with[one.word * classes + classes_of[i]];
  }
  struct Ranked {
    double statistic;
    std::uint32_t sentences, word;
  };
  std::vector<Ranked> ranked;
  for (std::size_t w = 0; w < corpus.words.size(); ++w) {
    const auto row = std::span(with).subspan(w * classes, classes);
    const auto sentences = std::accumulate(row.begin(), row.end(), std::uint32_t{0});
    if (sentences == 0) continue;
    ranked.push_back({chi_square(row, all), sentences, static_cast<std::uint32_t>(w)});
  }
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    if (a.statistic != b.statistic) return a.statistic > b.statistic;
    if (a.sentences != b.sentences) return a.sentences > b.sentences;
    return a.word < b.word;
  });
  std::vector<std::uint32_t> order;
  order.reserve(ranked.size());
  for (const Ranked& one : ranked) order.push_back(one.word);
  return order;
}

Vocabulary::Vocabulary(const Corpus& corpus, std::span<const std::uint32_t> ranking, std::size_t n)
    : number_(corpus.words.size(), kOut), words_(std::min(n, ranking.size())) {
  for (std::size_t i = 0; i < words_; ++i) number_[ranking[i]] = static_cast<std::uint32_t>(i);
}

Bag Vocabulary::select(const Bag& bag) const {
  Bag selected;
  for (const WordCount& one : bag) {
    if (number_[one.word] != kOut) selected.push_back({number_[one.word], one.count});
  }
  std::sort(selected.begin(), selected.end(),
            [](const WordCount& a, const WordCount& b) { return a.word < b.word; });
  return selected;
}

void Vocabulary::fill(const Bag& bag, std::span<float> row) const {
  std::fill(row.begin(), row.end(), 0.0F);
  for (const WordCount& one : bag) {
    if (number_[one.word] != kOut) row[number_[one.word]] = 1.0F;
  }
}

}  // namespace rightsize
