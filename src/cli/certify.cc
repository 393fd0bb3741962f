// rightsize certify: operating points with a guarantee.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/training_options.h"
#include "core/terminal_text.h"
#include "lab/certify/certify_selector.h"
#include "lab/profile/read_run.h"
#include "lab/replay/statistics.h"

namespace rightsize::cli {
namespace {

using nlohmann::ordered_json;

std::string points_of(double share) { return fmt::format("{:+.1f}", 100 * share); }

// Rounded up: what is printed is proven, too.
std::string bound_of(double share) {
  return "<= " + points_of(std::ceil(1000 * share - 1e-6) / 1000);
}

CertifyOptions certify_options(const CertifyArgs& args, const EvaluateOptions& training) {
  return {.reference = training.reference,
          .baseline = args.training.baseline,
          .learn_share = args.learn_percent / 100,
          .seed = args.training.seed};
}

Result<SelectorCertificate> certificate_of(const CertifyArgs& args, const OutcomeTable& table,
                                           const EvaluateOptions& training) {
  const Claim claim{.eps = args.max_loss_points / 100, .delta = 1 - args.confidence_percent / 100};
  const CertifyOptions options = certify_options(args, training);
  if (args.selector.empty()) return train_certified(table, training, claim, options);
  Result<SelectorFile> file = read_selector_file(args.selector);
  if (!file.ok()) return file.status();
  const Result<Recording> recording = judge(table, training.reference, training.cost);
  if (!recording.ok()) return recording.status();
  Result<SelectorCertificate> certificate =
      certify_apart(std::move(*file), *recording, claim, options);
  if (certificate.ok()) return certificate;
  return certificate.status().with_context(
      fmt::format("{} on {}", args.selector.string(), args.training.run.string()));
}

// What it is about the tested inputs that counts as proof.
std::string inputs_words(const SelectorCertificate& c) {
  const std::string count = fmt::format("{} inputs", c.claim.tested_on);
  return c.unknown.empty() ? count + " that took no part in training"
                           : count + ", if none of them took part in training";
}

// What a person must know of the inputs before believing it.
std::string caution_words(const SelectorCertificate& c) {
  std::string words;
  if (c.left_out > 0) {
    words +=
        fmt::format(" {} inputs of the run took part in training and are left out.", c.left_out);
  }
  if (!c.unknown.empty()) {
    words += fmt::format(" Whether any took part in training cannot be told: {}.", c.unknown);
  }
  return words;
}

// What points are points of: a certificate is about single answers.
std::string quantity(const Reference& reference) {
  if (!metric_of(reference.criterion)) return to_string(reference.criterion);
  return fmt::format("sentences whose own {} is at least {:.2f}", to_string(reference.criterion),
                     reference.suitable);
}

// "loses at most 1.0 points of top-1 against every single model", or the same answer.
std::string claim_words(const SelectorCertificate& c, const Reference& reference) {
  const double eps = c.claim.claim.eps;
  if (!reference.model.empty()) {
    return fmt::format("gives the same answer as {} on at least {:.1f} % of inputs",
                       reference.model, 100 * (1 - eps));
  }
  return fmt::format(
      "loses at most {:.1f} points of {} against {}", 100 * eps, quantity(reference),
      c.claim.against_every_model ? "the best single model, whichever it is" : c.baseline);
}

std::string sentence_of(const SelectorCertificate& c, const Reference& reference) {
  const double confidence = 100 * (1 - c.claim.claim.delta);
  const std::string claim = claim_words(c, reference);
  if (c.claim.proven && c.claim.figures) {
    return fmt::format(
        "Proven with {:g} % confidence on {}: the point '{}' {}, at {:.2f}x the speed of {}.{}",
        confidence, inputs_words(c), c.claim.figures->name, claim, c.claim.figures->speedup,
        c.baseline, caution_words(c));
  }
  std::string more = c.claim.candidates == 0 ? "there is no such point"
                                             : "no number of inputs would prove it of these points";
  if (c.claim.inputs_needed && c.claim.figures) {
    more = fmt::format(
        "about {} inputs to test with would prove it of the point '{}' with even "
        "chances, if its rates stay as they are",
        *c.claim.inputs_needed, c.claim.figures->name);
  }
  return fmt::format(
      "Not proven with {:g} % confidence on {} inputs that any point faster than {} "
      "{}; {}.{}",
      confidence, c.claim.tested_on, c.baseline, claim, more, caution_words(c));
}

std::string bounds_words(const SelectorCertificate& c, const Reference& reference) {
  std::string words = fmt::format(
      "\nlost, won: inputs on which just {} or just the point {}. bound: proven for all "
      "points and the claim below together, with {:g} % confidence.\n",
      c.points.against_every_model ? "the hardest single model" : c.baseline,
      reference.model.empty() ? "is right" : "answers as " + reference.model + " does",
      100 * (1 - c.points.delta));
  if (!reference.model.empty()) {
    words += fmt::format(
        "The loss is the share of other answers than {}'s; which are right, nobody knows without "
        "labels.\n",
        reference.model);
  }
  return words;
}

void print_certificate(const SelectorCertificate& c, const Reference& reference) {
  std::vector<std::vector<std::string>> rows = {
      {"point", " speed-up", " loss", " lost", " won", " bound"}};
  const bool labels = !c.points.points.empty() && c.points.points.front().labels.has_value();
  if (labels) rows[0].insert(rows[0].end(), {" loss by labels", " bound", " labelled"});
  for (const RuleFigures& point : c.points.points) {
    rows.push_back({point.name, fmt::format("{:.2f}x", point.speedup),
                    points_of(point.counts.loss()), std::to_string(point.counts.lost),
                    std::to_string(point.counts.won), bound_of(point.bound)});
    if (!labels || !point.labels) continue;
    rows.back().insert(rows.back().end(),
                       {points_of(point.labels->counts.loss()), bound_of(point.labels->bound),
                        std::to_string(point.labels->counts.inputs)});
  }
  print(text_table(rows));
  print(bounds_words(c, reference));
  print(fmt::format("\n{}\n", sentence_of(c, reference)));
}

ordered_json to_json(const PairedCounts& counts) {
  return {{"inputs", counts.inputs}, {"lost", counts.lost}, {"won", counts.won}};
}

void print_document(const SelectorCertificate& c, const Reference& reference) {
  auto points = ordered_json::array();
  for (const RuleFigures& point : c.points.points) {
    ordered_json entry = {{"point", point.name},         {"speedup", point.speedup},
                          {"quality", point.quality},    {"cpu_ms", point.cpu_ms},
                          {"loss", point.counts.loss()}, {"counts", to_json(point.counts)},
                          {"bound", point.bound}};
    if (point.labels) {
      entry["labels"] = {{"loss", point.labels->counts.loss()},
                         {"counts", to_json(point.labels->counts)},
                         {"bound", point.labels->bound}};
    }
    points.push_back(std::move(entry));
  }
  const bool chosen = c.claim.proven && c.claim.figures;
  print_json(
      {{"max_loss", c.claim.claim.eps},
       {"delta", c.claim.claim.delta},
       {"proven", c.claim.proven},
       {"point", chosen ? ordered_json(c.claim.figures->name) : nullptr},
       {"speedup", chosen ? ordered_json(c.claim.figures->speedup) : nullptr},
       {"inputs_needed", c.claim.inputs_needed ? ordered_json(*c.claim.inputs_needed) : nullptr},
       {"trained_on", c.claim.learned_on},
       {"tested_on", c.claim.tested_on},
       {"left_out", c.left_out},
       {"cannot_be_told", c.unknown},  // empty: the tested inputs took no part in training
       {"against_every_model", c.claim.against_every_model},
       {"baseline", c.baseline},
       {"reference", reference.name()},
       {"points", points},
       {"sentence", sentence_of(c, reference)}});
}

}  // namespace

int certify(const CertifyArgs& args) {
  const EvaluateArgs& asked = args.training;
  const Status writable = check_outputs({asked.output}, {asked.run, args.selector});
  if (!writable.ok()) return fail(writable);
  const Result<OutcomeTable> table = read_table(asked.run, asked.leave_out);
  if (!table.ok()) return fail(table.status());
  const Result<EvaluateOptions> training = training_options(asked, *table);
  if (!training.ok()) return fail(training.status());
  const Result<SelectorCertificate> certificate = certificate_of(args, *table, *training);
  if (!certificate.ok()) return fail(certificate.status());
  if (asked.json) {
    print_document(*certificate, training->reference);
  } else {
    print_certificate(*certificate, training->reference);
  }
  if (!certificate->claim.proven) {
    if (!asked.output.empty()) {
      warn(
          fmt::format("{} is not written, as the claim is not proven: claim less with --max-loss, "
                      "or profile more inputs",
                      asked.output.string()));
    }
    return kFailed;
  }
  if (asked.output.empty()) return kOk;
  const Status written = write_selector(asked.output, certificate->file);
  if (!written.ok()) return fail(written);
  warn(fmt::format("selector written to {}", asked.output.string()));
  return kOk;
}

}  // namespace rightsize::cli
