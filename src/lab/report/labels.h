// Finds room for the labels of a chart: beside their points, clear of what is there already.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/report/svg.h"

namespace rightsize {

struct Box {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
};

// 0 inside the box.
double distance(const Box& box, Point point);

class LabelPlacer {
 public:
  // `label_weight`: how bad it is to cover a label.
  explicit LabelPlacer(const Box& area, double label_weight = 1.0)
      : area_(area), label_weight_(label_weight) {}

  // `weight`: how bad it is to cover it.
  void block(const Box& box, double weight);
  void block_line(Point from, Point to, double weight);
  void block_point(Point centre, double radius);

  // Where the box of a label of this size should go, at least `gap` from `point`; it is blocked
  // from then on. None if every place covers more than `tolerance` (in areas of the label) of what
  // is there, or could be taken for the label of another point.
  std::optional<Box> place(Point point, double gap, double width, double height, double tolerance);

 private:
  struct Obstacle {
    Box box;
    double weight = 0.0;
  };
  double covered(const Box& box) const;
  bool near_another(const Box& box, Point point) const;

  Box area_;
  double label_weight_;
  std::vector<Obstacle> obstacles_;
  std::vector<Point> points_;
};

struct LabelPlace {
  Point point;
  double gap = 0.0;
  double tolerance = 0.0;
};
// Writes the label where the placer finds room by its point; where it had to go far, a thin line
// leads to it.
void draw_label(Svg& svg, LabelPlacer& placer, const LabelPlace& place, const std::string& text,
                const TextStyle& style);

}  // namespace rightsize
