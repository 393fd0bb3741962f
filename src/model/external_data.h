// Which other files an ONNX model keeps its weights in ("model.onnx.data"), read from the
// protobuf's wire format alone: every tensor that says so, in sub-graphs, attributes, sparse
// tensors, functions and training graphs too.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

struct ExternalData {
  std::string location;     // as the model has it: relative to the model's folder
  std::uint64_t bytes = 0;  // the file has at least so many, or a tensor is cut off
};

// Sorted by location, each once. Empty also for what is no well-formed ONNX model: the runtime says
// so better. Fails where a location is absolute or leads out of the model's folder, or where a
// tensor's description is ambiguous. Safe on hostile bytes; `model` must be seekable.
Result<std::vector<ExternalData>> external_data(std::istream& model);

}  // namespace rightsize
