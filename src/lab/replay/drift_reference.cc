#include "lab/replay/drift_reference.h"

#include <algorithm>
#include <cmath>

namespace rightsize {
namespace {

// Six digits keep the file small; the counts are those of the rounded edges.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

// Bins of about equal counts; `values` ascend.
void set_bins(const std::vector<double>& values, DriftModel& model) {
  for (std::size_t i = 1; i < kMaxDriftBins && !values.empty(); ++i) {
    const double edge = rounded(values[i * values.size() / kMaxDriftBins]);
    if (model.edges.empty() || edge > model.edges.back()) model.edges.push_back(edge);
  }
  model.counts.assign(model.edges.size() + 1, 0);
  for (const double value : values) {
    const auto bin = std::upper_bound(model.edges.begin(), model.edges.end(), value);
    ++model.counts[static_cast<std::size_t>(bin - model.edges.begin())];
  }
}

}  // namespace

DriftReference make_drift_reference(const Selector& selector, const Recording& recording,
                                    const std::vector<std::size_t>& items) {
  DriftReference reference{.inputs = items.size(), .models = {}};
  std::vector<std::size_t> place(recording.models());
  for (const ModelIndex model : selector.models()) {
    place[model] = reference.models.size();
    reference.models.push_back({.model = model, .edges = {}, .counts = {}});
  }
  std::vector<std::vector<double>> values(reference.models.size());
  RecordedWorld world(recording);
  for (const std::size_t item : items) {
    world.select(item);
    const Decision decision = decide(selector, world);
    for (const Trial& trial : decision.trials()) {
      const double value = trial.signals[static_cast<std::size_t>(Signal::kMaxProbability)];
      const std::size_t at = place[trial.model];
      if (trial.status != TrialStatus::kOk || std::isnan(value)) {
        ++reference.models[at].failed;
      } else {
        values[at].push_back(value);
      }
    }
    if (decision.answered()) ++reference.models[place[decision.answered_by().model]].answered;
  }
  for (std::size_t m = 0; m < values.size(); ++m) {
    std::sort(values[m].begin(), values[m].end());
    set_bins(values[m], reference.models[m]);
  }
  return reference;
}

}  // namespace rightsize
