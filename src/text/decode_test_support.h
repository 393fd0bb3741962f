// A made-up network for tests of decoding: what follows a hypothesis depends on its tokens alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "text/sequence_model.h"

namespace rightsize {

class NoSession : public Session {
 public:
  const std::vector<TensorInfo>& inputs() const override { return none_; }
  const std::vector<TensorInfo>& outputs() const override { return none_; }
  Status run(const InputSpec&, std::span<const float>, const OutputSpec&,
             std::span<float>) noexcept override {
    return runtime_error("not a network");
  }
  Status run(std::span<const TensorRef>, std::span<const TensorRef>) noexcept override {
    return runtime_error("not a network");
  }

 private:
  std::vector<TensorInfo> none_;
};

inline NoSession& no_session() {
  static NoSession session;
  return session;
}

// Tokens 1 (begin), 2 (end), 3 to 3 + words - 1. Log-probabilities are made from a hash of the
// source and the hypothesis; `noise` is added in blocks of more than one token, as rounding is.
class MadeUpModel : public SequenceModel {
 public:
  MadeUpModel(std::uint64_t seed, int words, double end_share = 0.15, double noise = 0.0)
      : SequenceModel(no_session(), no_session()),
        seed_(seed),
        words_(words),
        end_share_(end_share),
        noise_(noise) {}

  Status begin(std::span<const TokenId> source) override {
    source_ = seed_;
    for (const TokenId token : source) source_ = mix(source_, static_cast<std::uint64_t>(token));
    hypotheses_.assign(1, {});
    block_calls = 0;
    return {};
  }

  Status advance(std::span<const TokenId> tokens, std::span<const std::int64_t> parents) override {
    std::vector<std::vector<TokenId>> next;
    log_probabilities_.assign(tokens.size() * kCandidates, 0);
    tokens_.assign(tokens.size() * kCandidates, 0);
    for (std::size_t b = 0; b < tokens.size(); ++b) {
      next.push_back(hypotheses_[static_cast<std::size_t>(parents[b])]);
      next.back().push_back(tokens[b]);
      fill(next.back(), b, 0.0);
    }
    hypotheses_ = std::move(next);
    return {};
  }

  Status advance_block(std::span<const TokenId> tokens) override {
    ++block_calls;
    log_probabilities_.assign(tokens.size() * kCandidates, 0);
    tokens_.assign(tokens.size() * kCandidates, 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      hypotheses_[0].push_back(tokens[i]);
      fill(hypotheses_[0], i, tokens.size() > 1 ? noise_ : 0.0);
    }
    return {};
  }
  bool takes_blocks() const override { return true; }
  void rewind(std::size_t length) override { hypotheses_[0].resize(length); }

  // All next tokens of a hypothesis (with its begin mark), likeliest first.
  std::vector<std::pair<double, TokenId>> next_of(const std::vector<TokenId>& hypothesis) const {
    std::uint64_t state = source_;
    for (const TokenId token : hypothesis) state = mix(state, static_cast<std::uint64_t>(token));
    std::vector<std::pair<double, TokenId>> all;
    double total = 0.0;
    for (int t = 0; t <= words_; ++t) {
      const TokenId token = t == 0 ? 2 : t + 2;
      const double u =
          static_cast<double>(mix(state, static_cast<std::uint64_t>(token)) >> 11U) * 0x1.0p-53;
      const double weight = std::exp(4.0 * u) * (t == 0 ? end_share_ * words_ : 1.0);
      total += weight;
      if (weight > 0.0) all.emplace_back(weight, token);
    }
    for (auto& [weight, token] : all) weight = std::log(weight / total);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    return all;
  }

  std::size_t block_calls = 0;

 private:
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = a * 0x9E3779B97F4A7C15ULL + b + 0x632BE59BD9B4E019ULL;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
  }

  void fill(const std::vector<TokenId>& hypothesis, std::size_t row, double noise) {
    auto all = next_of(hypothesis);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].first += noise * (i % 2 == 0 ? -1.0 : 1.0);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t k = 0; k < kCandidates; ++k) {
      const bool is_there = k < all.size();
      log_probabilities_[row * kCandidates + k] =
          is_there ? static_cast<float>(all[k].first) : -1e9F;
      tokens_[row * kCandidates + k] = is_there ? all[k].second : 3;
    }
  }

  std::uint64_t seed_;
  std::uint64_t source_ = 0;
  int words_;
  double end_share_;
  double noise_;
  std::vector<std::vector<TokenId>> hypotheses_;
};

}  // namespace rightsize
