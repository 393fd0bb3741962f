// Proves that every picture of an exhibit draws what can be drawn and nothing else, and that its
// texts keep apart and within it, for figures that degenerate in every way we could think of.
#include "lab/paper/plot.h"

#include <gtest/gtest.h>

#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "lab/paper/paper_test_support.h"
#include "lab/report/markup_test_support.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_sound(const Plot& plot) {
  const std::string svg = exhibit_plot(plot);
  expect_well_formed(svg);
  expect_finite(svg);
  for (const char* bad : {"nan", "inf", ">-<"}) EXPECT_FALSE(contains(svg, bad)) << bad << svg;
}

struct TextBox {
  double left, top, right, bottom;
};

// Of all texts that read from left to right, without their outlines.
std::vector<TextBox> text_boxes(const std::string& svg) {
  const std::regex text(
      R"re(<text x="([-0-9.]+)" y="([-0-9.]+)" font-size="([0-9.]+)" text-anchor="(\w+)"[^>]*>([^<]*)<)re");
  std::vector<TextBox> boxes;
  for (std::sregex_iterator it(svg.begin(), svg.end(), text), end; it != end; ++it) {
    if (contains(it->str(), "rotate") || contains(it->str(), "aria-hidden")) continue;
    const double size = std::stod((*it)[3]);
    const double width = text_width((*it)[5].str(), size);
    const double part = (*it)[4] == "start" ? 0.0 : (*it)[4] == "middle" ? 0.5 : 1.0;
    const double left = std::stod((*it)[1]) - part * width;
    const double base = std::stod((*it)[2]);
    boxes.push_back({left, base - 0.7 * size, left + width, base});
  }
  return boxes;
}

void expect_texts_apart_and_inside(const std::string& svg) {
  const std::vector<TextBox> boxes = text_boxes(svg);
  std::smatch height;
  ASSERT_TRUE(std::regex_search(svg, height, std::regex(R"re( height="([0-9.]+)")re")));
  for (std::size_t a = 0; a < boxes.size(); ++a) {
    EXPECT_GE(boxes[a].left, 0);
    EXPECT_LE(boxes[a].right, 960);
    EXPECT_LE(boxes[a].bottom, std::stod(height[1]));
    for (std::size_t b = 0; b < a; ++b) {
      const bool apart = boxes[a].right <= boxes[b].left || boxes[b].right <= boxes[a].left ||
                         boxes[a].bottom <= boxes[b].top || boxes[b].bottom <= boxes[a].top;
      EXPECT_TRUE(apart) << a << " " << b << svg;
    }
  }
}

TEST(ExhibitPlot, ShowsEveryFigure) {
  for (const PlotKind kind : kKinds) {
    const std::string svg = exhibit_plot(two_series(kind));
    expect_sound(two_series(kind));
    expect_texts_apart_and_inside(svg);
    for (const char* words : {"here, ", "61.25", "72.5", "73.75", ">here<", "CPU time (ms)",
                              "top-1 accuracy (%)", "paper&#39;s, ", ": 85"}) {
      EXPECT_TRUE(contains(svg, words)) << words << svg;
    }
    EXPECT_TRUE(contains(svg, "72.5 (71 to 74)"));
  }
  EXPECT_TRUE(contains(exhibit_plot(two_series(PlotKind::kPoints)), ">middle</text>"));
}

TEST(ExhibitPlot, ThePapersSeriesAreGreyAndDashed) {
  for (const PlotKind kind : {PlotKind::kLines, PlotKind::kBars}) {
    Plot plot = two_series(kind);
    EXPECT_TRUE(contains(exhibit_plot(plot), "stroke-dasharray"));
    EXPECT_TRUE(contains(exhibit_plot(plot), "s-model"));
    plot.series.pop_back();
    EXPECT_FALSE(contains(exhibit_plot(plot), "stroke-dasharray"));
    EXPECT_FALSE(contains(exhibit_plot(plot), "-model"));
  }
}

TEST(ExhibitPlot, DrawsNothingForWhatIsNoFigure) {
  Plot plot = two_series(PlotKind::kPoints);
  plot.series.pop_back();
  const std::size_t all = count(exhibit_plot(plot), "<circle ");
  plot.series[0].y[1] = kNan;
  EXPECT_EQ(count(exhibit_plot(plot), "<circle "), all - 1);
  plot.series[0].x[0] = 0.0;
  plot.log_x = true;
  EXPECT_EQ(count(exhibit_plot(plot), "<circle "), all - 2);
  // The line from the first point to the third does not run through the missing one.
  plot = two_series(PlotKind::kLines);
  plot.series.pop_back();
  EXPECT_TRUE(contains(exhibit_plot(plot), "<polyline"));
  plot.series[0].y[1] = kNan;
  EXPECT_FALSE(contains(exhibit_plot(plot), "<polyline"));
}

TEST(ExhibitPlot, CountsHaveNoTicksBetweenThem) {
  const std::string svg = exhibit_plot(two_series(PlotKind::kLines));
  for (const char* tick : {">1<", ">2<", ">3<"}) EXPECT_TRUE(contains(svg, tick)) << tick;
  EXPECT_FALSE(contains(svg, ">1.5<"));
}

TEST(ExhibitPlot, ExtremeFigures) {
  for (const PlotKind kind : kKinds) {
    for (const double value :
         {0.0, 1.0, -1.0, kNan, kInfinity, -kInfinity, 1e300, 1e-300, -1e99, 1e15}) {
      for (const bool log_x : {false, true}) {
        SCOPED_TRACE(value);
        Plot plot = two_series(kind);
        plot.log_x = log_x;
        plot.series[0].y[1] = plot.series[0].low[1] = plot.series[1].x[0] = value;
        expect_sound(plot);
        for (PlotSeries& series : plot.series) {
          for (auto* figures : {&series.x, &series.y, &series.low, &series.high}) {
            figures->assign(3, value);
          }
        }
        expect_sound(plot);
      }
    }
  }
}

TEST(ExhibitPlot, EmptyAndUnevenSeries) {
  for (const PlotKind kind : kKinds) {
    Plot plot = two_series(kind);
    for (PlotSeries& series : plot.series) series = {.name = series.name};
    expect_sound(plot);
    plot.series.clear();
    expect_sound(plot);
    EXPECT_TRUE(contains(exhibit_plot(plot), "no figures"));
    expect_sound({.kind = kind});
    plot = two_series(kind);
    plot.series[0].y.resize(1);
    plot.series[0].high.resize(2);
    plot.series[0].labels.resize(1);
    plot.series[1].x.resize(9, 4.0);
    plot.series[1].y.resize(9, 4.0);
    expect_sound(plot);
    for (PlotSeries& series : plot.series) {
      series.x.resize(1);
      series.y.resize(1);
    }
    expect_sound(plot);
  }
}

TEST(ExhibitPlot, ManyCategoriesAndLongNamesStayApart) {
  for (const PlotKind kind : kKinds) {
    Plot plot = two_series(kind);
    plot.categories.clear();
    for (PlotSeries& series : plot.series) series = {.name = series.name, .paper = series.paper};
    for (int i = 0; i < 40; ++i) {
      plot.categories.push_back("a_category_with_quite_a_long_name_number_" + std::to_string(i));
      for (PlotSeries& series : plot.series) {
        series.x.push_back(i % 7);
        series.y.push_back(50 + i % 11);
        series.labels.push_back("label number " + std::to_string(i));
      }
    }
    for (int s = 0; s < 5; ++s) {
      plot.series.push_back(plot.series[0]);
      plot.series.back().name = "a further series, of which there are quite many";
    }
    expect_sound(plot);
    if (kind == PlotKind::kBars || kind == PlotKind::kStacks) {
      expect_texts_apart_and_inside(exhibit_plot(plot));
    }
  }
}

TEST(ExhibitPlot, LabelsOfClosePointsStayApart) {
  Plot plot = two_series(PlotKind::kPoints);
  PlotSeries& series = plot.series[0];
  series = {.name = "networks"};
  for (int i = 0; i < 14; ++i) {
    series.x.push_back(10 + 0.4 * i);
    series.y.push_back(75 + 0.2 * (i % 4));
    series.labels.push_back("Inception_v" + std::to_string(i));
  }
  expect_texts_apart_and_inside(exhibit_plot(plot));
  EXPECT_GE(count(exhibit_plot(plot), "</text>"), 14U);
}

TEST(ExhibitPlot, NegativeBarsGoLeft) {
  Plot plot = two_series(PlotKind::kBars);
  plot.series.pop_back();
  plot.series[0] = {
      .name = "loss", .y = {-3.5, 2.0, -0.25}, .low = {-5, 1, -1}, .high = {-2, 3, 1}};
  expect_sound(plot);
  const std::string svg = exhibit_plot(plot);
  expect_texts_apart_and_inside(svg);
  EXPECT_TRUE(contains(svg, ">−3.5<")) << svg;
  plot.series[0].y = plot.series[0].low = plot.series[0].high = {-1, -2, -3};
  expect_texts_apart_and_inside(exhibit_plot(plot));
}

}  // namespace
}  // namespace rightsize
