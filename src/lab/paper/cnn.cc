#include "lab/paper/cnn.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/clock.h"
#include "core/file.h"
#include "core/json_reader.h"
#include "image/classification.h"
#include "lab/profile/csv.h"

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

Status read_predictions(const std::filesystem::path& path, CnnPredictions& cnn) {
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

// What the recipe's card says of the network, in the manifest's words.
Result<ModelSpec> read_card(const std::filesystem::path& path, std::size_t classes) {
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  const auto document = parse_json(*text, path.string());
  if (!document.ok()) return document.status();
  const nlohmann::json input = document->value("input", nlohmann::json::object());
  const auto size = input.find("size");
  if (size == input.end() || !size->is_array() || size->size() != 2 ||
      !(*size)[0].is_number_integer() || !(*size)[1].is_number_integer()) {
    return invalid_input(path.string() + ": lacks input.size, the height and width");
  }
  ModelSpec spec{.name = "cnn"};
  spec.input.height = (*size)[0].get<int>();
  spec.input.width = (*size)[1].get<int>();
  spec.input.crop_fraction = input.value("crop_fraction", 1.0);
  spec.output.outputs = static_cast<int>(classes);
  return spec;
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

Result<CnnPredictions> read_cnn(const std::filesystem::path& folder, Runtime& runtime) {
  CnnPredictions cnn;
  if (Status status = read_predictions(folder / "predictions.csv", cnn); !status.ok()) {
    return status;
  }
  const Result<ModelSpec> spec = read_card(folder / "card.json", cnn.classes.size());
  if (!spec.ok()) return spec.status();
  const auto session = runtime.open(folder / "cnn.onnx", spec->session);
  if (!session.ok()) return session.status();
  const Result<Nanoseconds> time = time_network(*spec, **session);
  if (!time.ok()) return time.status().with_context((folder / "cnn.onnx").string());
  cnn.cpu = *time;
  return cnn;
}

}  // namespace rightsize
