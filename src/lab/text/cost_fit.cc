#include "lab/text/cost_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/clock.h"
#include "lab/least_squares.h"

namespace rightsize {
namespace {

constexpr std::size_t kTerms = 3;  // 1, pieces, tokens
using Terms = std::array<double, kTerms>;

struct Row {
  Terms x{};
  double y = 0.0;
  double weight = 1.0;
};

// Least squares over the terms in use; the others get 0.
Terms solve(const std::vector<Row>& rows, unsigned used) {
  std::vector<std::size_t> terms;
  for (std::size_t i = 0; i < kTerms; ++i) {
    if ((used >> i & 1U) != 0) terms.push_back(i);
  }
  LeastSquares equations(terms.size());
  std::vector<double> x(terms.size());
  for (const Row& row : rows) {
    const double root = std::sqrt(row.weight);
    for (std::size_t i = 0; i < terms.size(); ++i) x[i] = root * row.x[terms[i]];
    equations.add(x, root * row.y);
  }
  const std::vector<double> solution = equations.solve();
  Terms result{};
  for (std::size_t i = 0; i < terms.size(); ++i) result[terms[i]] = solution[i];
  return result;
}

double error_of(const std::vector<Row>& rows, const Terms& c) {
  double sum = 0.0;
  for (const Row& row : rows) {
    const double error = row.y - std::inner_product(c.begin(), c.end(), row.x.begin(), 0.0);
    sum += row.weight * error * error;
  }
  return sum;
}

// The best coefficients that are not negative: of every choice of terms whose least squares are
// such, the one with the least error. There are eight choices.
Terms solve_not_negative(const std::vector<Row>& rows, std::size_t terms) {
  Terms best{};
  double least = error_of(rows, best);
  for (unsigned choice = 1; choice < (1U << terms); ++choice) {
    const Terms c = solve(rows, choice);
    if (std::any_of(c.begin(), c.end(), [](double v) { return v < 0; })) continue;
    const double error = error_of(rows, c);
    if (error < least * (1 - 1e-9)) {
      least = error;
      best = c;
    }
  }
  return best;
}

double r2_of(const std::vector<Row>& rows, const Terms& c) {
  double mean = 0.0;
  for (const Row& row : rows) mean += row.y / static_cast<double>(rows.size());
  double rest = 0.0;
  double all = 0.0;
  for (const Row& row : rows) {
    const double said = std::inner_product(c.begin(), c.end(), row.x.begin(), 0.0);
    rest += (row.y - said) * (row.y - said);
    all += (row.y - mean) * (row.y - mean);
  }
  return all > 0 ? std::max(0.0, 1 - rest / all) : 0.0;
}

// How many terms the samples can tell apart.
std::size_t terms_of(const std::vector<CostSample>& samples) {
  const auto of_pieces = [](const CostSample& a, const CostSample& b) {
    return a.pieces < b.pieces;
  };
  const auto [least, most] = std::minmax_element(samples.begin(), samples.end(), of_pieces);
  if (samples.size() < kLeastForLine || least->pieces == most->pieces) return 1;
  return kTerms;
}

LatencyModel latency_model(const std::vector<CostSample>& samples, double CostSample::*time,
                           std::size_t terms) {
  std::vector<Row> rows;
  for (const CostSample& s : samples) {
    rows.push_back({{1, s.pieces, s.tokens}, s.*time, 1 / (s.*time * s.*time)});
  }
  const Terms c = solve_not_negative(rows, terms);
  // Weights by the time itself favour what is low by chance: once more, by the fitted time.
  for (Row& row : rows) {
    const double said = std::inner_product(c.begin(), c.end(), row.x.begin(), 0.0);
    if (said > 0) row.weight = 1 / (said * said);
  }
  const Terms again = solve_not_negative(rows, terms);
  return {again[0], again[1], again[2], r2_of(rows, again)};
}

void fit_tokens(const std::vector<CostSample>& samples, std::size_t terms, CostFit& fit) {
  std::vector<Row> rows;
  for (const CostSample& s : samples) {
    rows.push_back({{1, s.pieces, 0}, s.tokens, 1 / std::max(s.pieces, 1.0)});
  }
  const Terms c = solve_not_negative(rows, std::min<std::size_t>(terms, 2));
  fit.tokens_fixed = c[0];
  fit.tokens_per_piece = c[1];
}

Line line_of(const LatencyModel& model, const CostFit& fit) {
  return {model.fixed_ms + model.per_token_ms * fit.tokens_fixed,
          model.per_piece_ms + model.per_token_ms * fit.tokens_per_piece};
}

double r2_of(const Line& line, const std::vector<CostSample>& samples, double CostSample::*time) {
  std::vector<Row> rows;
  for (const CostSample& s : samples) rows.push_back({{1, s.pieces, 0}, s.*time, 1});
  return r2_of(rows, Terms{line.fixed_ms, line.per_piece_ms, 0});
}

// The line is scaled by the quantile of measured / expected. Of n runs the largest stands for the
// quantile n / (n + 1), so few samples are never more trusted than many.
Line upper_of(const Line& line, const std::vector<CostSample>& samples, double quantile) {
  std::vector<double> ratios;
  for (const CostSample& s : samples)
    ratios.push_back(s.wall_ms / std::max(line.at(s.pieces), 1e-9));
  std::sort(ratios.begin(), ratios.end());
  const double place = quantile * static_cast<double>(ratios.size() + 1) - 1;
  const auto below = static_cast<std::size_t>(std::max(0.0, std::floor(place)));
  double ratio = ratios.back();
  if (below + 1 < ratios.size()) {
    ratio = std::lerp(ratios[below], ratios[below + 1], place - std::floor(place));
  }
  ratio = std::max(1.0, ratio);
  return {line.fixed_ms * ratio, line.per_piece_ms * ratio};
}

}  // namespace

Result<CostFit> fit_cost(std::span<const CostSample> all, const CostFitOptions& options) {
  std::vector<CostSample> samples;
  for (const CostSample& s : all) {
    if (s.cpu_ms > 0 && s.wall_ms > 0 && s.pieces >= 0) samples.push_back(s);
  }
  if (samples.empty()) {
    return invalid_input("there is no measured time to fit a line of cost to");
  }
  CostFit fit{.samples = samples.size()};
  const std::size_t terms = terms_of(samples);
  fit.cpu = latency_model(samples, &CostSample::cpu_ms, terms);
  fit.wall = latency_model(samples, &CostSample::wall_ms, terms);
  fit_tokens(samples, terms, fit);
  fit.line.cpu = line_of(fit.cpu, fit);
  fit.line.wall = line_of(fit.wall, fit);
  fit.line.upper = upper_of(fit.line.wall, samples, options.quantile);
  fit.cpu_r2 = r2_of(fit.line.cpu, samples, &CostSample::cpu_ms);
  fit.wall_r2 = r2_of(fit.line.wall, samples, &CostSample::wall_ms);
  fit.line.least = static_cast<std::size_t>(samples.front().pieces);
  for (const CostSample& s : samples) {
    const auto pieces = static_cast<std::size_t>(s.pieces);
    fit.line.least = std::min(fit.line.least, pieces);
    fit.line.most = std::max(fit.line.most, pieces);
  }
  return fit;
}

std::vector<CostSample> cost_samples(const OutcomeTable& table, std::size_t model,
                                     std::span<const std::size_t> items) {
  std::vector<CostSample> samples;
  for (const std::size_t item : items) {
    const RecordedOutcome& cell = table.at(item, model);
    if (cell.status != TrialStatus::kOk) continue;
    const TextCell& text = table.text_at(item, model);
    samples.push_back({static_cast<double>(text.source_pieces),
                       static_cast<double>(text.target_tokens), to_ms(cell.cpu), to_ms(cell.wall)});
  }
  return samples;
}

std::string to_text(const CostFit& fit) {
  return fmt::format(
      "{:.2f} ms + {:.3f} ms per source piece of CPU time (R2 {:.2f}; with the output's length "
      "{:.2f}), at most {:.2f} ms + {:.3f} ms of wall time; {} runs on {} to {} pieces",
      fit.line.cpu.fixed_ms, fit.line.cpu.per_piece_ms, fit.cpu_r2, fit.cpu.r2,
      fit.line.upper.fixed_ms, fit.line.upper.per_piece_ms, fit.samples, fit.line.least,
      fit.line.most);
}

}  // namespace rightsize
