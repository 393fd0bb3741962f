// Proves that premodels survive their JSON form to the last bit, and that no document, however
// mutated, is read into one that cannot be evaluated.
#include "selector/classifier_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "core/json_reader.h"
#include "lab/premodel/random_data.h"

namespace rightsize::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::size_t kRaw = 5;

std::vector<PremodelClassifier> premodels() {
  std::vector<PremodelClassifier> all;
  const TrainingSet set = random_set({.inputs = 60, .features = kRaw, .models = 2, .noise = 0.5F});
  for (ClassifierSpec spec : all_specs()) {
    spec.trees = spec.rounds = 4;
    if (spec.kind == ClassifierKind::kKnn) spec.radius = 0.7F;
    for (const bool chain : {false, true}) {
      auto fitted = fit_premodel(set, fit_scaling(set, {4, 0, 2}), chain, std::span(&spec, 1));
      EXPECT_TRUE(fitted.ok()) << fitted.status().message();
      if (fitted.ok()) all.push_back(std::move(*fitted));
    }
  }
  return all;
}

// As it comes out of a file.
json document_of(const PremodelClassifier& premodel) {
  const Result<json> parsed = parse_json(to_json(premodel).dump(1), "test");
  EXPECT_TRUE(parsed.ok());
  return parsed.ok() ? *parsed : json();
}

std::string failure(const json& document) {
  const Result<PremodelClassifier> read = premodel_from_json(document, "premodel", kRaw);
  return read.status().message();
}

TEST(ClassifierJsonTest, RoundTripIsExact) {
  for (const PremodelClassifier& premodel : premodels()) {
    const auto read = premodel_from_json(document_of(premodel), "premodel", kRaw);
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(premodel, *read) << to_string(kind_of(premodel.classifiers[0]));
  }
}

TEST(ClassifierJsonTest, FloatsAreExact) {
  std::mt19937 random(1);
  PremodelClassifier premodel = premodels()[0];
  auto points = std::make_shared<PointSet>(*std::get<Knn>(premodel.classifiers[0]).points);
  for (int round = 0; round < 200; ++round) {
    for (float& value : points->columns) {
      do {
        const auto bits = static_cast<std::uint32_t>(random());
        std::memcpy(&value, &bits, sizeof value);
      } while (!std::isfinite(value));
    }
    points->columns[0] = -0.0F;
    points->columns[1] = std::numeric_limits<float>::denorm_min();
    points->columns[2] = -std::numeric_limits<float>::max();
    std::get<Knn>(premodel.classifiers[0]).points = points;
    const auto read = premodel_from_json(document_of(premodel), "premodel", kRaw);
    ASSERT_TRUE(read.ok()) << read.status().message();
    const auto& columns = std::get<Knn>(read->classifiers[0]).points->columns;
    ASSERT_EQ(0,
              std::memcmp(columns.data(), points->columns.data(), columns.size() * sizeof(float)));
  }
}

TEST(ClassifierJsonTest, SharedPointsAreWrittenOnceAndSharedAgain) {
  const PremodelClassifier chain = premodels()[1];
  const json document = document_of(chain);
  EXPECT_EQ(1U, document["points"].size());
  const auto read = premodel_from_json(document, "premodel", kRaw);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(std::get<Knn>(read->classifiers[0]).points, std::get<Knn>(read->classifiers[1]).points);
}

TEST(ClassifierJsonTest, AFewDocumentsWithWhatIsWrong) {
  json knn;
  json tree;
  json boosting;
  json svm;
  for (const PremodelClassifier& premodel : premodels()) {
    const ClassifierKind kind = kind_of(premodel.classifiers[0]);
    if (premodel.chain) continue;
    if (kind == ClassifierKind::kKnn) knn = document_of(premodel);
    if (kind == ClassifierKind::kTree) tree = document_of(premodel);
    if (kind == ClassifierKind::kBoosting) boosting = document_of(premodel);
    if (kind == ClassifierKind::kSvm && svm.is_null()) svm = document_of(premodel);
  }
  const auto with = [](json document, const char* pointer, const json& value) {
    document[json::json_pointer(pointer)] = value;
    return failure(document);
  };
  EXPECT_THAT(with(knn, "/more", 1), HasSubstr("'premodel' has an unknown key 'more'"));
  EXPECT_THAT(with(knn, "/models", 17), HasSubstr("needs 1 to 16 as 'models'"));
  EXPECT_THAT(with(knn, "/models", 1), HasSubstr("premodel.classifiers[0]"));
  EXPECT_THAT(with(knn, "/chain", true), HasSubstr("needs 2 classifiers, not 1"));
  EXPECT_THAT(with(knn, "/scaling/features/0", 5), HasSubstr("'premodel.scaling' needs whole"));
  EXPECT_THAT(with(knn, "/scaling/low", {1, 2}), HasSubstr("'low' and a 'high' per feature"));
  EXPECT_THAT(with(knn, "/points/0/columns/3", 1e39), HasSubstr("premodel.points[0]"));
  EXPECT_THAT(with(knn, "/points/0/columns", {1, 2, 3, 4}), HasSubstr("points of 3 features"));
  EXPECT_THAT(with(knn, "/points", json::array()), HasSubstr("refers to points 0"));
  EXPECT_THAT(with(knn, "/classifiers/0/kind", "oracle"), HasSubstr("kind of classifier 'oracle'"));
  EXPECT_THAT(with(knn, "/classifiers/0/k", 33), HasSubstr("needs 1 to 32 as 'k'"));
  EXPECT_THAT(with(knn, "/classifiers/0/radius", 0), HasSubstr("above 0 as 'radius'"));
  EXPECT_THAT(with(knn, "/classifiers/0/labels/7", 3), HasSubstr("whole numbers below 3"));
  const char* root = "/classifiers/0/nodes/right/0";
  for (const json& senseless : {json(0), json(1), json(100000)}) {
    EXPECT_THAT(with(tree, root, senseless),
                HasSubstr("'premodel.classifiers[0].nodes' has a senseless node 0"));
  }
  EXPECT_THAT(with(tree, "/classifiers/0/nodes/feature/0", 3), HasSubstr("senseless node 0"));
  EXPECT_THAT(with(tree, "/classifiers/0/nodes/value/0", nullptr), HasSubstr("finite numbers"));
  EXPECT_THAT(with(tree, "/classifiers/0/shares/0", 1.5), HasSubstr("shares from 0 to 1"));
  EXPECT_THAT(with(boosting, "/classifiers/0/ensembles/0", json::array()), HasSubstr("trees"));
  EXPECT_THAT(with(boosting, "/classifiers/0/labels", {1, 0, 2}), HasSubstr("ascending order"));
  EXPECT_THAT(with(svm, "/classifiers/0/gamma", 0), HasSubstr("unless the kernel is radial"));
  EXPECT_THAT(with(svm, "/classifiers/0/rho", {0.5}), HasSubstr("needs 3 numbers as 'rho'"));
}

// Puts something else in the place of a random value, or removes or repeats it.
void mutate(json& value, std::mt19937_64& random) {
  json* at = &value;
  json* parent = nullptr;
  while (at->is_structured() && !at->empty() && random() % 8 != 0) {
    parent = at;
    auto next = at->begin();
    std::advance(next, static_cast<std::ptrdiff_t>(random() % at->size()));
    at = &*next;
  }
  const std::vector<json> others = {nullptr,       true,     -1,  0,     1,     2,  3,  0.5,
                                    1e308,         1e30,     "x", 65535, 65536, 64, 17, {},
                                    json::array(), INT64_MAX};
  switch (random() % 8) {
    case 0:
      if (parent != nullptr && parent->is_array()) parent->erase(parent->size() - 1);
      break;
    case 1:
      if (parent != nullptr && parent->is_array()) parent->push_back(parent->front());
      break;
    case 2:
      if (at->is_number()) *at = -at->get<double>();
      break;
    default:
      *at = others[random() % others.size()];
  }
}

TEST(ClassifierJsonTest, MutatedDocumentsAreRefusedOrCanBeEvaluated) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<float> anywhere(-2.0F, 2.0F);
  int refused = 0;
  int accepted = 0;
  for (const PremodelClassifier& premodel : premodels()) {
    const json original = document_of(premodel);
    for (int round = 0; round < 400; ++round) {
      json document = original;
      for (std::uint64_t i = random() % 3 + 1; i > 0; --i) mutate(document, random);
      const auto read = premodel_from_json(document, "premodel", kRaw);
      if (!read.ok()) {
        ++refused;
        EXPECT_THAT(read.status().message(), HasSubstr("'premodel"));
        continue;
      }
      ++accepted;
      for (int q = 0; q < 5; ++q) {
        std::array<float, kRaw> raw;
        for (float& value : raw) value = anywhere(random);
        const PremodelClassifier::Choice choice = read->choose(raw);
        ASSERT_LE(choice.chosen, read->models);
        ASSERT_LT(choice.level, read->classifiers.size());
      }
      EXPECT_EQ(*read, *premodel_from_json(document_of(*read), "premodel", kRaw));
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace rightsize::test
