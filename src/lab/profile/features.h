// The features of images in a profile: which they are, extracting them, and reading them back.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/clock.h"
#include "image/features.h"
#include "lab/profile/store.h"
#include "lab/table.h"
#include "rightsize/status.h"

namespace rightsize {

// All features of an image, with what each group took. Groups are extracted in their order, so what
// several share (the reduced image, grey, edges) is paid by the first that needs it.
struct ExtractedFeatures {
  std::vector<float> values;
  bool has_object = false;
  std::vector<Elapsed> times;  // [group]
};

// Fails where the image is too large for its features.
Result<ExtractedFeatures> extract_all(ImageFeatures& extractor, const Image& image);

// Fills the table's features; `rows` gives the table's row of each item id, -1 for none. Does
// nothing where the run recorded none.
Status read_features(RunStore& store, const std::vector<std::ptrdiff_t>& rows, OutcomeTable& table);

}  // namespace rightsize
