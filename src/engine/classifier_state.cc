#include "engine/classifier_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "selector/explain.h"
#include "selector/trials.h"

namespace rightsize {
namespace {

constexpr int kTimedWarmUps = 4;  // per model

}  // namespace

AdaptiveClassifier::AdaptiveClassifier(SelectorFile selector_file, std::size_t default_point,
                                       ImageClassifierOptions wanted)
    : file(std::move(selector_file)),
      point(default_point),
      options(std::move(wanted)),
      profiled(profiled_costs(file)),
      speed(file.zoo.models.size() + file.points.size()),
      steering(file),
      points_(file.points.size()),
      retreat_(file.points.size()),
      expected_(file.zoo.models.size()),
      looking_(file.points.size()) {
  file.default_point = default_point;
  live_.models.resize(file.zoo.models.size());
  live_.costs.resize(file.zoo.models.size());
  for (std::size_t p = 0; p < file.points.size(); ++p) {
    const OperatingPoint& one = file.points[p];
    watches.push_back(one.drift ? std::make_unique<DriftWatch>(*one.drift) : nullptr);
    if (one.rule == Rule(fixed_rule(file.baseline))) retreat_ = p;
    Cost& looking = profiled.emplace_back();
    if (one.looking_ms) looking = {from_ms(*one.looking_ms), from_ms(*one.looking_ms)};
  }
}

Status AdaptiveClassifier::open_model(ModelIndex index) {
  if (Status status = sessions_->add(file.zoo, index, options.models); !status.ok()) return status;
  const ModelSpec& spec = file.zoo.models[index];
  auto model = std::make_unique<ImageModel>(spec, *sessions_->session(index));
  ClassOutcome outcome;
  ImageModel::Times times;
  if (Status status = model->classify(grey_image(), outcome, times); !status.ok()) {
    return status.with_context(fmt::format("model '{}': warm-up run", spec.name));
  }
  // Deadlines need to know from the first request on how fast this machine is.
  for (int run = 0; options.steerable && run < kTimedWarmUps; ++run) {
    const Elapsed before = live_.now();
    if (!model->classify(grey_image(), outcome, times).ok()) break;
    observe(index, live_.now() - before);
  }
  live_.models[index] = std::move(model);
  return {};
}

Status AdaptiveClassifier::open_features(const Rule& rule, OpenPoint& opened) {
  if (const ImageFeatureOptions* wanted = image_features_of(rule)) {
    Result<ImageFeatures> features = ImageFeatures::make(*wanted);
    if (!features.ok()) return features.status();
    opened.features = std::move(*features);
  }
  const ModelSpec* spec = network_of(rule);
  if (spec == nullptr) return {};
  auto session = rightsize::open_model(file.zoo, *spec, options.models, *runtime_);
  if (!session.ok()) return session.status();
  opened.network_session = std::move(*session);
  opened.network = std::make_unique<ImageModel>(*spec, *opened.network_session);
  ClassOutcome outcome;
  ImageModel::Times times;
  return opened.network->classify(grey_image(), outcome, times)
      .with_context(fmt::format("network '{}' of the premodel: warm-up run", spec->name));
}

// What looking at an input takes, of a file that does not say: on a grey image, at the speed that
// the models' runs showed. Of features that is a first guess, which real images soon correct.
void AdaptiveClassifier::time_looking(std::size_t index) {
  OpenPoint& opened = points_[index];
  Cost& then = profiled[looking_place(index)];
  if (then.available() || (!opened.features && opened.network == nullptr)) return;
  const Image grey = grey_image();
  Elapsed took;
  for (int run = 0; run < 2; ++run) {  // the first one warms up
    const Elapsed before = live_.now();
    ClassOutcome outcome;
    ImageModel::Times times;
    if (opened.network != nullptr) {
      (void)opened.network->classify(grey, outcome, times);
    } else {
      std::array<float, kImageFeatures> features{};
      opened.features->begin(grey);
      for (std::size_t g = 0; g < kImageFeatureGroups; ++g) {
        (void)opened.features->extract(g, features);
      }
    }
    took = live_.now() - before;
  }
  const Cost now = speed.expected(looking_place(index), {took.cpu, took.wall});
  const auto at_profile = [](Nanoseconds measured, Nanoseconds scaled) {
    const double ratio = static_cast<double>(measured.count()) /
                         static_cast<double>(std::max<std::int64_t>(scaled.count(), 1));
    return from_ms(to_ms(measured) * ratio);
  };
  then = {.cpu = at_profile(took.cpu, now.cpu), .wall = at_profile(took.wall, now.wall)};
}

Status AdaptiveClassifier::open_points() {
  for (std::size_t p = 0; p < points_.size(); ++p) {
    const bool used =
        options.steerable || p == point || (options.retreat_on_drift && p == retreat_);
    if (!used) continue;
    OpenPoint& opened = points_[p];
    opened.selector = make_selector(file.points[p].rule);
    if (Status status = open_features(file.points[p].rule, opened); !status.ok()) return status;
    for (const ModelIndex model : steering.models(p)) {
      if (is_open(model)) continue;
      const Status status = open_model(model);
      if (status.ok()) continue;
      if (!options.tolerate_missing) return status;
      missing.push_back(status.message());
    }
  }
  return {};
}

Status AdaptiveClassifier::open(std::shared_ptr<Runtime> runtime) {
  runtime_ = std::move(runtime);
  sessions_.emplace(file.zoo, runtime_);
  if (Status status = open_points(); !status.ok()) return status;
  for (std::size_t p = 0; p < points_.size() && options.steerable; ++p) time_looking(p);
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  const std::vector<ModelIndex>& models = steering.models(point);
  if (std::none_of(models.begin(), models.end(), [&](auto m) { return is_open(m); })) {
    return not_found(fmt::format("no model of the operating point '{}' can be opened: {}",
                                 file.points[point].name, missing.front()));
  }
  refresh_costs();
  return {};
}

void AdaptiveClassifier::observe(std::size_t place, const Elapsed& took) {
  speed.observe(static_cast<ModelIndex>(place), profiled[place],
                {.cpu = took.cpu, .wall = took.wall});
}

void AdaptiveClassifier::refresh_costs() {
  for (std::size_t m = 0; m < live_.models.size(); ++m) {
    if (live_.models[m] == nullptr) continue;
    const auto model = static_cast<ModelIndex>(m);
    expected_[m] = speed.settled(model, profiled[m]);
    live_.costs[m] = {.cpu = speed.expected(model, profiled[m]).cpu,
                      .wall = speed.upper(model, profiled[m]).wall};
  }
  for (std::size_t p = 0; p < points_.size(); ++p) {
    const ModelIndex place = looking_place(p);
    if (profiled[place].available()) looking_[p] = speed.upper(place, profiled[place]).wall;
  }
}

Result<AdaptiveClassifier::Choice> AdaptiveClassifier::choose(const Budget& budget,
                                                              Nanoseconds elapsed) {
  if (options.retreat_on_drift && !drift.empty() && retreat_ < points_.size()) {
    return Choice{.point = retreat_};
  }
  if (!options.steerable) {
    if (Status status = only_a_deadline(budget, "classifier"); !status.ok()) return status;
    return Choice{.point = point};
  }
  const PresentCosts present{
      .expected = expected_, .upper = live_.costs, .elapsed = elapsed, .looking = looking_};
  const Result<std::size_t> chosen = choice_.choose(steering, budget, present);
  if (chosen.ok()) return Choice{.point = *chosen};
  const auto tried = steering.to_try(budget, present, breaker_.attempt());
  const bool too_late = elapsed >= budget.deadline;  // decoding alone has taken it all
  if (!tried || too_late || !breaker_.lets_through()) return chosen.status();
  return Choice{.point = *tried, .let_through = true};
}

Nanoseconds AdaptiveClassifier::baseline_cost(const Decision& decision) const {
  const std::size_t trial = trial_of(decision.trials(), file.baseline);
  const bool ran = trial != kNoTrial && decision.tried[trial].status == TrialStatus::kOk;
  if (ran) return decision.tried[trial].cpu;
  return speed.expected(file.baseline, profiled[file.baseline]).cpu;
}

void AdaptiveClassifier::rescue(LiveWorld& world, Classification& result) {
  // From the baseline on: the first that gives an answer is taken.
  CascadeRule rule{.stages = {}};
  const auto untried = [&](ModelIndex model) {
    return is_open(model) && trial_of(result.decision.trials(), model) == kNoTrial;
  };
  if (untried(file.baseline)) rule.stages.push_back({.model = file.baseline, .threshold = -1});
  for (std::size_t m = live_.models.size(); m-- > 0 && rule.stages.size() < kMaxTrials;) {
    const auto model = static_cast<ModelIndex>(m);
    if (model != file.baseline && untried(model)) {
      rule.stages.push_back({.model = model, .threshold = -1});
    }
  }
  if (rule.stages.empty()) return;
  const Decision rescued = decide(Cascade(std::move(rule)), world);
  if (!rescued.answered()) return;
  result.decision = rescued;
  result.rescued = true;
}

void AdaptiveClassifier::watch(const Decision& decision, const Budget& budget, std::size_t used) {
  DriftWatch* watch = watches[used].get();
  if (watch == nullptr || budget.deadline != kNever) return;
  watch->observe(decision);
  if (!watch->alarm() || !drift.empty()) return;
  drift = fmt::format("at operating point '{}': {}", file.points[used].name,
                      describe(*watch->alarm(), file.zoo.models[watch->alarm()->model].name));
}

void AdaptiveClassifier::learn_speed(const LiveWorld& world, const Decision& decision,
                                     std::size_t used) {
  for (const Trial& trial : decision.trials()) {
    if (trial.status != TrialStatus::kOk) continue;
    observe(trial.model, {.cpu = trial.cpu, .wall = trial.wall});
  }
  if (decision.extracted.any() && world.features_time()) {
    observe(looking_place(used), *world.features_time());
  }
  refresh_costs();
}

std::string AdaptiveClassifier::reason_of(const LiveWorld& world) const {
  const LiveWorld::Failure& failure = world.failure();
  if (failure.status.ok()) return "";
  const std::string what = failure.model
                               ? fmt::format("model '{}'", file.zoo.models[*failure.model].name)
                               : std::string("the features of the image");
  return failure.status.with_context(what).message();
}

void AdaptiveClassifier::fill(const LiveWorld& world, Classification& result) const {
  result.decode_cpu = world.decode_cpu();
  result.baseline_cpu = result.decode_cpu + baseline_cost(result.decision);
  result.answered = result.decision.answered();
  if (!result.answered || result.rescued) result.failure = reason_of(world);
  if (!result.answered) return;
  const Answer& answer = result.decision.answer;
  result.label = static_cast<std::int32_t>(answer.value);
  const ClassSpec& spec = file.zoo.classes[static_cast<std::size_t>(result.label)];
  result.key = spec.key;
  result.name = spec.name;
  result.confidence = answer.signals[static_cast<std::size_t>(Signal::kMaxProbability)];
  result.model = file.zoo.models[result.decision.answered_by().model].name;
}

Result<Classification> AdaptiveClassifier::classify(std::span<const std::byte> bytes,
                                                    const Budget& budget) {
  LiveWorld world(live_);
  if (Status status = world.decode(bytes, {options.max_pixels}); !status.ok()) return status;
  const Result<Choice> choice = choose(budget, world.elapsed());
  if (!choice.ok()) return choice.status();
  const std::size_t chosen = choice->point;
  OpenPoint& used = points_[chosen];
  live_.features = used.features ? &*used.features : nullptr;
  live_.network = used.network.get();
  Classification result;
  result.point = file.points[chosen].name;
  result.decision = decide(*used.selector, world, budget);
  watch(result.decision, budget, chosen);  // before anything is rescued: that it failed is drift
  const bool failed =
      !result.decision.answered() && result.decision.last().reason == Reason::kNoAnswer;
  if (failed) rescue(world, result);
  result.late = budget.deadline != kNever && result.decision.wall > budget.deadline;
  fill(world, result);
  if (options.explain) {
    const Explanation explanation =
        explain(file, chosen, result.decision, live_.costs, world.features());
    result.explanation = to_text(explanation);
    result.explanation_json = to_json(explanation).dump();
  }
  if (choice->let_through) {
    breaker_.learn(!failed && !result.late && result.decision.wall <= budget.mean_latency);
  }
  learn_speed(world, result.decision, chosen);
  // The class lists belong to the world, which ends here.
  for (Trial& trial : result.decision.tried) trial.top = nullptr;
  return result;
}

Result<Classification> AdaptiveClassifier::classify_with(ModelIndex model,
                                                         std::span<const std::byte> bytes) {
  if (!is_open(model)) {
    if (Status status = open_model(model); !status.ok()) return status;
    refresh_costs();
  }
  LiveWorld world(live_);
  if (Status status = world.decode(bytes, {options.max_pixels}); !status.ok()) return status;
  Classification result;
  result.decision = decide(Cascade(fixed_rule(model)), world);
  fill(world, result);
  for (Trial& trial : result.decision.tried) trial.top = nullptr;
  return result;
}

}  // namespace rightsize
