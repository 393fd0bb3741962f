#include "rightsize/translator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/file.h"
#include "engine/text_world.h"
#include "selector/selector_file.h"
#include "selector/steering.h"
#include "text/text_models.h"

namespace rightsize {
namespace {

// A selector for every model of a zoo by itself.
SelectorFile each_model(Zoo zoo) {
  SelectorFile file;
  const std::size_t models = zoo.models.size();
  for (std::size_t m = 0; m < models; ++m) {
    OperatingPoint point;
    point.name = zoo.models[m].name;
    point.rule = fixed_rule(static_cast<ModelIndex>(m));
    point.shares.assign(models, 0.0);
    point.shares[m] = 1.0;
    file.points.push_back(std::move(point));
  }
  file.figures.resize(models);
  file.zoo = std::move(zoo);
  return file;
}

Result<SelectorFile> read_selector_or_zoo(const std::filesystem::path& path) {
  if (path.extension() != ".toml") return read_selector_file(path);
  Result<Zoo> zoo = read_manifest(path);
  if (!zoo.ok()) return zoo.status();
  return each_model(std::move(*zoo));
}

}  // namespace

// Made once and not moved: its parts refer to each other.
struct Translator::State {
  State(SelectorFile selector_file, TranslatorOptions wanted)
      : file(std::move(selector_file)),
        options(std::move(wanted)),
        steering(file),
        selectors(file.points.size()) {
    live.models.resize(file.zoo.models.size());
  }

  Status open();
  Status open_point(std::size_t index);
  Result<Translation> translate(std::string_view sentence, const Budget& budget);
  void fill(const TextWorld& world, Translation& result) const;

  SelectorFile file;
  TranslatorOptions options;
  std::size_t point = 0;
  Steering steering;
  std::optional<TextModels> opened;
  LiveTextModels live;
  std::vector<std::unique_ptr<Selector>> selectors;  // [point]; null where it is not in use
};

Status Translator::State::open() {
  if (file.zoo.task != kTranslation) {
    return mismatch(
        fmt::format("this is a selector for {}, not for {}", file.zoo.task, kTranslation));
  }
  point = options.point.empty() ? file.default_point : file.find_point(options.point);
  if (point == file.points.size()) {
    std::string names;
    for (const OperatingPoint& one : file.points) {
      names += (names.empty() ? "" : ", ") + one.name;
    }
    return not_found(
        fmt::format("there is no operating point '{}'; there are: {}", options.point, names));
  }
  Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime(options.runtime);
  if (!runtime.ok()) return runtime.status();
  opened.emplace(file.zoo, options.models, *runtime);
  for (std::size_t p = 0; p < file.points.size(); ++p) {
    if (!options.steerable && p != point) continue;
    if (Status status = open_point(p); !status.ok()) return status;
  }
  return {};
}

Status Translator::State::open_point(std::size_t index) {
  selectors[index] = make_selector(file.points[index].rule);
  for (const ModelIndex model : steering.models(index)) {
    if (live.models[model] != nullptr) continue;
    if (Status status = opened->open(model); !status.ok()) return status;
    auto made = opened->make(model);
    if (!made.ok()) return made.status();
    live.models[model] = std::move(*made);
  }
  return {};
}

void Translator::State::fill(const TextWorld& world, Translation& result) const {
  result.answered = result.decision.answered();
  if (!result.answered) {
    for (const Trial& trial : result.decision.trials()) {
      const TextWorld::Run* run = world.run_of(trial.model);
      if (run == nullptr || run->status.ok()) continue;
      result.failure =
          fmt::format("model '{}': {}", file.zoo.models[trial.model].name, run->status.message());
    }
    return;
  }
  const ModelIndex model = result.decision.answered_by().model;
  const TextWorld::Run& run = *world.run_of(model);
  result.model = file.zoo.models[model].name;
  result.text = run.outcome.text;
  const Signals& signals = run.outcome.signals;
  result.confidence =
      file.zoo.models[model].translation.memory
          ? signals[static_cast<std::size_t>(Signal::kSimilarity)]
          : std::exp(signals[static_cast<std::size_t>(Signal::kMeanLogProbability)]);
  result.cut = !run.outcome.finished;
  result.source_pieces = run.outcome.source_pieces;
  result.target_tokens = run.outcome.target_tokens;
  result.decoder_calls = run.times.decoder_calls;
  result.drafted = run.times.drafted;
  result.accepted = run.times.accepted;
  result.runtime_cpu = run.times.runtime.cpu;
}

Result<Translation> Translator::State::translate(std::string_view sentence, const Budget& budget) {
  TextWorld world(live);
  if (Status status = world.read(sentence); !status.ok()) return status;
  std::vector<Cost> costs(live.models.size());
  for (std::size_t m = 0; m < costs.size(); ++m) {
    if (live.models[m] != nullptr) costs[m] = {.cpu = Nanoseconds(0), .wall = Nanoseconds(0)};
  }
  world.set_costs(std::move(costs));
  world.set_deadline(budget.deadline);
  Translation result;
  result.point = file.points[point].name;
  result.decision = decide(*selectors[point], world, budget);
  result.late = budget.deadline != kNever && result.decision.wall > budget.deadline;
  fill(world, result);
  return result;
}

Translator::Translator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Translator::~Translator() = default;
Translator::Translator(Translator&&) noexcept = default;
Translator& Translator::operator=(Translator&&) noexcept = default;

Result<Translator> Translator::open(const std::filesystem::path& file,
                                    const TranslatorOptions& options) {
  Result<SelectorFile> selector = read_selector_or_zoo(file);
  if (!selector.ok()) return selector.status();
  auto state = std::make_unique<State>(std::move(*selector), options);
  if (Status status = state->open(); !status.ok()) return status.with_context(file.string());
  return Translator(std::move(state));
}

Result<Translation> Translator::translate(std::string_view sentence, const Budget& budget) {
  return state_->translate(sentence, budget);
}

const std::string& Translator::model_name(ModelIndex model) const {
  return state_->file.zoo.models[model].name;
}
const std::string& Translator::point() const { return state_->file.points[state_->point].name; }
const std::string& Translator::source_language() const { return state_->file.zoo.source_language; }
const std::string& Translator::target_language() const { return state_->file.zoo.target_language; }

}  // namespace rightsize
