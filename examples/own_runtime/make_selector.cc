// Makes selector.json for the models of this example: records what each of them says of labelled
// inputs and what it costs, and lets the laboratory learn from that. Needs the library
// rightsize_lab; the application does not.
#include <time.h>

#include <fstream>
#include <iostream>

#include "lab/evaluate/train.h"
#include "models.h"

namespace {

using own_runtime::Labelled;
using own_runtime::Models;
using rightsize::Nanoseconds;

constexpr std::size_t kInputs = 3000;

rightsize::Zoo make_zoo() {
  rightsize::Zoo zoo{.name = "own-runtime", .task = "image-classification"};
  for (const char* name : own_runtime::kClassNames) zoo.classes.push_back({name, name});
  for (const char* name : Models::kNames) {
    // There is no file to check and no image to prepare: the application knows how to run these.
    rightsize::ModelSpec spec{.name = name, .file = "models.h", .sha256 = std::string(64, '0')};
    spec.input.height = spec.input.width = 1;
    spec.output.outputs = own_runtime::kClasses;
    zoo.models.push_back(std::move(spec));
  }
  return zoo;
}

// Of one run, mean over the inputs: the functions are too quick to be timed one by one.
Nanoseconds cost_of(const Models& models, std::size_t model, const std::vector<Labelled>& inputs) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  float sum = 0.0F;  // of all outputs, so that none is optimised away
  const std::int64_t start = now();
  for (const Labelled& input : inputs) {
    for (const float value : models.run(model, input.point)) sum += value;
  }
  volatile float used = sum;
  static_cast<void>(used);
  return Nanoseconds((now() - start) / static_cast<std::int64_t>(inputs.size()));
}

rightsize::Result<rightsize::OutcomeTable> record() {
  const Models models;
  const std::vector<Labelled> inputs = own_runtime::Source(2).take(kInputs);
  rightsize::OutcomeTable table;
  table.zoo = make_zoo();
  table.resources.resize(Models::kCount);
  table.provenance = {"0", "made-up points", "any", "none", "", "0.1.0"};
  std::array<Nanoseconds, Models::kCount> costs{};
  for (std::size_t m = 0; m < Models::kCount; ++m) costs[m] = cost_of(models, m, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    table.items.push_back(std::to_string(i));
    table.labels.push_back(static_cast<std::int32_t>(inputs[i].label));
    table.decode_cpu.push_back(Nanoseconds(0));
    table.decode_wall.push_back(Nanoseconds(0));
    for (std::size_t m = 0; m < Models::kCount; ++m) {
      rightsize::RecordedOutcome cell{.status = rightsize::TrialStatus::kOk};
      const auto output = models.run(m, inputs[i].point);
      const auto status = interpret(output, table.zoo.models[m].output, cell.outcome);
      if (!status.ok()) return status;
      cell.cpu = cell.wall = costs[m];
      table.cells.push_back(cell);
    }
  }
  return table;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_selector selector.json\n";
    return 2;
  }
  const auto table = record();
  if (!table.ok()) {
    std::cerr << table.status().message() << "\n";
    return 1;
  }
  auto training = rightsize::train(*table, {});
  if (!training.ok()) {
    std::cerr << training.status().message() << "\n";
    return 1;
  }
  for (auto& point : training->file.points) point.drift.reset();  // this example has no drift watch
  std::ofstream(argv[1]) << to_json_text(training->file);
  std::cout << training->evaluation.verdict.sentence << "\n";
  return 0;
}
