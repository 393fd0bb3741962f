// The study of premodels for translation on made-up runs whose answer is known: one where the
// sentence tells which model is needed, one where it tells nothing.
#include "lab/text/text_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lab/synthetic_table.h"

namespace rightsize {
namespace {

using ::testing::HasSubstr;

std::string random_words(std::size_t n, const char* prefix, test::Sequence& random) {
  std::string text;
  for (std::size_t w = 0; w < n; ++w) {
    text += (w > 0 ? " " : "") + std::string(prefix) +
            std::to_string(static_cast<int>(60 * random.uniform()));
  }
  return text;
}

// A run of three models that take 1, 4 and 10 ms. Which translations are the reference and which
// are wholly wrong: bit m of `right` for model m.
class MadeUpRun {
 public:
  MadeUpRun() {
    table_.zoo.name = "made up";
    table_.zoo.task = "translation";
    for (const char* name : {"small", "middle", "big"}) {
      table_.zoo.models.push_back({.name = name, .file = "m.onnx"});
    }
  }
  void add(const std::string& source, const std::string& reference, unsigned right) {
    constexpr std::array<long, 3> kMs = {1, 4, 10};
    table_.items.push_back(std::to_string(table_.items.size()));
    table_.labels.push_back(-1);
    table_.decode_cpu.emplace_back(0);
    table_.text.sources.push_back(source);
    table_.text.references.push_back(reference);
    for (std::size_t m = 0; m < kMs.size(); ++m) {
      const bool good = ((right >> m) & 1U) != 0;
      table_.text.cells.push_back({good ? reference : "falsch ganz und gar", 9, 9, true});
      table_.cells.push_back({.status = TrialStatus::kOk,
                              .outcome = {},
                              .cpu = Nanoseconds(kMs[m] * 1'000'000),
                              .wall = Nanoseconds(kMs[m] * 1'000'000),
                              .energy_nj = kMs[m] * 1000});
    }
  }
  OutcomeTable& table() { return table_; }

 private:
  OutcomeTable table_;
};

// Sentences with "macro" need the big model, those with "broken" none can translate, the others
// all can; `telling` false: the words are there, but say nothing.
OutcomeTable made_up(std::size_t items, bool telling, std::uint64_t seed = 1) {
  test::Sequence random(seed);
  MadeUpRun run;
  for (std::size_t i = 0; i < items; ++i) {
    const double which = random.uniform();
    const double shown = telling ? which : random.uniform();
    const char* word = shown < 0.4 ? "macro" : shown < 0.5 ? "broken" : "plain";
    const unsigned right = which < 0.4 ? 4U : which < 0.5 ? 0U : 7U;
    run.add(random_words(6, "w", random) + " " + word, random_words(8, "r", random), right);
  }
  return run.table();
}

TextStudyOptions quick() {
  TextStudyOptions options;
  options.words = 40;
  options.bag_sizes = {10, 40};
  options.folds = 4;
  options.resamples = 200;
  return options;
}

const TextResult& find(const TextStudy& study, const std::string& name) {
  for (const TextResult& result : study.results) {
    if (result.name == name) return result;
  }
  ADD_FAILURE() << "no result '" << name << "'";
  return study.results.front();
}

TEST(TextLabels, TheCheapestGoodEnough) {
  MadeUpRun run;
  run.add("a", "r1 r2 r3 r4 r5", 7);
  run.add("b", "r1 r2 r3 r4 r5", 6);
  run.add("c", "r1 r2 r3 r4 r5", 4);
  run.add("d", "r1 r2 r3 r4 r5", 0);
  run.add("e", "", 7);  // has no reference
  OutcomeTable& table = run.table();
  table.text.cells[0].text = "r1 r2 r3 r4 r6";  // the small model's of "a" is a bit worse
  const auto outcomes = judge_texts(table, TextMetric::kTokenF1);
  ASSERT_TRUE(outcomes.ok()) << outcomes.status().message();
  EXPECT_EQ(4U, outcomes->items());
  EXPECT_EQ(1U, outcomes->skipped);
  const std::vector<std::size_t> rows = {0, 1, 2, 3};
  using Labels = std::vector<std::uint16_t>;
  EXPECT_EQ((Labels{1, 1, 2, 3}), text_labels(*outcomes, rows, {0, 1, 2}, {0.1, 0.1}));
  EXPECT_EQ((Labels{0, 1, 2, 3}), text_labels(*outcomes, rows, {0, 1, 2}, {0.3, 0.1}));
  // Places in the models given, of which the best is the measure.
  EXPECT_EQ((Labels{1, 1, 0, 2}), text_labels(*outcomes, rows, {2, 1}, {0.1, 0.1}));
  EXPECT_EQ((Labels{0, 1, 1, 1}), text_labels(*outcomes, rows, {0}, {0.0, 0.5}));
}

TEST(TextLabels, TheGreatestValuePerTime) {
  MadeUpRun run;
  run.add("a", "r1 r2 r3 r4 r5", 6);
  run.add("b", "r1 r2 r3 r4 r5", 0);
  OutcomeTable& table = run.table();
  const auto labels = [&](const char* of_small) {
    table.text.cells[0].text = of_small;
    const auto outcomes = judge_texts(table, TextMetric::kTokenF1);
    return text_labels(*outcomes, {0, 1}, {0, 1, 2}, {.none_below = 0.1, .per_time = true});
  };
  // The small model takes a quarter of the middle one's time: 0.6 x 0.6 is more than that, 0.4 x
  // 0.4 is less.
  using Labels = std::vector<std::uint16_t>;
  EXPECT_EQ((Labels{0, 3}), labels("r1 r2 r3 x y"));
  EXPECT_EQ((Labels{1, 3}), labels("r1 r2 x y z"));
}

TEST(TextLabels, FailedTranslationsAreEmptyOnes) {
  MadeUpRun run;
  run.add("a", "r1 r2 r3 r4 r5", 7);
  run.table().cells[0].status = TrialStatus::kFailed;
  const auto outcomes = judge_texts(run.table(), TextMetric::kBleu);
  ASSERT_TRUE(outcomes.ok()) << outcomes.status().message();
  EXPECT_EQ(outcomes->unanswered[0], outcomes->counts[0][0]);
  EXPECT_EQ(0.0, outcomes->value[0][0]);
  EXPECT_EQ(1.0, outcomes->value[1][0]);
}

TEST(TextStudy, FindsThatAWordTells) {
  const OutcomeTable table = made_up(400, /*telling=*/true);
  const auto study = run_text_study(table, quick());
  ASSERT_TRUE(study.ok()) << study.status().message();
  EXPECT_TRUE(study->gain) << study->verdict;
  EXPECT_EQ("big", study->results[study->best_single].name);
  // The middle model is never needed; where all are right the small one is cheapest.
  EXPECT_EQ((std::vector<std::size_t>{4, 0, 4}), study->chosen);
  const TextResult& bayes = find(*study, "naive-bayes + 40 words");
  const TextResult& big = find(*study, "big");
  EXPECT_TRUE(bayes.surely_above_mix);
  EXPECT_GT(bayes.choice_accuracy, 0.97);
  EXPECT_NEAR(big.value.value, bayes.value.value, 0.02);
  EXPECT_NEAR(study->label_shares[3], bayes.none, 0.02);
  // Half of the sentences for 1 ms, the others for 10 (the broken ones too: none, so the best
  // model's turn).
  EXPECT_NEAR(10.0 / (10.0 - 9.0 * bayes.shares[0]), bayes.time_ratio.value, 1e-9);
  EXPECT_GT(bayes.time_ratio.low, 1.6);
  EXPECT_GT(bayes.over_mix.low, 0.1);
  // What looks at no words sees nothing.
  EXPECT_FALSE(find(*study, "knn").surely_above_mix);
  EXPECT_FALSE(find(*study, "majority").surely_above_mix);
}

TEST(TextStudy, NoneMayGoToTheCheapest) {
  const OutcomeTable table = made_up(400, true);
  TextStudyOptions options = quick();
  const auto best = run_text_study(table, options);
  options.cheapest_if_none = true;
  const auto cheapest = run_text_study(table, options);
  ASSERT_TRUE(best.ok() && cheapest.ok());
  // No model can translate a tenth of the sentences: asking the small one loses nothing.
  const TextResult& dear = find(*best, "naive-bayes + 40 words");
  const TextResult& cheap = find(*cheapest, "naive-bayes + 40 words");
  EXPECT_NEAR(dear.none, cheap.none, 1e-12);
  EXPECT_NEAR(dear.shares[0] + dear.none, cheap.shares[0], 1e-12);
  EXPECT_NEAR(dear.value.value, cheap.value.value, 0.01);
  EXPECT_LT(cheap.ms, dear.ms - 0.5);
}

TEST(TextStudy, TheBagIsWhatMatters) {
  const auto study = run_text_study(made_up(400, true), quick());
  ASSERT_TRUE(study.ok()) << study.status().message();
  ASSERT_FALSE(study->importance.empty());
  EXPECT_EQ("bag of words", study->importance.back().feature);
  EXPECT_GT(study->importance.back().accuracy_lost, 0.3);
  EXPECT_GT(study->importance.back().value_lost, 0.1);
  for (std::size_t f = 0; f + 1 < study->importance.size(); ++f) {
    EXPECT_LT(study->importance[f].accuracy_lost, 0.05) << study->importance[f].feature;
  }
}

TEST(TextStudy, FindsThatAFeatureTells) {
  test::Sequence random(5);
  MadeUpRun run;
  for (int i = 0; i < 300; ++i) {
    const bool long_one = random.uniform() < 0.5;
    const std::size_t words =
        (long_one ? 12U : 4U) + static_cast<std::size_t>(4 * random.uniform());
    run.add(random_words(words, "w", random), random_words(8, "r", random), long_one ? 4 : 7);
  }
  const auto study = run_text_study(run.table(), quick());
  ASSERT_TRUE(study.ok()) << study.status().message();
  EXPECT_TRUE(study->gain) << study->verdict;
  for (const char* name : {"knn", "tree", "svm", "naive-bayes", "logistic", "tree-chain"}) {
    EXPECT_GT(find(*study, name).choice_accuracy, 0.95) << name;
    EXPECT_TRUE(find(*study, name).surely_above_mix) << name;
  }
}

TEST(TextStudy, SaysWhereNothingTells) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto study = run_text_study(made_up(400, /*telling=*/false, seed), quick());
    ASSERT_TRUE(study.ok()) << study.status().message();
    EXPECT_FALSE(study->gain) << study->verdict;
    EXPECT_THAT(study->verdict, HasSubstr("None of "));
    EXPECT_LT(find(*study, "naive-bayes + 40 words").choice_accuracy, 0.65);
    // Yet a perfect chooser would gain much.
    EXPECT_GT(find(*study, "oracle").over_mix.low, 0.05);
  }
}

TEST(TextStudy, FiguresOfSingleModelsAndTheMixByHand) {
  MadeUpRun run;
  for (int i = 0; i < 8; ++i) run.add("w", "r1 r2 r3 r4 r5", i % 2 == 0 ? 7 : 4);
  TextStudyOptions options = quick();
  options.folds = 2;
  options.models = {"small"};
  const auto study = run_text_study(run.table(), options);
  ASSERT_TRUE(study.ok()) << study.status().message();
  const TextResult& big = find(*study, "big");
  for (const double value : big.quality) EXPECT_DOUBLE_EQ(1.0, value);
  EXPECT_DOUBLE_EQ(10.0, big.ms);
  EXPECT_DOUBLE_EQ(0.01, *big.energy_mj);
  EXPECT_NEAR(100 * 100 / 0.01, big.bleu_per_second, 1e-6);
  EXPECT_DOUBLE_EQ(0.0, big.over_mix.value);
  EXPECT_DOUBLE_EQ(0.0, find(*study, "small").over_mix.value);
  // The middle model is as good as the small one: below the line from that to the big one.
  const TextResult& middle = find(*study, "middle");
  TextCounts third;
  for (int i = 0; i < 8; ++i) {
    add(count("r1 r2 r3 r4 r5", "r1 r2 r3 r4 r5"), i % 2 == 0 ? 3 : 1, third);
    if (i % 2 != 0) add(count("falsch ganz und gar", "r1 r2 r3 r4 r5"), 2, third);
  }
  EXPECT_NEAR(corpus_value(third, TextMetric::kBleu), middle.mix, 0.01);
  EXPECT_LT(middle.over_mix.value, 0);
  // A premodel of one model always asks it.
  EXPECT_DOUBLE_EQ(1.0, find(*study, "tree").shares[0]);
}

TEST(TextStudy, OwnTimeIsCounted) {
  TextStudyOptions options = quick();
  Nanoseconds time{0};
  options.clock = [&] { return time += Nanoseconds(4'000'000); };  // 4 ms from reading to reading
  std::vector<std::size_t> done;
  options.progress = [&](std::size_t now, std::size_t total) {
    EXPECT_EQ(4U, total);
    done.push_back(now);
  };
  const auto study = run_text_study(made_up(40, true), options);
  ASSERT_TRUE(study.ok()) << study.status().message();
  EXPECT_EQ((std::vector<std::size_t>{1, 2, 3, 4}), done);
  EXPECT_TRUE(study->timed);
  EXPECT_NEAR(4.0 / 40, study->features_ms, 1e-9);
  EXPECT_NEAR(4.0 / 40, study->bag_ms, 1e-9);
  // One reading per fold, and the features'; of those that look at words also the bag's.
  EXPECT_NEAR((4 + 1) * 4.0 / 40, find(*study, "tree").own_ms, 1e-9);
  EXPECT_NEAR((4 + 2) * 4.0 / 40, find(*study, "tree + 40 words").own_ms, 1e-9);
  EXPECT_EQ(0.0, find(*study, "big").own_ms);
}

TEST(TextStudy, EqualSeedsGiveEqualStudies) {
  const OutcomeTable table = made_up(80, true);
  TextStudyOptions options = quick();
  options.features = 2;
  const auto once = run_text_study(table, options);
  const auto again = run_text_study(table, options);
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(text_study_json(*once), text_study_json(*again));
  options.seed = 2;
  EXPECT_NE(text_study_json(*once), text_study_json(*run_text_study(table, options)));
}

TEST(TextStudy, JsonAndMarkdownHoldTheFigures) {
  OutcomeTable table = made_up(80, true);
  table.zoo.models[1].name = "mid|dle \xFF";
  const auto study = run_text_study(table, quick());
  ASSERT_TRUE(study.ok()) << study.status().message();
  const nlohmann::json json = nlohmann::json::parse(text_study_json(*study));
  EXPECT_EQ("rightsize-text-study", json["format"]);
  EXPECT_EQ(80, json["sentences"]);
  EXPECT_EQ(study->results.size(), json["results"].size());
  EXPECT_EQ(5U, json["findings"].size());
  EXPECT_DOUBLE_EQ(find(*study, "big").quality[0], json["results"][2]["quality"]["BLEU"]);
  const std::string markdown = text_study_markdown(*study);
  EXPECT_THAT(markdown, HasSubstr(study->verdict));
  EXPECT_THAT(markdown, HasSubstr("| mid\\|dle "));
  EXPECT_THAT(markdown, HasSubstr("| naive-bayes + 40 words"));
  EXPECT_THAT(markdown, HasSubstr("There was no lexicon"));
}

TEST(TextStudy, RefusesWhatItCannotStudy) {
  const OutcomeTable table = made_up(20, true);
  TextStudyOptions options = quick();
  options.folds = 11;
  EXPECT_THAT(run_text_study(table, options).status().message(), HasSubstr("too few"));
  options = quick();
  options.models = {"huge"};
  EXPECT_THAT(run_text_study(table, options).status().message(), HasSubstr("huge"));
  options = quick();
  options.labels.tolerance = -1;
  EXPECT_FALSE(run_text_study(table, options).ok());
  options = quick();
  options.bag_sizes = {0};
  EXPECT_FALSE(run_text_study(table, options).ok());
  EXPECT_THAT(run_text_study(test::synthetic_table({.items = 5, .models = test::ladder()}), quick())
                  .status()
                  .message(),
              HasSubstr("no translations"));
  OutcomeTable bare = table;
  for (std::string& reference : bare.text.references) reference.clear();
  EXPECT_THAT(run_text_study(bare, quick()).status().message(), HasSubstr("reference"));
}

}  // namespace
}  // namespace rightsize
