// Proves that a model's memory and file size are what they are, and are measured once.
#include "lab/profile/resources.h"

#include <gtest/gtest.h>

#include "lab/profile/profile_test_support.h"

namespace rightsize {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

TEST(ResourcesTest, ReadsAnonymousMemory) {
  EXPECT_EQ(120 * 1024, anonymous_bytes("00-ff [rollup]\nRss:  1784 kB\nPss_Anon:  99 kB\n"
                                        "Anonymous:      120 kB\nAnonHugePages:   0 kB\n"));
  EXPECT_FALSE(anonymous_bytes("Rss: 1 kB\n").has_value());
  EXPECT_FALSE(anonymous_bytes("Rss: 1 kB\nAnonymous: many kB\n").has_value());
  EXPECT_FALSE(anonymous_bytes("Rss: 1 kB\nAnonymous:   ").has_value());
  EXPECT_GT(private_memory().value_or(0), 0);
}

// A session that holds as many MiB as its file says.
class HeavySession : public test::FakeSession {
 public:
  explicit HeavySession(int mebibytes)
      : test::FakeSession(0, {}), weights_(static_cast<std::size_t>(mebibytes * kMebibyte), 'w') {}

 private:
  std::string weights_;
};

class HeavyRuntime : public Runtime {
 public:
  std::string name() const override { return "Heavy Runtime"; }
  Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                        const SessionSpec&) override {
    int mebibytes = 0;
    std::ifstream(file) >> mebibytes;
    ++opened;
    return std::unique_ptr<Session>(std::make_unique<HeavySession>(mebibytes));
  }
  int opened = 0;
};

void set_weights(Zoo& zoo, std::size_t model, const std::string& mebibytes) {
  test::write_file(zoo.folder / zoo.models[model].file, mebibytes);
  zoo.models[model].sha256 = sha256(mebibytes);
}

TEST(ResourcesTest, MemoryIsWhatTheSessionTakes) {
  const test::Folder folder;
  Zoo zoo = test::make_zoo(folder / "zoo", 3);
  set_weights(zoo, 0, "40");
  set_weights(zoo, 1, "8");
  set_weights(zoo, 2, "40");
  const DataSet data = test::make_data(folder / "data", 5);
  const ProfileOptions options = test::make_options(folder / "run.db");
  const auto runtime = std::make_shared<HeavyRuntime>();
  const Result<ProfileSummary> summary = profile(zoo, data, runtime, options, {});
  ASSERT_TRUE(summary.ok()) << summary.status().message();
  const std::vector<std::int64_t> expected = {40, 8, 40};
  for (std::size_t model = 0; model < 3; ++model) {
    const ModelResources& resources = summary->run.models[model].resources;
    const std::int64_t bytes = resources.memory_bytes.value_or(0);
    EXPECT_GE(bytes, expected[model] * kMebibyte - kMebibyte);
    EXPECT_LE(bytes, expected[model] * kMebibyte * 5 / 4 + kMebibyte);
    EXPECT_EQ(model == 1 ? 1 : 2, resources.file_bytes);
    EXPECT_GT(resources.cpu_cores.value_or(0), 0.0);
    const OutcomeTable table = *read_table(options.output);
    EXPECT_EQ(resources.memory_bytes, table.resources[model].memory_bytes);
    EXPECT_EQ(resources.cpu_cores, table.resources[model].cpu_cores);
  }
  EXPECT_EQ(2 + 3, runtime->opened) << "equal files share a session, but not the measurement";
  ASSERT_TRUE(profile(zoo, data, runtime, options, {}).ok());
  EXPECT_EQ(2 + 3 + 2, runtime->opened);
}

TEST(ResourcesTest, LeavingOutAModelLeavesOutItsResources) {
  const test::Folder folder;
  const Zoo zoo = test::make_zoo(folder / "zoo", 2);
  const ProfileOptions options = test::make_options(folder / "run.db");
  ASSERT_TRUE(test::run_profile(zoo, test::make_data(folder / "data", 3), options).ok());
  OutcomeTable table = *read_table(options.output);
  table.resources[1].file_bytes = 77;
  const Result<OutcomeTable> rest = leave_out(table, {"m0"});
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(1U, rest->resources.size());
  EXPECT_EQ(77, rest->resources[0].file_bytes);
}

}  // namespace
}  // namespace rightsize
