// Three classifiers of points in the plane, each dearer and better than the one before: the models
// that this example runs itself. They stand for whatever an application has: networks in a runtime
// of its own, an accelerator, a remote service.
//
// Four classes: a core, a ring around it, an island to the right that touches the ring, and a
// crescent under both.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace own_runtime {

inline constexpr std::size_t kClasses = 4;
inline constexpr std::array<const char*, kClasses> kClassNames = {"core", "ring", "island",
                                                                  "crescent"};

struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Labelled {
  Point point;
  std::size_t label = 0;
};

// Points with their classes, the same for a seed on every platform but for the last bits of sines.
class Source {
 public:
  explicit Source(std::uint64_t seed) : state_(seed) {}

  Labelled next() {
    const auto label = static_cast<std::size_t>(uniform() * kClasses);
    switch (label) {
      case 0:
        return {{0.55 * normal(), 0.55 * normal()}, label};
      case 1:
        return {on_circle(2.0 + 0.3 * normal(), 2 * kPi * uniform()), label};
      case 2:
        return {{4.6 + 0.9 * normal(), 0.9 * normal()}, label};
      default: {
        const Point bent = on_circle(4.2 + 0.45 * normal(), kPi * (1.0 + 0.9 * uniform()));
        return {{bent.x + 1.5, bent.y + 0.9}, label};
      }
    }
  }

  std::vector<Labelled> take(std::size_t count) {
    std::vector<Labelled> sample;
    for (std::size_t i = 0; i < count; ++i) sample.push_back(next());
    return sample;
  }

 private:
  static constexpr double kPi = 3.14159265358979323846;

  static Point on_circle(double radius, double angle) {
    return {radius * std::cos(angle), radius * std::sin(angle)};
  }
  double uniform() {  // [0, 1), by SplitMix64
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }
  double normal() {  // a sum of twelve is near enough
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

  std::uint64_t state_;
};

using Output = std::array<float, kClasses>;  // raw: logarithms of class densities

class Models {
 public:
  static constexpr std::size_t kCount = 3;
  static constexpr std::array<const char*, kCount> kNames = {"centroid", "quadratic", "kernel"};

  // Fitted to a sample of its own.
  Models() : sample_(Source(1).take(12'000)) {
    std::array<double, kClasses> count{};
    for (const auto& [p, label] : sample_) {
      count[label] += 1;
      mean_[label].x += p.x;
      mean_[label].y += p.y;
    }
    for (std::size_t c = 0; c < kClasses; ++c) {
      mean_[c] = {mean_[c].x / count[c], mean_[c].y / count[c]};
    }
    for (const auto& [p, label] : sample_) {
      const double dx = p.x - mean_[label].x;
      const double dy = p.y - mean_[label].y;
      spread_[label].xx += dx * dx / count[label];
      spread_[label].xy += dx * dy / count[label];
      spread_[label].yy += dy * dy / count[label];
    }
  }

  Output run(std::size_t model, Point p) const {
    if (model == 0) return centroid(p);
    return model == 1 ? quadratic(p) : kernel(p);
  }

 private:
  struct Spread {
    double xx = 0.0;
    double xy = 0.0;
    double yy = 0.0;
  };

  // How near the centres of the classes are.
  Output centroid(Point p) const {
    Output output{};
    for (std::size_t c = 0; c < kClasses; ++c) {
      output[c] = static_cast<float>(-0.5 * squared(p, mean_[c]));
    }
    return output;
  }

  // Each class as one normal distribution.
  Output quadratic(Point p) const {
    Output output{};
    for (std::size_t c = 0; c < kClasses; ++c) {
      const auto& [xx, xy, yy] = spread_[c];
      const double det = xx * yy - xy * xy;
      const double dx = p.x - mean_[c].x;
      const double dy = p.y - mean_[c].y;
      const double squares = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / det;
      output[c] = static_cast<float>(-0.5 * (squares + std::log(det)));
    }
    return output;
  }

  // Each class as what its part of the sample says nearby.
  Output kernel(Point p) const {
    constexpr double kWidth = 0.15;
    std::array<double, kClasses> density;
    density.fill(1e-9);
    for (const auto& [q, label] : sample_) {
      density[label] += std::exp(-0.5 * squared(p, q) / (kWidth * kWidth));
    }
    Output output{};
    for (std::size_t c = 0; c < kClasses; ++c) output[c] = static_cast<float>(std::log(density[c]));
    return output;
  }

  static double squared(Point a, Point b) {
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
  }

  std::vector<Labelled> sample_;
  std::array<Point, kClasses> mean_{};
  std::array<Spread, kClasses> spread_{};
};

}  // namespace own_runtime
