// An application that runs its models itself and asks a loaded selector only for the next step.
//
//   own_runtime selector.json
#include <time.h>

#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include "models.h"
#include "rightsize/loaded_selector.h"

namespace {

using namespace rightsize;

class Application {
 public:
  Application(const LoadedSelector& loaded, const own_runtime::Models& models)
      : loaded_(loaded), models_(models) {}

  bool kernel_is_broken = false;  // to show what happens then
  std::array<std::size_t, own_runtime::Models::kCount> runs{};

  // The class of a point; -1 if no model gives an answer. This loop is all there is to it.
  std::int64_t classify(const Selector& selector, own_runtime::Point point) {
    std::array<Trial, kMaxTrials> trials;
    std::array<TopClasses, kMaxTrials> tops;
    std::size_t count = 0;
    FeatureGroups failed;
    for (;;) {
      const std::span<const Trial> so_far(trials.data(), count);
      const Step step =
          selector.next({.trials = so_far, .costs = loaded_.profiled_costs(), .failed = failed});
      if (step.action == Action::kRun) {
        // Where the output is no answer the trial is a failed one: the selector knows the way out.
        const auto output = run(step.model, point);
        static_cast<void>(loaded_.interpret(step.model, output, trials[count], tops[count]));
        ++count;
      } else if (step.action == Action::kExtract) {
        failed.set(step.group);  // this application has no features
      } else if (step.action == Action::kAnswer) {
        return trials[step.trial].answer;
      } else if (step.action == Action::kCombine) {
        Answer answer;
        selector.combine(so_far, answer);
        return answer.value;
      } else {
        return -1;
      }
    }
  }

 private:
  own_runtime::Output run(ModelIndex model, own_runtime::Point point) {
    ++runs[model];
    own_runtime::Output output = models_.run(model, point);
    if (kernel_is_broken && model == 2) output.fill(std::numeric_limits<float>::quiet_NaN());
    return output;
  }

  const LoadedSelector& loaded_;
  const own_runtime::Models& models_;
};

double cpu_us() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

// Classifies points that neither the models nor the selector were fitted to; prints one line.
void show(const char* what, const LoadedSelector& loaded, std::size_t point, Application app) {
  const auto inputs = own_runtime::Source(3).take(3000);
  std::size_t right = 0;
  std::size_t answered = 0;
  const double start = cpu_us();
  for (const auto& input : inputs) {
    const std::int64_t label = app.classify(loaded.selector(point), input.point);
    if (label >= 0) ++answered;
    if (label == static_cast<std::int64_t>(input.label)) ++right;
  }
  const auto n = static_cast<double>(inputs.size());
  std::printf("%-24s %-9s %5.1f %%  %5zu  %5zu  %5zu  %8zu  %7.2f\n", what,
              loaded.points()[point].name.c_str(), 100 * static_cast<double>(right) / n,
              app.runs[0], app.runs[1], app.runs[2], answered, (cpu_us() - start) / n);
}

bool onnx_runtime_is_loaded() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("onnxruntime") != std::string::npos) return true;
  }
  return false;
}

int fail(const Status& status) {
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: own_runtime selector.json\n");
    return 2;
  }
  const auto loaded = LoadedSelector::open(argv[1]);
  if (!loaded.ok()) return fail(loaded.status());
  // The selector must have been made for the models that this program has, in any order; here the
  // order is the program's own too.
  for (std::size_t m = 0; m < own_runtime::Models::kCount; ++m) {
    const auto index = loaded->find_model(own_runtime::Models::kNames[m]);
    if (!index.ok()) return fail(index.status());
    if (*index != m) return fail({StatusCode::kMismatch, "the models stand in another order"});
  }
  const auto baseline = loaded->find_point("baseline");
  if (!baseline.ok()) return fail(baseline.status());
  const auto careful = loaded->choose({.max_loss = 0.005});
  if (!careful.ok()) return fail(careful.status());
  const auto quick = loaded->choose({.mean_latency = loaded->profiled_costs()[2].wall / 5});
  if (!quick.ok()) return fail(quick.status());

  const own_runtime::Models models;
  Application app(*loaded, models);
  std::printf("%-24s %-9s %7s  %5s  %5s  %5s  %8s  %7s\n", "what is wanted", "point", "right",
              "cent.", "quad.", "kern.", "answered", "us each");
  show("the best model", *loaded, *baseline, app);
  show("0.5 points lost at most", *loaded, *careful, app);
  show("a fifth of its time", *loaded, *quick, app);
  app.kernel_is_broken = true;
  show("the kernel is broken", *loaded, *careful, app);
  std::printf("ONNX Runtime in this process: %s\n", onnx_runtime_is_loaded() ? "yes" : "no");
  return 0;
}
