#include "rightsize/loaded_selector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/classes.h"
#include "selector/rule.h"
#include "selector/selector_file.h"
#include "selector/steering.h"

namespace rightsize {

struct LoadedSelector::Content {
  explicit Content(SelectorFile selector_file);
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  SelectorFile file;
  Steering steering;  // refers to `file`
  std::vector<Cost> profiled;
  std::vector<LoadedModel> models;
  std::vector<LoadedPoint> points;
  std::vector<std::unique_ptr<Selector>> selectors;  // [point]
};

namespace {

LoadedModel describe(const ModelSpec& spec, const ModelFigures& figures) {
  return {.name = spec.name,
          .file = spec.file,
          .sha256 = spec.sha256,
          .outputs = static_cast<std::size_t>(spec.output.outputs),
          .quality = figures.quality,
          .cpu_ms = figures.cpu_ms,
          .wall_ms = figures.wall_ms};
}

LoadedPoint describe(const OperatingPoint& point) {
  const bool looks_at_input =
      image_features_of(point.rule) != nullptr || network_of(point.rule) != nullptr;
  LoadedPoint described{.name = point.name,
                        .quality = point.quality.value,
                        .difference = point.difference.value,
                        .speedup = point.speedup.value,
                        .cpu_ms = point.cpu_ms,
                        .wall_ms = point.wall_ms,
                        .energy_mj = point.energy_mj,
                        .models = models_of(point.rule),
                        .uses_features = looks_at_input};
  if (point.proven) described.proven_loss = point.proven->loss;
  return described;
}

// Position of the item of that name.
template <typename Item>
Result<std::size_t> find(const std::vector<Item>& items, const std::string& name,
                         const char* kind) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].name == name) return i;
    names.push_back(items[i].name);
  }
  return not_found(fmt::format("the selector file has no {} '{}'; it has: {}", kind, name,
                               fmt::join(names, ", ")));
}

const std::string kNoText;

}  // namespace

LoadedSelector::Content::Content(SelectorFile selector_file)
    : file(std::move(selector_file)), steering(file), profiled(rightsize::profiled_costs(file)) {
  for (std::size_t m = 0; m < file.zoo.models.size(); ++m) {
    models.push_back(describe(file.zoo.models[m], file.figures[m]));
  }
  for (const OperatingPoint& point : file.points) {
    points.push_back(describe(point));
    selectors.push_back(make_selector(point.rule));
  }
}

LoadedSelector::LoadedSelector(std::unique_ptr<const Content> content)
    : content_(std::move(content)) {}
LoadedSelector::~LoadedSelector() = default;
LoadedSelector::LoadedSelector(LoadedSelector&&) noexcept = default;
LoadedSelector& LoadedSelector::operator=(LoadedSelector&&) noexcept = default;

Result<LoadedSelector> LoadedSelector::open(const std::filesystem::path& selector_file) {
  Result<SelectorFile> file = read_selector_file(selector_file);
  if (!file.ok()) return file.status();
  return LoadedSelector(std::make_unique<const Content>(std::move(*file)));
}

const std::vector<LoadedModel>& LoadedSelector::models() const { return content_->models; }
const std::vector<LoadedPoint>& LoadedSelector::points() const { return content_->points; }
ModelIndex LoadedSelector::baseline() const { return content_->file.baseline; }
std::size_t LoadedSelector::default_point() const { return content_->file.default_point; }

Result<ModelIndex> LoadedSelector::find_model(const std::string& name) const {
  const Result<std::size_t> found = find(content_->models, name, "model");
  if (!found.ok()) return found.status();
  return static_cast<ModelIndex>(*found);
}

Result<std::size_t> LoadedSelector::find_point(const std::string& name) const {
  return find(content_->points, name, "operating point");
}

const Selector& LoadedSelector::selector(std::size_t point) const {
  return *content_->selectors[point];
}

Result<std::size_t> LoadedSelector::choose(const Budget& budget, std::span<const Cost> costs,
                                           Nanoseconds elapsed) const {
  if (costs.empty()) costs = content_->profiled;
  if (costs.size() != content_->models.size()) {
    return invalid_input(fmt::format("{} costs were given for the {} models of the selector file",
                                     costs.size(), content_->models.size()));
  }
  return content_->steering.choose(budget, {.expected = costs, .upper = costs, .elapsed = elapsed});
}

std::span<const Cost> LoadedSelector::profiled_costs() const { return content_->profiled; }

Status LoadedSelector::interpret(ModelIndex model, std::span<const float> output, Trial& trial,
                                 TopClasses& top) const {
  trial.model = model;
  trial.status = TrialStatus::kFailed;
  trial.signals = {};
  trial.answer = -1;
  trial.top = nullptr;
  if (model >= content_->models.size()) {
    return invalid_input(
        fmt::format("model {} of a selector file that has {}", model, content_->models.size()));
  }
  const ModelSpec& spec = content_->file.zoo.models[model];
  ClassOutcome outcome;
  const Status status = rightsize::interpret(output, spec.output, outcome);
  if (!status.ok()) return status.with_context(fmt::format("model '{}'", spec.name));
  top = outcome.top;
  set_answer(outcome, trial);
  trial.top = &top;
  return {};
}

std::size_t LoadedSelector::class_count() const { return content_->file.zoo.classes.size(); }

const std::string& LoadedSelector::class_name(std::int64_t label) const {
  const bool known = label >= 0 && static_cast<std::size_t>(label) < class_count();
  return known ? content_->file.zoo.classes[static_cast<std::size_t>(label)].name : kNoText;
}

const std::string& LoadedSelector::class_key(std::int64_t label) const {
  const bool known = label >= 0 && static_cast<std::size_t>(label) < class_count();
  return known ? content_->file.zoo.classes[static_cast<std::size_t>(label)].key : kNoText;
}

}  // namespace rightsize
