#include "lab/premodel/cnn.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/clock.h"
#include "core/file.h"
#include "core/json_reader.h"
#include "core/manifest_json.h"
#include "image/classification.h"
#include "lab/profile/csv.h"
#include "model/file_identity.h"

namespace rightsize {
namespace {

constexpr std::size_t kFirstClass = 2;  // column; item and fold stand before it

Result<double> number_of(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) {
    return invalid_input(fmt::format("'{}' is no number", text));
  }
  return value;
}

Result<std::size_t> likeliest(const CsvRow& row) {
  std::size_t best = 0;
  double greatest = -1.0;
  for (std::size_t c = kFirstClass; c < row.fields.size(); ++c) {
    const Result<double> value = number_of(row.fields[c]);
    if (!value.ok()) return value.status();
    if (*value > greatest) {
      greatest = *value;
      best = c - kFirstClass;
    }
  }
  return best;
}

Status read_predictions(const std::filesystem::path& path, CnnPremodel& cnn) {
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  const Result<std::vector<CsvRow>> rows = parse_csv(*text);
  if (!rows.ok()) return rows.status().with_context(path.string());
  const bool headed = !rows->empty() && rows->front().fields.size() > kFirstClass &&
                      rows->front().fields[0] == "item" && rows->front().fields[1] == "fold";
  if (!headed) {
    return invalid_input(
        fmt::format("{}: needs the header item,fold and one column per class", path.string()));
  }
  const std::vector<std::string>& head = rows->front().fields;
  cnn.classes.assign(head.begin() + kFirstClass, head.end());
  for (std::size_t r = 1; r < rows->size(); ++r) {
    const CsvRow& row = (*rows)[r];
    const std::string where = fmt::format("{}:{}", path.string(), row.line);
    if (row.fields.size() != head.size()) {
      return invalid_input(
          fmt::format("{}: has {} columns, the header {}", where, row.fields.size(), head.size()));
    }
    const Result<std::size_t> chosen = likeliest(row);
    if (!chosen.ok()) return chosen.status().with_context(where);
    cnn.chosen[row.fields[0]] = *chosen;
  }
  return {};
}

// What the recipe's card says of the network: input and output as in a zoo's canonical form.
Result<ModelSpec> read_card(const std::filesystem::path& folder, std::size_t classes) {
  const std::string path = (folder / "card.json").string();
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  Result<nlohmann::json> card = parse_json(*text, path);
  if (!card.ok()) return card.status();
  if (!card->is_object() || !card->contains("input") || !card->contains("output")) {
    return invalid_input(path + ": lacks 'input' or 'output'");
  }
  const Result<std::string> checksum = identity_of(folder / "cnn.onnx");
  if (!checksum.ok()) return checksum.status();
  nlohmann::json model = {{"name", "cnn"},
                          {"file", "cnn.onnx"},
                          {"sha256", *checksum},
                          {"input", (*card)["input"]},
                          {"output", (*card)["output"]},
                          {"session", {{"exact_int8", false}}}};
  if (model["output"].is_object())
    model["output"].emplace("class_of_output", nlohmann::json::array());
  Zoo zoo;
  zoo.classes.resize(classes);
  Result<ModelSpec> spec = model_from_json(model, path, zoo);
  return spec;
}

// Positions of the classes among the run's models; nothing for "none", which must be the last.
Result<std::vector<ModelIndex>> models_of(const Recording& recording, const CnnPremodel& cnn) {
  if (cnn.classes.empty() || cnn.classes.back() != "none") {
    return invalid_input("the CNN's last class must be 'none'");
  }
  std::vector<ModelIndex> models;
  for (std::size_t c = 0; c + 1 < cnn.classes.size(); ++c) {
    const Result<std::size_t> model = model_index(recording.table->zoo, cnn.classes[c]);
    if (!model.ok()) return model.status().with_context("the CNN's predictions");
    models.push_back(static_cast<ModelIndex>(*model));
  }
  return models;
}

// Chooses the likeliest of `count` classes whose log-probabilities are the features: a logistic
// regression of one weight 1 each.
PremodelClassifier likeliest_class(std::size_t count) {
  Logistic logistic{.classes = count, .features = count, .labels = {}, .weights = {}};
  PremodelClassifier classifier{.models = count - 1};
  for (std::size_t c = 0; c < count; ++c) {
    classifier.scaling.features.push_back(static_cast<std::uint16_t>(c));
    logistic.labels.push_back(static_cast<std::uint16_t>(c));
    for (std::size_t w = 0; w <= count; ++w) logistic.weights.push_back(w == c + 1 ? 1.0F : 0.0F);
  }
  classifier.scaling.low.assign(count, 0.0F);
  classifier.scaling.high.assign(count, 1.0F);
  classifier.classifiers.emplace_back(std::move(logistic));
  return classifier;
}

// The median CPU time of pre-processing and running the network on a photo-sized image.
Result<Nanoseconds> time_network(const ModelSpec& spec, Session& session) {
  constexpr int kRuns = 101;
  Result<Preprocessor> preprocessor = Preprocessor::make(spec.input);
  if (!preprocessor.ok()) return preprocessor.status();
  Image photo{.width = 500, .height = 375, .rgb = std::vector<std::uint8_t>(3 * 500 * 375, 127)};
  std::vector<float> tensor(preprocessor->tensor_size());
  std::vector<float> output(static_cast<std::size_t>(spec.output.outputs));
  std::vector<Nanoseconds> times;
  for (int i = 0; i < kRuns; ++i) {
    const Stopwatch stopwatch;
    Status status = preprocessor->run(photo, tensor);
    if (status.ok()) status = session.run(spec.input, tensor, spec.output, output);
    if (!status.ok()) return status;
    times.push_back(stopwatch.elapsed().cpu);
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

}  // namespace

Result<CnnPremodel> read_cnn(const std::filesystem::path& folder, Runtime& runtime) {
  CnnPremodel cnn;
  if (Status status = read_predictions(folder / "predictions.csv", cnn); !status.ok()) {
    return status;
  }
  const Result<ModelSpec> spec = read_card(folder, cnn.classes.size());
  if (!spec.ok()) return spec.status();
  cnn.network = *spec;
  const auto session = runtime.open(folder / "cnn.onnx", spec->session);
  if (!session.ok()) return session.status();
  const Result<Nanoseconds> time = time_network(*spec, **session);
  if (!time.ok()) return time.status().with_context((folder / "cnn.onnx").string());
  cnn.cpu = *time;
  return cnn;
}

Result<std::vector<ReplayedItem>> held_out_items(const Recording& recording, const CnnPremodel& cnn,
                                                 const std::string& fallback) {
  const auto models = models_of(recording, cnn);
  if (!models.ok()) return models.status();
  const auto none = optional_model(recording.table->zoo, fallback);
  if (!none.ok()) return none.status();
  std::vector<ReplayedItem> items(recording.items());
  for (std::size_t i = 0; i < recording.items(); ++i) {
    const std::string& name = recording.table->items[recording.item[i]];
    const auto found = cnn.chosen.find(name);
    if (found == cnn.chosen.end()) {
      return invalid_input(fmt::format(
          "the CNN's predictions lack the input '{}': train it on the labels of this run", name));
    }
    ReplayedItem& item = items[i];
    item.features_cpu = cnn.cpu.count();
    item.cpu = recording.decode_cpu[i] + item.features_cpu;
    const std::optional<ModelIndex> model =
        found->second < models->size() ? std::optional((*models)[found->second]) : *none;
    if (!model) continue;
    item.model = *model;
    item.answered = recording.ok[*model][i] != 0;
    item.right = recording.right[*model][i] != 0;
    item.answer = recording.table->at(recording.item[i], *model).outcome.label();
    item.cpu += recording.cpu[*model][i];
  }
  return items;
}

Result<PremodelRule> rule_of(const Recording& recording, const CnnPremodel& cnn,
                             const std::string& fallback) {
  const auto models = models_of(recording, cnn);
  if (!models.ok()) return models.status();
  const auto none = optional_model(recording.table->zoo, fallback);
  if (!none.ok()) return none.status();
  if (models->size() < 2 || models->size() > kMaxPremodelModels) {
    return invalid_input(
        fmt::format("a CNN premodel chooses among 2 to {} models", kMaxPremodelModels));
  }
  return PremodelRule{.models = *models,
                      .classifier = likeliest_class(cnn.classes.size()),
                      .fallback = *none,
                      .network = cnn.network};
}

}  // namespace rightsize
