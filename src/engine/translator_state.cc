#include "engine/translator_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "selector/explain.h"
#include "selector/explain_budget.h"

namespace rightsize {
namespace {

// Every vocabulary has these, and most models copy them.
constexpr const char* kWarmUpSentence = "1, 2, 3, 4, 5, 6, 7, 8.";
constexpr int kTimedWarmUps = 3;
constexpr Nanoseconds kWarmUpTime = std::chrono::milliseconds(150);  // per model, about

// The end of decoding is looked for this many steps before the deadline, so that a translation that
// is cut comes in time.
constexpr int kReservedSteps = 2;

std::string names_of(const SelectorFile& file) {
  std::string names;
  for (const OperatingPoint& one : file.points) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

}  // namespace

AdaptiveTranslator::AdaptiveTranslator(SelectorFile selector_file, TranslatorOptions wanted,
                                       bool measured)
    : file_(std::move(selector_file)),
      options_(std::move(wanted)),
      measured_(measured),
      steering_(file_),
      costs_(file_),
      selectors_(file_.points.size()),
      pieces_(file_.zoo.models.size(), 0) {
  live_.models.resize(file_.zoo.models.size());
}

Status AdaptiveTranslator::find_point() {
  if (file_.zoo.task != kTranslation) {
    return mismatch(
        fmt::format("this is a selector for {}, not for {}", file_.zoo.task, kTranslation));
  }
  point_ = options_.point.empty() ? file_.default_point : file_.find_point(options_.point);
  if (point_ == file_.points.size()) {
    return not_found(fmt::format("there is no operating point '{}'; there are: {}", options_.point,
                                 names_of(file_)));
  }
  file_.default_point = point_;
  return {};
}

Status AdaptiveTranslator::open(const MakeModel& make) {
  if (Status status = find_point(); !status.ok()) return status;
  for (std::size_t p = 0; p < file_.points.size(); ++p) {
    if (!options_.steerable && p != point_) continue;
    if (Status status = open_point(p, make); !status.ok()) return status;
  }
  return {};
}

Status AdaptiveTranslator::open_point(std::size_t index, const MakeModel& make) {
  selectors_[index] = make_selector(file_.points[index].rule);
  for (const ModelIndex model : steering_.models(index)) {
    if (live_.models[model] != nullptr) continue;
    auto made = make(model);
    if (!made.ok()) return made.status();
    live_.models[model] = std::move(*made);
    costs_.open(model);
    if (options_.steerable && measured_) warm_up(model);
  }
  return {};
}

// One observation, the median of a few runs: how long the output of such a sentence is says little,
// and a single one is soon outweighed by real sentences.
void AdaptiveTranslator::warm_up(ModelIndex model) {
  TextModel& network = *live_.models[model];
  TextOutcome outcome;
  TextModel::Times times;
  const Nanoseconds began = live_.now().wall;
  if (!network.translate(kWarmUpSentence, kNever, outcome, times).ok()) return;
  std::vector<Cost> runs;
  while (runs.size() < kTimedWarmUps && (runs.empty() || live_.now().wall - began < kWarmUpTime)) {
    const Elapsed before = live_.now();
    if (!network.translate(kWarmUpSentence, kNever, outcome, times).ok()) return;
    const Elapsed after = live_.now();
    runs.push_back({.cpu = after.cpu - before.cpu, .wall = after.wall - before.wall});
  }
  const bool like_a_translation = outcome.finished &&
                                  2 * outcome.target_tokens >= outcome.source_pieces &&
                                  outcome.target_tokens <= 2 * outcome.source_pieces + 1;
  if (!like_a_translation) return;
  std::sort(runs.begin(), runs.end(), [](const Cost& a, const Cost& b) { return a.wall < b.wall; });
  costs_.observe_warm_up(model, outcome.target_tokens, runs[runs.size() / 2]);
}

// Once for every tokenizer. What cannot be counted counts as nothing: the models say why when they
// are run.
void AdaptiveTranslator::count_pieces(const std::string& source) {
  for (std::size_t m = 0; m < live_.models.size(); ++m) {
    pieces_[m] = 0;
    if (live_.models[m] == nullptr || live_.models[m]->pieces_by() == nullptr) continue;
    const auto same = [&](const std::unique_ptr<TextModel>& earlier) {
      return earlier != nullptr && earlier->pieces_by() == live_.models[m]->pieces_by();
    };
    const auto first = std::find_if(live_.models.begin(), live_.models.end(), same);
    const auto counted = static_cast<std::size_t>(first - live_.models.begin());
    if (counted < m) {
      pieces_[m] = pieces_[counted];
    } else if (!live_.models[m]->count_pieces(source, pieces_[m]).ok()) {
      pieces_[m] = 0;
    }
  }
  costs_.begin(pieces_);
}

// By the costs of this very sentence, so what was chosen for the one before does not matter.
Result<std::size_t> AdaptiveTranslator::choose(const Budget& budget, Nanoseconds elapsed) const {
  if (!options_.steerable) {
    if (Status status = only_a_deadline(budget, "translator"); !status.ok()) return status;
    return point_;
  }
  if (budget.chooses_point() && !measured_) {
    return invalid_input(
        "a zoo's manifest says nothing of the quality and time of its models, so there is nothing "
        "to choose by: train a selector file for a budget, or name an operating point instead");
  }
  return steering_.choose(budget, costs_.present(elapsed));
}

// Where time allows no network, not even beside a memory: now and then the point that shows whether
// that is still so.
std::optional<std::size_t> AdaptiveTranslator::let_through(const Result<std::size_t>& chosen,
                                                           const Budget& budget,
                                                           Nanoseconds elapsed) {
  const bool limits_time = budget.deadline != kNever || budget.mean_latency != kNever;
  const bool excluded = chosen.ok() ? steering_.memories_alone(*chosen)
                                    : chosen.status().code() == StatusCode::kUnreachable;
  if (!limits_time || !options_.steerable || !excluded || elapsed >= budget.deadline) return {};
  const auto tried = steering_.to_try(budget, costs_.present(elapsed), breaker_.attempt());
  return tried && breaker_.lets_through() ? tried : std::nullopt;
}

// When decoding is to stop, since the request began. Where lateness is allowed and no point meets
// the deadline, the quickest answers whole.
Nanoseconds AdaptiveTranslator::stop_time(std::size_t point, const Budget& budget,
                                          Nanoseconds elapsed) const {
  if (budget.deadline == kNever || budget.deadline <= Nanoseconds(0)) return budget.deadline;
  const Nanoseconds longest = steering_.longest_latency(point, costs_.present(elapsed));
  if (budget.answer_late && longest > budget.deadline) return kNever;
  Nanoseconds step{0};
  for (const ModelIndex model : steering_.models(point)) step = std::max(step, costs_.step(model));
  const Nanoseconds deadline = std::max(budget.deadline, Nanoseconds(0));
  return std::max(deadline - kReservedSteps * step, deadline / 2);
}

void AdaptiveTranslator::fill(const TextWorld& world, Translation& result) const {
  result.answered = result.decision.answered();
  if (!result.answered) {
    result.failure = "the memory knows no answer to this sentence";
    for (const Trial& trial : result.decision.trials()) {
      const TextWorld::Run* run = world.run_of(trial.model);
      if (run == nullptr || run->status.ok()) continue;
      result.failure =
          fmt::format("model '{}': {}", file_.zoo.models[trial.model].name, run->status.message());
    }
    return;
  }
  const ModelIndex model = result.decision.answered_by().model;
  const TextWorld::Run& run = *world.run_of(model);
  result.model = file_.zoo.models[model].name;
  result.text = run.outcome.text;
  const Signals& signals = run.outcome.signals;
  result.by_memory = file_.zoo.models[model].translation.memory;
  result.confidence =
      result.by_memory ? signals[static_cast<std::size_t>(Signal::kSimilarity)]
                       : std::exp(signals[static_cast<std::size_t>(Signal::kMeanLogProbability)]);
  result.cut = !run.outcome.finished;
  result.doubts = run.outcome.doubts;
  result.source_pieces = run.outcome.source_pieces;
  result.target_tokens = run.outcome.target_tokens;
  result.decoder_calls = run.times.decoder_calls;
  result.drafted = run.times.draft.drafted;
  result.accepted = run.times.draft.accepted;
  result.runtime_cpu = run.times.runtime.cpu;
}

void AdaptiveTranslator::explain(const TextWorld& world, std::size_t point, const Budget& budget,
                                 const PresentCosts& present, Translation& result) const {
  std::vector<std::string> texts;
  const auto run_of = [&](ModelIndex model) { return world.run_of(model); };
  for (const Trial& trial : result.decision.trials()) {
    const TextWorld::Run* run = run_of(trial.model);
    texts.push_back(run == nullptr ? "" : run->outcome.text);
  }
  Explanation decided =
      rightsize::explain(file_, point, result.decision, present.upper, world.features(), texts);
  for (ExplainedStep& step : decided.steps) {
    const ModelSpec* spec = file_.zoo.find(step.model);
    if (spec == nullptr) continue;
    const auto* run = run_of(static_cast<ModelIndex>(spec - file_.zoo.models.data()));
    step.cut = run != nullptr && run->status.ok() && !run->outcome.finished;
    if (step.doubtful && run != nullptr) step.doubts = words_of(run->outcome.doubts);
  }
  if (!measured_) {  // the points are the zoo's models, of which nothing is known
    decided.others.clear();
    decided.costs = {};
  }
  BudgetExplanation chosen =
      explain_budget(file_, steering_, budget, present, point, options_.steerable);
  for (std::size_t m = 0; m < live_.models.size() && measured_; ++m) {
    const auto model = static_cast<ModelIndex>(m);
    if (!costs_.is_open(model)) continue;
    chosen.pieces = std::max(chosen.pieces, pieces_[m]);
    TimePredicted time{.model = file_.zoo.models[m].name,
                       .expected_ms = to_ms(costs_.expected(model).wall),
                       .longest_ms = to_ms(present.upper[m].wall)};
    for (const Trial& trial : result.decision.trials()) {
      const TextWorld::Run* run = run_of(model);
      if (trial.model != model || run == nullptr || !run->status.ok()) continue;
      (run->outcome.stopped ? time.cut_ms : time.measured_ms) = to_ms(trial.wall);
    }
    chosen.times.push_back(std::move(time));
  }
  result.explanation = to_text(decided) + to_text(chosen);
  nlohmann::ordered_json document = to_json(decided);
  document["budget"] = to_json(chosen);
  result.explanation_json = document.dump();
}

void AdaptiveTranslator::note(const TextWorld& world, const Decision& decision) {
  for (const Trial& trial : decision.trials()) {
    const TextWorld::Run* run = world.run_of(trial.model);
    if (run == nullptr || !run->status.ok()) continue;
    costs_.observe(trial.model, {.cpu = trial.cpu, .wall = trial.wall}, run->outcome.stopped);
  }
}

Result<Translation> AdaptiveTranslator::translate(std::string_view sentence, const Budget& budget) {
  TextWorld world(live_);
  if (Status status = world.read(sentence); !status.ok()) return status;
  count_pieces(world.source());
  const Nanoseconds elapsed = world.elapsed();
  const Result<std::size_t> chosen = choose(budget, elapsed);
  const auto tried = let_through(chosen, budget, elapsed);
  if (!chosen.ok() && !tried) return chosen.status();
  std::size_t used = tried ? *tried : *chosen;
  world.set_costs(costs_.costs());
  world.stop_after(stop_time(used, budget, elapsed));
  Translation result;
  result.decision = decide(*selectors_[used], world, budget);
  fill(world, result);
  if (tried) {
    const bool in_time = result.answered && !result.cut && result.decision.wall <= budget.deadline;
    breaker_.learn(in_time && result.decision.wall <= budget.mean_latency);
    if (!in_time && chosen.ok()) {  // the memory that would have been asked alone is at hand
      note(world, result.decision);
      used = *chosen;
      result = {};
      result.decision = decide(*selectors_[used], world, budget);
      fill(world, result);
    }
  }
  result.point = file_.points[used].name;
  result.late = budget.deadline != kNever && result.decision.wall > budget.deadline;
  if (options_.explain) explain(world, used, budget, costs_.present(elapsed), result);
  note(world, result.decision);
  return result;
}

}  // namespace rightsize
