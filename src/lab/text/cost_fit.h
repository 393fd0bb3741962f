// Fits what a translation model costs on a sentence.
//
// Latency = fixed + per source piece + per target token, by least squares on relative errors
// (weights 1 / time squared, as long runs scatter more), and tokens = linear in pieces; put
// together, that is a line in pieces. The upper line is the expected one times the quantile of the
// ratio of measured to expected time: runs scatter in proportion, mostly by the length of the
// output. No coefficient is negative. Few samples make simpler models: of fewer than kLeastForLine,
// or of sentences that are all of one length, a constant.
//
// Threading: pure functions.
#pragma once

#include <span>
#include <string>

#include "lab/table.h"
#include "selector/cost_line.h"

namespace rightsize {

struct CostSample {
  double pieces = 0.0;  // of the source
  double tokens = 0.0;  // of the translation, with the end mark; of a memory 0
  double cpu_ms = 0.0;
  double wall_ms = 0.0;
};

inline constexpr std::size_t kLeastForLine = 8;

// Milliseconds: fixed + per_piece x pieces + per_token x tokens.
struct LatencyModel {
  double fixed_ms = 0.0;
  double per_piece_ms = 0.0;
  double per_token_ms = 0.0;
  double r2 = 0.0;  // share of the variance of the times that it explains; 0 of a constant
};

struct CostFit {
  CostLine line;
  LatencyModel cpu;         // with the output's length known
  LatencyModel wall;        // likewise
  double tokens_fixed = 0;  // tokens = tokens_fixed + tokens_per_piece x pieces
  double tokens_per_piece = 0;
  double cpu_r2 = 0.0;  // of the lines in pieces alone
  double wall_r2 = 0.0;
  std::size_t samples = 0;
};

struct CostFitOptions {
  double quantile = 0.97;  // of runs that the upper line should cover
};

// Samples whose times are not positive are left out. Fails where none is left.
Result<CostFit> fit_cost(std::span<const CostSample> samples, const CostFitOptions& options = {});

// What a model of a run did on these items (positions in the table); failures are left out.
std::vector<CostSample> cost_samples(const OutcomeTable& table, std::size_t model,
                                     std::span<const std::size_t> items);

// In a line for a terminal: the figures of the fit.
std::string to_text(const CostFit& fit);

}  // namespace rightsize
