#include "lab/report/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rightsize {
namespace {

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0.0;
}

double area_of(const Box& box) { return (box.right - box.left) * (box.bottom - box.top); }

// The label's box in direction (x, y), each -1, 0 or 1, from the point.
Box box_towards(Point point, double x, double y, double gap, double width, double height) {
  const double centre_x = point.x + x * (gap + width / 2);
  const double centre_y = point.y + y * (gap + height / 2);
  return {centre_x - width / 2, centre_y - height / 2, centre_x + width / 2, centre_y + height / 2};
}

}  // namespace

double distance(const Box& box, Point point) {
  return std::hypot(std::clamp(point.x, box.left, box.right) - point.x,
                    std::clamp(point.y, box.top, box.bottom) - point.y);
}

void LabelPlacer::block(const Box& box, double weight) { obstacles_.push_back({box, weight}); }

void LabelPlacer::block_line(Point from, Point to, double weight) {
  constexpr double kStep = 4.0;
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const int steps = std::max(1, static_cast<int>(length / kStep));
  for (int i = 0; i < steps; ++i) {
    const double part = (i + 0.5) / steps;
    const Point at{from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)};
    block({at.x - kStep / 2, at.y - kStep / 2, at.x + kStep / 2, at.y + kStep / 2}, weight);
  }
}

void LabelPlacer::block_point(Point centre, double radius) {
  block({centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius}, 2.0);
  points_.push_back(centre);
}

double LabelPlacer::covered(const Box& box) const {
  double sum = area_of(box) - overlap(box, area_);  // beyond the edge
  sum *= 10.0;
  for (const Obstacle& obstacle : obstacles_) sum += obstacle.weight * overlap(box, obstacle.box);
  return sum / area_of(box);
}

bool LabelPlacer::near_another(const Box& box, Point point) const {
  constexpr double kClear = 4.0;  // so much nearer must its own point be
  const double own = distance(box, point);
  return std::any_of(points_.begin(), points_.end(), [&](Point other) {
    const bool same = std::hypot(other.x - point.x, other.y - point.y) < kClear;
    return !same && distance(box, other) < own + kClear;
  });
}

std::optional<Box> LabelPlacer::place(Point point, double gap, double width, double height,
                                      double tolerance) {
  // In order of liking; the last number is what a place costs by itself.
  struct Direction {
    double x, y, cost;
  };
  constexpr std::array<Direction, 8> kDirections = {{{1, 0, 0.0},
                                                     {1, 1, 0.01},
                                                     {-1, -1, 0.01},
                                                     {-1, 0, 0.02},
                                                     {1, -1, 0.02},
                                                     {-1, 1, 0.03},
                                                     {0, 1, 0.03},
                                                     {0, -1, 0.03}}};
  std::optional<Box> best;
  double best_cost = std::numeric_limits<double>::infinity();
  double best_covered = 0.0;
  for (const double further : {0.0, 4.0, 9.0, 16.0, 24.0}) {
    for (const Direction& direction : kDirections) {
      // A diagonal place is nearer: its corner is what comes close to the point.
      const bool diagonal = direction.x != 0 && direction.y != 0;
      const Box box = box_towards(point, direction.x, direction.y,
                                  (diagonal ? 0.55 : 1.0) * (gap + further), width, height);
      const double cover = covered(box) + (near_another(box, point) ? 0.3 : 0.0);
      const double cost = cover + direction.cost + 0.012 * further;
      if (cost >= best_cost) continue;
      best = box;
      best_cost = cost;
      best_covered = cover;
    }
  }
  if (best_covered > tolerance) return std::nullopt;
  constexpr double kAir = 2.0;
  block({best->left - kAir, best->top - kAir, best->right + kAir, best->bottom + kAir},
        label_weight_);
  return best;
}

void draw_label(Svg& svg, LabelPlacer& placer, const LabelPlace& place, const std::string& text,
                const TextStyle& style) {
  const auto& [point, gap, tolerance] = place;
  const double width = text_width(text, style.size, style.bold) + 2;
  const auto box = placer.place(point, gap, width, style.size, tolerance);
  if (!box) return;
  if (distance(*box, point) > gap + 6) {
    const Point near{std::clamp(point.x, box->left, box->right),
                     std::clamp(point.y, box->top, box->bottom)};
    svg.line(point, near, {.ink = style.ink, .width = 0.7});
  }
  TextStyle placed = style;
  placed.halo = true;
  svg.text({box->left + 1, box->bottom - 0.18 * style.size}, text, placed);
}

}  // namespace rightsize
