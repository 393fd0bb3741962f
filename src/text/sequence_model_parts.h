// The contracts behind SequenceModel::make, and what they share.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "text/sequence_model.h"

namespace rightsize {

// By name; null where there is none.
inline const TensorInfo* find_tensor(const std::vector<TensorInfo>& tensors,
                                     const std::string& name) {
  for (const TensorInfo& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

// A side of a tensor that must be there with this many sides and be known; 0 where it is not.
inline std::int64_t side_of(const std::vector<TensorInfo>& tensors, const std::string& name,
                            std::size_t sides, std::size_t which) {
  const TensorInfo* tensor = find_tensor(tensors, name);
  if (tensor == nullptr || tensor->shape.size() != sides || tensor->shape[which] < 1) return 0;
  return tensor->shape[which];
}

// Grows only, so that a run of sentences soon allocates no more.
template <typename T>
T* at_least(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < std::max<std::size_t>(size, 1)) buffer.resize(std::max<std::size_t>(size, 1));
  return buffer.data();
}

Result<std::unique_ptr<SequenceModel>> make_recurrent(Session& encoder, Session& decoder);
Result<std::unique_ptr<SequenceModel>> make_transformer(Session& encoder, Session& decoder);

}  // namespace rightsize
