// Puts the guarantee to the test: the recorded outcomes of a run are the population; samples as
// large as the run are drawn from it with replacement, and the whole choice is made on each.
//
//   certificate_simulation run.db [--baseline MODEL] [--reference MODEL] [--trials N]
//                          [--share S] [--sample N] [--border] [--no-points]
//
// "violations" must not exceed the limit, delta and two standard errors. --border needs no run: its
// population's candidates lose just more than eps, so that violations come as close to delta as the
// tests allow.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "lab/certify/simulation.h"
#include "lab/profile/read_run.h"

namespace rightsize {
namespace {

using test::Tally;

void print_head(const std::string& title) {
  fmt::print("\n{}\n{:>6} {:>6} {:>11} {:>7} {:>7} {:>7} {:>9}\n", title, "delta", "eps",
             "violations", "limit", "slack", "proven", "speed-up");
}

void print(const Tally& tally) {
  const auto n = static_cast<double>(tally.trials);
  fmt::print("{:>6.2f} {:>6.3f} {:>9.1f} % {:>5.1f} % {:>5.1f} % {:>5.1f} % {:>8.3f}x{}\n",
             tally.claim.delta, tally.claim.eps, 100 * tally.rate(), 100 * tally.limit(),
             100 * (tally.claim.delta - tally.rate()), 100 * static_cast<double>(tally.proven) / n,
             tally.speedup / n, tally.rate() > tally.limit() ? "   VIOLATED" : "");
  std::fflush(stdout);  // a run takes minutes
}

// Of two kinds: differing on few inputs, and on many.
void border(const test::SimulationOptions& given) {
  for (const double discordant : {0.06, 0.15}) {
    print_head(fmt::format("Candidates that lose just more than eps and differ on {:.0f} %",
                           100 * discordant));
    for (const double delta : given.deltas) {
      for (const double eps : given.losses) {
        const OutcomeTable table = test::border_population(
            {.loss = eps + 1.0 / 5000, .discordant = std::max(discordant, eps + 0.001)});
        const auto recording = judge(table, {});
        test::SimulationOptions options = given;
        options.losses = {eps};
        options.deltas = {delta};
        options.certify.baseline = "m0";
        options.certify.targets.resize(recording->models());
        if (options.sample == 0) options.sample = 2000;
        print(test::simulate_choice(*recording, test::fit_each_model, options).front());
      }
    }
  }
}

int simulate(const Recording& recording, const test::SimulationOptions& options, bool points) {
  const test::Population population(recording, options.certify);
  const std::string baseline = recording.table->zoo.models[population.baseline()].name;
  const bool every = options.certify.baseline.empty() && options.certify.reference.model.empty();
  fmt::print("{} inputs, {} models; {} {}; {} trials, {:.0f} % to learn\n", recording.items(),
             recording.models(),
             every ? "against every single model, the best of which is" : "against", baseline,
             options.trials, 100 * options.certify.learn_share);
  print_head("choose_certified");
  for (const Tally& tally : test::simulate_choice(recording, fit_cascades, options)) print(tally);
  if (!points) return 0;
  const auto tallies = test::simulate_points(recording, fit_cascades, options);
  print_head("certify_points, a rule picked by eps");
  for (const Tally& tally : tallies.picked) print(tally);
  print_head("certify_points, any bound of any rule wrong");
  for (const Tally& tally : tallies.any_bound) print(tally);
  return 0;
}

int run(int argc, char** argv) {
  test::SimulationOptions options;
  std::string path;
  bool at_border = false;
  bool points = true;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--baseline")
      options.certify.baseline = value();
    else if (word == "--reference")
      options.certify.reference.model = value();
    else if (word == "--trials")
      options.trials = std::strtoul(value().c_str(), nullptr, 10);
    else if (word == "--sample")
      options.sample = std::strtoul(value().c_str(), nullptr, 10);
    else if (word == "--share")
      options.certify.learn_share = std::strtod(value().c_str(), nullptr);
    else if (word == "--border")
      at_border = true;
    else if (word == "--no-points")
      points = false;
    else
      path = word;
  }
  if (at_border) {
    border(options);
    return 0;
  }
  const auto table = read_table(path);
  if (!table.ok()) {
    fmt::print(stderr, "{}\n", table.status().message());
    return 1;
  }
  const auto recording = judge(*table, options.certify.reference);
  const auto known =
      recording.ok() ? opponents_of(*recording, options.certify).status() : recording.status();
  if (!known.ok()) {
    fmt::print(stderr, "{}\n", known.message());
    return 1;
  }
  return simulate(*recording, options, points);
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::run(argc, argv); }
