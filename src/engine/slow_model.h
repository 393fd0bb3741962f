// For tests: a clock that goes on as the test wants, and a made-up translation model that takes its
// time by it.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "core/clock.h"
#include "selector/cost_line.h"
#include "text/translation.h"

namespace rightsize::test {

inline constexpr Nanoseconds kMs = std::chrono::milliseconds(1);

// How long the models of a test take, against the profile; and the time that it is.
inline double slowdown = 1.0;
inline Nanoseconds clock_now{0};

inline Elapsed fake_now() noexcept { return {.cpu = clock_now, .wall = clock_now}; }

// Words are pieces. Lets its time pass as if it decoded, a word at a time.
class SlowModel : public TextModel {
 public:
  SlowModel(std::string says, CostLine line, double confidence)
      : says_(std::move(says)), line_(line), confidence_(confidence) {}

  const void* pieces_by() const noexcept override { return says_.empty() ? nullptr : &slowdown; }
  Status count_pieces(std::string_view source, std::size_t& pieces) noexcept override {
    pieces = words(source);
    return {};
  }
  Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                   Times& times) noexcept override {
    times = {};
    outcome = {};
    if (source == "refused") return invalid_input("not this one");
    outcome.answered = source != "unknown" || says_ != "schnell";
    if (!outcome.answered) return {};
    const Nanoseconds begin = clock_now;
    const Nanoseconds whole = line_.expected(words(source)).wall;
    const auto time =
        Nanoseconds(static_cast<std::int64_t>(slowdown * static_cast<double>(whole.count())));
    const Nanoseconds step = time / static_cast<std::int64_t>(words(source) + 1);
    while (clock_now + step <= begin + time && clock_now < stop_at) clock_now += step;
    outcome.stopped = clock_now + step <= begin + time;
    outcome.finished = !outcome.stopped;
    outcome.text = outcome.stopped ? says_.substr(0, 2) : says_;
    outcome.source_pieces = outcome.target_tokens = words(source);
    outcome.signals[static_cast<std::size_t>(Signal::kMeanLogProbability)] = std::log(confidence_);
    return {};
  }

 private:
  static std::size_t words(std::string_view text) {
    return text.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(text, ' '));
  }
  std::string says_;
  CostLine line_;
  double confidence_;
};

inline CostLine line(double fixed_ms, double per_piece_ms) {
  return {.cpu = {fixed_ms, per_piece_ms},
          .wall = {fixed_ms, per_piece_ms},
          .upper = {1.2 * fixed_ms, 1.2 * per_piece_ms},
          .least = 1,
          .most = 20};
}

}  // namespace rightsize::test
