// A selector file for applications that run their models themselves: Rightsize only says what to do
// next. Link `rightsize_selector`; there is no inference runtime and no image codec in it.
//
//   auto loaded = rightsize::LoadedSelector::open("selector.json");
//   if (!loaded.ok()) return fail(loaded.status().message());
//   auto point = loaded->choose({.max_loss = 0.005});
//   if (!point.ok()) return fail(point.status().message());
//   const rightsize::Selector& selector = loaded->selector(*point);
//
// then, for each input, either `decide(selector, world)` with a World of your own, or
// `selector.next(state)` in a loop of your own: run the model that it names, put its raw output
// through `interpret`, add the trial to the state, ask again (examples/own_runtime/main.cc).
//
// Threading: immutable once opened. Any number of threads may use one object at the same time;
// trials, class lists and states belong to the caller.
//
// Units: as in decision.h; quality and differences of quality are shares (0.01: one point), times
// of points and models are milliseconds per input, mean over the inputs that the file was trained
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rightsize/decision.h"
#include "rightsize/selector.h"
#include "rightsize/status.h"

namespace rightsize {

// A model as the selector file describes it. Its position in the list is its ModelIndex.
struct LoadedModel {
  std::string name;
  std::string file;         // as the file has it: relative to the selector file's folder
  std::string sha256;       // of `file` and the files it keeps weights in, in hexadecimal digits
  std::size_t outputs = 0;  // how many numbers `interpret` takes
  double quality = 0.0;     // alone: share of inputs answered right
  double cpu_ms = 0.0;      // pre-processing and inference
  double wall_ms = 0.0;
};

// An operating point with what it showed on held-out data, everything included.
struct LoadedPoint {
  std::string name;
  double quality = 0.0;     // share of inputs answered right
  double difference = 0.0;  // quality minus the baseline's; below 0: a loss
  double speedup = 1.0;     // the baseline's CPU time divided by this one's
  double cpu_ms = 0.0;
  double wall_ms = 0.0;
  std::optional<double> energy_mj;    // where it was measured
  std::optional<double> proven_loss;  // where a certificate proves the loss to be at most this
  std::vector<ModelIndex> models;     // that it may run, in the order it would try them
  // It may ask for features of the input (Action::kExtract). An application that has none marks the
  // group as failed (World::extract gives false) and gets the point's safe way out.
  bool uses_features = false;
};

class LoadedSelector {
 public:
  // Reads and checks the whole file; the model files are not looked at. Fails with kNotFound,
  // kIoError or kLimitExceeded where it cannot be read, kMismatch where another version of the
  // program wrote it, and kInvalidInput, naming the place, where it is damaged.
  static Result<LoadedSelector> open(const std::filesystem::path& selector_file);
  ~LoadedSelector();
  LoadedSelector(LoadedSelector&&) noexcept;
  LoadedSelector& operator=(LoadedSelector&&) noexcept;

  const std::vector<LoadedModel>& models() const;
  Result<ModelIndex> find_model(const std::string& name) const;  // kNotFound lists the names
  ModelIndex baseline() const;                                   // the best single model

  const std::vector<LoadedPoint>& points() const;  // at least one, from dear to cheap
  Result<std::size_t> find_point(const std::string& name) const;  // kNotFound lists the names
  std::size_t default_point() const;

  // What decides at a point, an index into points(). Lives as long as this object does, moved or
  // not.
  const Selector& selector(std::size_t point) const;

  // The point that serves the budget best (see Budget); without limits the default point. `costs`
  // is what running each model costs now, one per model, kNever where it cannot be run; empty: as
  // profiled. For a deadline they should rather be too much than too little. `elapsed`: wall time
  // since the request began. kUnreachable, naming the nearest figures, where no point is within all
  // limits; kInvalidInput where the number of costs is wrong.
  Result<std::size_t> choose(const Budget& budget, std::span<const Cost> costs = {},
                             Nanoseconds elapsed = Nanoseconds(0)) const;

  // What the models cost when they were profiled, on that machine: a State's costs for applications
  // that do not measure their own.
  std::span<const Cost> profiled_costs() const;

  // Makes of a model's raw output what selectors look at: fills `trial` (its model, status, signals
  // and answer; cpu and wall stay as they are) and `top`, to which trial.top points afterwards.
  // An output with a NaN or infinity, of the wrong length, or declared as probabilities that do not
  // add up to 1 makes a failed trial and gives kRuntimeError, which says what was wrong: hand the
  // trial to the selector all the same, it knows the way out. kInvalidInput if there is no such
  // model. Allocates nothing where the output is good.
  Status interpret(ModelIndex model, std::span<const float> output, Trial& trial,
                   TopClasses& top) const;

  // Classes, from 0, as Trial::answer and ClassScore::label count them; empty for any other number.
  std::size_t class_count() const;
  const std::string& class_name(std::int64_t label) const;  // for people
  const std::string& class_key(std::int64_t label) const;   // as labels of data sets have it

 private:
  struct Content;
  explicit LoadedSelector(std::unique_ptr<const Content> content);
  std::unique_ptr<const Content> content_;
};

}  // namespace rightsize
