// Proves, of some thirty made-up runs from 10 to 10,000 inputs, with and without labels and with
// gains around nothing, that no sentence of `evaluate`, `worth` and `certify` is contradicted by a
// figure that stands beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "tests/cli_support.h"
#include "tests/synthetic_run.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::CliTest;
using test::Output;
using testing::HasSubstr;
using testing::Not;

struct Case {
  std::size_t items = 0;
  double informative = 1.0;
  double nested = 0.9;
  bool labelled = true;
  double max_loss = 0.0;  // points
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::size_t items : {10U, 13U, 40U, 120U, 290U, 310U, 700U, 1200U}) {
    all.push_back({.items = items});
    all.push_back({.items = items, .informative = 0.3, .max_loss = items % 3 == 0 ? 2.0 : 0.0});
    all.push_back({.items = items, .labelled = false, .max_loss = items % 2 == 0 ? 4.0 : 0.0});
  }
  all.push_back({.items = 700, .informative = 0.0, .nested = 1.0});
  all.push_back({.items = 3000, .informative = 0.0, .nested = 1.0});
  all.push_back({.items = 3000, .informative = 0.25});
  all.push_back({.items = 3000, .informative = 0.15, .max_loss = 1.0});
  all.push_back({.items = 3000, .labelled = false, .max_loss = 8.0});
  all.push_back({.items = 10000, .informative = 0.2});
  all.push_back({.items = 10000, .informative = 0.05});
  return all;
}

// As it is printed: tenths of a point, hundredths of a factor.
double in_points(const json& share) { return std::round(1000 * share.get<double>()) / 10; }
double in_hundredths(const json& factor) { return std::round(100 * factor.get<double>()) / 100; }

std::string signed_points(const json& share) {
  const double value = in_points(share);
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f", value);
  return value == 0 ? "0.0" : text;
}
std::string factor(const json& value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value.get<double>());
  return text;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return std::regex_replace(text, std::regex(" +"), " ");
}

bool is_adaptive(const json& kind) {
  return kind["held_out"].get<bool>() && kind["kind"] != "fixed" &&
         kind["kind"] != "majority model";
}

// What docs/concepts.md says of a point.
bool keeps_what_is_asked(const json& row, double max_loss) {
  return in_hundredths(row["speedup"]["low"]) >= 1.01 &&
         in_points(row["difference"]["high"]) >= -max_loss &&
         in_points(row["difference"]["low"]) >= -max_loss - 1 &&
         in_points(row["over_mix"]["low"]) > 0;
}

const json* row_of(const json& report, const json& verdict) {
  for (const json& kind : report["kinds"]) {
    if (kind["kind"] != verdict["selector"]) continue;
    for (const json& point : kind["points"]) {
      if (point["name"] == verdict["point"]) return &point;
    }
  }
  return nullptr;
}

// Words that claim more than agreement.
void expect_only_agreement(const std::string& text) {
  const std::regex claims("\\b(pays|pay|quality|accuracy|accurate|loses|lost)\\b");
  std::smatch found;
  EXPECT_FALSE(std::regex_search(text, found, claims)) << found.str() << " in:\n" << text;
}

class Verdicts : public CliTest, public testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override {
    case_ = cases()[GetParam()];
    const OutcomeTable table = test::synthetic_table({.items = case_.items,
                                                      .models = test::ladder(),
                                                      .informative = case_.informative,
                                                      .nested = case_.nested,
                                                      .labelled = case_.labelled,
                                                      .seed = 7 + GetParam()});
    const Status written = test::write_run(folder_ / "run.db", table);
    ASSERT_TRUE(written.ok()) << written.message();
    options_ = " run.db --folds 5 --max-loss " + std::to_string(case_.max_loss);
  }
  bool enough(const json& verdict) const { return verdict["kind"] != "too_few_data"; }

  Case case_;
  std::string options_;
};

TEST_P(Verdicts, EvaluateSaysWhatItsTablesShow) {
  const json report = document("evaluate" + options_ + " --json");
  const json& verdict = report["verdict"];
  const std::string sentence = verdict["sentence"];
  SCOPED_TRACE(sentence);
  const bool shown = verdict["kind"] == "pays" || verdict["kind"] == "agrees";
  const json* row = row_of(report, verdict);
  EXPECT_EQ(row == nullptr, verdict["point"] == "");
  for (const json& kind : report["kinds"]) {
    for (const json& point : kind["points"]) {
      EXPECT_FALSE(in_hundredths(point["speedup"]["value"]) == 1 &&
                   in_points(point["difference"]["value"]) <= 0)
          << point["name"] << ": only the baseline reaches it";
      if (is_adaptive(kind) && enough(verdict) && !shown) {
        EXPECT_FALSE(keeps_what_is_asked(point, case_.max_loss)) << point.dump();
      }
    }
  }
  if (shown) {
    ASSERT_NE(row, nullptr);
    EXPECT_TRUE(keeps_what_is_asked(*row, case_.max_loss)) << row->dump();
  }
  if (enough(verdict)) {
    EXPECT_TRUE(verdict["inputs_needed"].is_null());
    EXPECT_GE(case_.items, 300U);
  } else {
    const auto needed = verdict["inputs_needed"].get<std::size_t>();
    EXPECT_GT(needed, case_.items);
    EXPECT_THAT(sentence, HasSubstr("about " + std::to_string(needed)));
  }
  if (!case_.labelled) {
    EXPECT_THAT(sentence, HasSubstr(report["reference"].get<std::string>()));
    expect_only_agreement(sentence);
  }

  const Output text = run("evaluate" + options_ + " --html report.html");
  EXPECT_THAT(one_line(text.out), HasSubstr(one_line(sentence)));
  std::string html = test::text_of(folder_ / "report.html");
  html = html.substr(html.find("</style>"));
  if (!case_.labelled) {
    expect_only_agreement(text.out);
    expect_only_agreement(html);
  }
  const std::size_t tiles = html.find("<div class=\"tiles\">");
  EXPECT_EQ(tiles == std::string::npos, row == nullptr);
  if (row == nullptr) return;
  const json& speed = (*row)["speedup"];
  EXPECT_THAT(sentence, HasSubstr(factor(speed["value"]) + "x less CPU time"));
  EXPECT_THAT(sentence,
              HasSubstr("(" + factor(speed["low"]) + " to " + factor(speed["high"]) + ")"));
  // The line of the table, and every card, are of the same point.
  const std::regex line("\n" + (*row)["name"].get<std::string>() + " .*" +
                        std::regex_replace(factor(speed["value"]), std::regex("\\."), "\\.") + "x");
  EXPECT_TRUE(std::regex_search(text.out, line)) << text.out;
  const std::string cards = html.substr(tiles, html.find("</dl>", tiles) - tiles);
  std::string gain = signed_points((*row)["over_mix"]["value"]);
  if (gain.front() == '-') gain.replace(0, 1, "−");
  for (const std::string& figure : {factor(speed["value"]) + "×", gain}) {
    EXPECT_THAT(cards, HasSubstr("<b>" + figure + "</b>"));
  }
}

TEST_P(Verdicts, WorthRecommendsWhatItsVerdictAllows) {
  if (case_.items > 4000) GTEST_SKIP() << "the same as below, slower";
  const json report = document("worth" + options_ + " --json");
  const json& verdict = report["now"]["verdict"];
  const Output output = run("worth" + options_);
  const std::string text = one_line(output.out);
  SCOPED_TRACE(output.out);
  const bool shown = verdict["kind"] == "pays" || verdict["kind"] == "agrees";
  std::string all;
  for (const std::string sentence : report["recommendation"]) all += sentence + " ";
  EXPECT_EQ(all.starts_with("Train a selector"), shown) << all;
  for (const std::string figure : {" 0 % of", " -0 % of"}) EXPECT_THAT(all, Not(HasSubstr(figure)));
  const bool drops = std::regex_search(all, std::regex("(^|\\. )Drop "));
  EXPECT_FALSE(drops && (!shown || case_.items < 600)) << all;
  if (!enough(verdict)) {
    EXPECT_THAT(text, HasSubstr("about " + std::to_string(verdict["inputs_needed"].get<int>())));
  }
  const std::regex more("(profile|collect) about ([0-9]+) inputs");
  for (std::sregex_iterator i(all.begin(), all.end(), more), end; i != end; ++i) {
    EXPECT_GT(std::stoul((*i)[2]), case_.items) << all;
  }
  if (!report["now"]["leaving_out"].is_null() && case_.items < 600) {
    for (const json& model : report["now"]["leaving_out"]["models"]) {
      EXPECT_NE(model["judgement"], "drop");
    }
  }
  if (!case_.labelled) expect_only_agreement(all + verdict["sentence"].get<std::string>());
}

TEST_P(Verdicts, CertifyProvesOrFails) {
  if (case_.items < 13) GTEST_SKIP() << "too few to train on a half";
  const bool unreachable = GetParam() % 2 == 0;
  const std::string certify =
      std::string("certify run.db --folds 5 -o certified.json --max-loss ") +
      (unreachable ? "0.1" : "9");
  const Output output = run(certify + " --json");
  const json document = json::parse(output.out);
  const bool proven = document["proven"];
  const std::string sentence = document["sentence"];
  SCOPED_TRACE(sentence);
  EXPECT_EQ(output.code, proven ? 0 : 1) << output.err;
  EXPECT_EQ(std::filesystem::exists(folder_ / "certified.json"), proven);
  if (proven) {
    EXPECT_THAT(run("info certified.json").out, HasSubstr("proven loss"));
  }
  EXPECT_EQ(sentence.starts_with("Proven"), proven);
  EXPECT_EQ(sentence.starts_with("Not proven"), !proven);
  bool any = false;
  for (const json& point : document["points"]) {
    const bool kept = point["bound"].get<double>() <= document["max_loss"].get<double>();
    any = any || (kept && point["speedup"].get<double>() > 1);
    EXPECT_TRUE(kept || point["point"] != document["point"]);
  }
  EXPECT_EQ(any, proven) << "a bound of a faster point and the claim say the same";
  if (!proven && !document["inputs_needed"].is_null()) {
    EXPECT_GT(document["inputs_needed"].get<std::size_t>(),
              document["tested_on"].get<std::size_t>());
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, Verdicts, testing::Range<std::size_t>(0, cases().size()));

}  // namespace
}  // namespace rightsize
