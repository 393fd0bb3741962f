// ONNX Runtime, loaded with dlopen: one binary serves every version whose API is at least the
// headers', and the library links without it. (The shared library exports versioned symbols, so a
// program that links it refuses to start on any other version.)
#include <dlfcn.h>
#include <fmt/format.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstdlib>
#include <functional>
#include <numeric>
#include <string_view>

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include "core/passing.h"
#include "model/runtime.h"

namespace rightsize {
namespace {

std::vector<TensorInfo> describe(std::size_t count,
                                 const std::function<std::string(std::size_t)>& name,
                                 const std::function<Ort::TypeInfo(std::size_t)>& type) {
  std::vector<TensorInfo> tensors;
  for (std::size_t i = 0; i < count; ++i) {
    TensorInfo tensor{.name = name(i), .shape = {}, .is_float32 = false};
    const Ort::TypeInfo info = type(i);
    if (info.GetONNXType() == ONNX_TYPE_TENSOR) {
      const auto shape = info.GetTensorTypeAndShapeInfo();
      tensor.shape = shape.GetShape();
      tensor.is_float32 = shape.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Do the runtime's fast int8 kernels saturate on this CPU? They do on x86-64 without a VNNI
// instruction set; with one they are exact, and exact kernels on request would be twice as slow.
bool int8_saturates() {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  const bool avx512_vnni = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & (1U << 11)) != 0;
  const bool avx_vnni = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1U << 4)) != 0;
  return !avx512_vnni && !avx_vnni;
#else
  return false;
#endif
}

class OrtSession : public Session {
 public:
  OrtSession(Ort::Env& env, const std::filesystem::path& file, const Ort::SessionOptions& options)
      : session_(env, file.c_str(), options),
        memory_(Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault)) {
    Ort::AllocatorWithDefaultOptions allocator;
    inputs_ = describe(
        session_.GetInputCount(),
        [&](std::size_t i) {
          return std::string(session_.GetInputNameAllocated(i, allocator).get());
        },
        [&](std::size_t i) { return session_.GetInputTypeInfo(i); });
    outputs_ = describe(
        session_.GetOutputCount(),
        [&](std::size_t i) {
          return std::string(session_.GetOutputNameAllocated(i, allocator).get());
        },
        [&](std::size_t i) { return session_.GetOutputTypeInfo(i); });
  }

  std::string metadata(const std::string& key) const override {
    Ort::AllocatorWithDefaultOptions allocator;
    const auto value =
        session_.GetModelMetadata().LookupCustomMetadataMapAllocated(key.c_str(), allocator);
    return value == nullptr ? std::string() : std::string(value.get());
  }

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }

  Status run(const InputSpec& input_spec, std::span<const float> input,
             const OutputSpec& output_spec, std::span<float> output) noexcept override {
    try {
      const std::array<std::int64_t, 4> shape =
          input_spec.layout == Layout::kNchw
              ? std::array<std::int64_t, 4>{1, 3, input_spec.height, input_spec.width}
              : std::array<std::int64_t, 4>{1, input_spec.height, input_spec.width, 3};
      // The runtime takes a mutable pointer for inputs too but does not write through it.
      const Ort::Value tensor = Ort::Value::CreateTensor<float>(
          memory_, const_cast<float*>(input.data()), input.size(), shape.data(), shape.size());
      const char* input_name = input_spec.name.c_str();
      const char* output_name = output_spec.name.c_str();
      const auto results =
          session_.Run(Ort::RunOptions{nullptr}, &input_name, &tensor, 1, &output_name, 1);
      const std::size_t count = results[0].GetTensorTypeAndShapeInfo().GetElementCount();
      if (count != output.size()) {
        return runtime_error(fmt::format("output '{}' has {} values, {} are declared",
                                         output_spec.name, count, output.size()));
      }
      const float* values = results[0].GetTensorData<float>();
      std::copy(values, values + count, output.begin());
      return {};
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }

  Status run(std::span<const TensorRef> inputs,
             std::span<const TensorRef> outputs) noexcept override {
    try {
      std::array<const OrtValue*, kMaxTensors> in{};
      std::array<OrtValue*, kMaxTensors> out{};
      std::array<const char*, kMaxTensors> in_names{};
      std::array<const char*, kMaxTensors> out_names{};
      std::vector<Ort::Value> values;
      values.reserve(inputs.size() + outputs.size());
      if (inputs.size() > kMaxTensors || outputs.size() > kMaxTensors) {
        return limit_exceeded(fmt::format("more than {} inputs or outputs", kMaxTensors));
      }
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        in[i] = values.emplace_back(wrap(inputs[i]));
        in_names[i] = inputs[i].name;
      }
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        out[i] = values.emplace_back(wrap(outputs[i]));
        out_names[i] = outputs[i].name;
      }
      Ort::ThrowOnError(Ort::GetApi().Run(session_, nullptr, in_names.data(), in.data(),
                                          inputs.size(), out_names.data(), outputs.size(),
                                          out.data()));
      return {};
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }

 private:
  static constexpr std::size_t kMaxTensors = 128;

  // The memory stays the caller's.
  Ort::Value wrap(const TensorRef& tensor) const {
    std::size_t count = 1;
    for (const std::int64_t side : tensor.shape) count *= static_cast<std::size_t>(side);
    if (tensor.floats != nullptr) {
      return Ort::Value::CreateTensor<float>(memory_, tensor.floats, count, tensor.shape.data(),
                                             tensor.shape.size());
    }
    return Ort::Value::CreateTensor<std::int64_t>(memory_, tensor.integers, count,
                                                  tensor.shape.data(), tensor.shape.size());
  }

  Ort::Session session_;
  Ort::MemoryInfo memory_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

class OrtRuntime : public Runtime {
 public:
  // Only failures reach the log: they come back as Status anyway, and a library does not print.
  explicit OrtRuntime(std::string version)
      : version_(std::move(version)), env_(ORT_LOGGING_LEVEL_FATAL, "rightsize") {}

  std::string name() const override { return "ONNX Runtime " + version_; }

  Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                        const SessionSpec& spec) override {
    try {
      Ort::SessionOptions options;
      options.SetIntraOpNumThreads(1);
      options.SetInterOpNumThreads(1);
      options.SetExecutionMode(ORT_SEQUENTIAL);
      options.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);
      options.DisableCpuMemArena();  // a quarter less memory at the same speed
      if (spec.exact_int8 && int8_saturates()) {
        options.AddConfigEntry("session.x64quantprecision", "1");
      }
      return std::unique_ptr<Session>(std::make_unique<OrtSession>(env_, file, options));
    } catch (const std::exception& error) {
      return status_of(error).with_context(file.string() + ": ONNX Runtime cannot load it");
    }
  }

 private:
  std::string version_;
  Ort::Env env_;
};

std::string library_name(const std::filesystem::path& wanted) {
  if (!wanted.empty()) return wanted.string();
  const char* variable = std::getenv("RIGHTSIZE_ONNXRUNTIME");
  if (variable != nullptr && *variable != '\0') return variable;
  return "libonnxruntime.so.1";
}

}  // namespace

Result<std::shared_ptr<Runtime>> load_onnx_runtime(const std::filesystem::path& library) {
  const std::string name = library_name(library);
  // Never closed: sessions and the runtime's own threads may outlive any owner we could name.
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return not_found(
        fmt::format("ONNX Runtime cannot be loaded ({}); install it, or set "
                    "RIGHTSIZE_ONNXRUNTIME to the path of libonnxruntime.so.1",
                    ::dlerror()));
  }
  const auto get_base = reinterpret_cast<const OrtApiBase* (*)()>(::dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr) return mismatch(name + ": is not ONNX Runtime");
  const OrtApi* api = get_base()->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    return mismatch(fmt::format("{}: ONNX Runtime {} is too old; version 1.{} or later is needed",
                                name, get_base()->GetVersionString(), ORT_API_VERSION));
  }
  Ort::InitApi(api);
  try {
    return std::shared_ptr<Runtime>(std::make_shared<OrtRuntime>(get_base()->GetVersionString()));
  } catch (const std::exception& error) {
    return runtime_error(fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace rightsize
