#include "lab/worth/subset.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/certify/comparison.h"
#include "lab/replay/statistics.h"
#include "lab/worth/among.h"

namespace rightsize {
namespace {

using Models = std::vector<ModelIndex>;

const Target kTarget{kNoLoss, 0.0};

std::int64_t time_of(const Rule& rule, const Recording& recording,
                     const std::vector<std::size_t>& items) {
  std::int64_t cpu = 0;
  for (const ReplayedItem& item : replay(*make_selector(rule), recording, items)) cpu += item.cpu;
  return cpu;
}

// The models that are within the limits, and which sets of them are.
class Room {
 public:
  Room(const Recording& recording, const SubsetLimits& limits)
      : sizes_(*recording.table), limits_(limits) {
    most_ = std::min(SearchOptions{}.max_stages, limits.models.value_or(recording.models()));
    for (const ModelIndex model : all_models(recording)) {
      if (fits({model})) singles_.push_back(model);
    }
  }

  bool fits(const Models& models) const {
    if (models.size() > most_) return false;
    return !limits_.bytes || sizes_.bytes_of(models).value_or(*limits_.bytes + 1) <= *limits_.bytes;
  }
  const Models& singles() const { return singles_; }
  std::size_t most() const { return most_; }  // models of a set
  bool unlimited() const { return !limits_.bytes && most_ == SearchOptions{}.max_stages; }

  // The sets to which no model can be added: what a smaller one can do, these can.
  std::vector<Models> largest() const {
    std::vector<Models> sets;
    grow({}, 0, sets);
    return sets;
  }

 private:
  void grow(const Models& set, std::size_t from, std::vector<Models>& sets) const {
    bool full = true;
    for (std::size_t s = 0; s < singles_.size(); ++s) {
      if (std::find(set.begin(), set.end(), singles_[s]) != set.end()) continue;
      Models more = set;
      more.push_back(singles_[s]);
      if (!fits(more)) continue;
      full = false;
      if (s >= from) grow(more, s + 1, sets);
    }
    if (full && !set.empty()) sets.push_back(set);
  }

  ModelSizes sizes_;
  SubsetLimits limits_;
  std::size_t most_ = 0;
  Models singles_;
};

struct Found {
  Rule rule;
  std::int64_t cpu = 0;
};

class SubsetSearch {
 public:
  SubsetSearch(const Recording& recording, const Room& room, bool exhaustive)
      : recording_(recording), room_(room) {
    if (room.unlimited()) {
      sets_.push_back(all_models(recording));
    } else if (exhaustive) {
      sets_ = room.largest();
    }
  }

  // The cheapest rule within the limits; no loss is measured against `baseline`, or where that is
  // out of reach against the best model within the limits, which `instead` then says.
  Rule best(const std::vector<std::size_t>& items, ModelIndex baseline,
            std::optional<ModelIndex>* instead = nullptr) const {
    if (const std::optional<Found> found = search(items, baseline)) return found->rule;
    const ModelIndex inner = best_single_model(recording_, items, room_.singles());
    if (instead != nullptr) *instead = inner;
    const std::optional<Found> found = search(items, inner);
    return found ? found->rule : fixed_rule(inner);
  }

 private:
  std::optional<Found> consider(const Models& models, const std::vector<std::size_t>& items,
                                ModelIndex baseline) const {
    std::optional<Rule> rule = fit_among(models, recording_, items, baseline, kTarget);
    if (!rule) return {};
    const std::int64_t cpu = time_of(*rule, recording_, items);
    return Found{std::move(*rule), cpu};
  }

  std::optional<Found> search(const std::vector<std::size_t>& items, ModelIndex baseline) const {
    if (sets_.empty()) return grow(items, baseline);
    std::optional<Found> best;
    for (const Models& models : sets_) {
      std::optional<Found> found = consider(models, items, baseline);
      if (found && (!best || found->cpu < best->cpu)) best = std::move(found);
    }
    return best;
  }

  // Greedily: adds the model that makes the cascade fastest, until none does.
  std::optional<Found> grow(const std::vector<std::size_t>& items, ModelIndex baseline) const {
    Models models;
    std::optional<Found> best;
    for (bool better = true; better;) {
      better = false;
      const Models before = models;
      for (const ModelIndex model : room_.singles()) {
        Models more = before;
        if (std::find(more.begin(), more.end(), model) != more.end()) continue;
        more.push_back(model);
        if (!room_.fits(more)) continue;
        std::optional<Found> found = consider(more, items, baseline);
        if (!found || (best && found->cpu >= best->cpu)) continue;
        best = std::move(found);
        models = std::move(more);
        better = true;
      }
    }
    return best;
  }

  const Recording& recording_;
  const Room& room_;
  std::vector<Models> sets_;
};

StrategyFigures figures_of(const Recording& recording, ModelIndex baseline,
                           std::vector<ReplayedItem> items, std::uint64_t seed,
                           std::size_t resamples) {
  std::vector<Strategy> strategies;
  for (std::size_t m = 0; m < recording.models(); ++m) {
    strategies.push_back(single_model(recording, m));
  }
  strategies.push_back({"best subset", std::move(items)});
  Resampling resampling(strategies, recording.models(), baseline);
  resampling.run(recording.items(), resamples, seed);
  return resampling.figures(recording.models());
}

// Does trying every set, in every fold, take some ten seconds at most?
bool affordable(const Recording& recording, const Room& room, const FoldOptions& folds) {
  // A search among three models takes some 0.3 us for every input and model of the zoo: it sorts
  // them all.
  constexpr std::size_t kSteps = 30'000'000;
  std::size_t sets = 1;
  for (std::size_t k = 0; k < std::min(room.most(), room.singles().size()); ++k) {
    sets = sets * (room.singles().size() - k) / (k + 1);
  }
  return sets * (folds.folds + 1) * recording.items() * recording.models() <= kSteps;
}

// The smallest model and what it takes, for a message.
Status nothing_fits(const Recording& recording, const ModelSizes& sizes, std::int64_t limit) {
  constexpr double kMiB = 1 << 20;
  ModelIndex smallest = 0;
  for (const ModelIndex model : all_models(recording)) {
    if (*sizes.bytes_of({model}) < *sizes.bytes_of({smallest})) smallest = model;
  }
  return invalid_input(fmt::format("no model fits into {:.1f} MiB: the smallest, {}, takes {:.1f}",
                                   static_cast<double>(limit) / kMiB,
                                   recording.table->zoo.models[smallest].name,
                                   static_cast<double>(*sizes.bytes_of({smallest})) / kMiB));
}

Status check_sizes(const Recording& recording, const ModelSizes& sizes, std::int64_t limit) {
  bool any_fits = false;
  for (const ModelIndex model : all_models(recording)) {
    const std::optional<std::int64_t> bytes = sizes.bytes_of({model});
    if (!bytes) {
      return invalid_input(fmt::format(
          "the run has neither the memory nor the file size of {}, so sets of models cannot be "
          "held to a size: profile again, or leave the model out",
          recording.table->zoo.models[model].name));
    }
    any_fits = any_fits || *bytes <= limit;
  }
  return any_fits ? Status() : nothing_fits(recording, sizes, limit);
}

Models sorted(Models models) {
  std::sort(models.begin(), models.end());
  return models;
}

}  // namespace

ModelSizes::ModelSizes(const OutcomeTable& table) {
  for (std::size_t m = 0; m < table.model_count(); ++m) {
    const ModelResources own = m < table.resources.size() ? table.resources[m] : ModelResources{};
    // The process may have had room already: then its growth says nothing.
    const bool measured = own.memory_bytes.value_or(0) > 0;
    bytes_.push_back(measured ? own.memory_bytes : own.file_bytes);
    if (!measured && own.file_bytes) ++estimated_;
    std::size_t first = 0;
    while (table.zoo.models[first].sha256 != table.zoo.models[m].sha256) ++first;
    file_.push_back(first);
  }
}

std::optional<std::int64_t> ModelSizes::bytes_of(const Models& models) const {
  std::vector<std::int64_t> by_file(file_.size(), 0);
  for (const ModelIndex model : models) {
    if (!bytes_[model]) return {};
    std::int64_t& held = by_file[file_[model]];
    held = std::max(held, *bytes_[model]);
  }
  std::int64_t sum = 0;
  for (const std::int64_t bytes : by_file) sum += bytes;
  return sum;
}

Result<SubsetChoice> choose_subset(const Recording& recording, ModelIndex baseline,
                                   const SubsetLimits& limits, const FoldOptions& folds,
                                   std::size_t resamples) {
  const ModelSizes sizes(*recording.table);
  if (limits.bytes) {
    if (Status status = check_sizes(recording, sizes, *limits.bytes); !status.ok()) return status;
  }
  const Room room(recording, limits);
  SubsetChoice choice;
  choice.exhaustive = affordable(recording, room, folds);
  choice.folds = folds.folds;
  const SubsetSearch search(recording, room, choice.exhaustive);

  const std::vector<std::size_t> all = all_but(recording.items(), {});
  const Rule rule = search.best(all, baseline, &choice.instead);
  choice.models = models_of(rule);
  choice.bytes = sizes.bytes_of(choice.models);
  choice.estimated = sizes.estimated();
  const Fitter fitter = [&](const Recording&, const std::vector<std::size_t>& items,
                            ModelIndex base) -> FitPoint {
    Rule best = search.best(items, base);
    if (sorted(models_of(best)) == sorted(choice.models)) ++choice.agreeing;
    return [best = std::move(best)](const Target&) { return best; };
  };
  std::vector<PooledPoint> points = cross_validate(recording, baseline, {kTarget}, fitter, folds);
  choice.discordance =
      paired_counts(recording, all_but(recording.items(), {}), points.front().items, baseline, {});
  choice.figures =
      figures_of(recording, baseline, std::move(points.front().items), folds.seed, resamples);
  return choice;
}

}  // namespace rightsize
