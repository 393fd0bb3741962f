// A CNN premodel that was trained apart (zoo/cnn-premodel): its held-out predictions and its cost.
#pragma once

#include <filesystem>

#include "lab/paper/study.h"
#include "model/runtime.h"

namespace rightsize {

// Reads predictions.csv of the folder (header: item, fold, then one column of probabilities per
// class), and times cnn.onnx on this machine as card.json describes its input. Fails with file and
// line where something is not as the recipe writes it.
Result<CnnPredictions> read_cnn(const std::filesystem::path& folder, Runtime& runtime);

}  // namespace rightsize
