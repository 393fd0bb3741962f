// Puts the figures of operating points to the test: selectors are trained on a random part of a
// run, or on made-up inputs, and their points judged on the rest, or on others of the same kind.
//
//   promise_simulation run.db [--baseline MODEL] [--leave-out PATTERN] [--learn N] [--selectors N]
//   promise_simulation --made-up [--learn N] [--selectors N]
//
// A selector is broken if any of its points is more than 1.96 standard errors off, those of the
// printed figure and of the new one together.
#include <fmt/format.h>

#include <cstdlib>
#include <numeric>

#include "lab/evaluate/promise_simulation.h"
#include "lab/profile/read_run.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> leave_out;
  std::size_t learn = 350;
  std::size_t selectors = 100;
  EvaluateOptions train{.resamples = 200};
};

Status add_selector(const OutcomeTable& learned, const OutcomeTable& fresh, const Options& options,
                    test::PromiseTally& tally) {
  const Result<Training> training = train(learned, options.train);
  if (!training.ok()) return training.status();
  tally.add(test::promises_kept(training->file, fresh));
  return {};
}

Status split_run(const Options& options, test::PromiseTally& tally) {
  const Result<OutcomeTable> table = read_table(options.run, options.leave_out);
  if (!table.ok()) return table.status();
  for (std::uint64_t seed = 1; seed <= options.selectors; ++seed) {
    const auto one_each = shuffled_folds(table->item_count(), table->item_count(), seed);
    std::vector<std::size_t> learned;
    for (std::size_t i = 0; i < std::min(options.learn, one_each.size() - 1); ++i) {
      learned.push_back(one_each[i].front());
    }
    std::sort(learned.begin(), learned.end());
    const OutcomeTable fresh = only_items(*table, all_but(table->item_count(), learned));
    if (Status status = add_selector(only_items(*table, learned), fresh, options, tally);
        !status.ok()) {
      return status;
    }
  }
  return {};
}

Status make_up(const Options& options, test::PromiseTally& tally) {
  for (std::uint64_t seed = 1; seed <= options.selectors; ++seed) {
    const auto made = [&](std::size_t items, std::uint64_t of) {
      return test::synthetic_table({.items = items, .models = test::ladder(), .seed = of});
    };
    const OutcomeTable learned = made(options.learn, seed);
    if (Status status = add_selector(learned, made(5000, 100'000 + seed), options, tally);
        !status.ok()) {
      return status;
    }
  }
  return {};
}

void print(const std::string& name, const std::vector<test::Promise>& promises) {
  test::Promise sum;
  double apart = 0.0;
  for (const test::Promise& promise : promises) {
    sum.printed += promise.printed;
    sum.printed_error += promise.printed_error;
    sum.found += promise.found;
    sum.speedup += promise.speedup;
    apart += promise.apart() > 1.96 ? 1.0 : 0.0;
  }
  const auto n = static_cast<double>(promises.size());
  fmt::print("{:<20} {:>9} {:>+8.2f} {:>6.2f} {:>+8.2f} {:>7.2f}x {:>7.1f} %\n", name,
             promises.size(), 100 * sum.printed / n, 100 * sum.printed_error / n,
             100 * sum.found / n, sum.speedup / n, 100 * apart / n);
}

int run(int argc, char** argv) {
  Options options;
  bool made_up = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--baseline")
      options.train.baseline = value();
    else if (word == "--leave-out")
      options.leave_out.push_back(value());
    else if (word == "--learn")
      options.learn = std::strtoul(value().c_str(), nullptr, 10);
    else if (word == "--selectors")
      options.selectors = std::strtoul(value().c_str(), nullptr, 10);
    else if (word == "--made-up")
      made_up = true;
    else
      options.run = word;
  }
  test::PromiseTally tally;
  const Status status = made_up ? make_up(options, tally) : split_run(options, tally);
  if (!status.ok()) {
    fmt::print(stderr, "{}\n", status.message());
    return 1;
  }
  fmt::print("{} of {} selectors broken\n{:<20} {:>9} {:>8} {:>6} {:>8} {:>8} {:>9}\n",
             tally.broken, tally.selectors, "point", "selectors", "printed", "s.e.", "new",
             "speed-up", "off");
  for (const auto& [name, promises] : tally.points) print(name, promises);
  return 0;
}

}  // namespace
}  // namespace rightsize

int main(int argc, char** argv) { return rightsize::run(argc, argv); }
