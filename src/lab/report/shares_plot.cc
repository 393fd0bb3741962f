#include <fmt/format.h>

#include <algorithm>

#include "lab/report/axes.h"
#include "lab/report/figures.h"
#include "lab/report/plots.h"
#include "lab/report/ramp.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr double kWidth = 960;
constexpr double kLabels = 196;        // where the bars begin
constexpr double kEnd = kWidth - 186;  // where they end
constexpr double kRow = 25;
constexpr double kBar = 18;
constexpr double kHeading = 28;
constexpr double kText = 12.5;
constexpr const char* kAbstained = "#c9c2bd";

struct Group {
  std::string heading;
  std::vector<const StrategyFigures*> rows;
};

class SharesPlot {
 public:
  explicit SharesPlot(const Evaluation& evaluation)
      : evaluation_(evaluation), groups_(groups_of(evaluation)), order_(used_models()) {
    place_legend();
    double rows = 0.0;
    for (const Group& group : groups_) {
      rows += kHeading + kRow * static_cast<double>(group.rows.size());
    }
    top_ = legend_.empty() ? 20 : legend_.back().y + 18;
    height_ = top_ + rows + 46;
  }

  std::string draw() {
    Svg svg(kWidth, height_, "share of the inputs that each model answered");
    draw_legend(svg);
    draw_axis(svg);
    double y = top_;
    for (const Group& group : groups_) {
      y += kHeading;
      svg.text({22, y - 8}, shorten(group.heading, kText, kEnd - 22),
               {.size = kText, .bold = true});
      for (const StrategyFigures* row : group.rows) {
        draw_row(svg, *row, y);
        y += kRow;
      }
    }
    return svg.finish();
  }

 private:
  static std::vector<Group> groups_of(const Evaluation& evaluation) {
    std::vector<Group> groups;
    for (const KindFigures* kind : adaptive_kinds(evaluation)) {
      Group& group = groups.emplace_back();
      group.heading = kind_words(*kind);
      for (const StrategyFigures& point : kind->points) group.rows.push_back(&point);
    }
    groups.push_back(
        {"oracle (a bound, no result)", {&evaluation.oracle_zoo, &evaluation.oracle_chosen}});
    return groups;
  }

  // Those that answer anything in any bar, from cheap to dear.
  std::vector<std::size_t> used_models() const {
    std::vector<std::size_t> used;
    for (const std::size_t m : models_by_cost(evaluation_)) {
      for (const Group& group : groups_) {
        const bool answers = std::any_of(group.rows.begin(), group.rows.end(),
                                         [m](const auto* row) { return row->shares[m] > 0; });
        if (answers && (used.empty() || used.back() != m)) used.push_back(m);
      }
    }
    return used;
  }

  bool any_abstained() const {
    for (const Group& group : groups_) {
      for (const StrategyFigures* row : group.rows) {
        if (row->abstained > 0) return true;
      }
    }
    return false;
  }

  std::vector<std::string> legend_texts() const {
    std::vector<std::string> texts;
    for (const std::size_t m : order_) {
      texts.push_back(fmt::format("{} ({} ms)", evaluation_.model_names[m],
                                  milliseconds(evaluation_.models[m].cpu_ms.value)));
    }
    if (any_abstained()) texts.emplace_back("no answer");
    return texts;
  }

  void place_legend() {
    Point at{22, 18};
    for (const std::string& text : legend_texts()) {
      const double width = 18 + text_width(text, kText) + 18;
      if (at.x > 22 && at.x + width > kWidth - 10) at = {22, at.y + 21};
      legend_.push_back(at);
      at.x += width;
    }
  }

  void draw_legend(Svg& svg) const {
    const std::vector<std::string> texts = legend_texts();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string colour = i < order_.size() ? css(ramp_of(i, order_.size())) : kAbstained;
      svg.bar({legend_[i].x, legend_[i].y - 6}, 12, 12, colour, "");
      svg.text({legend_[i].x + 18, legend_[i].y + 4.5}, texts[i], {.size = kText});
    }
  }

  void draw_axis(Svg& svg) const {
    const Scale y = Scale::linear(0, 1, height_ - 44, top_ + 6);
    draw_x_axis(svg, scale_, y,
                {.title = "share of inputs answered by each model (%)",
                 .label = [](double percent) { return fmt::format("{:.4g}", percent); }});
    svg.text({kEnd + 12, top_ + 8}, quality_word(evaluation_) + ", mean CPU time",
             {.ink = Ink::kMuted, .size = 12});
  }

  void draw_row(Svg& svg, const StrategyFigures& row, double y) const {
    svg.text({kLabels - 10, y + 0.7 * kBar}, shorten(row.name, kText, kLabels - 30),
             {.size = kText, .anchor = Anchor::kEnd});
    double before = 0.0;
    for (std::size_t rank = 0; rank < order_.size(); ++rank) {
      const Colour colour = ramp_of(rank, order_.size());
      const std::string& name = evaluation_.model_names[order_[rank]];
      draw_segment(svg, y, before, row.shares[order_[rank]], css(colour), ink_on(colour), name);
      before += row.shares[order_[rank]];
    }
    draw_segment(svg, y, before, row.abstained, kAbstained, "#1b242d", "no answer");
    svg.text({kEnd + 12, y + 0.7 * kBar},
             fmt::format("{} %, {} ms", percent(row.quality.value), milliseconds(row.cpu_ms.value)),
             {.ink = Ink::kMuted, .size = kText});
  }

  void draw_segment(Svg& svg, double y, double before, double share, const std::string& colour,
                    const char* ink, const std::string& name) const {
    if (!(share > 0)) return;
    const double from = scale_.at(100.0 * before);
    const double to = scale_.at(100.0 * (before + share));
    svg.bar({from, y}, std::max(0.6, to - from - 0.8), kBar, colour,
            fmt::format("{}: {} % of the inputs", name, percent(share)));
    const std::string figure = fmt::format("{:.0f} %", 100.0 * share);
    const std::string full = name + " " + figure;
    const bool roomy = text_width(full, 11) + 8 < to - from;
    if (!roomy && text_width(figure, 11) + 6 > to - from) return;
    svg.text_on_bar({(from + to) / 2, y + kBar / 2}, roomy ? full : figure, ink, 11);
  }

  const Evaluation& evaluation_;
  std::vector<Group> groups_;
  std::vector<std::size_t> order_;
  std::vector<Point> legend_;
  Scale scale_ = Scale::linear(0, 100, kLabels, kEnd);
  double top_ = 0.0;
  double height_ = 0.0;
};

}  // namespace

std::string shares_plot(const Evaluation& evaluation) {
  const Evaluation shown = without_unreached(evaluation);
  return SharesPlot(shown).draw();
}

}  // namespace rightsize
