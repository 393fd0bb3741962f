#include "lab/worth/drop.h"

#include <algorithm>

#include "lab/evaluate/strategy.h"
#include "lab/replay/statistics.h"
#include "lab/worth/among.h"

namespace rightsize {
namespace {

// What changes from one way of choosing to another, on the same inputs.
struct Difference {
  double time = 0.0;
  double quality = 0.0;
};
Difference difference(const std::vector<ReplayedItem>& from, const std::vector<ReplayedItem>& to,
                      const std::vector<std::uint32_t>* times_drawn) {
  double from_cpu = 0.0;
  double to_cpu = 0.0;
  double right = 0.0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double weight = times_drawn == nullptr ? 1.0 : (*times_drawn)[i];
    from_cpu += weight * static_cast<double>(from[i].cpu);
    to_cpu += weight * static_cast<double>(to[i].cpu);
    right += weight * (static_cast<double>(to[i].right) - static_cast<double>(from[i].right));
  }
  return {to_cpu / from_cpu - 1.0, right / static_cast<double>(from.size())};
}

class Analysis {
 public:
  Analysis(const Recording& recording, ModelIndex baseline, const FoldOptions& folds,
           std::size_t resamples)
      : recording_(recording),
        baseline_(baseline),
        folds_(folds),
        resamples_(resamples),
        whole_(judged(all_models(recording))) {}

  // What changes when only these are there.
  std::vector<Change> changes(const std::vector<ModelIndex>& models) const {
    const std::vector<PooledPoint> part = judged(models);
    std::vector<std::vector<double>> time(part.size());
    std::vector<std::vector<double>> quality(part.size());
    bootstrap(recording_.items(), resamples_, folds_.seed,
              [&](const std::vector<std::uint32_t>& times_drawn) {
                for (std::size_t t = 0; t < part.size(); ++t) {
                  const Difference d = difference(whole_[t].items, part[t].items, &times_drawn);
                  time[t].push_back(d.time);
                  quality[t].push_back(d.quality);
                }
              });
    std::vector<Change> result;
    for (std::size_t t = 0; t < part.size(); ++t) {
      const Difference d = difference(whole_[t].items, part[t].items, nullptr);
      result.push_back({.target = part[t].target.name,
                        .time = percentile_estimate(d.time, std::move(time[t])),
                        .quality = percentile_estimate(d.quality, std::move(quality[t]))});
    }
    return result;
  }

  // All that can go together: those that do least harm alone first.
  void drop_together(DropAnalysis& result) const {
    std::vector<const ModelUse*> candidates;
    for (const ModelUse& use : result.models) {
      if (use.usefulness == Usefulness::kDrop) candidates.push_back(&use);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const ModelUse* a, const ModelUse* b) { return harm(*a) < harm(*b); });
    for (const ModelUse* candidate : candidates) {
      std::vector<ModelIndex> tried = result.droppable;
      tried.push_back(candidate->model);
      const std::vector<ModelIndex> rest = all_models_but(recording_, tried);
      if (rest.empty()) return;
      std::vector<Change> together = changes(rest);
      if (usefulness_of(together, recording_.items()) != Usefulness::kDrop) continue;
      result.droppable = std::move(tried);
      result.together = std::move(together);
    }
    std::sort(result.droppable.begin(), result.droppable.end());
  }

 private:
  static double harm(const ModelUse& use) {
    double worst = 0.0;
    for (const Change& change : use.changes) {
      worst = std::max({worst, change.time.value, -change.quality.value});
    }
    return worst;
  }

  std::vector<PooledPoint> judged(const std::vector<ModelIndex>& models) const {
    const std::vector<Target> targets = {{kNoLoss, 0.0}, {"loss-1", 0.01}, {"loss-3", 0.03}};
    return fit_and_judge(recording_, baseline_, targets, fitter_among(models), folds_);
  }

  const Recording& recording_;
  ModelIndex baseline_;
  FoldOptions folds_;
  std::size_t resamples_;
  std::vector<PooledPoint> whole_;
};

struct Mean {
  double quality = 0.0;
  double ms = 0.0;
};
Mean oracle_mean(const Recording& recording, const std::vector<ModelIndex>& models) {
  const Strategy perfect = oracle(recording, "oracle", {models.begin(), models.end()});
  const auto n = static_cast<double>(recording.items());
  Mean mean;
  for (const ReplayedItem& item : perfect.items) {
    mean.quality += item.right ? 1.0 / n : 0.0;
    mean.ms += static_cast<double>(item.cpu) / n / 1e6;
  }
  return mean;
}

}  // namespace

const char* to_string(Usefulness usefulness) {
  switch (usefulness) {
    case Usefulness::kKeep:
      return "keep";
    case Usefulness::kDrop:
      return "drop";
    case Usefulness::kCannotTell:
      return "cannot tell";
  }
  return "?";
}

Usefulness usefulness_of(const std::vector<Change>& changes, std::size_t inputs) {
  bool harmless = inputs >= kFewestToDrop;
  for (const Change& change : changes) {
    const bool longer = change.time.low > kNegligibleTime;
    const bool better = change.quality.value >= kNegligibleQuality;
    const bool worse = change.quality.high < 0;
    if (worse || (longer && !better)) return Usefulness::kKeep;
    harmless = harmless && change.time.high <= kNegligibleTime &&
               change.quality.low >= -kNegligibleQuality;
  }
  return harmless ? Usefulness::kDrop : Usefulness::kCannotTell;
}

DropAnalysis analyse_drops(const Recording& recording, ModelIndex baseline,
                           const FoldOptions& folds, std::size_t resamples) {
  DropAnalysis result;
  // Each model is left out once, and perhaps once more together with others.
  const std::size_t rounds =
      affordable_searches(recording.items(), recording.models()) / recording.models();
  if (rounds == 0 || recording.models() < 2) {
    result.skipped = true;
    return result;
  }
  result.folds = rounds < 2 ? 0 : std::min(folds.folds, rounds);
  const Analysis analysis(recording, baseline, {result.folds, folds.seed}, resamples);
  const Mean whole = oracle_mean(recording, all_models(recording));
  for (const ModelIndex model : all_models(recording)) {
    const std::vector<ModelIndex> rest = all_models_but(recording, {model});
    const Mean mean = oracle_mean(recording, rest);
    ModelUse& use = result.models.emplace_back();
    use.model = model;
    use.oracle_quality = mean.quality - whole.quality;
    use.oracle_ms = mean.ms - whole.ms;
    use.changes = analysis.changes(rest);
    use.usefulness = usefulness_of(use.changes, recording.items());
  }
  analysis.drop_together(result);
  return result;
}

}  // namespace rightsize
