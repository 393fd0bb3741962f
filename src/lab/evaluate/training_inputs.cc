#include "lab/evaluate/training_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/checksum.h"

namespace rightsize {
namespace {

// Empty where the run has not recorded it.
std::string mark_of_item(const OutcomeTable& table, std::size_t item) {
  return item < table.contents.size() ? mark_of(table.contents[item]) : std::string();
}

bool all_recorded(const Recording& recording) {
  return std::none_of(recording.item.begin(), recording.item.end(), [&](std::size_t item) {
    return mark_of_item(*recording.table, item).empty();
  });
}

}  // namespace

std::vector<std::string> marks_of(const OutcomeTable& table,
                                  const std::vector<std::size_t>& items) {
  std::vector<std::string> marks;
  for (const std::size_t item : items) {
    marks.push_back(mark_of_item(table, item));
    if (marks.back().empty()) return {};
  }
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  return marks;
}

std::string TrainingInputs::words() const {
  if (!unknown.empty()) {
    return "perhaps trained on these inputs, which cannot be told: " + unknown;
  }
  if (trained == 0) return "trained on other inputs";
  if (apart.empty()) return "trained on these very inputs";
  return fmt::format("trained on {} of these {} inputs", trained, trained + apart.size());
}

TrainingInputs training_inputs(const SelectorFile& file, const Recording& recording) {
  const OutcomeTable& table = *recording.table;
  TrainingInputs inputs;
  const bool told = !file.input_marks.empty() && all_recorded(recording);
  const bool same_run = file.provenance.run_id == table.provenance.run_id;
  for (std::size_t i = 0; i < recording.items(); ++i) {
    const bool trained = told ? std::binary_search(file.input_marks.begin(), file.input_marks.end(),
                                                   mark_of_item(table, recording.item[i]))
                              : same_run;
    if (trained) {
      ++inputs.trained;
    } else {
      inputs.apart.push_back(i);
    }
  }
  if (told || same_run) return inputs;
  inputs.unknown = file.input_marks.empty()
                       ? "the selector file does not list the inputs it was trained on (train it "
                         "again with this program)"
                       : "the run has no checksums of its inputs (profile them again)";
  return inputs;
}

}  // namespace rightsize
