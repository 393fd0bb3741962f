// For tests of explanations: a small selector file, and its first point's decisions explained.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "selector/explain.h"
#include "selector/fake_world.h"

namespace rightsize::test {

using nlohmann::json;

// Models small, medium and large; large is the baseline. Classes 0 to 9 are "thing 0" to "thing 9".
inline SelectorFile file_of(std::vector<Rule> rules) {
  SelectorFile file;
  for (const char* name : {"small", "medium", "large"}) {
    ModelSpec model;
    model.name = name;
    file.zoo.models.push_back(model);
  }
  for (int c = 0; c < 10; ++c) {
    file.zoo.classes.push_back({"key" + std::to_string(c), "thing " + std::to_string(c)});
  }
  file.figures = {{0.6, 5, 6}, {0.7, 10, 11}, {0.8, 40, 41}};
  file.baseline = 2;
  for (Rule& rule : rules) {
    file.points.push_back(
        {.name = "point-" + std::to_string(file.points.size()), .rule = std::move(rule)});
  }
  return file;
}

struct Explained {
  Explanation facts;
  std::string text;  // in one line
  json document;
};

inline std::string in_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!line.empty() && line.back() != ' ')) line += blank ? ' ' : c;
  }
  return line;
}

inline void give_times(std::vector<Trial>& trials) {
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].cpu = (i == 2 ? 30 : 4 * (static_cast<int>(i) + 1)) * kMs;
  }
}

// Lets the first point of the file decide and explains that.
inline Explained explained(const SelectorFile& file, FakeWorld& world, const Budget& budget = {}) {
  const Decision decision = decide(*make_selector(file.points[0].rule), world, budget);
  Explained result;
  result.facts = explain(file, 0, decision, world.costs(), world.features());
  result.text = in_one_line(to_text(result.facts));
  result.document = json::parse(to_json(result.facts).dump());
  return result;
}
inline Explained explained(const SelectorFile& file, std::vector<Trial> trials) {
  give_times(trials);
  FakeWorld world(std::move(trials));
  return explained(file, world);
}

}  // namespace rightsize::test
