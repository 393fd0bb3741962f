// The exhibits on what the premodel costs: overhead, resources; and on compressed variants.
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/clock.h"
#include "core/image_feature_set.h"
#include "lab/paper/exhibits.h"
#include "lab/report/figures.h"
#include "selector/classifier_json.h"

namespace rightsize {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

double mean_ms(const std::vector<ReplayedItem>& items, std::int64_t ReplayedItem::*part) {
  double sum = 0.0;
  for (const ReplayedItem& item : items) sum += static_cast<double>(item.*part) / 1e6;
  return sum / static_cast<double>(items.size());
}

double mean_group_us(const Recording& recording, std::size_t group) {
  const OutcomeTable& table = *recording.table;
  double sum = 0.0;
  for (const std::size_t item : recording.item) {
    sum += static_cast<double>(table.feature_cpu[item * table.group_count() + group].count()) / 1e3;
  }
  return sum / static_cast<double>(recording.items());
}

// CPU time of one choice of the paper's premodel, features given, in microseconds.
double decision_us(const Recording& recording, const PremodelClassifier& classifier) {
  RecordedWorld world(recording);
  volatile std::size_t sink = 0;  // what is not used need not be computed
  const Stopwatch stopwatch;
  for (std::size_t i = 0; i < recording.items(); ++i) {
    world.select(i);
    sink = sink + classifier.choose(world.features()).chosen;
  }
  const double total = static_cast<double>(stopwatch.elapsed().cpu.count()) / 1e3;
  return total / static_cast<double>(recording.items());
}

// What the premodel itself takes: as text in a selector file, and in memory once it is read.
struct OwnSize {
  double text_kib = 0.0;
  double memory_kib = 0.0;
};

OwnSize size_of(const PremodelRule& rule) {
  const nlohmann::ordered_json document = to_json(rule.classifier);
  const struct mallinfo2 before = ::mallinfo2();
  const auto read = premodel_from_json(document, "premodel", rule.feature_set().features.size());
  const struct mallinfo2 after = ::mallinfo2();
  const double grown = static_cast<double>(after.uordblks) - static_cast<double>(before.uordblks);
  return {.text_kib = static_cast<double>(document.dump().size()) / 1024,
          .memory_kib = read.ok() ? grown / 1024 : 0.0};
}

std::string mib(std::optional<std::int64_t> bytes) {
  return bytes ? fmt::format("{:.1f}", static_cast<double>(*bytes) / kMiB) : "-";
}

}  // namespace

Exhibit overhead_exhibit(const Findings& findings) {
  const Recording& recording = findings.recording();
  Exhibit exhibit{.id = "overhead", .title = "Overhead of the premodel"};
  exhibit.question =
      "What do the features and the decision cost, against everything that the premodel's choice "
      "costs on average? CPU time.";
  const std::vector<ReplayedItem>& items = findings.strategy(findings.paper).items;
  const double features = mean_ms(items, &ReplayedItem::features_cpu);
  const double decision = decision_us(recording, findings.study().final_rule.classifier) / 1e3;
  const double total = mean_ms(items, &ReplayedItem::cpu) + decision;
  exhibit.table = {{"part", " ms", " share of the total %", " paper"}};
  const auto add = [&](const std::string& part, double ms, const std::string& paper) {
    exhibit.table.push_back(
        {part, fmt::format("{:.4f}", ms), fmt::format("{:.2f}", 100 * ms / total), paper});
  };
  add("decoding", recording.mean_decode_ms(), "-");
  const FeatureSet& set = image_feature_set();
  for (std::size_t g = 0; g < set.groups.size(); ++g) {
    add(fmt::format("features: {}", set.groups[g]), mean_group_us(recording, g) / 1e3, "-");
  }
  add("features that the premodel uses", features, "200 to 240 ms, 28 %");
  add("decision of the kNN chain", decision, "below 1 ms");
  add("everything, the chosen model included", total, "840 ms");
  exhibit.paper =
      "Page 18 and the predecessor: 0.20 to 0.24 s for features in Python with OpenCV, 20 to "
      "28 % of the total; the kNN below 1 ms. Training below 2 h, labels below a day.";
  const double share = (features + decision) / total;
  const bool cheaper = features + decision < 200;
  exhibit.holds = cheaper && share < 0.28   ? Holds::kYes
                  : cheaper || share < 0.28 ? Holds::kPartly
                                            : Holds::kNo;
  exhibit.finding = fmt::format(
      "Features and decision take {:.2f} ms against the paper's 200 ms or more, and {} % of the "
      "total "
      "against its 28 %. Training the premodel on all inputs took {:.1f} s of CPU time.",
      features + decision, percent(share), findings.study().training_seconds);
  return exhibit;
}

Exhibit resources_exhibit(const Findings& findings) {
  const OutcomeTable& table = *findings.recording().table;
  Exhibit exhibit{.id = "resources", .title = "Memory and CPU use"};
  exhibit.question =
      "What does each model need in memory (private memory of the opened model after a run) and in "
      "processor (CPU time of an inference by its wall time), and what do the premodel's models "
      "need together? The profile gives every model one thread.";
  exhibit.table = {{"", " file MiB", " memory MiB", " processor, cores"}};
  std::int64_t together = 0;
  std::int64_t largest = 0;
  bool measured = !table.resources.empty();
  for (std::size_t m = 0; m < table.resources.size(); ++m) {
    const ModelResources& model = table.resources[m];
    measured = measured && model.memory_bytes.has_value();
    const auto& chosen = findings.study().chosen;
    const bool used = std::any_of(chosen.begin(), chosen.end(),
                                  [&](const ChosenModel& one) { return one.model == m; });
    if (used) together += model.memory_bytes.value_or(0);
    largest = std::max(largest, model.memory_bytes.value_or(0));
    exhibit.table.push_back({findings.model_name(m) + (used ? " (of the premodel)" : ""),
                             mib(model.file_bytes), mib(model.memory_bytes),
                             model.cpu_cores ? fmt::format("{:.2f}", *model.cpu_cores) : "-"});
  }
  exhibit.table.push_back(
      {"premodel: its models together", "-", measured ? mib(together) : "-", "-"});
  exhibit.paper =
      "Figure 20: processor 28.1 % for the premodel, 32.6 % for MobileNet, 29.4 % for "
      "Inception_v4; memory 49.7 % of the board's for the premodel against 33.7 % for the largest "
      "network. A GPU was used there, none here.";
  exhibit.holds = !measured ? Holds::kNotMeasured : together > largest ? Holds::kYes : Holds::kNo;
  exhibit.finding =
      measured ? fmt::format(
                     "The premodel's models need {} MiB together, the largest model of the "
                     "zoo {} MiB: choosing per input costs memory, as in the paper.",
                     mib(together), mib(largest))
               : "The run was profiled by a version that did not measure memory.";
  if (exhibit.holds == Holds::kNo) {
    exhibit.finding = fmt::format(
        "The premodel's models need {} MiB together, no more than the zoo's largest model with {} "
        "MiB.",
        mib(together), mib(largest));
  }
  const OwnSize own = size_of(findings.study().final_rule);
  exhibit.finding += fmt::format(
      " The premodel itself takes {:.0f} KiB in memory and {:.0f} KiB in the selector file.",
      own.memory_kib, own.text_kib);
  return exhibit;
}

Exhibit compression_exhibit(const Findings* findings) {
  Exhibit exhibit{.id = "compression", .title = "Compressed variants of one network"};
  exhibit.question =
      "The zoo is one network and three compressed variants of it: pruned with shared weights (as "
      "Deep Compression, without retraining), quantised to int8, and both. The premodel chooses "
      "among the four. File sizes are those of the ONNX files; zoo/compressed has the compact "
      "ones.";
  exhibit.paper =
      "Table 9 and figure 21, ResNet_v2_152, MB and ms/top-1/top-5: none 691, 2026/77.7/94.2; Deep "
      "Compression 317.12, 1420/59.7/88.5; quantised 473.42, 1790/64.8/91.2; both 226.22, "
      "1110/43.4/68.9; premodel 1330/75.9/93.9: 1.52x at -1.76 points.";
  exhibit.table = {{"", " file MiB", " CPU ms", " top-1 %", " top-5 %",
                    " against the network, points", " speed-up", " against a random mix, points"}};
  if (findings == nullptr) {
    exhibit.finding = "Not measured: give the run of the four variants with --compression.";
    return exhibit;
  }
  const Recording& recording = findings->recording();
  std::vector<std::size_t> places(recording.models());
  std::iota(places.begin(), places.end(), std::size_t{0});
  places.insert(places.end(), {findings->paper, findings->fallback, findings->automatic,
                               findings->cascade, findings->oracle_zoo});
  for (const std::size_t place : places) {
    const StrategyFigures& figures = findings->of(place);
    const auto& resources = recording.table->resources;
    const bool model = place < recording.models() && place < resources.size();
    exhibit.table.push_back({figures.name, model ? mib(resources[place].file_bytes) : "-",
                             milliseconds(figures.cpu_ms.value), percent(figures.quality.value),
                             percent(top5_share(recording, findings->strategy(place).items)),
                             points_with_interval(figures.difference), times(figures.speedup.value),
                             points_with_interval(figures.over_mix)});
  }
  const StrategyFigures& premodel = findings->of(findings->fallback);
  const bool faster = premodel.speedup.low > 1.0;
  const bool close = premodel.difference.value > -0.0276;
  exhibit.holds = faster && close && premodel.over_mix.low > 0 ? Holds::kYes
                  : faster && close                            ? Holds::kPartly
                                                               : Holds::kNo;
  exhibit.finding = fmt::format(
      "The premodel that always answers: {}x at {} points against the network itself, {} points "
      "against a random mix of the variants at the same time.",
      times(premodel.speedup.value), points_with_interval(premodel.difference),
      points_with_interval(premodel.over_mix));
  return exhibit;
}

}  // namespace rightsize
