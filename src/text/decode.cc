#include "text/decode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rightsize {
namespace {

bool is_over(const DecodeOptions& options) {
  return options.stop_at != kNever && wall_now() >= options.stop_at;
}

double length_penalty(std::size_t tokens) {
  return std::pow((5.0 + static_cast<double>(tokens)) / 6.0, 0.6);
}

// A hypothesis of a beam; `token` and `parent` say how it came from the round before.
struct Live {
  std::vector<TokenId> tokens;
  double sum = 0.0;
  double least = 0.0;
};

class Beam {
 public:
  Beam(SequenceModel& model, const DecodeOptions& options) : model_(model), options_(options) {}

  Status run(Hypothesis& result) {
    live_.resize(1);
    std::vector<TokenId> tokens{options_.begin_mark};
    std::vector<std::int64_t> parents{0};
    bool stopped = false;
    for (std::size_t n = 1; n <= options_.max_tokens && !live_.empty(); ++n) {
      if (Status status = model_.advance(tokens, parents); !status.ok()) return status;
      extend(n, tokens, parents);
      if (is_decided()) break;
      if (is_over(options_)) {
        stopped = true;
        break;
      }
    }
    choose(result, stopped);
    return {};
  }

 private:
  struct Extension {
    std::size_t row = 0;
    TokenId token = 0;
    double log_probability = 0.0;
    double sum = 0.0;
  };

  // The best extensions of the live hypotheses, `n` tokens long: finished ones are put aside.
  void extend(std::size_t n, std::vector<TokenId>& tokens, std::vector<std::int64_t>& parents) {
    extensions_.clear();
    for (std::size_t row = 0; row < live_.size(); ++row) {
      const Candidates candidates = model_.candidates(row);
      for (std::size_t k = 0; k < kCandidates; ++k) {
        const auto log_probability = static_cast<double>(candidates.log_probability[k]);
        extensions_.push_back(
            {row, candidates.token[k], log_probability, live_[row].sum + log_probability});
      }
    }
    std::stable_sort(extensions_.begin(), extensions_.end(),
                     [](const Extension& a, const Extension& b) { return a.sum > b.sum; });
    extensions_.resize(std::min(extensions_.size(), 2 * options_.beam));
    std::vector<Live> next;
    tokens.clear();
    parents.clear();
    for (const Extension& extension : extensions_) {
      Live longer = live_[extension.row];
      longer.sum = extension.sum;
      longer.least = std::min(longer.least, extension.log_probability);
      if (extension.token == options_.end_mark) {
        finish(longer, n);
      } else if (next.size() < options_.beam) {
        longer.tokens.push_back(extension.token);
        next.push_back(std::move(longer));
        tokens.push_back(extension.token);
        parents.push_back(static_cast<std::int64_t>(extension.row));
      }
    }
    live_ = std::move(next);
  }

  void finish(const Live& hypothesis, std::size_t n) {
    ++finished_;
    const double score = hypothesis.sum / length_penalty(n);
    if (finished_ > 1 && score <= best_score_) return;
    best_ = hypothesis;
    best_score_ = score;
    best_tokens_ = n;
  }

  bool is_decided() const {
    if (finished_ == 0) return false;
    if (options_.beam_stop == BeamStop::kFinished && finished_ >= options_.beam) return true;
    // A live hypothesis can only get less likely, but the longest is penalised the least.
    return live_.empty() || live_[0].sum / length_penalty(options_.max_tokens) <= best_score_;
  }

  void choose(Hypothesis& result, bool stopped) {
    result = {};
    result.finished = finished_ > 0;
    result.stopped = stopped;
    const Live& chosen = finished_ > 0 ? best_ : live_[0];
    const std::size_t n = finished_ > 0 ? best_tokens_ : chosen.tokens.size();
    result.tokens = chosen.tokens;
    result.mean_log_probability = n > 0 ? chosen.sum / static_cast<double>(n) : 0.0;
    result.min_log_probability = chosen.least;
    result.mean_margin = std::numeric_limits<double>::quiet_NaN();
  }

  SequenceModel& model_;
  const DecodeOptions& options_;
  std::vector<Live> live_;
  std::vector<Extension> extensions_;
  std::size_t finished_ = 0;
  Live best_;
  double best_score_ = 0.0;
  std::size_t best_tokens_ = 0;
};

}  // namespace

void Confidence::add(const Candidates& candidates) {
  const auto first = static_cast<double>(candidates.log_probability[0]);
  const auto second = static_cast<double>(candidates.log_probability[1]);
  sum_ += first;
  least_ = std::min(least_, first);
  margins_ += std::exp(first) - std::exp(second);
  ++count_;
}

void Confidence::fill(Hypothesis& result) const {
  const double n = std::max<double>(static_cast<double>(count_), 1.0);
  result.mean_log_probability = sum_ / n;
  result.min_log_probability = least_;
  result.mean_margin = margins_ / n;
}

Status decode_greedy(SequenceModel& model, const DecodeOptions& options, Hypothesis& result) {
  result = {};
  Confidence confidence;
  std::array<TokenId, 1> token{options.begin_mark};
  const std::array<std::int64_t, 1> parent{0};
  for (std::size_t n = 0; n < options.max_tokens; ++n) {
    if (Status status = model.advance(token, parent); !status.ok()) return status;
    const Candidates candidates = model.candidates(0);
    confidence.add(candidates);
    token[0] = candidates.token[0];
    result.finished = token[0] == options.end_mark;
    if (result.finished) break;
    result.tokens.push_back(token[0]);
    if (is_over(options)) {
      result.stopped = true;
      break;
    }
  }
  confidence.fill(result);
  return {};
}

Status decode_beam(SequenceModel& model, const DecodeOptions& options, Hypothesis& result) {
  return Beam(model, options).run(result);
}

}  // namespace rightsize
