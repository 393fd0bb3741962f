// Proves that every form of the reproduction says all that its exhibits say and holds whatever
// comes: the page is well-formed and fetches nothing, hostile texts stay texts in each form, JSON
// gives the same figures back, and every picture draws what can be drawn and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "lab/paper/exhibit.h"
#include "lab/paper/plot.h"
#include "lab/paper/reproduction_html.h"
#include "lab/paper/reproduction_json.h"
#include "lab/paper/reproduction_markdown.h"
#include "lab/paper/reproduction_text.h"
#include "lab/report/markup_test_support.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr PlotKind kKinds[] = {PlotKind::kLines, PlotKind::kPoints, PlotKind::kBars,
                               PlotKind::kStacks};

Plot two_series(PlotKind kind) {
  Plot plot{.kind = kind,
            .x_label = "CPU time (ms)",
            .y_label = "top-1 accuracy (%)",
            .categories = {"one", "two", "three"}};
  plot.series = {{.name = "here",
                  .x = {1, 2, 3},
                  .y = {61.25, 72.5, 73.75},
                  .low = {60, 71, 72},
                  .high = {62, 74, 75},
                  .labels = {"tiny", "middle", "big"}},
                 {.name = "the paper's", .x = {1, 2, 3}, .y = {70, 85, 88}, .paper = true}};
  return plot;
}

Reproduction two_exhibits() {
  Reproduction r{.provenance = {"run7", "photos", "Some CPU", "ONNX Runtime 1.32.0",
                                "2025-01-02T03:04:05Z", "0.1.0"},
                 .zoo = "small-zoo",
                 .inputs = 700,
                 .summary = {"The premodel does not beat a random mix.", "Its cost is small."},
                 .notes = {"Ten folds.", "Intervals by bootstrap."},
                 .command = "rightsize reproduce run.db --html page.html"};
  r.exhibits = {
      {.id = "headline",
       .title = "Images, headline",
       .question = "Is the premodel better than the best network?",
       .table = {{"way", " top-1 %", "note"}, {"premodel", "73.1", "held out"}, {"lite3", "78.1"}},
       .plots = {two_series(PlotKind::kBars), two_series(PlotKind::kPoints)},
       .paper = "87.4 % at 0.97 s (Fig. 8).",
       .holds = Holds::kNo,
       .finding = "It loses 5.0 points."},
      {.id = "energy", .title = "Energy", .finding = "No sensors here."}};
  return r;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

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

TEST(Reproduction, PageSaysEverythingAndIsWellFormed) {
  const std::string html = reproduction_html(two_exhibits());
  expect_well_formed(html);
  expect_fetches_nothing(html);
  for (const char* words : {"small-zoo",
                            "photos",
                            "Some CPU",
                            "ONNX Runtime 1.32.0",
                            "2025-01-02T03:04:05Z",
                            "run7",
                            "0.1.0",
                            "700",
                            "2 exhibits: 1 does not hold, 1 not measured",
                            "Its cost is small.",
                            "Is the premodel better",
                            "<th scope=\"col\" class=\"number\">top-1 %</th>",
                            "<td class=\"number\">73.1</td>",
                            "<td class=\"words\">held out</td>",
                            "<td class=\"words\"></td>",
                            "87.4 % at 0.97 s",
                            "It loses 5.0 points.",
                            "No sensors here.",
                            "Ten folds.",
                            "rightsize reproduce run.db"}) {
    EXPECT_TRUE(contains(html, words)) << words;
  }
  EXPECT_EQ(count(html, "<svg "), 2U);
  EXPECT_EQ(count(html, "<span class=\"badge no\">does not hold</span>"), 2U);
  EXPECT_EQ(count(html, "#exhibit-headline\""), 1U);
  EXPECT_EQ(count(html, "id=\"exhibit-headline\""), 1U);
}

TEST(Reproduction, MarkdownHasTablesAndFindings) {
  const std::string text = reproduction_markdown(two_exhibits());
  EXPECT_TRUE(contains(text,
                       "### Images, headline\n\n"
                       "Is the premodel better than the best network?\n\n"
                       "| way | top-1 % | note |\n|---|---:|---|\n"
                       "| premodel | 73.1 | held out |\n| lite3 | 78.1 | |\n\n"
                       "**The paper:** 87.4 % at 0.97 s (Fig. 8).\n\n"
                       "**Here (does not hold):** It loses 5.0 points.\n\n"))
      << text;
  EXPECT_TRUE(contains(text, "| Energy | not measured |\n"));
  EXPECT_TRUE(text.ends_with("\n\n    rightsize reproduce run.db --html page.html\n")) << text;
  EXPECT_FALSE(contains(text, "<svg"));
}

TEST(Reproduction, MarkdownEscapesWhatItWouldReadAsMarkup) {
  Reproduction r = two_exhibits();
  r.exhibits[0].finding = "a|b *_int8 <b> ~12 [x](y) [1, 2] gnmt_2_layer\nnext";
  r.exhibits[0].question = "- 3 points";
  r.exhibits[0].table[1][0] = "a|b";
  const std::string text = reproduction_markdown(r);
  EXPECT_TRUE(contains(text, R"(a\|b \*\_int8 \<b\> \~12 [x\](y) [1, 2] gnmt_2_layer next)"))
      << text;
  EXPECT_TRUE(contains(text, "\n\\- 3 points\n"));
  EXPECT_TRUE(contains(text, "| a\\|b | 73.1 |"));
}

TEST(Reproduction, TextEndsWithTheSummary) {
  Reproduction r = two_exhibits();
  r.exhibits[0].finding.clear();
  for (int i = 0; i < 40; ++i) r.exhibits[0].finding += "another word ";
  const std::string text = reproduction_text(r);
  EXPECT_TRUE(contains(text,
                       "way       top-1 %  note\n"
                       "--------  -------  --------\n"
                       "premodel     73.1  held out\n"
                       "lite3        78.1\n"))
      << text;
  EXPECT_TRUE(
      contains(text, "The paper: 87.4 % at 0.97 s (Fig. 8).\nHere (does not hold): another"));
  EXPECT_TRUE(
      text.ends_with("1 not measured.\nThe premodel does not beat a random mix.\n"
                     "Its cost is small.\n"))
      << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(Reproduction, JsonGivesEveryFieldBack) {
  Reproduction r = two_exhibits();
  r.exhibits[0].plots[1].series[0].y[1] = kNan;
  r.exhibits[0].plots[1].series[0].y[2] = 1.0 / 3.0;
  r.exhibits[0].plots[1].log_x = true;
  const nlohmann::json json = nlohmann::json::parse(reproduction_json(r));
  EXPECT_EQ(json["format"], "rightsize-reproduction");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["measured_on"]["device"], "Some CPU");
  EXPECT_EQ(json["zoo"], "small-zoo");
  EXPECT_EQ(json["inputs"], 700);
  EXPECT_EQ(json["summary"], r.summary);
  EXPECT_EQ(json["notes"], r.notes);
  EXPECT_EQ(json["command"], r.command);
  const nlohmann::json& exhibit = json["exhibits"][0];
  EXPECT_EQ(exhibit["id"], "headline");
  EXPECT_EQ(exhibit["title"], r.exhibits[0].title);
  EXPECT_EQ(exhibit["question"], r.exhibits[0].question);
  EXPECT_EQ(exhibit["paper"], r.exhibits[0].paper);
  EXPECT_EQ(exhibit["finding"], r.exhibits[0].finding);
  EXPECT_EQ(exhibit["holds"], "no");
  EXPECT_EQ(json["exhibits"][1]["holds"], "not_measured");
  EXPECT_EQ(exhibit["table"]["columns"][1],
            nlohmann::json({{"name", "top-1 %"}, {"number", true}}));
  EXPECT_EQ(exhibit["table"]["rows"][1], (std::vector<std::string>{"lite3", "78.1"}));
  const nlohmann::json& plot = exhibit["plots"][1];
  EXPECT_EQ(plot["kind"], "points");
  EXPECT_EQ(plot["log_x"], true);
  EXPECT_EQ(plot["x_label"], "CPU time (ms)");
  EXPECT_EQ(plot["categories"], (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_TRUE(plot["series"][0]["y"][1].is_null());
  EXPECT_EQ(plot["series"][0]["y"][2].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(plot["series"][0]["low"], r.exhibits[0].plots[1].series[0].low);
  EXPECT_EQ(plot["series"][0]["labels"], r.exhibits[0].plots[1].series[0].labels);
  EXPECT_EQ(plot["series"][1]["paper"], true);
}

TEST(Reproduction, HostileTextsStayTexts) {
  const std::string hostile = "<script>alert('x')</script>\"&\x01\xff\x1b[31m";
  Reproduction r = two_exhibits();
  for (std::string* text :
       {&r.zoo, &r.command, &r.summary[0], &r.notes[0], &r.provenance.data, &r.provenance.device,
        &r.provenance.run_id, &r.provenance.runtime, &r.provenance.date, &r.provenance.version}) {
    *text = hostile;
  }
  Exhibit& exhibit = r.exhibits[0];
  exhibit.id = exhibit.title = exhibit.question = exhibit.paper = exhibit.finding = hostile;
  for (std::vector<std::string>& row : exhibit.table) row = {hostile, " " + hostile};
  for (const PlotKind kind : kKinds) exhibit.plots.push_back(two_series(kind));
  for (Plot& plot : exhibit.plots) {
    plot.x_label = plot.y_label = hostile;
    plot.categories = {hostile, hostile};
    for (PlotSeries& series : plot.series) {
      series.name = hostile;
      series.labels = {hostile, hostile};
    }
  }
  const std::string html = reproduction_html(r);
  expect_well_formed(html);
  expect_fetches_nothing(html);
  for (const char* bad : {"<script", "\xff", "\x01", "\x1b"}) {
    EXPECT_FALSE(contains(html, bad)) << bad;
  }
  EXPECT_TRUE(nlohmann::json::accept(reproduction_json(r)));
  const std::string markdown = reproduction_markdown(r);
  const std::string prose = markdown.substr(0, markdown.rfind("\n    "));
  EXPECT_FALSE(std::regex_search(prose, std::regex(R"((^|[^\\])<)")));
  EXPECT_FALSE(contains(reproduction_text(r), "\x1b"));
}

TEST(Reproduction, EmptyOne) {
  const Reproduction nothing;
  expect_well_formed(reproduction_html(nothing));
  EXPECT_TRUE(nlohmann::json::accept(reproduction_json(nothing)));
  EXPECT_TRUE(contains(reproduction_markdown(nothing), "0 exhibits."));
  EXPECT_TRUE(contains(reproduction_text(nothing), "0 exhibits."));
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
