#include "cli/common.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/text_files.h"
#include "core/clock.h"

namespace rightsize::cli {
namespace {

std::string duration(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

Status check_output(const std::filesystem::path& output, const std::filesystem::path& input) {
  std::error_code error;
  if (output.empty() || !std::filesystem::is_regular_file(output, error)) return {};
  if (std::filesystem::equivalent(output, input, error)) {
    return invalid_input(
        fmt::format("{}: is read by this command, and would be overwritten: name "
                    "another file for the output",
                    output.string()));
  }
  const bool precious = is_database(output) || output.extension() == ".toml";
  if (!precious) return {};
  return invalid_input(
      fmt::format("{}: is a run.db or a manifest, and is not overwritten: name another file, or "
                  "delete it first",
                  output.string()));
}

}  // namespace

int fail(const Status& status) {
  fmt::print(stderr, "rightsize: {}\n", status.message());
  return kFailed;
}

void warn(const std::string& message) { fmt::print(stderr, "rightsize: {}\n", message); }

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const nlohmann::ordered_json& document) {
  print(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

Status check_outputs(const std::vector<std::filesystem::path>& outputs,
                     const std::vector<std::filesystem::path>& inputs) {
  for (const auto& output : outputs) {
    for (const auto& input : inputs) {
      if (Status status = check_output(output, input); !status.ok()) return status;
    }
  }
  return {};
}

std::string answer_words(const Zoo& zoo) {
  if (zoo.task == kTranslation) {
    return fmt::format("{} to {}", zoo.source_language, zoo.target_language);
  }
  return fmt::format("{} classes", zoo.classes.size());
}

std::string input_words(const Zoo& zoo, const ModelSpec& model) {
  if (zoo.task != kTranslation) {
    return fmt::format("{}x{}", model.input.width, model.input.height);
  }
  const TranslationSpec& spec = model.translation;
  if (spec.memory) return "memory";
  switch (spec.decoding) {
    case Decoding::kGreedy:
      return "greedy";
    case Decoding::kBeam:
      return fmt::format("beam of {}", spec.beam);
    case Decoding::kDrafted:
      return "drafted by " + (spec.draft.empty() ? "the source" : spec.draft) +
             (spec.draft_memory.empty() ? "" : " and " + spec.draft_memory);
  }
  return "?";
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { finish(); }

void ProgressBar::finish() {
  if (drawn_) fmt::print(stderr, "\n");
  drawn_ = false;
}

void ProgressBar::update(const std::string& phase, std::size_t done, std::size_t total) {
  if (!terminal_) return;
  if (phase != phase_) {
    if (drawn_) fmt::print(stderr, "\n");
    phase_ = phase;
    phase_start_ = wall_now();
    first_done_ = done;
  }
  constexpr std::size_t kWidth = 30;
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0.0;
  const auto filled = static_cast<std::size_t>(share * kWidth);
  std::string left = "?";
  if (done > first_done_) {
    const double passed = static_cast<double>((wall_now() - phase_start_).count()) / 1e9;
    left = duration(passed / static_cast<double>(done - first_done_) *
                    static_cast<double>(total - done));
  }
  fmt::print(stderr, "\r\033[K{:<16} [{}{}] {}/{}  {} left", phase, std::string(filled, '#'),
             std::string(kWidth - filled, '.'), done, total, left);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace rightsize::cli
