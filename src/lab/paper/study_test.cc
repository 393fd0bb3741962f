// Proves on made-up data that the study and its exhibits say what is there: that the paper's claim
// holds where features tell which model is right, and that it does not where they are noise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lab/paper/reproduce.h"
#include "lab/paper/reproduction_html.h"
#include "lab/paper/scores.h"
#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::HasSubstr;

ReproduceOptions quick() {
  return {.study = {.folds = {.folds = 2}}, .resamples = 200, .command = "rightsize reproduce x"};
}

const Exhibit& exhibit_of(const Reproduction& reproduction, const std::string& id) {
  const auto found = std::find_if(reproduction.exhibits.begin(), reproduction.exhibits.end(),
                                  [&](const Exhibit& exhibit) { return exhibit.id == id; });
  EXPECT_NE(found, reproduction.exhibits.end()) << id;
  return *found;
}

Result<Reproduction> reproduced(double telling, std::size_t items) {
  const OutcomeTable table = synthetic_table(
      {.items = items, .models = ladder(), .nested = 1.0, .featured = true, .telling = telling});
  std::size_t last = 0;
  auto result = reproduce(table, nullptr, quick(), [&](std::size_t done, std::size_t total) {
    EXPECT_GE(done, last);
    EXPECT_LT(done, total);
    last = done;
  });
  return result;
}

// Three models that are right on different parts of the inputs; a feature tells the parts.
OutcomeTable three_specialists() {
  OutcomeTable table = synthetic_table({.items = 300,
                                        .models = {{0.5, 1.0}, {0.5, 5.0}, {0.5, 20.0}},
                                        .featured = true,
                                        .telling = 1.0});
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    const float part = table.features[i * kImageFeatures + test::kTellingFeature];
    const bool right[] = {part < 0.4F, part >= 0.4F && part < 0.7F, part >= 0.3F};
    for (std::size_t m = 0; m < 3; ++m) {
      TopClasses& top = table.cells[i * 3 + m].outcome.top;
      top.classes[0].label = right[m] ? 0 : 1;
      top.classes[1].label = right[m] ? 1 : 0;
    }
  }
  return table;
}

TEST(Reproduce, TheClaimHoldsWhereAFeatureTells) {
  const auto result =
      reproduce(three_specialists(), nullptr, quick(), [](std::size_t, std::size_t) {});
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(exhibit_of(*result, "headline").holds, Holds::kYes);
  EXPECT_EQ(exhibit_of(*result, "importance").table[1][0],
            image_feature_set().features[test::kTellingFeature].name);
}

// A zoo of fewer models than a premodel may have, and inputs that no model gets right.
TEST(Reproduce, SmallZoos) {
  for (const std::size_t models : {1U, 2U}) {
    OutcomeTable table =
        synthetic_table({.items = 40,
                         .models = std::vector(models, test::SyntheticModel{0.5, 2}),
                         .featured = true,
                         .telling = 0.5});
    const auto result = reproduce(table, &table, quick(), [](std::size_t, std::size_t) {});
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_EQ(exhibit_of(*result, "models").holds, Holds::kNotMeasured);
    EXPECT_NE(exhibit_of(*result, "headline").holds, Holds::kYes);
  }
}

TEST(Reproduce, EnergyIsShownAndCanBeTheCost) {
  OutcomeTable table = three_specialists();
  table.decode_energy_nj = 1'000'000;
  table.feature_energy_nj = 500'000;
  for (std::size_t cell = 0; cell < table.cells.size(); ++cell) {
    // The model that takes longest takes least energy.
    table.cells[cell].energy_nj = 1'000'000 * static_cast<std::int64_t>(3 - cell % 3);
  }
  ReproduceOptions options = quick();
  options.cost = CostKind::kEnergy;
  const auto result = reproduce(table, nullptr, options, [](std::size_t, std::size_t) {});
  ASSERT_TRUE(result.ok()) << result.status().message();
  const auto& rows = exhibit_of(*result, "headline").table;
  EXPECT_EQ(rows[1][0], "m0");
  EXPECT_EQ(rows[1][2], "4.00");  // mJ: decoding and inference
  EXPECT_EQ(rows[3][2], "2.00");
}

TEST(Reproduce, TheClaimDoesNotHoldInNoise) {
  const auto result = reproduced(0.0, 200);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(exhibit_of(*result, "headline").holds, Holds::kNo);
  EXPECT_EQ(exhibit_of(*result, "features").holds, Holds::kNo);
  EXPECT_EQ(exhibit_of(*result, "conformal").holds, Holds::kNo);
  EXPECT_EQ(exhibit_of(*result, "compression").holds, Holds::kNotMeasured);
}

TEST(Reproduce, EveryExhibitIsWhole) {
  const auto result = reproduced(0.5, 60);
  ASSERT_TRUE(result.ok()) << result.status().message();
  std::set<std::string> ids;
  for (const Exhibit& exhibit : result->exhibits) {
    SCOPED_TRACE(exhibit.id);
    EXPECT_TRUE(ids.insert(exhibit.id).second);
    EXPECT_FALSE(exhibit.title.empty());
    EXPECT_FALSE(exhibit.question.empty());
    EXPECT_FALSE(exhibit.paper.empty());
    EXPECT_FALSE(exhibit.finding.empty());
    for (const auto& row : exhibit.table) EXPECT_EQ(row.size(), exhibit.table.front().size());
    for (const auto& row : exhibit.table) {
      for (const std::string& cell : row) EXPECT_EQ(cell.find("nan"), std::string::npos) << cell;
    }
  }
  EXPECT_EQ(ids.size(), 16U);
  EXPECT_THAT(reproduction_html(*result), HasSubstr("rightsize reproduce x"));
}

TEST(Reproduce, CompressedVariantsAreStudiedInTheirOrder) {
  const OutcomeTable table =
      synthetic_table({.items = 60, .models = ladder(), .featured = true, .telling = 0.9});
  const OutcomeTable variants =
      synthetic_table({.items = 200,
                       .models = {{0.8, 20}, {0.7, 14}, {0.75, 8}, {0.5, 5}},
                       .featured = true,
                       .telling = 0.9});
  const auto result = reproduce(table, &variants, quick(), [](std::size_t, std::size_t) {});
  ASSERT_TRUE(result.ok()) << result.status().message();
  const Exhibit& exhibit = exhibit_of(*result, "compression");
  EXPECT_NE(exhibit.holds, Holds::kNotMeasured);
  EXPECT_EQ(exhibit.table[1][0], "m0");
  EXPECT_EQ(exhibit.table[1][5], "0.0 [0.0, 0.0]");  // against itself
}

TEST(Reproduce, ACnnIsJudgedByItsPredictionsOrRefused) {
  const OutcomeTable table = three_specialists();
  CnnPremodel cnn{
      .classes = {"m0", "m1", "m2", "none"}, .chosen = {}, .cpu = Nanoseconds(1000), .network = {}};
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    const float part = table.features[i * kImageFeatures + test::kTellingFeature];
    cnn.chosen[table.items[i]] = part < 0.4F ? 0 : part < 0.7F ? 1 : 2;
  }
  ReproduceOptions options = quick();
  options.study.cnn = cnn;
  const auto none = [](std::size_t, std::size_t) {};
  const auto result = reproduce(table, nullptr, options, none);
  ASSERT_TRUE(result.ok()) << result.status().message();
  const auto& rows = exhibit_of(*result, "headline").table;
  const auto row =
      std::find_if(rows.begin(), rows.end(), [](const auto& cells) { return cells[0] == "CNN"; });
  ASSERT_NE(row, rows.end());
  EXPECT_EQ((*row)[3], "100.0");

  options.study.cnn->chosen.erase(table.items[7]);
  EXPECT_THAT(reproduce(table, nullptr, options, none).status().message(),
              HasSubstr("lack the input '" + table.items[7] + "'"));
  options.study.cnn = cnn;
  options.study.cnn->classes[1] = "elsewhere";
  EXPECT_THAT(reproduce(table, nullptr, options, none).status().message(), HasSubstr("elsewhere"));
}

TEST(Reproduce, NeedsLabelsAndFeatures) {
  const OutcomeTable bare = synthetic_table({.items = 100, .models = ladder()});
  const auto none = [](std::size_t, std::size_t) {};
  EXPECT_THAT(reproduce(bare, nullptr, quick(), none).status().message(), HasSubstr("no features"));
  const OutcomeTable unlabelled =
      synthetic_table({.items = 100, .models = ladder(), .labelled = false, .featured = true});
  EXPECT_THAT(reproduce(unlabelled, nullptr, quick(), none).status().message(),
              HasSubstr("no labels"));
  const OutcomeTable few = synthetic_table({.items = 1, .models = ladder(), .featured = true});
  EXPECT_THAT(reproduce(few, nullptr, quick(), none).status().message(),
              HasSubstr("too few for 2"));
}

TEST(Scores, PrecisionAndRecallOfAnAbstainingChooser) {
  OutcomeTable table = synthetic_table({.items = 4, .models = {{1.0, 1.0}}});
  table.labels = {0, 0, 1, 1};
  // The model answers 0 everywhere (synthetic models answer class 0 where they are right).
  Recording recording = *judge(table, {});
  std::vector<ReplayedItem> items(4);
  for (std::size_t i = 0; i < 4; ++i) items[i] = {.answered = i != 1, .model = 0};
  // Class 0: answered 3 times, rightly once; labelled twice, found once. Class 1: never answered.
  const ClassScores scores = class_scores(recording, items);
  EXPECT_DOUBLE_EQ(scores.precision, (1.0 / 3 + 0) / 2);
  EXPECT_DOUBLE_EQ(scores.recall, (0.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(scores.f1,
                   2 * scores.precision * scores.recall / (scores.precision + scores.recall));
  EXPECT_DOUBLE_EQ(top5_share(recording, items), 0.75);  // both classes are among its two surest
}

}  // namespace
}  // namespace rightsize
