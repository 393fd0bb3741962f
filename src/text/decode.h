// Decoding: from an encoded sentence to the tokens of its translation.
//
// Greedy takes the surest token at every step. A beam keeps several hypotheses and scores finished
// ones by sum of log-probabilities / ((5 + n) / 6)^0.6, n the tokens with the end mark: Wu et al.,
// "Google's neural machine translation system", 2016, with alpha 0.6.
//
// Threading: one thread per SequenceModel.
#pragma once

#include <cstddef>
#include <vector>

#include "core/clock.h"
#include "core/manifest.h"
#include "text/sequence_model.h"

namespace rightsize {

// What a decoder came to. Log-probabilities are natural; the end mark counts as a token.
struct Hypothesis {
  std::vector<TokenId> tokens;  // without begin and end marks
  double mean_log_probability = 0.0;
  double min_log_probability = 0.0;
  double mean_margin = 0.0;  // mean over the tokens of p(first) - p(second); NaN for beams
  bool finished = false;     // ended by the end mark; else cut by a limit
  bool stopped = false;      // cut because its time was over
};

struct DecodeOptions {
  TokenId begin_mark = 1;
  TokenId end_mark = 2;
  std::size_t max_tokens = 0;  // with the end mark
  std::size_t beam = 1;
  BeamStop beam_stop = BeamStop::kNoneCanWin;
  Nanoseconds stop_at = kNever;  // as wall_now(): looked at after every step
};

// The model must have begun the sentence.
Status decode_greedy(SequenceModel& model, const DecodeOptions& options, Hypothesis& result);
Status decode_beam(SequenceModel& model, const DecodeOptions& options, Hypothesis& result);

// Log-probabilities of a greedy hypothesis as they come in.
class Confidence {
 public:
  void add(const Candidates& candidates);
  void fill(Hypothesis& result) const;

 private:
  double sum_ = 0.0;
  double least_ = 0.0;
  double margins_ = 0.0;
  std::size_t count_ = 0;
};

}  // namespace rightsize
