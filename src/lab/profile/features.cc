#include "lab/profile/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "lab/profile/blob.h"

namespace rightsize {

Result<ExtractedFeatures> extract_all(ImageFeatures& extractor, const Image& image) {
  const FeatureSet& set = image_feature_set();
  ExtractedFeatures features;
  features.values.resize(set.features.size());
  extractor.begin(image);
  for (std::size_t group = 0; group < set.groups.size(); ++group) {
    const Stopwatch watch;
    const Status status = extractor.extract(group, features.values);
    if (!status.ok()) return status;
    features.times.push_back(watch.elapsed());
  }
  features.has_object = extractor.has_object();
  return features;
}

Status read_features(RunStore& store, const std::vector<std::ptrdiff_t>& rows,
                     OutcomeTable& table) {
  table.feature_spec = store.header().features;
  if (table.feature_spec.set.empty()) return {};
  const std::size_t width = image_feature_set().features.size();
  table.features.assign(table.item_count() * width, std::numeric_limits<float>::quiet_NaN());
  table.has_object.assign(table.item_count(), 0);
  Result<Statement> select =
      store.database().prepare("SELECT item, has_object, features FROM features");
  if (!select.ok()) return select.status();
  return for_each_row(*select, [&]() -> Status {
    const auto item = static_cast<std::size_t>(select->integer(0));
    const std::ptrdiff_t row = item < rows.size() ? rows[item] : -1;
    const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(row, 0)) * width;
    const std::span<float> own = std::span<float>(table.features).subspan(at, row < 0 ? 0 : width);
    const bool good = row >= 0 && decode_floats(select->blob(2), own) &&
                      std::none_of(own.begin(), own.end(), [](float f) { return std::isinf(f); });
    if (!good) {
      return invalid_input(fmt::format("{}: the file is damaged (features of item {})",
                                       store.database().path(), select->integer(0)));
    }
    table.has_object[static_cast<std::size_t>(row)] = select->integer(1) != 0 ? 1 : 0;
    return {};
  });
}

}  // namespace rightsize
