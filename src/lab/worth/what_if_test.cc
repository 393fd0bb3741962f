// Proves that a what-if changes the costs it names and nothing else, that it leaves the table it
// was given alone, and that every bad input is refused by a message that names file, line or model.
#include "lab/worth/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/synthetic_table.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using test::ladder;
using test::synthetic_table;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

OutcomeTable table_with_energy() {
  OutcomeTable table = synthetic_table({.items = 20, .models = ladder()});
  for (RecordedOutcome& cell : table.cells) cell.energy_nj = 1000;
  table.decode_energy_nj = 10;
  table.resources.resize(table.model_count());
  return table;
}

OutcomeTable changed(const OutcomeTable& table, const WhatIf& what_if) {
  Result<OutcomeTable> result = transformed(table, what_if);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return *result;
}

TEST(WhatIf, NothingChangesNothing) {
  const OutcomeTable table = table_with_energy();
  const OutcomeTable same = changed(table, {});
  EXPECT_TRUE(WhatIf{}.empty());
  for (std::size_t c = 0; c < table.cells.size(); ++c) {
    EXPECT_EQ(same.cells[c].cpu, table.cells[c].cpu);
    EXPECT_EQ(same.cells[c].energy_nj, table.cells[c].energy_nj);
  }
}

TEST(WhatIf, AFasterModelTakesItsShareOfTheTime) {
  const OutcomeTable table = table_with_energy();
  const OutcomeTable faster = changed(table, {.faster = {{"m2", 4.0}}});
  for (std::size_t i = 0; i < table.item_count(); ++i) {
    for (std::size_t m = 0; m < table.model_count(); ++m) {
      const RecordedOutcome& before = table.at(i, m);
      const RecordedOutcome& after = faster.at(i, m);
      const double factor = m == 2 ? 4.0 : 1.0;
      EXPECT_NEAR(static_cast<double>(after.cpu.count()),
                  static_cast<double>(before.cpu.count()) / factor, 0.51);
      EXPECT_NEAR(static_cast<double>(after.wall.count()),
                  static_cast<double>(before.wall.count()) / factor, 0.51);
      EXPECT_EQ(after.energy_nj.has_value(), m != 2) << "energy at another speed is not known";
      EXPECT_EQ(after.outcome.label(), before.outcome.label());
      EXPECT_EQ(after.outcome.signals, before.outcome.signals);
    }
    EXPECT_EQ(faster.decode_cpu[i], table.decode_cpu[i]);
  }
}

TEST(WhatIf, PatternsAndFactorsAddUp) {
  const OutcomeTable table = table_with_energy();
  const OutcomeTable faster = changed(table, {.faster = {{"m*", 2.0}, {"m3", 2.0}}});
  const auto ns = [](const OutcomeTable& of, std::size_t model) {
    return static_cast<double>(of.at(0, model).cpu.count());
  };
  EXPECT_NEAR(ns(faster, 0), ns(table, 0) / 2.0, 0.51);
  EXPECT_NEAR(ns(faster, 3), ns(table, 3) / 4.0, 0.76);
}

TEST(WhatIf, ModelsAreLeftOutFirst) {
  const OutcomeTable table = table_with_energy();
  const DeviceLatencies three{"device.csv",
                              {{"m1", {Nanoseconds(7), Nanoseconds(8)}},
                               {"m2", {Nanoseconds(9), Nanoseconds(9)}},
                               {"m3", {Nanoseconds(100), Nanoseconds(100)}},
                               {"of another zoo", {Nanoseconds(1), Nanoseconds(1)}}}};
  const OutcomeTable after =
      changed(table, {.without = {"m0"}, .latencies = three, .faster = {{"m3", 10.0}}});
  ASSERT_EQ(after.model_count(), 3U);
  EXPECT_EQ(after.zoo.models[0].name, "m1");
  for (std::size_t i = 0; i < after.item_count(); ++i) {
    EXPECT_EQ(after.at(i, 0).cpu, Nanoseconds(7));
    EXPECT_EQ(after.at(i, 0).wall, Nanoseconds(8));
    EXPECT_EQ(after.at(i, 2).cpu, Nanoseconds(10)) << "faster counts on top of the latencies";
    EXPECT_EQ(after.at(i, 0).outcome.label(), table.at(i, 1).outcome.label());
    EXPECT_EQ(after.decode_cpu[i], table.decode_cpu[i]);
  }
  EXPECT_EQ(table.model_count(), 4U);
}

TEST(WhatIf, LatenciesMayGiveDecodingAndMustGiveEveryModel) {
  const OutcomeTable table = table_with_energy();
  DeviceLatencies latencies{"device.csv", {}};
  for (const ModelSpec& model : table.zoo.models) {
    latencies.models[model.name] = {Nanoseconds(5), Nanoseconds(5)};
  }
  latencies.models[kDecodingRow] = {Nanoseconds(3), Nanoseconds(4)};
  const OutcomeTable after = changed(table, {.latencies = latencies});
  EXPECT_EQ(after.decode_cpu[7], Nanoseconds(3));
  EXPECT_EQ(after.decode_wall[7], Nanoseconds(4));
  EXPECT_FALSE(after.decode_energy_nj.has_value());

  latencies.models.erase("m1");
  latencies.models.erase("m3");
  const Result<OutcomeTable> lacking = transformed(table, {.latencies = latencies});
  ASSERT_FALSE(lacking.ok());
  EXPECT_THAT(lacking.status().message(),
              AllOf(HasSubstr("device.csv"), HasSubstr("m1, m3"), Not(HasSubstr("m0"))));
}

TEST(WhatIf, NamesThatMatchNothing) {
  const OutcomeTable table = table_with_energy();
  const auto message = [&](const WhatIf& what_if) {
    const Result<OutcomeTable> result = transformed(table, what_if);
    return result.ok() ? "" : result.status().message();
  };
  EXPECT_THAT(message({.faster = {{"huge", 2.0}}}), AllOf(HasSubstr("'huge'"), HasSubstr("m0")));
  EXPECT_THAT(message({.without = {"huge"}}), HasSubstr("'huge'"));
  EXPECT_THAT(message({.without = {"m*"}}), HasSubstr("no model is left"));
  EXPECT_THAT(message({.without = {"m0"}, .faster = {{"m0", 2.0}}}), HasSubstr("'m0'"));
}

TEST(WhatIf, FactorsAreRead) {
  const Result<Faster> good = parse_faster("a=b=2.5");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->pattern, "a=b");
  EXPECT_EQ(good->factor, 2.5);
  for (const char* bad :
       {"", "a", "=2", "a=", "a=x", "a=0", "a=-1", "a=nan", "a=inf", "a=2x", "a=1e9", "a= 2"}) {
    const Result<Faster> result = parse_faster(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_THAT(result.status().message(), HasSubstr(std::string("'") + bad + "'"));
  }
}

TEST(WhatIf, Words) {
  EXPECT_EQ(words_of({.without = {"*_int8"}, .faster = {{"a", 2.0}, {"b", 0.5}}}),
            "without *_int8, a 2x as fast, b 0.5x as fast");
}

// ---- Files of latencies ----

class LatenciesTest : public testing::Test {
 protected:
  Result<DeviceLatencies> read(const std::string& text) const {
    folder_.write("l.csv", text);
    return read_latencies(folder_ / "l.csv");
  }
  std::string message(const std::string& text) const {
    const Result<DeviceLatencies> result = read(text);
    return result.ok() ? "" : result.status().message();
  }
  test::TemporaryFolder folder_;
};

TEST_F(LatenciesTest, Good) {
  const auto two = read("model,cpu_ms\na,1.5\n\"b,c\",20\n");
  ASSERT_TRUE(two.ok()) << two.status().message();
  EXPECT_EQ(two->models.at("a").cpu, Nanoseconds(1'500'000));
  EXPECT_EQ(two->models.at("a").wall, Nanoseconds(1'500'000));
  EXPECT_EQ(two->models.at("b,c").cpu, Nanoseconds(20'000'000));
  const auto three = read("model,cpu_ms,wall_ms\r\na,2,1\r\n");
  ASSERT_TRUE(three.ok()) << three.status().message();
  EXPECT_EQ(three->models.at("a").wall, Nanoseconds(1'000'000));
}

TEST_F(LatenciesTest, BadLinesNameFileAndLine) {
  const std::string head = "model,cpu_ms,wall_ms\nfine,1,1\n";
  for (const std::string line : {"a,x,1", "a,1,", "a,0,1", "a,-1,1", "a,nan,1", "a,1e10,1", "a,1",
                                 "a,1,1,1", ",1,1", "fine,2,2", "a,1 ms,1"}) {
    EXPECT_THAT(message(head + line + "\n"), HasSubstr("l.csv:3: ")) << line;
  }
  EXPECT_THAT(message("name,ms\na,1\n"), AllOf(HasSubstr("l.csv:1: "), HasSubstr("name,ms")));
  EXPECT_THAT(message(""), HasSubstr("l.csv: is empty"));
  EXPECT_THAT(message("model,cpu_ms\n\"a,1\n"), HasSubstr("line 2"));
  EXPECT_THAT(read_latencies(folder_ / "absent.csv").status().message(), HasSubstr("absent.csv"));
}

}  // namespace
}  // namespace rightsize
