// Proves what `rightsize worth` promises at the command line: text and JSON on stdout, side by side
// where something is changed, help with examples, and messages that name what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::CliTest;
using test::Output;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(CliTest, WorthSaysWhatToDo) {
  profile();
  const Output output = run("worth run.db --folds 2 --max-models 2");
  ASSERT_EQ(0, output.code) << output.err;
  EXPECT_EQ("", output.err);
  EXPECT_THAT(output.out, AllOf(HasSubstr("perfect chooser"), HasSubstr("at most 2 models"),
                                HasSubstr("What to do\n"), HasSubstr("  figure\n")));
  const json plain = document("worth run.db --folds 2 --json");
  EXPECT_TRUE(plain["then"].is_null());
  EXPECT_FALSE(plain["recommendation"].empty());
}

TEST_F(CliTest, WorthOfAChangedZoo) {
  profile();
  const json changed = document("worth run.db --folds 2 --faster large=4 --without small --json");
  ASSERT_TRUE(changed["then"].is_object());
  EXPECT_EQ(changed["change"], "without small, large 4x as fast");
  EXPECT_EQ(changed["then"]["leaving_out"]["models"].size() + 1,
            changed["now"]["leaving_out"]["models"].size());

  std::string latencies = "model,cpu_ms\n";
  for (const json& model : changed["now"]["leaving_out"]["models"]) {
    latencies += model["model"].get<std::string>() + ",5\n";
  }
  folder_.write("device.csv", latencies + "decoding,1\n");
  const json device = document("worth run.db --folds 2 --latencies device.csv --json");
  EXPECT_NEAR(device["then"]["baseline"]["cpu_ms"]["value"], 6.0, 1e-6);
  EXPECT_THAT(device["now"]["baseline"]["cpu_ms"]["value"].get<double>(), testing::Lt(6.0));
}

TEST_F(CliTest, WorthOfBadArguments) {
  profile();
  const std::string worth = "worth run.db --folds 2 ";
  EXPECT_THAT(error(worth + "--faster huge=2"), HasSubstr("'huge'"));
  EXPECT_THAT(error(worth + "--faster large"), HasSubstr("'large' is not MODEL=FACTOR"));
  EXPECT_THAT(error(worth + "--without huge"), HasSubstr("'huge'"));
  EXPECT_THAT(error(worth + "--baseline huge"), HasSubstr("'huge'"));
  EXPECT_THAT(error(worth + "--latencies absent.csv"), HasSubstr("absent.csv"));
  folder_.write("device.csv", "model,cpu_ms\nlarge,fast\n");
  EXPECT_THAT(error(worth + "--latencies device.csv"), HasSubstr("device.csv:2: "));
  folder_.write("device.csv", "model,cpu_ms\nlarge,5\n");
  EXPECT_THAT(error(worth + "--latencies device.csv"),
              AllOf(HasSubstr("device.csv: lacks the latency of "), HasSubstr("small")));
  EXPECT_THAT(error("worth absent.db"), HasSubstr("absent.db"));
  for (const char* usage : {"worth", "worth run.db --max-models 0", "worth run.db --max-mib nan",
                            "worth run.db --max-mib 0", "worth run.db --folds 1"}) {
    const Output output = run(usage);
    EXPECT_EQ(2, output.code) << usage;
    EXPECT_EQ("", output.out);
    EXPECT_THAT(output.err, Not(IsEmpty()));
  }
}

TEST_F(CliTest, WorthExplainsItself) {
  const Output output = run("worth --help");
  EXPECT_EQ(0, output.code);
  EXPECT_THAT(output.out, AllOf(HasSubstr("Example"), HasSubstr("\n  rightsize worth run.db")));
  EXPECT_THAT(run("--help").out, HasSubstr("worth"));
}

// Labels can be asked for by name where the run has them.
TEST_F(CliTest, LabelsAsReference) {
  profile();
  for (const std::string command : {"worth", "evaluate"}) {
    const Output output = run(command + " run.db --folds 2 --reference labels");
    EXPECT_EQ(0, output.code) << output.err;
  }
}

}  // namespace
}  // namespace rightsize
