#include "text/decode.h"

#include <gtest/gtest.h>

#include <cmath>

#include "text/decode_test_support.h"

namespace rightsize {
namespace {

constexpr DecodeOptions kOptions{.max_tokens = 12, .beam = 4};

TEST(Greedy, TakesTheSurestTokenUntilTheEndMark) {
  for (TokenId sentence = 0; sentence < 50; ++sentence) {
    MadeUpModel model(1, 6);
    const std::array source{sentence};
    ASSERT_TRUE(model.begin(source).ok());
    Hypothesis result;
    ASSERT_TRUE(decode_greedy(model, kOptions, result).ok());
    std::vector<TokenId> prefix{1};
    double sum = 0.0;
    double least = 0.0;
    for (const TokenId token : result.tokens) {
      const auto next = model.next_of(prefix);
      ASSERT_EQ(next[0].second, token);
      sum += next[0].first;
      least = std::min(least, next[0].first);
      prefix.push_back(token);
    }
    std::size_t n = result.tokens.size();
    if (result.finished) {
      const auto next = model.next_of(prefix);
      EXPECT_EQ(2, next[0].second);
      sum += next[0].first;
      least = std::min(least, next[0].first);
      ++n;
    } else {
      EXPECT_EQ(kOptions.max_tokens, n);
    }
    EXPECT_NEAR(sum / static_cast<double>(n), result.mean_log_probability, 1e-6);
    EXPECT_NEAR(least, result.min_log_probability, 1e-6);
  }
}

TEST(Greedy, StopsWhenItsTimeIsOver) {
  MadeUpModel model(1, 6, 0.0);
  ASSERT_TRUE(model.begin({}).ok());
  DecodeOptions options = kOptions;
  options.stop_at = wall_now();
  Hypothesis result;
  ASSERT_TRUE(decode_greedy(model, options, result).ok());
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(1U, result.tokens.size());
}

double score(double sum, std::size_t n) {
  return sum / std::pow((5.0 + static_cast<double>(n)) / 6.0, 0.6);
}

// The best finished hypothesis of all there are, up to a length.
void search_all(const MadeUpModel& model, std::vector<TokenId>& prefix, double sum,
                std::size_t room, double& best, std::vector<TokenId>& best_tokens) {
  if (room == 0) return;
  for (const auto& [log_probability, token] : model.next_of(prefix)) {
    if (token == 2) {
      const double value = score(sum + log_probability, prefix.size());
      if (value > best) {
        best = value;
        best_tokens.assign(prefix.begin() + 1, prefix.end());
      }
      continue;
    }
    prefix.push_back(token);
    search_all(model, prefix, sum + log_probability, room - 1, best, best_tokens);
    prefix.pop_back();
  }
}

TEST(Beam, AsWideAsAllHypothesesFindsTheBestOfThem) {
  for (TokenId sentence = 0; sentence < 40; ++sentence) {
    MadeUpModel model(7, 3);
    const std::array source{sentence};
    ASSERT_TRUE(model.begin(source).ok());
    Hypothesis result;
    // 3 words, at most 3 tokens before the end mark: 27 hypotheses.
    const DecodeOptions options{.max_tokens = 4, .beam = 32};
    ASSERT_TRUE(decode_beam(model, options, result).ok());
    double best = -1e9;
    std::vector<TokenId> tokens;
    std::vector<TokenId> prefix{1};
    search_all(model, prefix, 0.0, 4, best, tokens);
    EXPECT_EQ(tokens, result.tokens) << sentence;
    EXPECT_TRUE(result.finished);
    const std::size_t n = result.tokens.size() + 1;
    EXPECT_NEAR(best, score(result.mean_log_probability * static_cast<double>(n), n), 1e-5);
  }
}

TEST(Beam, IsSeldomWorseThanGreedyAndOftenBetter) {
  int better = 0;
  int worse = 0;
  for (TokenId sentence = 0; sentence < 200; ++sentence) {
    MadeUpModel model(3, 6);
    const std::array source{sentence};
    ASSERT_TRUE(model.begin(source).ok());
    Hypothesis greedy;
    ASSERT_TRUE(decode_greedy(model, kOptions, greedy).ok());
    ASSERT_TRUE(model.begin(source).ok());
    Hypothesis beam;
    ASSERT_TRUE(decode_beam(model, kOptions, beam).ok());
    if (!greedy.finished || !beam.finished) continue;
    const auto value = [](const Hypothesis& h) {
      const std::size_t n = h.tokens.size() + 1;
      return score(h.mean_log_probability * static_cast<double>(n), n);
    };
    better += value(beam) > value(greedy) + 1e-9 ? 1 : 0;
    worse += value(beam) < value(greedy) - 1e-9 ? 1 : 0;
  }
  EXPECT_GT(better, 20);
  EXPECT_LE(worse, 2);
}

TEST(Beam, StopsWhenItsTimeIsOver) {
  MadeUpModel model(1, 6, 0.0);
  ASSERT_TRUE(model.begin({}).ok());
  DecodeOptions options = kOptions;
  options.stop_at = wall_now();
  Hypothesis result;
  ASSERT_TRUE(decode_beam(model, options, result).ok());
  EXPECT_TRUE(result.stopped);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(1U, result.tokens.size());
}

}  // namespace
}  // namespace rightsize
