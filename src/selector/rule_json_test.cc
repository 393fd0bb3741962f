// Proves that entered cascades and routing come back to the last bit from JSON, and that damaged or
// hostile ones are refused with a message that names the place.
#include "selector/rule_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "core/manifest_json.h"
#include "selector/fake_world.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using testing::HasSubstr;

EntryRule entry(std::optional<ModelIndex> probe) {
  auto points = std::make_shared<PointSet>();
  *points = {.features = 2, .count = 3, .columns = {0.1F, 1, 0, 0, 0, 1}};
  EntryRule rule{
      .premodel = {.models = {0, 2},
                   .classifier = {.scaling = {{1, 5}, {0, 0}, {1, 1}},
                                  .classifiers = {Knn{
                                      .points = points, .labels = {0, 1, 2}, .classes = 3, .k = 1}},
                                  .models = 2},
                   .probe = probe,
                   .fallback = {},
                   .network = {},
                   .features = {}},
      .cascade = {.signal = Signal::kMargin,
                  .stages = {{0, 0.1 + 0.2}, {1, 1e-300}, {.model = 2}}}};
  rule.cascade.stages[2].weights = {0.25, 0.5, 1.0 / 3};
  if (!probe) rule.premodel.features = {.max_side = 0, .keypoint_threshold = 7};
  return rule;
}

RoutingRule routing(std::optional<ModelIndex> probe) {
  RoutingRule rule{.features = {0, 2, 7},
                   .models = {{1, {0.1 + 0.2, -1e-300, 3, 4}}, {0, {1.0 / 3, 0, -0.0, 1e300}}},
                   .price = 1.0 / 7,
                   .probe = probe,
                   .extraction = {}};
  if (!probe) rule.extraction = {.max_side = 64};
  return rule;
}

std::vector<Rule> all_rules() { return {entry(0), entry({}), routing(2), routing({})}; }

Result<Rule> parse(const json& document) {
  return rule_from_json(document, "rule", test::colour_zoo());
}

json document_of(const Rule& rule) { return json::parse(to_json(rule, test::colour_zoo()).dump()); }

TEST(RuleJson, RoundTrips) {
  for (const Rule& rule : all_rules()) {
    const json document = document_of(rule);
    const Result<Rule> back = parse(document);
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(*back, rule);
    EXPECT_EQ(document_of(*back), document);
  }
}

// What replacing the value at `pointer` gives.
std::string broken(const Rule& rule, const char* pointer, const json& value) {
  json document = document_of(rule);
  document[json::json_pointer(pointer)] = value;
  const Result<Rule> read = parse(document);
  return read.ok() ? "no error" : read.status().message();
}

TEST(RuleJson, DamagedEntriesAreRefused) {
  const Rule rule = entry(0);
  EXPECT_THAT(broken(rule, "/premodel", 1), HasSubstr("premodel"));
  EXPECT_THAT(broken(rule, "/premodel/fallback", "large"), HasSubstr("unknown key 'fallback'"));
  EXPECT_THAT(broken(rule, "/premodel/models/0", "fragile"), HasSubstr("rule.premodel.models"));
  EXPECT_THAT(broken(rule, "/premodel/probe", document_of(rule)["cascade"]["stages"][1]["model"]),
              HasSubstr("first model as 'probe'"));
  EXPECT_THAT(broken(rule, "/premodel/features", json::object()), HasSubstr("must be null"));
  EXPECT_THAT(broken(rule, "/premodel/classifier/models", 1), HasSubstr("classifier"));
  EXPECT_THAT(broken(rule, "/cascade/stages", json::array()), HasSubstr("1 to 16 stages"));
  EXPECT_THAT(broken(rule, "/cascade/stages/0/threshold", "x"), HasSubstr("threshold"));
  EXPECT_THAT(broken(rule, "/cascade/extra", 1), HasSubstr("unknown key 'extra'"));
  EXPECT_THAT(broken(rule, "/extra", 1), HasSubstr("unknown key 'extra'"));
  json single = document_of(rule)["cascade"]["stages"];
  single = json::array({single[2]});
  single[0].erase("weights");
  EXPECT_THAT(broken(rule, "/cascade/stages", single), HasSubstr("two or more stages"));
  // A premodel with a network, which is no entry.
  json network = json::parse(zoo_to_json(test::colour_zoo()).dump())["models"][0];
  network["output"]["outputs"] = 3;
  json document = document_of(entry({}));
  document["premodel"]["network"] = network;
  document["premodel"]["features"] = nullptr;
  EXPECT_FALSE(parse(document).ok());
}

TEST(RuleJson, DamagedRoutingIsRefused) {
  const Rule rule = routing(2);
  EXPECT_THAT(broken(rule, "/price", -1e-9), HasSubstr("'price'"));
  EXPECT_THAT(broken(rule, "/price", "x"), HasSubstr("'price'"));
  EXPECT_THAT(broken(rule, "/probe", "huge"), HasSubstr("'huge' as 'probe'"));
  EXPECT_THAT(broken(rule, "/extraction", json::object()), HasSubstr("must be null"));
  EXPECT_THAT(broken(rule, "/features", {0, 2, 8}), HasSubstr("positions below 8"));
  EXPECT_THAT(broken(rule, "/features", {0, 2, 2}), HasSubstr("ascending"));
  EXPECT_THAT(broken(rule, "/features", {0, 2, -1}), HasSubstr("ascending"));
  EXPECT_THAT(broken(rule, "/features", {0, 2, 1e99}), HasSubstr("ascending"));
  EXPECT_THAT(broken(rule, "/features", json::array({0, 2})),
              HasSubstr("needs 3 numbers as 'coefficients'"));
  EXPECT_THAT(broken(rule, "/models", json::array()), HasSubstr("1 to 15 models"));
  EXPECT_THAT(broken(rule, "/models/0/coefficients", {1, 2}), HasSubstr("4 numbers"));
  EXPECT_THAT(broken(rule, "/models/0/model", document_of(rule)["models"][1]["model"]),
              HasSubstr("second time"));
  EXPECT_THAT(broken(rule, "/models/0/extra", 1), HasSubstr("rule.models[0]"));
  EXPECT_THAT(broken(routing({}), "/extraction", nullptr), HasSubstr("extraction"));
  EXPECT_THAT(broken(routing({}), "/features", {0, 2, 29}), HasSubstr("positions below 29"));
}

TEST(RuleJson, EveryKeyIsNeeded) {
  for (const Rule& rule : all_rules()) {
    const json document = document_of(rule);
    for (const auto& [key, value] : document.items()) {
      json less = document;
      less.erase(key);
      const Result<Rule> read = parse(less);
      ASSERT_FALSE(read.ok()) << key;
      EXPECT_THAT(read.status().message(), HasSubstr("'" + key + "'"));
    }
  }
}

// Bytes of the text are changed at random: what is still read decides without harm.
TEST(RuleJson, HostileBytes) {
  std::mt19937_64 random(1);
  int read_all = 0;
  for (const Rule& rule : all_rules()) {
    const std::string text = document_of(rule).dump();
    for (int round = 0; round < 3000; ++round) {
      std::string changed = text;
      for (std::uint64_t n = random() % 3; n < 3; ++n) {
        constexpr std::string_view kBytes = "0123456789.-e,:[]{}\"nul\xff ";
        changed[random() % changed.size()] = kBytes[random() % kBytes.size()];
      }
      const json document = json::parse(changed, nullptr, false);
      if (document.is_discarded()) continue;
      const Result<Rule> read = parse(document);
      if (!read.ok()) {
        EXPECT_FALSE(read.status().message().empty());
        continue;
      }
      ++read_all;
      std::vector<Trial> trials(test::colour_zoo().models.size(), test::answering(1, 0.5));
      trials[1] = test::failing();
      test::FakeWorld world(trials);
      world.values.assign(kImageFeatures, 1e30F);
      const auto selector = make_selector(*read);
      const Decision decision = decide(*selector, world);
      EXPECT_LE(decision.tried_count, selector->models().size());
    }
  }
  EXPECT_GT(read_all, 100);
}

}  // namespace
}  // namespace rightsize
