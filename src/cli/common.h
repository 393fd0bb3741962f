// What all commands share: messages and progress.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/manifest.h"
#include "rightsize/decision.h"
#include "rightsize/status.h"

namespace rightsize::cli {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// Says the failure on stderr and gives kFailed.
int fail(const Status& status);
void warn(const std::string& message);  // one line on stderr
void print(const std::string& text);    // on stdout
void print_json(const nlohmann::ordered_json& document);

// May the outputs be written? Not over a file that is read, nor over any run.db or manifest: a slip
// of the keyboard would destroy hours of work.
Status check_outputs(const std::vector<std::filesystem::path>& outputs,
                     const std::vector<std::filesystem::path>& inputs);

// What a zoo's models give: "1000 classes", "en to de".
std::string answer_words(const Zoo& zoo);
// What a model is given: "224x224" pixels; of a translation how it decodes: "beam of 4".
std::string input_words(const Zoo& zoo, const ModelSpec& model);

// A bar on stderr with the time left, drawn only on a terminal.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  void update(const std::string& phase, std::size_t done, std::size_t total);
  void finish();  // ends the line; done by the destructor too

 private:
  bool terminal_;
  bool drawn_ = false;
  std::string phase_;
  std::size_t first_done_ = 0;
  Nanoseconds phase_start_{0};
};

}  // namespace rightsize::cli
