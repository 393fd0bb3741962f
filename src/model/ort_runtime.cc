// ONNX Runtime, loaded with dlopen: one binary serves every version whose API is at least the
// headers', and the library links without it. (The shared library exports versioned symbols, so a
// program that links it refuses to start on any other version.)
#include <dlfcn.h>
#include <fmt/format.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <onnxruntime_c_api.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "core/passing.h"
#include "model/runtime.h"

namespace rightsize {
namespace {

// The C functions of one runtime library. The headers' C++ classes would reach them through one
// pointer for the whole process, which a second library, opened meanwhile, would turn round.
class Api {
 public:
  explicit Api(const OrtApi* functions) : functions_(functions) {}
  const OrtApi* operator->() const { return functions_; }

  void check(OrtStatus* status) const {
    if (status == nullptr) return;
    const std::string message = functions_->GetErrorMessage(status);
    functions_->ReleaseStatus(status);
    throw std::runtime_error(message);
  }

  // What `make` gives, released in the end.
  template <typename T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;
  template <typename T, typename Make>
  Owned<T> own(void (*release)(T*), const Make& make) const {
    T* made = nullptr;
    check(make(&made));
    return {made, release};
  }

  // A text that the runtime's allocator gave; empty for none.
  template <typename Make>
  std::string text(const Make& make) const {
    OrtAllocator* allocator = nullptr;
    check(functions_->GetAllocatorWithDefaultOptions(&allocator));
    char* given = nullptr;
    check(make(allocator, &given));
    if (given == nullptr) return {};
    std::string copy = given;
    check(functions_->AllocatorFree(allocator, given));
    return copy;
  }

 private:
  const OrtApi* functions_;
};

TensorInfo describe(const Api& api, std::string name, const OrtTypeInfo* type) {
  TensorInfo tensor{.name = std::move(name), .shape = {}, .is_float32 = false};
  const OrtTensorTypeAndShapeInfo* info = nullptr;
  api.check(api->CastTypeInfoToTensorInfo(type, &info));
  if (info == nullptr) return tensor;  // a sequence, a map
  std::size_t sides = 0;
  api.check(api->GetDimensionsCount(info, &sides));
  tensor.shape.resize(sides);
  api.check(api->GetDimensions(info, tensor.shape.data(), sides));
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  api.check(api->GetTensorElementType(info, &element));
  tensor.is_float32 = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  return tensor;
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

class OnnxSession : public Session {
 public:
  OnnxSession(const Api& api, Api::Owned<OrtSession> session)
      : api_(api),
        session_(std::move(session)),
        memory_(api.own<OrtMemoryInfo>(api->ReleaseMemoryInfo, [&](OrtMemoryInfo** made) {
          return api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, made);
        })) {
    describe_all(api_->SessionGetInputCount, api_->SessionGetInputName,
                 api_->SessionGetInputTypeInfo, inputs_);
    describe_all(api_->SessionGetOutputCount, api_->SessionGetOutputName,
                 api_->SessionGetOutputTypeInfo, outputs_);
  }

  std::string metadata(const std::string& key) const override {
    const auto all =
        api_.own<OrtModelMetadata>(api_->ReleaseModelMetadata, [&](OrtModelMetadata** made) {
          return api_->SessionGetModelMetadata(session_.get(), made);
        });
    return api_.text([&](OrtAllocator* allocator, char** text) {
      return api_->ModelMetadataLookupCustomMetadataMap(all.get(), allocator, key.c_str(), text);
    });
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
      const char* input_name = input_spec.name.c_str();
      const char* output_name = output_spec.name.c_str();
      // The runtime takes a mutable pointer for inputs too but does not write through it.
      const auto tensor =
          wrap({.shape = shape, .floats = const_cast<float*>(input.data()), .integers = nullptr});
      const OrtValue* in = tensor.get();
      const auto result = api_.own<OrtValue>(api_->ReleaseValue, [&](OrtValue** made) {
        return api_->Run(session_.get(), nullptr, &input_name, &in, 1, &output_name, 1, made);
      });
      return copy(*result, output_spec, output);
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
      std::vector<Api::Owned<OrtValue>> values;
      values.reserve(inputs.size() + outputs.size());
      if (inputs.size() > kMaxTensors || outputs.size() > kMaxTensors) {
        return limit_exceeded(fmt::format("more than {} inputs or outputs", kMaxTensors));
      }
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        in[i] = values.emplace_back(wrap(inputs[i])).get();
        in_names[i] = inputs[i].name;
      }
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        out[i] = values.emplace_back(wrap(outputs[i])).get();
        out_names[i] = outputs[i].name;
      }
      api_.check(api_->Run(session_.get(), nullptr, in_names.data(), in.data(), inputs.size(),
                           out_names.data(), outputs.size(), out.data()));
      return {};
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }

 private:
  static constexpr std::size_t kMaxTensors = 128;

  template <typename Count, typename Name, typename Type>
  void describe_all(Count count, Name name, Type type, std::vector<TensorInfo>& tensors) const {
    std::size_t tensor_count = 0;
    api_.check(count(session_.get(), &tensor_count));
    for (std::size_t i = 0; i < tensor_count; ++i) {
      const auto info = api_.own<OrtTypeInfo>(
          api_->ReleaseTypeInfo, [&](OrtTypeInfo** made) { return type(session_.get(), i, made); });
      std::string called = api_.text([&](OrtAllocator* allocator, char** text) {
        return name(session_.get(), i, allocator, text);
      });
      tensors.push_back(describe(api_, std::move(called), info.get()));
    }
  }

  // The memory stays the caller's.
  Api::Owned<OrtValue> wrap(const TensorRef& tensor) const {
    std::size_t count = 1;
    for (const std::int64_t side : tensor.shape) count *= static_cast<std::size_t>(side);
    const bool floats = tensor.floats != nullptr;
    void* data = floats ? static_cast<void*>(tensor.floats) : tensor.integers;
    const std::size_t size = count * (floats ? sizeof(float) : sizeof(std::int64_t));
    return api_.own<OrtValue>(api_->ReleaseValue, [&](OrtValue** made) {
      return api_->CreateTensorWithDataAsOrtValue(
          memory_.get(), data, size, tensor.shape.data(), tensor.shape.size(),
          floats ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT : ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, made);
    });
  }

  Status copy(OrtValue& value, const OutputSpec& spec, std::span<float> output) const {
    const auto info = api_.own<OrtTensorTypeAndShapeInfo>(
        api_->ReleaseTensorTypeAndShapeInfo, [&](OrtTensorTypeAndShapeInfo** made) {
          return api_->GetTensorTypeAndShape(&value, made);
        });
    std::size_t count = 0;
    api_.check(api_->GetTensorShapeElementCount(info.get(), &count));
    if (count != output.size()) {
      return runtime_error(fmt::format("output '{}' has {} values, {} are declared", spec.name,
                                       count, output.size()));
    }
    void* values = nullptr;
    api_.check(api_->GetTensorMutableData(&value, &values));
    std::copy_n(static_cast<const float*>(values), count, output.begin());
    return {};
  }

  Api api_;
  Api::Owned<OrtSession> session_;
  Api::Owned<OrtMemoryInfo> memory_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

class OnnxRuntime : public Runtime {
 public:
  // Only failures reach the log: they come back as Status anyway, and a library does not print.
  OnnxRuntime(const Api& api, std::string version)
      : api_(api),
        version_(std::move(version)),
        env_(api.own<OrtEnv>(api->ReleaseEnv, [&](OrtEnv** made) {
          return api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "rightsize", made);
        })) {}

  std::string name() const override { return "ONNX Runtime " + version_; }

  Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                        const SessionSpec& spec) override {
    try {
      const auto options = session_options(spec);
      auto session = api_.own<OrtSession>(api_->ReleaseSession, [&](OrtSession** made) {
        return api_->CreateSession(env_.get(), file.c_str(), options.get(), made);
      });
      return std::unique_ptr<Session>(std::make_unique<OnnxSession>(api_, std::move(session)));
    } catch (const std::exception& error) {
      return status_of(error).with_context(file.string() + ": ONNX Runtime cannot load it");
    }
  }

 private:
  Api::Owned<OrtSessionOptions> session_options(const SessionSpec& spec) const {
    auto options = api_.own<OrtSessionOptions>(
        api_->ReleaseSessionOptions,
        [&](OrtSessionOptions** made) { return api_->CreateSessionOptions(made); });
    api_.check(api_->SetIntraOpNumThreads(options.get(), 1));
    api_.check(api_->SetInterOpNumThreads(options.get(), 1));
    api_.check(api_->SetSessionExecutionMode(options.get(), ORT_SEQUENTIAL));
    api_.check(api_->SetSessionLogSeverityLevel(options.get(), ORT_LOGGING_LEVEL_FATAL));
    api_.check(api_->DisableCpuMemArena(options.get()));  // a quarter less memory at the same speed
    if (spec.exact_int8 && int8_saturates()) {
      api_.check(api_->AddSessionConfigEntry(options.get(), "session.x64quantprecision", "1"));
    }
    return options;
  }

  Api api_;
  std::string version_;
  Api::Owned<OrtEnv> env_;
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
  try {
    return std::shared_ptr<Runtime>(
        std::make_shared<OnnxRuntime>(Api(api), get_base()->GetVersionString()));
  } catch (const std::exception& error) {
    return runtime_error(fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace rightsize
