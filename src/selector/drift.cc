#include "selector/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace rightsize {
namespace {

double share(std::uint64_t hits, std::uint64_t of) {
  return static_cast<double>(hits) / static_cast<double>(of);
}

// How far a sample's distribution function is from the true one at most, unless something happens
// whose probability is 2 exp(-log_chance).
double massart(double log_chance, std::uint64_t sample) {
  return std::sqrt(log_chance / (2 * static_cast<double>(sample)));
}

// Relative entropy of shares: a sample of n shows p or more (less), where the truth is q < p (q >
// p), with a probability of exp(-n * divergence(p, q)) at most.
double divergence(double p, double q) {
  const auto term = [](double a, double b) {
    if (a <= 0) return 0.0;
    return b <= 0 ? std::numeric_limits<double>::infinity() : a * std::log(a / b);
  };
  return term(p, q) + term(1 - p, 1 - q);
}

// The point between `from`, where `reached` is false, and `to`, from which on it is true.
template <typename Reached>
double first(double from, double to, const Reached& reached) {
  for (int i = 0; i < 50; ++i) {
    const double middle = (from + to) / 2;
    (reached(middle) ? to : from) = middle;
  }
  return to;
}

[[maybe_unused]] bool is_valid(const DriftReference& reference) {
  const auto good = [&](const DriftModel& model) {
    return model.counts.size() == model.edges.size() + 1 && model.counts.size() <= kMaxDriftBins &&
           model.runs() + model.failed <= reference.inputs &&
           model.answered <= model.runs() + model.failed;
  };
  return reference.inputs > 0 && !reference.models.empty() &&
         reference.models.size() <= kMaxTrials &&
         std::all_of(reference.models.begin(), reference.models.end(), good);
}

}  // namespace

const char* to_string(DriftKind kind) {
  switch (kind) {
    case DriftKind::kSureness:
      return "sureness";
    case DriftKind::kAnswers:
      return "answers";
    case DriftKind::kNoAnswer:
      return "no-answer";
    case DriftKind::kFailures:
      return "failures";
  }
  return "";
}

std::uint64_t DriftModel::runs() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

DriftWatch::DriftWatch(const DriftReference& reference, const DriftOptions& options) {
  assert(is_valid(reference));
  // Per model how sure, answers and failures; and the inputs without an answer.
  const double statistics = 3.0 * static_cast<double>(reference.models.size()) + 1;
  log_reference_ = std::log(2 * statistics / options.reference_risk);
  std::uint64_t answered = 0;
  for (const DriftModel& model : reference.models) {
    Watched& watched = models_.emplace_back();
    watched.model = model.model;
    watched.answered = range_of(model.answered, reference.inputs, options.tolerated);
    watched.failed =
        range_of(model.failed, model.runs() + model.failed, options.tolerated_failures);
    answered += model.answered;
    const std::uint64_t runs = model.runs();
    if (runs == 0) continue;
    watched.edges = model.edges;
    watched.deviation = massart(log_reference_, runs) + options.tolerated;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < model.edges.size(); ++i) {
      below += model.counts[i];
      watched.below.push_back(share(below, runs));
    }
  }
  unanswered_ = range_of(reference.inputs - answered, reference.inputs, options.tolerated);
  // In `inputs_per_false_alarm` inputs so many comparisons are made at the ends of one length's
  // blocks; each length has an equal part of the one false alarm.
  for (const std::uint32_t length : options.blocks) {
    const double comparisons = options.inputs_per_false_alarm / length * statistics *
                               static_cast<double>(options.blocks.size());
    blocks_.push_back({.length = length,
                       .log_chance = std::log(2 * std::max(comparisons, 1.0)),
                       .models = std::vector<ModelCounts>(models_.size())});
  }
}

DriftWatch::Range DriftWatch::range_of(std::uint64_t hits, std::uint64_t inputs,
                                       double tolerated) const noexcept {
  if (inputs == 0) return {};
  const double p = share(hits, inputs);
  const auto unlikely = [&](double q) {
    return static_cast<double>(inputs) * divergence(p, q) >= log_reference_;
  };
  return {.expected = p,
          .low = std::max(0.0, first(p, 0.0, unlikely) - tolerated),
          .high = std::min(1.0, first(p, 1.0, unlikely) + tolerated)};
}

std::size_t DriftWatch::place_of(ModelIndex model) const noexcept {
  std::size_t place = 0;
  while (place < models_.size() && models_[place].model != model) ++place;
  return place;
}

std::size_t DriftWatch::bin_of(const Trial& trial, std::size_t place) const noexcept {
  const double value = trial.signals[static_cast<std::size_t>(Signal::kMaxProbability)];
  if (trial.status != TrialStatus::kOk || std::isnan(value)) return kMaxDriftBins;
  const std::vector<double>& edges = models_[place].edges;
  const auto above = std::upper_bound(edges.begin(), edges.end(), value);
  return static_cast<std::size_t>(above - edges.begin());
}

std::optional<DriftWatch::Seen> DriftWatch::look_at(const Decision& decision) const noexcept {
  Seen seen;
  for (const Trial& trial : decision.trials()) {
    const std::size_t place = place_of(trial.model);
    if (place == models_.size()) return std::nullopt;
    seen.runs[seen.count++] = {.place = place, .bin = bin_of(trial, place)};
  }
  const bool answered = decision.answered() && decision.last().trial < seen.count;
  if (answered) seen.answered = seen.runs[decision.last().trial].place;
  return seen;
}

void DriftWatch::add(const Seen& seen, Block& block) noexcept {
  ++block.seen;
  for (std::size_t i = 0; i < seen.count; ++i) {
    ++block.models[seen.runs[i].place].runs[seen.runs[i].bin];
  }
  ++(seen.answered ? block.models[*seen.answered].answered : block.unanswered);
}

void DriftWatch::clear(Block& block) noexcept {
  block.seen = 0;
  block.unanswered = 0;
  std::fill(block.models.begin(), block.models.end(), ModelCounts{});
}

void DriftWatch::observe(const Decision& decision) noexcept {
  const std::optional<Seen> seen = look_at(decision);
  if (!seen) return;
  ++observed_;
  if (alarm_) return;
  for (Block& block : blocks_) {
    add(*seen, block);
    if (block.seen == block.length) close(block);
  }
}

void DriftWatch::close(Block& block) noexcept {
  DriftAlarm candidate{.input = observed_, .block = block.length, .sample = block.seen};
  candidate.kind = DriftKind::kNoAnswer;
  compare_share(block, candidate, block.unanswered, unanswered_);
  for (std::size_t place = 0; place < models_.size(); ++place) {
    const ModelCounts& counts = block.models[place];
    candidate.model = models_[place].model;
    candidate.kind = DriftKind::kAnswers;
    candidate.sample = block.seen;
    compare_share(block, candidate, counts.answered, models_[place].answered);
    candidate.kind = DriftKind::kFailures;
    candidate.sample = std::accumulate(counts.runs.begin(), counts.runs.end(), std::uint64_t{0});
    compare_share(block, candidate, counts.runs.back(), models_[place].failed);
    compare_sureness(block, place);
  }
  clear(block);
}

void DriftWatch::compare_sureness(const Block& block, std::size_t place) noexcept {
  const Watched& watched = models_[place];
  const ModelCounts& counts = block.models[place];
  const std::uint64_t runs =
      std::accumulate(counts.runs.begin(), counts.runs.end() - 1, std::uint64_t{0});
  if (runs == 0 || watched.edges.empty()) return;
  DriftAlarm candidate{.kind = DriftKind::kSureness,
                       .model = watched.model,
                       .input = observed_,
                       .block = block.length,
                       .sample = runs};
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < watched.edges.size(); ++i) {
    below += counts.runs[i];
    const double observed = share(below, runs);
    const double expected = watched.below[i];
    if (std::abs(observed - expected) <= std::abs(candidate.observed - candidate.expected)) {
      continue;
    }
    candidate.at = watched.edges[i];
    candidate.observed = observed;
    candidate.expected = expected;
  }
  const double difference = candidate.observed - candidate.expected;
  const double allowed = watched.deviation + massart(block.log_chance, runs);
  if (std::abs(difference) <= allowed) return;
  candidate.limit = candidate.expected + std::copysign(allowed, difference);
  raise(candidate);
}

void DriftWatch::compare_share(const Block& block, DriftAlarm candidate, std::uint64_t hits,
                               const Range& range) noexcept {
  if (candidate.sample == 0) return;
  const auto n = static_cast<double>(candidate.sample);
  const double observed = share(hits, candidate.sample);
  if (observed >= range.low && observed <= range.high) return;
  const double nearest = observed > range.high ? range.high : range.low;
  const auto unlikely = [&](double p) { return n * divergence(p, nearest) > block.log_chance; };
  if (!unlikely(observed)) return;
  candidate.observed = observed;
  candidate.expected = range.expected;
  candidate.limit = first(nearest, observed, unlikely);
  raise(candidate);
}

void DriftWatch::raise(const DriftAlarm& candidate) noexcept {
  const auto excess = [](const DriftAlarm& alarm) {
    return std::abs(alarm.observed - alarm.limit);
  };
  const bool worse = !alarm_ || excess(candidate) > excess(*alarm_);
  if (worse) alarm_ = candidate;
}

void DriftWatch::reset() noexcept {
  alarm_.reset();
  for (Block& block : blocks_) clear(block);
}

std::string describe(const DriftAlarm& alarm, const std::string& model) {
  std::string what;
  switch (alarm.kind) {
    case DriftKind::kSureness:
      what =
          fmt::format("'{}' gave its answer a probability below {:.4g} in {:.1f} % of its {} runs",
                      model, alarm.at, 100 * alarm.observed, alarm.sample);
      break;
    case DriftKind::kAnswers:
      what = fmt::format("'{}' answered {:.1f} %", model, 100 * alarm.observed);
      break;
    case DriftKind::kNoAnswer:
      what = fmt::format("no model answered {:.1f} %", 100 * alarm.observed);
      break;
    case DriftKind::kFailures:
      what = fmt::format("'{}' failed in {:.1f} % of its {} runs", model, 100 * alarm.observed,
                         alarm.sample);
      break;
  }
  return fmt::format(
      "after {} inputs: {} of the last {} inputs; on the training inputs it was {:.1f} %, and "
      "chance explains {:.1f} % at {}",
      alarm.input, what, alarm.block, 100 * alarm.expected, 100 * alarm.limit,
      alarm.observed > alarm.limit ? "most" : "least");
}

}  // namespace rightsize
