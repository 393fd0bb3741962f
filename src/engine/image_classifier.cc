#include "rightsize/image_classifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/classifier_state.h"

namespace rightsize {

struct ImageClassifier::State : AdaptiveClassifier {
  using AdaptiveClassifier::AdaptiveClassifier;
};

ImageClassifier::ImageClassifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageClassifier::~ImageClassifier() = default;
ImageClassifier::ImageClassifier(ImageClassifier&&) noexcept = default;
ImageClassifier& ImageClassifier::operator=(ImageClassifier&&) noexcept = default;

Result<ImageClassifier> ImageClassifier::open(const std::filesystem::path& selector_file,
                                              const ImageClassifierOptions& options) {
  Result<SelectorFile> file = read_selector_file(selector_file);
  if (!file.ok()) return file.status();
  const std::size_t point =
      options.point.empty() ? file->default_point : file->find_point(options.point);
  if (point == file->points.size()) {
    std::vector<std::string> names;
    for (const OperatingPoint& one : file->points) names.push_back(one.name);
    return not_found(fmt::format("{}: has no operating point '{}'; it has: {}",
                                 selector_file.string(), options.point, fmt::join(names, ", ")));
  }
  auto state = std::make_unique<State>(std::move(*file), point, options);
  Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime(options.runtime);
  if (!runtime.ok()) return runtime.status();
  if (Status status = state->open(std::move(*runtime)); !status.ok()) return status;
  return ImageClassifier(std::move(state));
}

Result<Classification> ImageClassifier::classify(std::span<const std::byte> bytes,
                                                 const Budget& budget) {
  return state_->classify(bytes, budget);
}

Result<Classification> ImageClassifier::classify_with(const std::string& model,
                                                      std::span<const std::byte> bytes) {
  const ModelSpec* spec = state_->file.zoo.find(model);
  if (spec == nullptr) return not_found(fmt::format("no model is called '{}'", model));
  return state_->classify_with(static_cast<ModelIndex>(spec - state_->file.zoo.models.data()),
                               bytes);
}

double ImageClassifier::slowdown(const std::string& model) const {
  const ModelSpec* spec = state_->file.zoo.find(model);
  if (spec == nullptr) return 1.0;
  const auto index = static_cast<ModelIndex>(spec - state_->file.zoo.models.data());
  const Cost& then = state_->profiled[index];
  if (then.wall <= Nanoseconds(0)) return 1.0;
  const Cost now = state_->speed.expected(index, then);
  return static_cast<double>(now.wall.count()) / static_cast<double>(then.wall.count());
}

const std::string& ImageClassifier::drift() const { return state_->drift; }

void ImageClassifier::reset_drift() {
  state_->drift.clear();
  for (const auto& watch : state_->watches) {
    if (watch != nullptr) watch->reset();
  }
}

const std::string& ImageClassifier::model_name(ModelIndex model) const {
  return state_->file.zoo.models[model].name;
}
const std::string& ImageClassifier::baseline() const {
  return state_->file.zoo.models[state_->file.baseline].name;
}
const std::string& ImageClassifier::point() const {
  return state_->file.points[state_->point].name;
}
const std::vector<std::string>& ImageClassifier::missing() const { return state_->missing; }

}  // namespace rightsize
