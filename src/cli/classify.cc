// rightsize classify: images through a selector file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "cli/budget.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/images.h"
#include "core/clock.h"
#include "core/terminal_text.h"
#include "rightsize/image_classifier.h"

namespace rightsize::cli {
namespace {

struct Row {
  std::string image;
  Classification adaptive;
  std::optional<Classification> baseline;  // with --compare

  double cpu_ms() const { return to_ms(adaptive.decision.cpu); }
  double baseline_ms() const {
    return to_ms(baseline ? baseline->decision.cpu : adaptive.baseline_cpu);
  }
};

std::string models_tried(const Row& row, const ImageClassifier& classifier) {
  std::string names;
  for (const Trial& trial : row.adaptive.decision.trials()) {
    names += (names.empty() ? "" : " > ") + classifier.model_name(trial.model);
    if (trial.status != TrialStatus::kOk) names += " (failed)";
  }
  return names;
}

std::string shorten(const std::string& text, std::size_t length) {
  if (text.size() <= length) return text;
  std::size_t end = length - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// Not-a-number, as where nothing was compared, becomes null.
nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

nlohmann::ordered_json to_json(const Row& row, const ImageClassifier& classifier) {
  const Decision& decision = row.adaptive.decision;
  auto tried = nlohmann::ordered_json::array();
  for (const Trial& trial : decision.trials()) {
    tried.push_back({{"model", classifier.model_name(trial.model)},
                     {"ok", trial.status == TrialStatus::kOk},
                     {"cpu_ms", to_ms(trial.cpu)},
                     {"wall_ms", to_ms(trial.wall)}});
  }
  nlohmann::ordered_json document = {{"image", row.image},
                                     {"point", row.adaptive.point},
                                     {"answered", row.adaptive.answered},
                                     {"class", row.adaptive.label},
                                     {"key", row.adaptive.key},
                                     {"name", row.adaptive.name},
                                     {"confidence", row.adaptive.confidence},
                                     {"model", row.adaptive.model},
                                     {"late", row.adaptive.late},
                                     {"rescued", row.adaptive.rescued},
                                     {"failure", row.adaptive.failure},
                                     {"tried", tried},
                                     {"reason", to_string(decision.last().reason)},
                                     {"signal_value", number(decision.last().value)},
                                     {"threshold", number(decision.last().threshold)},
                                     {"cpu_ms", row.cpu_ms()},
                                     {"wall_ms", to_ms(decision.wall)},
                                     {"decode_cpu_ms", to_ms(row.adaptive.decode_cpu)},
                                     {"features_cpu_ms", to_ms(decision.features_cpu)},
                                     {"baseline_cpu_ms", row.baseline_ms()},
                                     {"baseline_measured", row.baseline.has_value()}};
  if (!row.adaptive.explanation_json.empty()) {
    document["explanation"] = nlohmann::ordered_json::parse(row.adaptive.explanation_json);
  }
  if (row.baseline) {
    document["baseline_class"] = row.baseline->label;
    document["baseline_name"] = row.baseline->name;
  }
  return document;
}

struct Totals {
  double cpu_ms = 0.0;
  double baseline_ms = 0.0;
  std::size_t same_answer = 0;
  std::size_t late = 0;
};

Totals totals_of(const std::vector<Row>& rows) {
  Totals totals;
  for (const Row& row : rows) {
    totals.cpu_ms += row.cpu_ms();
    totals.baseline_ms += row.baseline_ms();
    if (row.adaptive.late) ++totals.late;
    if (row.baseline && row.baseline->label == row.adaptive.label) ++totals.same_answer;
  }
  return totals;
}

void print_table(const std::vector<Row>& rows, const ImageClassifier& classifier, bool compare) {
  const bool steered = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
    return row.adaptive.point != rows.front().adaptive.point;
  });
  std::vector<std::vector<std::string>> cells = {
      {"image", "answer", " sure", "models run", " cpu ms", " " + classifier.baseline() + " ms"}};
  if (steered) cells[0].insert(cells[0].begin() + 3, "point");
  if (compare) cells[0].push_back(classifier.baseline() + " says");
  for (const Row& row : rows) {
    const Classification& c = row.adaptive;
    cells.push_back({std::filesystem::path(row.image).filename().string(),
                     c.answered ? shorten(c.name, 28) : "(no answer)",
                     c.answered ? fmt::format("{:.0f} %", 100 * c.confidence) : "-",
                     models_tried(row, classifier), fmt::format("{:.1f}", row.cpu_ms()),
                     fmt::format("{}{:.1f}", row.baseline ? "" : "~", row.baseline_ms())});
    if (steered) cells.back().insert(cells.back().begin() + 3, c.point);
    if (compare) {
      const bool same = row.baseline->label == c.label;
      cells.back().push_back(same ? "the same" : shorten(row.baseline->name, 24));
    }
  }
  const Totals totals = totals_of(rows);
  print(text_table(cells));
  print(fmt::format("\n{} images in {:.1f} ms CPU time; {} alone {} {:.1f} ms: {:.2f}x\n",
                    rows.size(), totals.cpu_ms, classifier.baseline(),
                    compare ? "takes" : "would take about", totals.baseline_ms,
                    totals.baseline_ms / totals.cpu_ms));
  if (!steered) print(fmt::format("operating point: {}\n", rows.front().adaptive.point));
  if (totals.late > 0) {
    print(fmt::format("after the deadline: {} of {}\n", totals.late, rows.size()));
  }
  if (compare) {
    print(fmt::format(
        "the same answer as {} on {} of {} ({:.0f} %)\n", classifier.baseline(), totals.same_answer,
        rows.size(),
        100.0 * static_cast<double>(totals.same_answer) / static_cast<double>(rows.size())));
  }
  for (const Row& row : rows) {
    if (!row.adaptive.failure.empty()) warn(row.image + ": " + row.adaptive.failure);
    if (row.adaptive.explanation.empty()) continue;
    print(fmt::format("\n{}\n{}", row.image, row.adaptive.explanation));
  }
}

void print_document(const std::vector<Row>& rows, const ImageClassifier& classifier,
                    std::size_t failed) {
  auto results = nlohmann::ordered_json::array();
  for (const Row& row : rows) results.push_back(to_json(row, classifier));
  const Totals totals = totals_of(rows);
  print_json({{"point", classifier.point()},
              {"baseline", classifier.baseline()},
              {"images", results},
              {"failed", failed},
              {"late", totals.late},
              {"drift", classifier.drift()},
              {"cpu_ms", totals.cpu_ms},
              {"baseline_cpu_ms", totals.baseline_ms}});
}

// The first two runs on real images cost up to a third more than later ones. A comparison counts
// them on neither side.
void warm_up(ImageClassifier& classifier, std::span<const std::byte> bytes, const Budget& budget) {
  for (int run = 0; run < 2; ++run) {
    (void)classifier.classify(bytes, budget);
    (void)classifier.classify_with(classifier.baseline(), bytes);
  }
  classifier.reset_drift();  // the image is yet to come
}

Result<Row> classify_one(ImageClassifier& classifier, const std::string& name, const Budget& budget,
                         bool compare, bool first) {
  const auto bytes = read_image(name);
  if (!bytes.ok()) return bytes.status();
  const std::string shown = shown_name(name);
  if (compare && first) warm_up(classifier, *bytes, budget);
  auto adaptive = classifier.classify(*bytes, budget);
  if (!adaptive.ok()) return adaptive.status().with_context(shown);
  Row row{.image = shown, .adaptive = std::move(*adaptive), .baseline = {}};
  if (compare) {
    auto baseline = classifier.classify_with(classifier.baseline(), *bytes);
    if (!baseline.ok()) return baseline.status().with_context(shown);
    row.baseline = std::move(*baseline);
  }
  return row;
}

}  // namespace

int classify(const ClassifyArgs& args) {
  const Budget budget = budget_of(args.budget);
  auto classifier = ImageClassifier::open(
      args.selector, {.point = args.point,
                      .steerable = budget.chooses_point(),
                      .tolerate_missing = args.tolerate_missing,
                      .retreat_on_drift = args.retreat,
                      .explain = args.explain,
                      .models = args.models,
                      .runtime = args.runtime,
                      .max_pixels = static_cast<std::uint64_t>(args.max_megapixels * 1e6)});
  if (!classifier.ok()) return fail(classifier.status());
  for (const std::string& model : classifier->missing()) warn("doing without " + model);
  const std::vector<std::string> images = expand(args.images);
  // Whether time is short shows anew with every image.
  const bool limits_time = budget.deadline != kNever || budget.mean_latency != kNever;
  std::vector<Row> rows;
  std::size_t failed = 0;
  {
    ProgressBar progress;
    for (const std::string& image : images) {
      Result<Row> row = classify_one(*classifier, image, budget, args.compare, rows.empty());
      if (row.ok()) {
        rows.push_back(std::move(*row));
      } else if (row.status().code() == StatusCode::kUnreachable && rows.empty() && !limits_time) {
        return fail(row.status());  // the others would be refused alike
      } else {
        warn(row.status().message());
        ++failed;
      }
      progress.update("classifying", rows.size() + failed, images.size());
    }
  }
  if (args.json)
    print_document(rows, *classifier, failed);
  else if (!rows.empty())
    print_table(rows, *classifier, args.compare);
  if (!classifier->drift().empty()) {
    warn("the images look unlike those that the selector was trained on: " + classifier->drift());
  }
  if (failed > 0)
    warn(fmt::format("{} of {} images could not be classified", failed, images.size()));
  return failed == 0 && !rows.empty() ? kOk : kFailed;
}

}  // namespace rightsize::cli
