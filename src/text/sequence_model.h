// A sequence-to-sequence network: an encoder and a decoder of the inference runtime, and the state
// of the sentence that is being decoded.
//
// Three contracts of decoders are known, told apart by their inputs (docs/file-formats.md has every
// tensor): recurrent with attention, one token per call; Transformer, one token per call;
// Transformer in blocks, several tokens of one hypothesis per call. Whoever decodes sees one
// interface.
//
// All buffers are reused from sentence to sentence. Not thread-safe: one per thread; the sessions
// are shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/clock.h"
#include "model/runtime.h"
#include "rightsize/status.h"

namespace rightsize {

using TokenId = std::int64_t;

// What may come next after a hypothesis: the surest tokens, surest first.
inline constexpr std::size_t kCandidates = 8;
struct Candidates {
  std::span<const float, kCandidates> log_probability;  // natural logarithm, over the vocabulary
  std::span<const TokenId, kCandidates> token;
};

class SequenceModel {
 public:
  virtual ~SequenceModel() = default;

  // Opens nothing: the sessions must outlive the model. Fails where they are no encoder and decoder
  // of a known contract, or do not belong together.
  static Result<std::unique_ptr<SequenceModel>> make(Session& encoder, Session& decoder);

  // Number of tokens; 0 where the network does not say.
  std::size_t vocabulary() const { return vocabulary_; }

  // Begins a sentence: encodes its tokens (the end mark included) and forgets the last one. The
  // only hypothesis is empty.
  virtual Status begin(std::span<const TokenId> source) = 0;

  // Hypothesis b of the next round is hypothesis parents[b] of the last round with tokens[b] added.
  // At most kMaxHypotheses.
  virtual Status advance(std::span<const TokenId> tokens,
                         std::span<const std::int64_t> parents) = 0;

  // Adds several tokens to the only hypothesis: candidates(i) is what may follow tokens[i]. In one
  // call of the network where `takes_blocks()`, else in one per token.
  virtual Status advance_block(std::span<const TokenId> tokens) = 0;
  virtual bool takes_blocks() const { return false; }

  // Forgets all but the first `length` tokens of the only hypothesis, added since `begin`.
  virtual void rewind(std::size_t length) = 0;

  // After the last advance: of hypothesis or block position `row`.
  Candidates candidates(std::size_t row) const {
    return {std::span<const float, kCandidates>(log_probabilities_.data() + row * kCandidates,
                                                kCandidates),
            std::span<const TokenId, kCandidates>(tokens_.data() + row * kCandidates, kCandidates)};
  }

  // Time inside the inference runtime since `begin`.
  const Elapsed& runtime_time() const { return runtime_time_; }
  std::size_t calls() const { return calls_; }  // of the decoder since `begin`

  static constexpr std::size_t kMaxHypotheses = 32;

 protected:
  SequenceModel(Session& encoder, Session& decoder);
  Status run(Session& session, std::span<const TensorRef> inputs,
             std::span<const TensorRef> outputs);
  void reset_counters() {
    runtime_time_ = {};
    calls_ = 0;
  }
  // The outputs that all contracts share, for `rows` rows of this shape.
  void candidate_outputs(std::size_t rows, std::span<const std::int64_t> shape,
                         std::vector<TensorRef>& outputs);

  Session& encoder_;
  Session& decoder_;
  std::vector<float> log_probabilities_;
  std::vector<TokenId> tokens_;

 private:
  std::size_t vocabulary_ = 0;
  Elapsed runtime_time_;
  std::size_t calls_ = 0;
};

}  // namespace rightsize
