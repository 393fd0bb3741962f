// The inference runtime behind a small interface, so that a second one fits without touching
// selectors. The only one built in is ONNX Runtime, loaded at run time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/manifest.h"
#include "rightsize/status.h"

namespace rightsize {

struct TensorInfo {
  std::string name;
  std::vector<std::int64_t> shape;  // -1 where the model leaves a dimension open
  bool is_float32 = false;
};

// A tensor in the caller's memory, row-major and contiguous: float32 or int64.
struct TensorRef {
  const char* name = nullptr;
  std::span<const std::int64_t> shape;
  float* floats = nullptr;  // one of these two
  std::int64_t* integers = nullptr;
};

// A loaded model. `run` may be called from several threads at once and uses the calling thread
// only.
class Session {
 public:
  virtual ~Session() = default;
  virtual const std::vector<TensorInfo>& inputs() const = 0;
  virtual const std::vector<TensorInfo>& outputs() const = 0;
  // What the model's file says of itself under this key; empty where it says nothing.
  virtual std::string metadata(const std::string& /*key*/) const { return {}; }
  // Runs on one input tensor of the manifest's shape and fills `output` (its length is checked).
  virtual Status run(const InputSpec& input_spec, std::span<const float> input,
                     const OutputSpec& output_spec, std::span<float> output) noexcept = 0;
  // Runs on any tensors. Outputs are written where the caller wants them, so their shapes must be
  // those that the model gives. Inputs are not written to.
  virtual Status run(std::span<const TensorRef> inputs,
                     std::span<const TensorRef> outputs) noexcept = 0;
};

// Thread-safe.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual std::string name() const = 0;  // "ONNX Runtime 1.32.0"
  virtual Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                                const SessionSpec& spec) = 0;
};

// Loads ONNX Runtime's shared library: `library` if not empty, else the environment variable
// RIGHTSIZE_ONNXRUNTIME, else libonnxruntime.so.1 on the loader's path.
Result<std::shared_ptr<Runtime>> load_onnx_runtime(const std::filesystem::path& library = {});

}  // namespace rightsize
