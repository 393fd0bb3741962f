// Proves `interpret` against a plain computation in long double: softmax, truncation, order, ties
// and signals, for logits and probabilities, with dropped and renumbered outputs; and that what is
// no answer (NaN, infinity, wrong length, no probabilities) is refused.
#include "core/classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace rightsize {
namespace {

using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Expected {
  std::vector<std::pair<std::int32_t, double>> classes;  // all, surest first, with log-probability
  double entropy = 0.0;
};

// The same by the textbook, in long double and without any shortcut.
Expected reference(const std::vector<float>& output, const OutputSpec& spec) {
  std::vector<std::pair<std::int32_t, long double>> weights;
  long double shift = -std::numeric_limits<long double>::infinity();
  for (const float value : output) shift = std::max<long double>(shift, value);
  long double total = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::int32_t label =
        spec.class_of_output.empty() ? static_cast<std::int32_t>(i) : spec.class_of_output[i];
    if (label < 0) continue;
    const long double weight = spec.kind == OutputKind::kLogits
                                   ? std::exp(static_cast<long double>(output[i]) - shift)
                                   : static_cast<long double>(output[i]);
    weights.emplace_back(label, weight);
    total += weight;
  }
  Expected expected;
  for (const auto& [label, weight] : weights) {
    const long double p = weight / total;
    expected.classes.emplace_back(label, static_cast<double>(std::log(p)));
    if (p > 0) expected.entropy -= static_cast<double>(p * std::log(p));
  }
  std::stable_sort(expected.classes.begin(), expected.classes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return expected;
}

void expect_near_reference(const std::vector<float>& output, const OutputSpec& spec) {
  ClassOutcome outcome;
  const Status status = interpret(output, spec, outcome);
  ASSERT_TRUE(status.ok()) << status.message();
  const Expected expected = reference(output, spec);
  ASSERT_EQ(std::min(kTopClasses, expected.classes.size()), outcome.top.count);
  double listed = 0;
  for (std::size_t i = 0; i < outcome.top.count; ++i) {
    const double wanted = expected.classes[i].second;
    EXPECT_NEAR(wanted, outcome.top.classes[i].log_probability, 1e-6 * (1 + std::abs(wanted)));
    // Neighbours may change places only where float32 cannot tell them apart.
    const std::int32_t label = outcome.top.classes[i].label;
    const auto place = std::find_if(expected.classes.begin(), expected.classes.end(),
                                    [&](const auto& c) { return c.first == label; });
    ASSERT_NE(expected.classes.end(), place);
    EXPECT_NEAR(wanted, place->second, 1e-6 * (1 + std::abs(wanted)));
    if (i > 0) {
      const ClassScore& before = outcome.top.classes[i - 1];
      const ClassScore& here = outcome.top.classes[i];
      EXPECT_TRUE(before.log_probability > here.log_probability ||
                  (before.log_probability == here.log_probability && before.label < here.label));
    }
    listed += std::exp(wanted);
  }
  EXPECT_NEAR(1 - listed, outcome.top.rest, 2e-6);
  EXPECT_GE(outcome.top.rest, 0.0F);
  const double first = std::exp(expected.classes[0].second);
  const double second = expected.classes.size() > 1 ? std::exp(expected.classes[1].second) : 0.0;
  EXPECT_NEAR(first, outcome.signals[0], 1e-6);
  EXPECT_NEAR(first - second, outcome.signals[1], 2e-6);
  EXPECT_NEAR(expected.entropy, outcome.signals[2], 1e-6 * (1 + expected.entropy));
  EXPECT_LE(outcome.signals[0], 1.0);
  EXPECT_GE(outcome.signals[1], 0.0);
  EXPECT_GE(outcome.signals[2], 0.0);
}

std::vector<float> random_logits(std::mt19937_64& random, std::size_t n, float scale) {
  std::normal_distribution<float> normal(0.0F, scale);
  std::vector<float> output(n);
  for (float& value : output) value = normal(random);
  return output;
}

std::vector<float> softmax(const std::vector<float>& logits) {
  std::vector<float> output;
  double total = 0;
  for (const float value : logits) total += std::exp(static_cast<double>(value));
  for (const float value : logits) {
    output.push_back(static_cast<float>(std::exp(static_cast<double>(value)) / total));
  }
  return output;
}

OutputSpec spec_for(std::size_t outputs, OutputKind kind = OutputKind::kLogits) {
  return {.kind = kind, .outputs = static_cast<int>(outputs), .class_of_output = {}};
}

// A random permutation of the classes with about a tenth of the outputs dropped.
std::vector<std::int32_t> random_map(std::mt19937_64& random, std::size_t n) {
  std::vector<std::int32_t> map(n);
  std::iota(map.begin(), map.end(), 0);
  std::shuffle(map.begin(), map.end(), random);
  for (std::size_t i = 1; i < n; ++i) {
    if (random() % 10 == 0) map[i] = -1;
  }
  return map;
}

TEST(InterpretTest, LogitsAgreeWithThePlainComputation) {
  std::mt19937_64 random(1);
  for (const std::size_t n : {1UL, 2UL, 5UL, 31UL, 32UL, 33UL, 100UL, 1000UL}) {
    for (const float scale : {0.001F, 1.0F, 10.0F, 100.0F}) {
      OutputSpec spec = spec_for(n);
      expect_near_reference(random_logits(random, n, scale), spec);
      spec.class_of_output = random_map(random, n);
      expect_near_reference(random_logits(random, n, scale), spec);
    }
  }
}

TEST(InterpretTest, ProbabilitiesAgreeWithThePlainComputation) {
  std::mt19937_64 random(2);
  for (const std::size_t n : {1UL, 2UL, 31UL, 40UL, 1000UL}) {
    for (const float scale : {0.1F, 2.0F}) {
      OutputSpec spec = spec_for(n, OutputKind::kProbabilities);
      expect_near_reference(softmax(random_logits(random, n, scale)), spec);
      spec.class_of_output = random_map(random, n);
      expect_near_reference(softmax(random_logits(random, n, scale)), spec);
    }
  }
}

TEST(InterpretTest, ADroppedOutputHasNoPartInTheSoftmax) {
  OutputSpec spec = spec_for(3);
  spec.class_of_output = {-1, 0, 1};
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>{100.0F, 1.0F, 1.0F}, spec, outcome).ok());
  EXPECT_EQ(2U, outcome.top.count);
  EXPECT_EQ(0, outcome.label());
  EXPECT_NEAR(0.5, outcome.signals[0], 1e-7);
  EXPECT_NEAR(0.0, outcome.signals[1], 1e-7);
  EXPECT_NEAR(std::log(2.0), outcome.signals[2], 1e-9);
}

// Dropped outputs take their share: 0.5 + 0.3 + 0.2 is a distribution, without the first it is
// scaled up.
TEST(InterpretTest, ProbabilitiesAreScaledUpAfterDropping) {
  OutputSpec spec = spec_for(3, OutputKind::kProbabilities);
  spec.class_of_output = {-1, 1, 0};
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>{0.5F, 0.3F, 0.2F}, spec, outcome).ok());
  EXPECT_EQ(1, outcome.label());
  EXPECT_NEAR(0.6, outcome.signals[0], 1e-6);
  EXPECT_NEAR(0.2, outcome.signals[1], 1e-6);
}

TEST(InterpretTest, TiesGoByClassNumber) {
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>(100, 3.0F), spec_for(100), outcome).ok());
  ASSERT_EQ(kTopClasses, outcome.top.count);
  for (std::size_t i = 0; i < kTopClasses; ++i) {
    EXPECT_EQ(static_cast<std::int32_t>(i), outcome.top.classes[i].label);
  }
  EXPECT_NEAR(0.68, outcome.top.rest, 1e-6);

  // Also where the outputs stand in another order.
  OutputSpec spec = spec_for(4);
  spec.class_of_output = {3, 1, 2, 0};
  ASSERT_TRUE(interpret(std::vector<float>{1, 1, 1, 1}, spec, outcome).ok());
  EXPECT_EQ(0, outcome.label());
  EXPECT_EQ(3, outcome.top.classes[3].label);
}

TEST(InterpretTest, ASingleClassIsCertain) {
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>{-7.0F}, spec_for(1), outcome).ok());
  EXPECT_EQ(0, outcome.label());
  EXPECT_EQ((Signals{1.0, 1.0, 0.0}), outcome.signals);
  EXPECT_EQ(0.0F, outcome.top.rest);
}

TEST(InterpretTest, ExtremeLogitsStayFinite) {
  const float huge = std::numeric_limits<float>::max();
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>{huge, -huge, 0.0F}, spec_for(3), outcome).ok());
  EXPECT_EQ(0, outcome.label());
  EXPECT_EQ((Signals{1.0, 1.0, 0.0}), outcome.signals);
  ASSERT_TRUE(interpret(std::vector<float>{-huge, -huge}, spec_for(2), outcome).ok());
  EXPECT_NEAR(0.5, outcome.signals[0], 1e-7);
}

TEST(InterpretTest, AProbabilityOfZeroIsListed) {
  ClassOutcome outcome;
  const OutputSpec spec = spec_for(2, OutputKind::kProbabilities);
  ASSERT_TRUE(interpret(std::vector<float>{0.0F, 1.0F}, spec, outcome).ok());
  EXPECT_EQ(1, outcome.label());
  ASSERT_EQ(2U, outcome.top.count);
  EXPECT_TRUE(std::isfinite(outcome.top.classes[1].log_probability));
  EXPECT_NEAR(0.0, outcome.signals[2], 1e-20);
}

// Training replays what was recorded, so equal outputs must give equal bits, whatever came before.
TEST(InterpretTest, EqualOutputsGiveEqualBits) {
  std::mt19937_64 random(3);
  const std::vector<float> output = random_logits(random, 1000, 4.0F);
  ClassOutcome first;
  ASSERT_TRUE(interpret(output, spec_for(1000), first).ok());
  ClassOutcome second;
  ASSERT_TRUE(interpret(random_logits(random, 1000, 1.0F), spec_for(1000), second).ok());
  ASSERT_TRUE(interpret(output, spec_for(1000), second).ok());
  for (std::size_t i = 0; i < kClassSignalCount; ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(first.signals[i]),
              std::bit_cast<std::uint64_t>(second.signals[i]));
  }
  for (std::size_t i = 0; i < kTopClasses; ++i) {
    EXPECT_EQ(first.top.classes[i].label, second.top.classes[i].label);
    EXPECT_EQ(first.top.classes[i].log_probability, second.top.classes[i].log_probability);
  }
}

TEST(InterpretTest, RefusesWhatIsNoAnswer) {
  ClassOutcome outcome;
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (std::size_t place = 0; place < 3; ++place) {
      std::vector<float> output = {1, 2, 3};
      output[place] = bad;
      const Status status = interpret(output, spec_for(3), outcome);
      EXPECT_EQ(StatusCode::kRuntimeError, status.code());
      EXPECT_THAT(status.message(), HasSubstr("not a number"));
    }
  }
  // Even in an output that is dropped: a network that gives it is broken.
  OutputSpec dropped = spec_for(2);
  dropped.class_of_output = {-1, 0};
  EXPECT_FALSE(interpret(std::vector<float>{kNan, 1.0F}, dropped, outcome).ok());

  for (const std::size_t length : {0UL, 2UL, 4UL}) {
    const Status status = interpret(std::vector<float>(length, 1.0F), spec_for(3), outcome);
    EXPECT_THAT(status.message(), HasSubstr("gave " + std::to_string(length) + " outputs, 3"));
  }
}

TEST(InterpretTest, RefusesLogitsThatAreDeclaredAsProbabilities) {
  const OutputSpec spec = spec_for(3, OutputKind::kProbabilities);
  ClassOutcome outcome;
  for (const std::vector<float>& bad : std::vector<std::vector<float>>{
           {1.5F, -0.5F, 0.0F}, {0.5F, 0.5F, 0.5F}, {0, 0, 0}, {0.3F, 0.3F, 0.38F}}) {
    EXPECT_THAT(interpret(bad, spec, outcome).message(), HasSubstr("declared as probabilities"));
  }
  EXPECT_TRUE(interpret(std::vector<float>{0.5F, 0.3F, 0.205F}, spec, outcome).ok())
      << "rounding errors of low precision are accepted";
}

TEST(HitTest, LooksAtTheFirstK) {
  ClassOutcome outcome;
  ASSERT_TRUE(interpret(std::vector<float>{1, 3, 2}, spec_for(3), outcome).ok());
  EXPECT_TRUE(hit(outcome.top, 1, 1));
  EXPECT_FALSE(hit(outcome.top, 2, 1));
  EXPECT_TRUE(hit(outcome.top, 2, 2));
  EXPECT_TRUE(hit(outcome.top, 0, 5)) << "more than there are";
  EXPECT_FALSE(hit(outcome.top, 7, 5));
  EXPECT_FALSE(hit(TopClasses(), 0, 5));
  EXPECT_EQ(-1, ClassOutcome().label());
}

}  // namespace
}  // namespace rightsize
