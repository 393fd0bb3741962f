// What is inside a Translator: opened models, what they cost now, the choice of the point.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/circuit_breaker.h"
#include "engine/text_costs.h"
#include "engine/text_world.h"
#include "rightsize/translator.h"
#include "selector/selector_file.h"
#include "selector/steering.h"

namespace rightsize {

// Made once and not moved: its parts refer to each other. One per thread.
class AdaptiveTranslator {
 public:
  // `measured`: the file has figures to choose by, as a selector file has.
  AdaptiveTranslator(SelectorFile selector_file, TranslatorOptions wanted, bool measured);

  // For tests: before `open`.
  void use_clock(Elapsed (*now)() noexcept) { live_.now = now; }

  using MakeModel = std::function<Result<std::unique_ptr<TextModel>>(ModelIndex)>;
  // Makes the models that the points in use need. Where points are to be chosen among, every model
  // is run once or twice, so that deadlines know from the first sentence on how fast this machine
  // is.
  Status open(const MakeModel& make);
  Result<Translation> translate(std::string_view sentence, const Budget& budget);

  const SelectorFile& file() const { return file_; }
  const OperatingPoint& point() const { return file_.points[point_]; }

 private:
  Status find_point();
  Status open_point(std::size_t index, const MakeModel& make);
  void warm_up(ModelIndex model);
  void count_pieces(const std::string& source);
  Result<std::size_t> choose(const Budget& budget, Nanoseconds elapsed) const;
  std::optional<std::size_t> let_through(const Result<std::size_t>& chosen, const Budget& budget,
                                         Nanoseconds elapsed);
  Nanoseconds stop_time(std::size_t point, const Budget& budget, Nanoseconds elapsed) const;
  void fill(const TextWorld& world, Translation& result) const;
  void explain(const TextWorld& world, std::size_t point, const Budget& budget,
               const PresentCosts& present, Translation& result) const;
  void note(const TextWorld& world, const Decision& decision);

  SelectorFile file_;
  TranslatorOptions options_;
  bool measured_;
  std::size_t point_ = 0;  // of requests without a budget
  Steering steering_;
  LiveTextModels live_;
  TextCosts costs_;
  CircuitBreaker breaker_;
  std::vector<std::unique_ptr<Selector>> selectors_;  // [point]; null where it is not in use
  std::vector<std::size_t> pieces_;                   // [model], of the sentence
};

}  // namespace rightsize
