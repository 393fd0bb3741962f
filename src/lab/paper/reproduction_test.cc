// Proves that every form of the reproduction says all that its exhibits say and holds whatever
// comes: the page is well-formed and fetches nothing, hostile texts stay texts in each form, JSON
// gives the same figures back.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "lab/paper/exhibit.h"
#include "lab/paper/paper_test_support.h"
#include "lab/paper/reproduction_html.h"
#include "lab/paper/reproduction_json.h"
#include "lab/paper/reproduction_markdown.h"
#include "lab/paper/reproduction_text.h"
#include "lab/report/markup_test_support.h"

namespace rightsize {
namespace {

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
  r.exhibits[0].plots[1].series[0].y[1] = std::numeric_limits<double>::quiet_NaN();
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

}  // namespace
}  // namespace rightsize
