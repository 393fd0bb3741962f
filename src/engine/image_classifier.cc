#include "rightsize/image_classifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <numeric>

#include "engine/live_world.h"
#include "model/model_set.h"
#include "selector/selector_file.h"

namespace rightsize {
namespace {

// At most 11 days: estimates may be absurd, but they fit.
Nanoseconds from_ms(double ms) { return Nanoseconds(std::llround(std::min(ms, 1e9) * 1e6)); }

}  // namespace

struct ImageClassifier::State {
  SelectorFile file;
  std::size_t point = 0;
  std::unique_ptr<Selector> selector;
  std::shared_ptr<Runtime> runtime;
  std::vector<ModelSet> sets;        // sessions; the second and later ones are for classify_with
  std::unique_ptr<Session> network;  // of a CNN premodel
  LiveModels live;
  ImageClassifierOptions options;
  // How fast this machine is against the one that was profiled, over all runs so far.
  double measured_ns = 0.0;
  double profiled_ns = 0.0;

  Status open_models(std::span<const ModelIndex> wanted);
  // What the premodel looks at; `rule` must be the file's own.
  Status open_features(const PremodelRule& rule);
  Result<Classification> classify(const Selector& chosen, std::span<const std::byte> bytes,
                                  const Budget& budget);
  void note_speed(const Decision& decision);
  Nanoseconds baseline_cost(const Decision& decision) const;
};

Status ImageClassifier::State::open_models(std::span<const ModelIndex> wanted) {
  Result<ModelSet> set = ModelSet::open(file.zoo, wanted, options.models, runtime);
  if (!set.ok()) return set.status();
  for (const ModelIndex index : wanted) {
    const ModelSpec& spec = file.zoo.models[index];
    auto model = std::make_unique<ImageModel>(spec, *set->session(index));
    ClassOutcome outcome;
    ImageModel::Times times;
    if (Status status = model->classify(grey_image(), outcome, times); !status.ok()) {
      return status.with_context(fmt::format("model '{}': warm-up run", spec.name));
    }
    live.models[index] = std::move(model);
    live.costs[index] = {from_ms(file.figures[index].cpu_ms), from_ms(file.figures[index].wall_ms)};
  }
  sets.push_back(std::move(*set));
  return {};
}

Status ImageClassifier::State::open_features(const PremodelRule& rule) {
  if (rule.probe) return {};
  if (!rule.network) {
    Result<ImageFeatures> features = ImageFeatures::make(rule.features);
    if (!features.ok()) return features.status();
    live.features = std::move(*features);
    return {};
  }
  auto session = open_model(file.zoo, *rule.network, options.models, *runtime);
  if (!session.ok()) return session.status();
  network = std::move(*session);
  live.network = std::make_unique<ImageModel>(*rule.network, *network);
  ClassOutcome outcome;
  ImageModel::Times times;
  return live.network->classify(grey_image(), outcome, times)
      .with_context(fmt::format("network '{}' of the premodel: warm-up run", rule.network->name));
}

void ImageClassifier::State::note_speed(const Decision& decision) {
  for (const Trial& trial : decision.trials()) {
    if (trial.status != TrialStatus::kOk) continue;
    measured_ns += static_cast<double>(trial.cpu.count());
    profiled_ns += static_cast<double>(live.costs[trial.model].cpu.count());
  }
}

Nanoseconds ImageClassifier::State::baseline_cost(const Decision& decision) const {
  for (const Trial& trial : decision.trials()) {
    if (trial.model == file.baseline && trial.status == TrialStatus::kOk) return trial.cpu;
  }
  const double speed = profiled_ns > 0 ? measured_ns / profiled_ns : 1.0;
  return from_ms(file.figures[file.baseline].cpu_ms * speed);
}

Result<Classification> ImageClassifier::State::classify(const Selector& chosen,
                                                        std::span<const std::byte> bytes,
                                                        const Budget& budget) {
  LiveWorld world(live);
  if (Status status = world.decode(bytes, {options.max_pixels}); !status.ok()) return status;
  Classification result;
  result.decision = decide(chosen, world, budget);
  result.decode_cpu = world.decode_cpu();
  note_speed(result.decision);
  result.baseline_cpu = result.decode_cpu + baseline_cost(result.decision);
  result.answered = result.decision.answered();
  if (result.answered) {
    const Answer& answer = result.decision.answer;
    result.label = static_cast<std::int32_t>(answer.value);
    const ClassSpec& spec = file.zoo.classes[static_cast<std::size_t>(result.label)];
    result.key = spec.key;
    result.name = spec.name;
    result.confidence = answer.signals[static_cast<std::size_t>(Signal::kMaxProbability)];
    result.model = file.zoo.models[result.decision.answered_by().model].name;
  }
  // The class lists belong to the world, which ends here.
  for (Trial& trial : result.decision.tried) trial.top = nullptr;
  return result;
}

ImageClassifier::ImageClassifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageClassifier::~ImageClassifier() = default;
ImageClassifier::ImageClassifier(ImageClassifier&&) noexcept = default;
ImageClassifier& ImageClassifier::operator=(ImageClassifier&&) noexcept = default;

Result<ImageClassifier> ImageClassifier::open(const std::filesystem::path& selector_file,
                                              const ImageClassifierOptions& options) {
  Result<SelectorFile> file = read_selector_file(selector_file);
  if (!file.ok()) return file.status();
  auto state = std::make_unique<State>();
  state->file = std::move(*file);
  state->options = options;
  const SelectorFile& selector = state->file;
  state->point =
      options.point.empty() ? selector.default_point : selector.find_point(options.point);
  if (state->point == selector.points.size()) {
    std::vector<std::string> names;
    for (const OperatingPoint& point : selector.points) names.push_back(point.name);
    return not_found(fmt::format("{}: has no operating point '{}'; it has: {}",
                                 selector_file.string(), options.point, fmt::join(names, ", ")));
  }
  Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime(options.runtime);
  if (!runtime.ok()) return runtime.status();
  state->runtime = std::move(*runtime);
  const Rule& rule = selector.points[state->point].rule;
  state->selector = make_selector(rule);
  if (const auto* premodel = std::get_if<PremodelRule>(&rule)) {
    if (Status status = state->open_features(*premodel); !status.ok()) return status;
  }
  state->live.models.resize(selector.zoo.models.size());
  state->live.costs.resize(selector.zoo.models.size());
  if (Status status = state->open_models(state->selector->models()); !status.ok()) return status;
  return ImageClassifier(std::move(state));
}

Result<Classification> ImageClassifier::classify(std::span<const std::byte> bytes,
                                                 const Budget& budget) {
  return state_->classify(*state_->selector, bytes, budget);
}

Result<Classification> ImageClassifier::classify_with(const std::string& model,
                                                      std::span<const std::byte> bytes) {
  const ModelSpec* spec = state_->file.zoo.find(model);
  if (spec == nullptr) return not_found(fmt::format("no model is called '{}'", model));
  const auto index = static_cast<ModelIndex>(spec - state_->file.zoo.models.data());
  if (state_->live.models[index] == nullptr) {
    const std::array wanted{index};
    if (Status status = state_->open_models(wanted); !status.ok()) return status;
  }
  return state_->classify(Cascade(fixed_rule(index)), bytes, {});
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

}  // namespace rightsize
