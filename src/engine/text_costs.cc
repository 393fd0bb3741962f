#include "engine/text_costs.h"

#include "core/clock.h"

namespace rightsize {
namespace {

CostLine line_of(const ModelFigures& figures) {
  return figures.line ? *figures.line : constant_line(figures.cpu_ms, figures.wall_ms);
}

}  // namespace

TextCosts::TextCosts(const SelectorFile& file)
    : profiled_(profiled_costs(file)),
      open_(file.figures.size(), 0),
      pieces_(file.figures.size(), 0),
      costs_(file.figures.size()),
      settled_(file.figures.size()),
      speed_(file.figures.size()) {
  for (const ModelFigures& figures : file.figures) lines_.push_back(line_of(figures));
  for (const ModelSpec& model : file.zoo.models) memory_.push_back(model.translation.memory);
}

void TextCosts::open(ModelIndex model) {
  open_[model] = 1;
  refresh(model);
}

void TextCosts::begin(std::span<const std::size_t> pieces) {
  for (std::size_t m = 0; m < pieces_.size(); ++m) {
    pieces_[m] = pieces[m];
    refresh(static_cast<ModelIndex>(m));
  }
}

void TextCosts::refresh(ModelIndex model) {
  if (!is_open(model)) return;
  const Cost now = expected(model);
  const CostLine& line = lines_[model];
  const Nanoseconds longest =
      speed_.upper(model, line.expected(pieces_[model]).wall, line.longest(pieces_[model]));
  costs_[model] = {.cpu = now.cpu, .wall = longest};
  settled_[model] = speed_.settled(model, profiled_[model]);
}

PresentCosts TextCosts::present(Nanoseconds elapsed) const {
  return {.expected = settled_, .upper = costs_, .elapsed = elapsed};
}

Cost TextCosts::expected(ModelIndex model) const {
  return speed_.expected(model, lines_[model].expected(pieces_[model]));
}

Nanoseconds TextCosts::step(ModelIndex model) const {
  const Nanoseconds step = from_ms(lines_[model].upper.per_piece_ms);
  return speed_.expected(model, {.cpu = step, .wall = step}).wall;
}

void TextCosts::observe(ModelIndex model, const Cost& measured, bool stopped) {
  if (memory_[model] != 0) return;
  const Cost profiled = lines_[model].expected(pieces_[model]);
  const Cost now = speed_.expected(model, profiled);
  if (stopped && measured.wall <= now.wall) return;
  speed_.observe(model, profiled, measured);
}

void TextCosts::observe_warm_up(ModelIndex model, std::size_t pieces, const Cost& measured) {
  if (memory_[model] != 0) return;
  speed_.observe(model, lines_[model].expected(pieces), measured);
  refresh(model);
}

}  // namespace rightsize
