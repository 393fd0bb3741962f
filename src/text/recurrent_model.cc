// Recurrent decoders with attention: the state of a hypothesis is one row of numbers.
#include <algorithm>
#include <array>

#include "text/sequence_model_parts.h"

namespace rightsize {
namespace {

class RecurrentModel : public SequenceModel {
 public:
  RecurrentModel(Session& encoder, Session& decoder, std::int64_t memory_width,
                 std::int64_t key_width, std::int64_t state_width)
      : SequenceModel(encoder, decoder),
        memory_width_(memory_width),
        key_width_(key_width),
        state_width_(state_width) {}

  Status begin(std::span<const TokenId> source) override {
    reset_counters();
    source_.assign(source.begin(), source.end());
    const auto length = static_cast<std::int64_t>(source_.size());
    memory_shape_ = {length, memory_width_};
    key_shape_ = {key_width_, length};
    at_least(memory_, source_.size() * static_cast<std::size_t>(memory_width_));
    at_least(keys_, source_.size() * static_cast<std::size_t>(key_width_));
    const std::array<std::int64_t, 2> source_shape{1, length};
    const std::array<std::int64_t, 2> state_shape{1, state_width_};
    at_least(history_, width());
    history_length_ = 0;
    rounds_ = 0;
    rows_ = 1;
    const std::array inputs{
        TensorRef{.name = "src", .shape = source_shape, .integers = source_.data()}};
    const std::array outputs{
        TensorRef{.name = "mem", .shape = memory_shape_, .floats = memory_.data()},
        TensorRef{.name = "key_t", .shape = key_shape_, .floats = keys_.data()},
        TensorRef{.name = "state", .shape = state_shape, .floats = history_.data()}};
    return run(encoder_, inputs, outputs);
  }

  Status advance(std::span<const TokenId> tokens, std::span<const std::int64_t> parents) override {
    const std::size_t rows = tokens.size();
    float* past = rounds_ == 0 ? history_.data() : past_.data();
    at_least(future_, rows * width());
    Status status = step(tokens, parents, past, rows_, future_.data(), 0, rows);
    std::swap(past_, future_);
    rows_ = rows;
    ++rounds_;
    return status;
  }

  Status advance_block(std::span<const TokenId> tokens) override {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      at_least(history_, (history_length_ + 2) * width());
      const std::array<std::int64_t, 1> parent{0};
      float* past = history_.data() + history_length_ * width();
      Status status = step(tokens.subspan(i, 1), parent, past, 1, past + width(), i, tokens.size());
      if (!status.ok()) return status;
      ++history_length_;
    }
    return {};
  }

  void rewind(std::size_t length) override { history_length_ = length; }

 private:
  std::size_t width() const { return static_cast<std::size_t>(state_width_); }

  // Candidates of the `tokens.size()` rows are written from row `first` on, of `all` in the end.
  Status step(std::span<const TokenId> tokens, std::span<const std::int64_t> parents, float* past,
              std::size_t past_rows, float* future, std::size_t first, std::size_t all) {
    const auto rows = static_cast<std::int64_t>(tokens.size());
    const std::array<std::int64_t, 1> row_shape{rows};
    const std::array<std::int64_t, 2> past_shape{static_cast<std::int64_t>(past_rows),
                                                 state_width_};
    const std::array<std::int64_t, 2> future_shape{rows, state_width_};
    const std::array<std::int64_t, 2> candidate_shape{rows, kCandidates};
    at_least(log_probabilities_, all * kCandidates);
    at_least(tokens_, all * kCandidates);
    token_.assign(tokens.begin(), tokens.end());
    parent_.assign(parents.begin(), parents.end());
    const std::array inputs{
        TensorRef{.name = "token", .shape = row_shape, .integers = token_.data()},
        TensorRef{.name = "beam_idx", .shape = row_shape, .integers = parent_.data()},
        TensorRef{.name = "mem", .shape = memory_shape_, .floats = memory_.data()},
        TensorRef{.name = "key_t", .shape = key_shape_, .floats = keys_.data()},
        TensorRef{.name = "state", .shape = past_shape, .floats = past}};
    const std::array outputs{
        TensorRef{.name = "topk_logp",
                  .shape = candidate_shape,
                  .floats = log_probabilities_.data() + first * kCandidates},
        TensorRef{.name = "topk_ids",
                  .shape = candidate_shape,
                  .integers = tokens_.data() + first * kCandidates},
        TensorRef{.name = "state_out", .shape = future_shape, .floats = future}};
    return run(decoder_, inputs, outputs);
  }

  std::int64_t memory_width_;
  std::int64_t key_width_;
  std::int64_t state_width_;
  std::vector<TokenId> source_;
  std::array<std::int64_t, 2> memory_shape_{};
  std::array<std::int64_t, 2> key_shape_{};
  std::vector<float> memory_;
  std::vector<float> keys_;
  // For blocks: the state of the only hypothesis after 0, 1, ... tokens.
  std::vector<float> history_;
  std::size_t history_length_ = 0;
  // For rounds: the states of all hypotheses, one row each.
  std::vector<float> past_;
  std::vector<float> future_;
  std::size_t rounds_ = 0;
  std::size_t rows_ = 1;
  std::vector<TokenId> token_;
  std::vector<std::int64_t> parent_;
};

}  // namespace

Result<std::unique_ptr<SequenceModel>> make_recurrent(Session& encoder, Session& decoder) {
  const std::int64_t memory_width = side_of(decoder.inputs(), "mem", 2, 1);
  const std::int64_t key_width = side_of(decoder.inputs(), "key_t", 2, 0);
  const std::int64_t state_width = side_of(decoder.inputs(), "state", 2, 1);
  for (const auto& [width, name] : {std::pair{memory_width, "mem"}, std::pair{key_width, "key_t"},
                                    std::pair{state_width, "state"}}) {
    if (width == 0)
      return mismatch(fmt::format("the decoder's input '{}' has no known width", name));
    if (find_tensor(encoder.outputs(), name) == nullptr) {
      return mismatch(fmt::format("the encoder has no output '{}'", name));
    }
  }
  if (find_tensor(decoder.inputs(), "beam_idx") == nullptr) {
    return mismatch("the decoder has no input 'beam_idx'");
  }
  if (side_of(encoder.outputs(), "state", 2, 1) != state_width) {
    return mismatch("encoder and decoder are not of one network: their states differ in width");
  }
  if (find_tensor(decoder.outputs(), "state_out") == nullptr) {
    return mismatch("the decoder has no output 'state_out'");
  }
  return std::unique_ptr<SequenceModel>(
      std::make_unique<RecurrentModel>(encoder, decoder, memory_width, key_width, state_width));
}

}  // namespace rightsize
