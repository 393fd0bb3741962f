// Evaluation and training on translations: quality is that of the corpus, and the search finds
// where a memory is to be trusted.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "lab/evaluate/train.h"
#include "lab/replay/cross_validation.h"

namespace rightsize {
namespace {

constexpr std::size_t kItems = 400;
constexpr std::size_t kMemory = 0;
constexpr std::size_t kNetwork = 1;

std::string reference_of(std::size_t i) {
  return fmt::format("Satz {} sagt in {} Worten nicht viel Neues .", i, i % 7);
}

// A memory that knows every fourth sentence, and of every eighth a wrong one that is less alike; a
// network that gets one word wrong everywhere, at a hundred times the cost.
OutcomeTable made_up_table() {
  OutcomeTable table;
  table.zoo.task = kTranslation;
  table.zoo.source_language = "en";
  table.zoo.target_language = "de";
  for (const char* name : {"memory", "network"}) {
    ModelSpec& model = table.zoo.models.emplace_back();
    model.name = name;
    model.translation.memory = model.name == "memory";
  }
  table.resources.resize(2);
  for (std::size_t i = 0; i < kItems; ++i) {
    table.items.push_back(fmt::format("data.en:{}", i + 1));
    table.labels.push_back(-1);
    table.decode_cpu.emplace_back(0);
    table.decode_wall.emplace_back(0);
    table.text.sources.push_back(fmt::format("sentence {}", i));
    table.text.references.push_back(reference_of(i));
    const bool known = i % 4 == 0;
    const bool misleading = i % 8 == 1;
    std::string network = reference_of(i);
    network.replace(network.find("sagt"), 4, "meint");
    const std::string memory = known ? reference_of(i) : misleading ? "Ganz etwas anderes ." : "";
    for (const std::size_t m : {kMemory, kNetwork}) {
      RecordedOutcome& cell = table.cells.emplace_back();
      const bool silent = m == kMemory && memory.empty();
      cell.status = silent ? TrialStatus::kNoAnswer : TrialStatus::kOk;
      cell.outcome.signals[static_cast<std::size_t>(Signal::kSimilarity)] =
          m == kNetwork ? 0.0
          : known       ? 0.9 + 0.0001 * static_cast<double>(i)
          : misleading  ? 0.7 + 0.0001 * static_cast<double>(i)
                        : 0.1;
      cell.cpu = cell.wall = Nanoseconds(m == kMemory ? 10'000 : 1'000'000);
      table.text.cells.push_back({.text = m == kMemory ? memory : network,
                                  .source_pieces = 4,
                                  .target_tokens = m == kMemory ? 0 : 10});
    }
  }
  return table;
}

TEST(EvaluateText, WorthSaysWhatAChoiceDoesToTheCorpus) {
  const OutcomeTable table = made_up_table();
  const auto recording = judge(table, {.criterion = Criterion::kBleu});
  ASSERT_TRUE(recording.ok()) << recording.status().message();
  TextCounts before;
  for (const TextCounts& counts : recording->counts[kNetwork]) before += counts;
  TextCounts after = before;
  std::int64_t worth = 0;
  for (const std::size_t i : {0U, 4U, 8U}) {
    after -= recording->counts[kNetwork][i];
    after += recording->counts[kMemory][i];
    worth += recording->worth[kMemory][i] - recording->worth[kNetwork][i];
  }
  const double gained =
      corpus_value(after, TextMetric::kBleu) - corpus_value(before, TextMetric::kBleu);
  EXPECT_GT(gained, 0.0);
  EXPECT_NEAR(gained, static_cast<double>(worth) / 1e6 / static_cast<double>(kItems),
              0.05 * gained);
}

TEST(EvaluateText, SuitableIsASentenceWhoseOwnMetricReachesTheThreshold) {
  const OutcomeTable table = made_up_table();
  const auto recording = judge(table, {.criterion = Criterion::kTokenF1, .suitable = 0.95});
  ASSERT_TRUE(recording.ok());
  EXPECT_TRUE(recording->right[kMemory][0]);
  EXPECT_FALSE(recording->right[kMemory][1]);
  EXPECT_FALSE(recording->right[kNetwork][0]) << "one of ten words is wrong";
  const auto top1 = judge(table, {.criterion = Criterion::kTop1});
  ASSERT_FALSE(top1.ok());
  EXPECT_NE(std::string::npos, top1.status().message().find("not one of the run's task"));
}

TEST(EvaluateText, TheBestPointTrustsTheMemoryWhereItKnows) {
  const OutcomeTable table = made_up_table();
  EvaluateOptions options{.reference = {.criterion = Criterion::kBleu}, .resamples = 100};
  const auto training = train(table, options);
  ASSERT_TRUE(training.ok()) << training.status().message();
  const SelectorFile& file = training->file;
  EXPECT_EQ("BLEU", file.criterion);
  EXPECT_EQ(kNetwork, file.baseline);
  const std::size_t best = file.find_point(kBest);
  ASSERT_LT(best, file.points.size());
  EXPECT_EQ(best, file.default_point) << training->evaluation.verdict.sentence;
  const auto& rule = std::get<CascadeRule>(file.points[best].rule);
  ASSERT_EQ(2U, rule.stages.size());
  EXPECT_EQ(kMemory, rule.stages[0].model);
  EXPECT_EQ(Signal::kSimilarity, rule.signal);
  EXPECT_GT(rule.stages[0].threshold, 0.72) << "above what misleads";
  EXPECT_LE(rule.stages[0].threshold, 0.9003) << "below what is known";
  EXPECT_GT(file.points[best].difference.low, 0.0);
  EXPECT_GT(file.points[best].speedup.low, 1.0);
  for (const OperatingPoint& point : file.points) {
    EXPECT_NE(Rule(fixed_rule(kMemory)), point.rule) << point.name;
    EXPECT_FALSE(point.drift) << "nothing would read it";
  }
  ASSERT_TRUE(file.figures[kNetwork].line.has_value());
}

// Of long translations none is worth more for being there: what is not said costs nothing.
TEST(EvaluateText, AMemoryThatSaysLittleIsNotTheBestModel) {
  OutcomeTable table = made_up_table();
  for (std::size_t i = 0; i < kItems; ++i) {
    table.text.cells[2 * i + kNetwork].text += " Und wieder etwas .";
  }
  const auto recording = judge(table, {.criterion = Criterion::kBleu});
  ASSERT_TRUE(recording.ok()) << recording.status().message();
  EXPECT_EQ(kNetwork, best_single_model(*recording));
}

TEST(EvaluateText, OtherKindsThanTheSignalsAreRefused) {
  EvaluateOptions options{.reference = {.criterion = Criterion::kBleu},
                          .kind = SelectorKind::kCombined};
  const auto evaluation = evaluate(made_up_table(), nullptr, options);
  ASSERT_FALSE(evaluation.ok());
  EXPECT_NE(std::string::npos, evaluation.status().message().find("for translation"));
}

}  // namespace
}  // namespace rightsize
