// rightsize features: the features of images, and what it costs to compute them.
#include "image/features.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/images.h"
#include "core/clock.h"
#include "core/terminal_text.h"

namespace rightsize::cli {
namespace {

using nlohmann::ordered_json;

double to_us(Nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }

// CPU time in microseconds.
struct Costs {
  double decode = 0.0;
  std::array<double, kImageFeatureGroups> groups{};

  double features() const {
    double sum = 0.0;
    for (const double group : groups) sum += group;
    return sum;
  }
};

struct Row {
  std::string image;
  std::array<float, kImageFeatures> values{};
  bool has_object = false;
  Costs costs;
};

Result<Row> row_of(ImageFeatures& features, const std::string& name, const DecodeLimits& limits) {
  const auto bytes = read_image(name);
  if (!bytes.ok()) return bytes.status();
  Row row{.image = shown_name(name)};
  const Stopwatch decoding;
  const Result<Image> image = decode_image(*bytes, limits);
  row.costs.decode = to_us(decoding.elapsed().cpu);
  if (!image.ok()) return image.status().with_context(row.image);
  features.begin(*image);
  for (std::size_t group = 0; group < kImageFeatureGroups; ++group) {
    const Stopwatch watch;
    Status status = features.extract(group, row.values);
    row.costs.groups[group] = to_us(watch.elapsed().cpu);
    if (!status.ok()) return status.with_context(row.image);
  }
  row.has_object = features.has_object();
  return row;
}

struct Summary {
  std::size_t with_object = 0;
  Costs mean;
};

Summary summary_of(const std::vector<Row>& rows) {
  Summary summary;
  const auto count = static_cast<double>(rows.size());
  for (const Row& row : rows) {
    summary.with_object += row.has_object ? 1 : 0;
    summary.mean.decode += row.costs.decode / count;
    for (std::size_t g = 0; g < kImageFeatureGroups; ++g) {
      summary.mean.groups[g] += row.costs.groups[g] / count;
    }
  }
  return summary;
}

void print_values(const Row& row) {
  const FeatureSet& set = image_feature_set();
  std::vector<std::vector<std::string>> cells = {{"feature", " value", "unit", "group"}};
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    const FeatureInfo& feature = set.features[i];
    cells.push_back({feature.name, fmt::format("{:.5g}", row.values[i]), feature.unit,
                     set.groups[feature.group]});
  }
  print(text_table(cells));
}

void print_table(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells = {{"image"}};
  for (const FeatureInfo& feature : image_feature_set().features) {
    cells[0].push_back(fmt::format(" {}", feature.name));
  }
  for (const Row& row : rows) {
    cells.push_back({std::filesystem::path(row.image).filename().string()});
    for (const float value : row.values) cells.back().push_back(fmt::format("{:.4g}", value));
  }
  print(text_table(cells));
}

void print_summary(const std::vector<Row>& rows) {
  const Summary summary = summary_of(rows);
  std::string groups;
  for (std::size_t g = 0; g < kImageFeatureGroups; ++g) {
    groups += fmt::format("{}{} {:.0f}", g > 0 ? ", " : "", image_feature_set().groups[g],
                          summary.mean.groups[g]);
  }
  print(fmt::format(
      "\nmain object found in {} of {}\n"
      "us of CPU an image: decoding {:.0f}, features {:.0f} ({})\n",
      summary.with_object, rows.size(), summary.mean.decode, summary.mean.features(), groups));
}

// As RFC 4180 has it.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void print_csv(const std::vector<Row>& rows) {
  std::string head = "image";
  for (const FeatureInfo& feature : image_feature_set().features) {
    head += fmt::format(",{}", feature.name);
  }
  head += ",has_object,decode_us";
  for (const char* group : image_feature_set().groups) head += fmt::format(",{}_us", group);
  print(head + "\n");
  for (const Row& row : rows) {
    print(fmt::format("{},{},{},{:.1f},{:.1f}\n", quoted(row.image), fmt::join(row.values, ","),
                      row.has_object ? 1 : 0, row.costs.decode, fmt::join(row.costs.groups, ",")));
  }
}

ordered_json to_json(const Costs& costs) {
  ordered_json groups;
  for (std::size_t g = 0; g < kImageFeatureGroups; ++g) {
    groups[image_feature_set().groups[g]] = costs.groups[g];
  }
  return {{"decode", costs.decode}, {"features", costs.features()}, {"groups", groups}};
}

void print_document(const std::vector<Row>& rows, const ImageFeatureOptions& options,
                    std::size_t failed) {
  const FeatureSet& set = image_feature_set();
  auto definitions = ordered_json::array();
  for (const FeatureInfo& feature : set.features) {
    definitions.push_back(
        {{"name", feature.name},
         {"group", set.groups[feature.group]},
         {"unit", feature.unit},
         {"low", feature.low},
         {"high", std::isfinite(feature.high) ? ordered_json(feature.high) : ordered_json()},
         {"definition", feature.definition}});
  }
  auto images = ordered_json::array();
  for (const Row& row : rows) {
    images.push_back({{"image", row.image},
                      {"values", row.values},
                      {"has_object", row.has_object},
                      {"cpu_us", to_json(row.costs)}});
  }
  const Summary summary = summary_of(rows);
  print_json({{"feature_set", set.name},
              {"max_side", options.max_side},
              {"keypoint_threshold", options.keypoint_threshold},
              {"edge_low", options.edge_low},
              {"edge_high", options.edge_high},
              {"features", definitions},
              {"images", images},
              {"failed", failed},
              {"with_object", summary.with_object},
              {"mean_cpu_us", to_json(summary.mean)}});
}

void print_rows(const FeaturesArgs& args, const std::vector<Row>& rows, std::size_t failed) {
  if (args.json) {
    print_document(rows, args.features, failed);
  } else if (rows.empty()) {
    return;
  } else if (args.csv) {
    print_csv(rows);
  } else {
    if (rows.size() == 1) {
      print_values(rows[0]);
    } else {
      print_table(rows);
    }
    print_summary(rows);
  }
}

}  // namespace

int features(const FeaturesArgs& args) {
  Result<ImageFeatures> extractor = ImageFeatures::make(args.features);
  if (!extractor.ok()) return fail(extractor.status());
  const DecodeLimits limits = {.max_pixels = static_cast<std::uint64_t>(args.max_megapixels * 1e6)};
  const std::vector<std::string> images = expand(args.images);
  std::vector<Row> rows;
  std::size_t failed = 0;
  {
    ProgressBar progress;
    for (const std::string& image : images) {
      Result<Row> row = row_of(*extractor, image, limits);
      if (row.ok()) {
        rows.push_back(std::move(*row));
      } else {
        warn(row.status().message());
        ++failed;
      }
      progress.update("looking", rows.size() + failed, images.size());
    }
  }
  print_rows(args, rows, failed);
  if (failed > 0) warn(fmt::format("{} of {} images could not be read", failed, images.size()));
  return failed == 0 && !rows.empty() ? kOk : kFailed;
}

}  // namespace rightsize::cli
