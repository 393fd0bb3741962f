// Proves the commands that steer, explain and certify: budgets of `classify`, --explain, `certify`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli_support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::CliTest;
using test::Output;
using testing::HasSubstr;

TEST_F(CliTest, BudgetsSteerClassify) {
  train();
  const std::string classify = "classify selector.json data/red/a.png" + kModels;
  const Output output = run(classify + " --min-quality 10 --json");
  ASSERT_EQ(0, output.code) << output.err;
  const json image = json::parse(output.out)["images"][0];
  EXPECT_TRUE(image["answered"].get<bool>());
  EXPECT_FALSE(image["point"].get<std::string>().empty());
  EXPECT_FALSE(image["late"].get<bool>());
  EXPECT_EQ(0, run(classify + " --max-loss 100 --mean-latency 1000 --deadline 10000").code);
  EXPECT_THAT(error(classify + " --min-quality 100 --mean-latency 0"), HasSubstr("the nearest"));
  EXPECT_THAT(error(classify + " --max-loss 1 --proven"), HasSubstr("rightsize certify"));
  EXPECT_THAT(error(classify + " --max-energy 5"), HasSubstr("knows no energy"));
  EXPECT_THAT(error(classify + " --deadline 0"), HasSubstr("within 0.0 ms"));
  const Output late = run(classify + " --deadline 0 --answer-late");
  EXPECT_EQ(0, late.code) << late.err;
  EXPECT_THAT(late.out, HasSubstr("after the deadline: 1 of 1"));
  EXPECT_EQ(2, run(classify + " --deadline soon").code);
}

TEST_F(CliTest, ExplainsADecision) {
  train();
  const std::string classify = "classify selector.json data/red/a.png --explain" + kModels;
  const Output words = run(classify);
  ASSERT_EQ(0, words.code) << words.err;
  EXPECT_THAT(words.out, HasSubstr("What happened"));
  EXPECT_THAT(words.out, HasSubstr("\"the colour red\""));
  const Output machine = run(classify + " --json");
  const json image = json::parse(machine.out)["images"][0];
  EXPECT_TRUE(image["explanation"].is_object());
}

TEST_F(CliTest, Certifies) {
  profile();
  const std::string certify = "certify run.db --folds 2 --learn 20";
  const Output output = run(certify + " -o certified.json");
  EXPECT_EQ(1, output.code) << "4 inputs prove no loss of a point";
  EXPECT_THAT(output.out, HasSubstr("Not proven with 95 % confidence on 4 inputs"));
  EXPECT_THAT(output.err, HasSubstr("certified.json is not written"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "certified.json"));
  const Output machine = run(certify + " --json --max-loss 50 --confidence 60 -o certified.json");
  const json document = json::parse(machine.out);
  EXPECT_EQ(1, machine.code) << "no point is faster than the best model of this zoo";
  EXPECT_FALSE(document["proven"].get<bool>());
  EXPECT_EQ(4, document["tested_on"].get<int>());
  EXPECT_EQ(4, document["trained_on"].get<int>());
  EXPECT_LE(document["points"][0]["loss"].get<double>(),
            document["points"][0]["bound"].get<double>());
  EXPECT_THAT(error("certify run.db"), HasSubstr("too few"));
  EXPECT_THAT(error(certify + " -o run.db"), HasSubstr("overwritten"));
  EXPECT_EQ(2, run("certify run.db --confidence 20").code);
}

// The same photos in another run: under other names, merged or profiled again.
TEST_F(CliTest, CertifiesOnInputsThatTookNoPartWhateverTheirRunIsCalled) {
  train();
  EXPECT_THAT(error("certify run.db --selector selector.json"), HasSubstr("took part"));
  ASSERT_EQ(0, run("merge run.db -o merged.db").code);
  EXPECT_THAT(error("certify merged.db --selector selector.json"), HasSubstr("all 8 inputs"));
  const std::string profile = "profile " + kZoo + " data -o again.db --max-passes 1";
  ASSERT_EQ(0, run(profile, "mv data/red/a.png data/red/z.png").code);
  EXPECT_THAT(error("certify again.db --selector selector.json"), HasSubstr("all 8 inputs"));
  folder_.write("data/red/new.png", test::png_text({170, 40, 30}));
  ASSERT_EQ(0, run("profile " + kZoo + " data -o more.db --max-passes 1").code);
  const Output claim = run("certify more.db --selector selector.json --json");
  EXPECT_EQ(1, claim.code) << "one input proves nothing";
  const json more = json::parse(claim.out);
  EXPECT_EQ(1, more["tested_on"].get<int>());
  EXPECT_EQ(8, more["left_out"].get<int>());
  EXPECT_EQ("", more["cannot_be_told"].get<std::string>());
}

TEST_F(CliTest, SaysWhereItCannotBeToldWhatASelectorWasTrainedOn) {
  train();
  json old = json::parse(test::text_of(folder_ / "selector.json"));
  old["trained_on"].erase("items");
  old["trained_on"]["run"] = "another";
  folder_.write("old.json", old.dump());
  const Output output = run("certify run.db --selector old.json");
  EXPECT_THAT(output.out, HasSubstr("cannot be told: the selector file does not list"));
  EXPECT_THAT(output.out, testing::Not(HasSubstr("that took no part")));
}

}  // namespace
}  // namespace rightsize
