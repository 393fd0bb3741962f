// A CNN premodel that was trained apart (zoo/cnn-premodel): its held-out predictions and its cost.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lab/replay/recording.h"
#include "model/runtime.h"
#include "selector/rule.h"

namespace rightsize {

struct CnnPremodel {
  std::vector<std::string> classes;           // model names, "none" the last
  std::map<std::string, std::size_t> chosen;  // held out: item name -> position in `classes`
  Nanoseconds cpu{0};                         // to run the network once, pre-processing included
  ModelSpec network;                          // trained on everything, to be used on other inputs
};

// Reads predictions.csv of the folder (header: item, fold, then one column of probabilities per
// class), and times cnn.onnx on this machine as card.json describes its input. Fails with file and
// line where something is not as the recipe writes it.
Result<CnnPremodel> read_cnn(const std::filesystem::path& folder, Runtime& runtime);

// What the held-out predictions give on all judged items, in order; "none" runs the fallback, or
// nothing. Energy is left at 0: it is not known. Fails where an item has no prediction or a class
// is no model of the run.
Result<std::vector<ReplayedItem>> held_out_items(const Recording& recording, const CnnPremodel& cnn,
                                                 const std::string& fallback = "");
// The network as a rule: its likeliest class is chosen.
Result<PremodelRule> rule_of(const Recording& recording, const CnnPremodel& cnn,
                             const std::string& fallback = "");

}  // namespace rightsize
