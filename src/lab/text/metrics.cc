#include "lab/text/metrics.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/ascii.h"
#include "lab/text/characters.h"

namespace rightsize {
namespace {

using F = TextCounts::Field;

// What 13a always sets apart: ASCII punctuation but ' , - and .
bool stands_alone(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

// Each pass replaces, from left to right and without overlap, pairs of neighbours (a, b) that
// `wanted` by first + a + middle + b + last.
template <typename Wanted>
std::string replace_pairs(const std::string& text, Wanted wanted, const char* before,
                          const char* after) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && wanted(text[i], text[i + 1])) {
      result += before;
      result += text[i];
      result += ' ';
      result += text[i + 1];
      result += after;
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Numbers for tokens, so that n-grams are short arrays of them.
class Numbering {
 public:
  std::vector<std::uint32_t> of(const std::vector<std::string>& tokens) {
    std::vector<std::uint32_t> numbers;
    for (const std::string& token : tokens) {
      numbers.push_back(
          numbers_.try_emplace(token, static_cast<std::uint32_t>(numbers_.size())).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// How many n-grams of `a` are also in `b`, each as often as it is in both.
std::int64_t common_ngrams(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b,
                           std::size_t n) {
  if (a.size() < n || b.size() < n) return 0;
  const auto sorted = [n](const std::vector<std::uint32_t>& text) {
    std::vector<const std::uint32_t*> grams;
    for (std::size_t i = 0; i + n <= text.size(); ++i) grams.push_back(text.data() + i);
    std::sort(grams.begin(), grams.end(), [n](const auto* x, const auto* y) {
      return std::lexicographical_compare(x, x + n, y, y + n);
    });
    return grams;
  };
  const auto in_a = sorted(a);
  const auto in_b = sorted(b);
  std::int64_t common = 0;
  for (std::size_t i = 0, j = 0; i < in_a.size() && j < in_b.size();) {
    const bool less = std::lexicographical_compare(in_a[i], in_a[i] + n, in_b[j], in_b[j] + n);
    const bool more = std::lexicographical_compare(in_b[j], in_b[j] + n, in_a[i], in_a[i] + n);
    common += !less && !more ? 1 : 0;
    i += more ? 0 : 1;
    j += less ? 0 : 1;
  }
  return common;
}

std::int64_t ngrams(std::size_t length, std::size_t n) {
  return length < n ? 0 : static_cast<std::int64_t>(length - n + 1);
}

std::int64_t longest_common_subsequence(const std::vector<std::uint32_t>& a,
                                        const std::vector<std::uint32_t>& b) {
  std::vector<std::int64_t> best(b.size() + 1, 0);
  for (const std::uint32_t token : a) {
    std::int64_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::int64_t above = best[j + 1];
      best[j + 1] = token == b[j] ? diagonal + 1 : std::max(above, best[j]);
      diagonal = above;
    }
  }
  return best.back();
}

double ratio(std::int64_t a, std::int64_t b) {
  return b > 0 ? static_cast<double>(a) / static_cast<double>(b) : 0.0;
}

double bleu(const TextCounts& c, bool effective_order) {
  double log_sum = 0.0;
  double smooth = 1.0;
  std::size_t order = kBleuOrder;
  bool any = false;
  for (std::size_t n = 0; n < kBleuOrder; ++n) any = any || c[F::kMatches + n] > 0;
  if (!any) return 0.0;
  for (std::size_t n = 0; n < kBleuOrder; ++n) {
    const std::int64_t total = c[F::kNgrams + n];
    if (total == 0) {
      // Without effective order a missing order makes the whole 0.
      if (!effective_order) return 0.0;
      order = n;
      break;
    }
    double precision = ratio(c[F::kMatches + n], total);
    if (c[F::kMatches + n] == 0) {
      smooth *= 2;
      precision = 1.0 / (smooth * static_cast<double>(total));
    }
    log_sum += std::log(precision);
  }
  const auto length = static_cast<double>(c[F::kTokens]);
  const auto reference = static_cast<double>(c[F::kReferenceTokens]);
  const double brevity = length < reference ? std::exp(1 - reference / length) : 1.0;
  return brevity * std::exp(log_sum / static_cast<double>(order));
}

double chrf(const TextCounts& c) {
  constexpr double kFactor = 4.0;  // beta 2, squared
  double precision = 0.0;
  double recall = 0.0;
  double orders = 0.0;
  for (std::size_t n = 0; n < kChrfOrder; ++n) {
    const std::int64_t ours = c[F::kCharNgrams + n];
    const std::int64_t theirs = c[F::kReferenceCharNgrams + n];
    if (ours == 0 || theirs == 0) continue;
    precision += ratio(c[F::kCharMatches + n], ours);
    recall += ratio(c[F::kCharMatches + n], theirs);
    orders += 1;
  }
  if (precision + recall == 0.0) return 0.0;
  precision /= orders;
  recall /= orders;
  return (1 + kFactor) * precision * recall / (kFactor * precision + recall);
}

double harmonic(double a, double b) { return a + b > 0 ? 2 * a * b / (a + b) : 0.0; }

double value(const TextCounts& c, TextMetric metric, bool effective_order) {
  const std::int64_t lengths = c[F::kTokens] + c[F::kReferenceTokens];
  switch (metric) {
    case TextMetric::kBleu:
      return bleu(c, effective_order);
    case TextMetric::kChrf:
      return chrf(c);
    case TextMetric::kRougeL:
      return 2 * ratio(c[F::kCommonSubsequence], lengths);
    case TextMetric::kTokenF1:
      return 2 * ratio(c[F::kCommonTokens], lengths);
    case TextMetric::kPaperF1:
      return harmonic(2 * ratio(c[F::kCommonSubsequence], lengths), bleu(c, effective_order));
  }
  return 0.0;
}

}  // namespace

TextCounts& TextCounts::operator+=(const TextCounts& other) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  return *this;
}

TextCounts& TextCounts::operator-=(const TextCounts& other) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= other.values[i];
  return *this;
}

void add(const TextCounts& counts, std::int64_t times, TextCounts& sum) {
  for (std::size_t i = 0; i < counts.values.size(); ++i) sum.values[i] += times * counts.values[i];
}

TextCounts blend(const TextCounts& first, const TextCounts& second, double weight) {
  TextCounts sum;
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    sum.values[i] = std::llround((1 - weight) * static_cast<double>(first[i]) +
                                 weight * static_cast<double>(second[i]));
  }
  return sum;
}

std::vector<std::string> tokens_13a(std::string_view line) {
  std::string text(line);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  // In the order of the original: what &amp; leaves behind may be an entity again.
  for (const auto& [entity, character] :
       {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}) {
    replace_all(text, entity, character);
  }
  std::string apart = " ";
  for (const char c : text) {
    if (stands_alone(c)) {
      apart += ' ';
      apart += c;
      apart += ' ';
    } else {
      apart += c;
    }
  }
  apart += ' ';
  const auto is_stop = [](char c) { return c == '.' || c == ','; };
  apart = replace_pairs(
      apart, [&](char a, char b) { return !is_digit(a) && is_stop(b); }, "", " ");
  apart = replace_pairs(
      apart, [&](char a, char b) { return is_stop(a) && !is_digit(b); }, " ", "");
  apart = replace_pairs(
      apart, [&](char a, char b) { return is_digit(a) && b == '-'; }, "", " ");
  return split_at_spaces(apart);
}

TextCounts count(std::string_view hypothesis, std::string_view reference) {
  TextCounts counts;
  const std::string ours = well_formed(hypothesis);
  const std::string theirs = well_formed(reference);
  Numbering numbering;
  const std::vector<std::uint32_t> a = numbering.of(tokens_13a(ours));
  const std::vector<std::uint32_t> b = numbering.of(tokens_13a(theirs));
  counts.values[F::kTokens] = static_cast<std::int64_t>(a.size());
  counts.values[F::kReferenceTokens] = static_cast<std::int64_t>(b.size());
  for (std::size_t n = 1; n <= kBleuOrder; ++n) {
    counts.values[F::kMatches + n - 1] = common_ngrams(a, b, n);
    counts.values[F::kNgrams + n - 1] = ngrams(a.size(), n);
  }
  const std::vector<std::uint32_t> x = characters_without_spaces(ours);
  const std::vector<std::uint32_t> y = characters_without_spaces(theirs);
  for (std::size_t n = 1; n <= kChrfOrder; ++n) {
    const std::int64_t in_reference = ngrams(y.size(), n);
    counts.values[F::kCharMatches + n - 1] = common_ngrams(x, y, n);
    counts.values[F::kCharNgrams + n - 1] = in_reference > 0 ? ngrams(x.size(), n) : 0;
    counts.values[F::kReferenceCharNgrams + n - 1] = in_reference;
  }
  counts.values[F::kCommonSubsequence] = longest_common_subsequence(a, b);
  counts.values[F::kCommonTokens] = counts[F::kMatches];
  return counts;
}

const char* to_string(TextMetric metric) {
  switch (metric) {
    case TextMetric::kBleu:
      return "BLEU";
    case TextMetric::kChrf:
      return "chrF2";
    case TextMetric::kRougeL:
      return "ROUGE-L";
    case TextMetric::kTokenF1:
      return "token-F1";
    case TextMetric::kPaperF1:
      return "paper-F1";
  }
  return "?";
}

double corpus_value(const TextCounts& sum, TextMetric metric) { return value(sum, metric, false); }

double sentence_value(const TextCounts& counts, TextMetric metric) {
  return value(counts, metric, true);
}

double bleu_per_second(double bleu_points, double seconds) {
  return seconds > 0 ? bleu_points * bleu_points / seconds : 0.0;
}

std::array<double, TextCounts::kFields> gradient(const TextCounts& sum, TextMetric metric) {
  std::array<double, TextCounts::kFields> slope{};
  for (std::size_t field = 0; field < slope.size(); ++field) {
    const std::int64_t step = std::max<std::int64_t>(1, sum[field] / 1000);
    TextCounts more = sum;
    TextCounts less = sum;
    more.values[field] += step;
    less.values[field] = std::max<std::int64_t>(0, sum[field] - step);
    slope[field] = (corpus_value(more, metric) - corpus_value(less, metric)) /
                   static_cast<double>(more[field] - less[field]);
  }
  return slope;
}

double credit(const TextCounts& counts, const std::array<double, TextCounts::kFields>& gradient) {
  double total = 0.0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    total += gradient[i] * static_cast<double>(counts.values[i]);
  }
  return total;
}

}  // namespace rightsize
