// rightsize info: what is in a zoo manifest, a run.db or a selector file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/text_files.h"
#include "core/manifest_json.h"
#include "core/terminal_text.h"
#include "selector/selector_file.h"

namespace rightsize::cli {
namespace {

using nlohmann::ordered_json;

int info_zoo(const InfoArgs& args) {
  const Result<Zoo> zoo = read_manifest(args.file);
  if (!zoo.ok()) return fail(zoo.status());
  if (args.json) {
    print_json({{"kind", "zoo"}, {"zoo", zoo_to_json(*zoo)}});
    return kOk;
  }
  std::vector<std::vector<std::string>> rows = {{"model", "input", " crop", " outputs", "file"}};
  const bool translates = zoo->task == kTranslation;
  if (translates) rows = {{"model", "decoding", "file"}};
  for (const ModelSpec& model : zoo->models) {
    if (translates) {
      rows.push_back({model.name, input_words(*zoo, model), model.file});
      continue;
    }
    rows.push_back({model.name, input_words(*zoo, model),
                    fmt::format("{:.3f}", model.input.crop_fraction),
                    std::to_string(model.output.outputs), model.file});
  }
  print(fmt::format("zoo {}: {}, {}, {} models\n\n", zoo->name, zoo->task, answer_words(*zoo),
                    zoo->models.size()));
  print(text_table(rows));
  return kOk;
}

// What a stage looks at, its answer being combined or calibrated where it is.
std::string signal_words(const CascadeRule& rule, const CascadeStage& stage) {
  if (rule.confidence != Confidence::kSignal) return to_string(rule.confidence);
  const char* of = !stage.weights.empty() ? "combined " : stage.is_plain() ? "" : "calibrated ";
  return std::string(of) + to_string(rule.signal);
}

std::string words_of(const CascadeRule& rule, const Zoo& zoo) {
  std::string text;
  for (std::size_t s = 0; s < rule.stages.size(); ++s) {
    if (s > 0) {
      const CascadeStage& before = rule.stages[s - 1];
      text += fmt::format(" [{} {} {:.3f}] > ", signal_words(rule, before),
                          rule.small_is_sure() ? "<=" : ">=", before.threshold);
    }
    text += zoo.models[rule.stages[s].model].name;
  }
  const auto& last = rule.stages.back();
  if (!last.weights.empty())
    text += fmt::format(" (weights {:.2f})", fmt::join(last.weights, ", "));
  return text;
}

std::string words_of(const PremodelRule& rule, const Zoo& zoo) {
  std::vector<std::string> classifiers;
  for (const Classifier& classifier : rule.classifier.classifiers) {
    classifiers.emplace_back(to_string(kind_of(classifier)));
  }
  std::vector<std::string> models;
  for (const ModelIndex model : rule.models) models.push_back(zoo.models[model].name);
  const std::string source =
      rule.probe     ? "what " + zoo.models[*rule.probe].name + " says"
      : rule.network ? "what the network " + rule.network->file + " says"
                     : fmt::format("{} features", rule.classifier.scaling.features.size());
  const std::string none = rule.fallback ? zoo.models[*rule.fallback].name : "no answer";
  return fmt::format("{} on {} chooses {}; none: {}", fmt::join(classifiers, "."), source,
                     fmt::join(models, ", "), none);
}

std::string words_of(const EntryRule& rule, const Zoo& zoo) {
  PremodelRule premodel = rule.premodel;
  premodel.fallback = rule.cascade.stages.back().model;
  return fmt::format("{}; entered where {}", words_of(rule.cascade, zoo), words_of(premodel, zoo));
}

std::string words_of(const RoutingRule& rule, const Zoo& zoo) {
  std::vector<std::string> models;
  for (const RoutedModel& routed : rule.models) models.push_back(zoo.models[routed.model].name);
  const std::string source = rule.probe ? "what " + zoo.models[*rule.probe].name + " says"
                                        : fmt::format("{} features", rule.features.size());
  return fmt::format("routing on {} among {}; a millisecond for {:.4f} points", source,
                     fmt::join(models, ", "), 100 * rule.price);
}

std::string rule_of(const OperatingPoint& point, const Zoo& zoo) {
  return std::visit([&](const auto& rule) { return words_of(rule, zoo); }, point.rule);
}

void print_selector(const SelectorFile& file) {
  const Provenance& from = file.provenance;
  print(
      fmt::format("selector for zoo {} ({}), criterion {}, reference {}\n"
                  "trained on {} ({} inputs) on {}, {}, {}\n"
                  "baseline {}, default point {}\n\n",
                  file.zoo.name, file.zoo.task, file.criterion, file.reference, from.data,
                  file.inputs, from.device, from.runtime, from.date,
                  file.zoo.models[file.baseline].name, file.points[file.default_point].name));
  std::vector<std::vector<std::string>> rows = {
      {"point", " " + file.criterion + " %", " vs baseline", " cpu ms", " speed-up"}};
  const bool energy = std::any_of(file.points.begin(), file.points.end(),
                                  [](const auto& point) { return point.energy_mj.has_value(); });
  const bool proven = std::any_of(file.points.begin(), file.points.end(),
                                  [](const auto& point) { return point.proven.has_value(); });
  if (energy) rows[0].push_back(" mJ");
  if (proven) rows[0].push_back(" proven loss");
  rows[0].push_back("rule");
  for (const OperatingPoint& point : file.points) {
    rows.push_back({point.name, fmt::format("{:.1f}", 100 * point.quality.value),
                    fmt::format("{:+.1f} [{:+.1f}, {:+.1f}]", 100 * point.difference.value,
                                100 * point.difference.low, 100 * point.difference.high),
                    fmt::format("{:.1f}", point.cpu_ms),
                    fmt::format("{:.2f}x", point.speedup.value)});
    std::vector<std::string>& row = rows.back();
    if (energy) row.push_back(point.energy_mj ? fmt::format("{:.1f}", *point.energy_mj) : "-");
    if (proven) {
      row.push_back(point.proven ? fmt::format("<= {:.1f}", 100 * point.proven->loss) : "-");
    }
    row.push_back(rule_of(point, file.zoo));
  }
  print(text_table(rows));
  print("\nheld-out figures; 95 % intervals in brackets; decoding included\n");
  for (const OperatingPoint& point : file.points) {
    if (!point.proven) continue;
    print(
        fmt::format("proven loss in points, against {}, for all points together but for a "
                    "probability of {:g}, on {} inputs that took no part in training\n",
                    point.proven->against.empty() ? "every single model" : point.proven->against,
                    point.proven->delta, point.proven->inputs));
    break;
  }
}

int info_selector(const InfoArgs& args) {
  const Result<SelectorFile> file = read_selector_file(args.file);
  if (!file.ok()) return fail(file.status());
  if (args.json) {
    print_json({{"kind", "selector"}, {"selector", ordered_json::parse(to_json_text(*file))}});
  } else {
    print_selector(*file);
  }
  return kOk;
}

}  // namespace

int info(const InfoArgs& args) {
  std::error_code error;
  if (!std::filesystem::exists(args.file, error)) {
    return fail(not_found(args.file.string() + ": there is no such file"));
  }
  if (args.file.extension() == ".toml") return info_zoo(args);
  if (!is_database(args.file)) return info_selector(args);
#ifdef RIGHTSIZE_WITH_LAB
  return info_run(args);
#else
  return fail(invalid_input(args.file.string() +
                            ": is a run.db; this build of rightsize has no laboratory to read it"));
#endif
}

}  // namespace rightsize::cli
