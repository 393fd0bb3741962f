#include "text/sequence_model.h"

#include <charconv>

#include "text/sequence_model_parts.h"

namespace rightsize {

SequenceModel::SequenceModel(Session& encoder, Session& decoder)
    : encoder_(encoder), decoder_(decoder) {
  const std::string said = decoder.metadata("vocab");
  std::from_chars(said.data(), said.data() + said.size(), vocabulary_);
}

Status SequenceModel::run(Session& session, std::span<const TensorRef> inputs,
                          std::span<const TensorRef> outputs) {
  const Stopwatch stopwatch;
  Status status = session.run(inputs, outputs);
  const Elapsed elapsed = stopwatch.elapsed();
  runtime_time_.cpu += elapsed.cpu;
  runtime_time_.wall += elapsed.wall;
  calls_ += &session == &decoder_ ? 1 : 0;
  return status.with_context(&session == &decoder_ ? "decoder" : "encoder");
}

void SequenceModel::candidate_outputs(std::size_t rows, std::span<const std::int64_t> shape,
                                      std::vector<TensorRef>& outputs) {
  outputs.push_back({.name = "topk_logp",
                     .shape = shape,
                     .floats = at_least(log_probabilities_, rows * kCandidates)});
  outputs.push_back(
      {.name = "topk_ids", .shape = shape, .integers = at_least(tokens_, rows * kCandidates)});
}

Result<std::unique_ptr<SequenceModel>> SequenceModel::make(Session& encoder, Session& decoder) {
  for (const char* name : {"topk_logp", "topk_ids"}) {
    const TensorInfo* tensor = find_tensor(decoder.outputs(), name);
    if (tensor == nullptr) return mismatch(fmt::format("the decoder has no output '{}'", name));
    const std::int64_t count = tensor->shape.empty() ? 0 : tensor->shape.back();
    if (count != static_cast<std::int64_t>(kCandidates) && count != -1) {
      return mismatch(fmt::format("the decoder's output '{}' has {} candidates; {} are needed",
                                  name, count, kCandidates));
    }
  }
  if (find_tensor(encoder.inputs(), "src") == nullptr) {
    return mismatch("the encoder has no input 'src'");
  }
  if (find_tensor(decoder.inputs(), "token") == nullptr) {
    return mismatch("the decoder has no input 'token'");
  }
  if (find_tensor(decoder.inputs(), "state") != nullptr) return make_recurrent(encoder, decoder);
  if (find_tensor(decoder.inputs(), "k0") != nullptr) return make_transformer(encoder, decoder);
  return mismatch(
      "the decoder has neither the input 'state' of a recurrent network nor 'k0' of a Transformer");
}

}  // namespace rightsize
