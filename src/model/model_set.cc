#include "model/model_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/file_identity.h"

namespace rightsize {
namespace {

const TensorInfo* find(const std::vector<TensorInfo>& tensors, const std::string& name) {
  for (const TensorInfo& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

std::string names_of(const std::vector<TensorInfo>& tensors) {
  std::string names;
  for (const TensorInfo& tensor : tensors) names += (names.empty() ? "" : ", ") + tensor.name;
  return names;
}

// Does a tensor of `declared` shape fit, open dimensions (-1) fitting anything?
bool fits(const std::vector<std::int64_t>& real, const std::vector<std::int64_t>& declared) {
  if (real.size() != declared.size()) return false;
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (real[i] >= 0 && real[i] != declared[i]) return false;
  }
  return true;
}

Status check_input(const InputSpec& spec, const Session& session) {
  const TensorInfo* tensor = find(session.inputs(), spec.name);
  if (tensor == nullptr) {
    return mismatch(
        fmt::format("has no input '{}'; its inputs: {}", spec.name, names_of(session.inputs())));
  }
  if (session.inputs().size() != 1) {
    return mismatch(fmt::format("has {} inputs, one is supported: {}", session.inputs().size(),
                                names_of(session.inputs())));
  }
  const std::vector<std::int64_t> declared =
      spec.layout == Layout::kNchw ? std::vector<std::int64_t>{1, 3, spec.height, spec.width}
                                   : std::vector<std::int64_t>{1, spec.height, spec.width, 3};
  if (!tensor->is_float32) return mismatch(fmt::format("input '{}' is not float32", spec.name));
  if (!fits(tensor->shape, declared)) {
    return mismatch(fmt::format("input '{}' has shape [{}], the manifest declares [{}]", spec.name,
                                fmt::join(tensor->shape, ", "), fmt::join(declared, ", ")));
  }
  return {};
}

Status check_output(const OutputSpec& spec, const Session& session) {
  const TensorInfo* tensor = find(session.outputs(), spec.name);
  if (tensor == nullptr) {
    return mismatch(
        fmt::format("has no output '{}'; its outputs: {}", spec.name, names_of(session.outputs())));
  }
  if (!tensor->is_float32) return mismatch(fmt::format("output '{}' is not float32", spec.name));
  std::int64_t known = 1;
  bool open = false;
  for (const std::int64_t side : tensor->shape) {
    if (side >= 0) known *= side;
    open = open || side < 0;
  }
  const bool good = known == spec.outputs || (open && known > 0 && spec.outputs % known == 0);
  if (good) return {};
  return mismatch(fmt::format("output '{}' has shape [{}], the manifest declares {} outputs",
                              spec.name, fmt::join(tensor->shape, ", "), spec.outputs));
}

}  // namespace

Result<std::unique_ptr<Session>> open_model(const Zoo& zoo, const ModelSpec& model,
                                            const std::vector<std::filesystem::path>& search,
                                            Runtime& runtime) {
  const Result<std::filesystem::path> file =
      verified_file(zoo, model.name, {model.file, model.sha256}, search);
  if (!file.ok()) return file.status();
  const std::string context = fmt::format("model '{}': {}", model.name, file->string());
  Result<std::unique_ptr<Session>> session = runtime.open(*file, model.session);
  if (!session.ok()) return session.status().with_context(fmt::format("model '{}'", model.name));
  for (const Status& status :
       {check_input(model.input, **session), check_output(model.output, **session)}) {
    if (!status.ok()) return status.with_context(context);
  }
  return session;
}

ModelSet::ModelSet(const Zoo& zoo, std::shared_ptr<Runtime> runtime)
    : runtime_(std::move(runtime)), by_model_(zoo.models.size(), nullptr) {}

Status ModelSet::add(const Zoo& zoo, ModelIndex index,
                     const std::vector<std::filesystem::path>& search) {
  const ModelSpec& model = zoo.models[index];
  const std::string key = session_key(model.sha256, model.session);
  auto found = sessions_.find(key);
  if (found == sessions_.end()) {
    auto session = open_model(zoo, model, search, *runtime_);
    if (!session.ok()) return session.status();
    found = sessions_.emplace(key, std::move(*session)).first;
  }
  by_model_[index] = found->second.get();
  return {};
}

Result<ModelSet> ModelSet::open(const Zoo& zoo, std::span<const ModelIndex> wanted,
                                const std::vector<std::filesystem::path>& search,
                                std::shared_ptr<Runtime> runtime) {
  ModelSet set(zoo, std::move(runtime));
  for (const ModelIndex index : wanted) {
    if (Status status = set.add(zoo, index, search); !status.ok()) return status;
  }
  return set;
}

}  // namespace rightsize
