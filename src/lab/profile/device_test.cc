// Proves that a device is named by what decides its answers, that a thread is kept on one core and
// let go again, and that locks between processes keep their promises.
#include "lab/profile/device.h"

#include <gtest/gtest.h>

#include <optional>

#include "lab/profile/file_lock.h"
#include "lab/profile/profile_test_support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using Kind = FileLock::Kind;

TEST(DeviceTest, NamesModelArchitectureAndInstructionSets) {
  EXPECT_EQ("AMD EPYC 7B13 (x86_64; avx2)",
            describe_device("processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7B13\n"
                            "flags\t\t: fpu sse2 avx2 bmi2\n\nprocessor\t: 1\n",
                            "x86_64"));
  EXPECT_EQ("CPU 0x41 part 0xd0b (aarch64; asimddp)",
            describe_device("processor\t: 0\nFeatures\t: fp asimd asimddp\n"
                            "CPU implementer\t: 0x41\nCPU part\t: 0xd0b\n",
                            "aarch64"));
  EXPECT_EQ("unknown CPU (riscv64)", describe_device("", "riscv64"));
  EXPECT_FALSE(device_name().empty());
}

TEST(DeviceTest, PinsToOneCoreAndLetsGo) {
  const int before = allowed_cores();
  {
    const Result<PinnedThread> pinned = PinnedThread::pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status().message();
    EXPECT_EQ(1, allowed_cores());
  }
  EXPECT_EQ(before, allowed_cores());
}

TEST(FileLockTest, SharedLocksGoTogetherAnExclusiveOneDoesNot) {
  const test::Folder folder;
  Result<std::optional<FileLock>> a = FileLock::try_lock(folder / "lock", Kind::kShared);
  ASSERT_TRUE(a.ok() && a->has_value());
  Result<std::optional<FileLock>> b = FileLock::try_lock(folder / "lock", Kind::kShared);
  ASSERT_TRUE(b.ok() && b->has_value());
  EXPECT_FALSE((*FileLock::try_lock(folder / "lock", Kind::kExclusive)).has_value());
  a->reset();
  b->reset();
  EXPECT_TRUE((*FileLock::try_lock(folder / "lock", Kind::kExclusive)).has_value());
}

TEST(FileLockTest, TimingWaitsForOutcomesOfOthers) {
  const test::Folder folder;
  std::optional<Result<FileLock>> outcomes(lock_machine(Kind::kShared, [] {}));
  ASSERT_TRUE(outcomes->ok());
  int waited = 0;
  const Result<FileLock> timing = lock_machine(Kind::kExclusive, [&] {
    if (++waited == 2) outcomes.reset();
  });
  EXPECT_TRUE(timing.ok());
  EXPECT_EQ(2, waited);
}

TEST(FileLockTest, RemovedFilesLockNothing) {
  const test::Folder folder;
  {
    Result<std::optional<FileLock>> lock = FileLock::try_lock(folder / "lock", Kind::kExclusive);
    ASSERT_TRUE(lock.ok() && lock->has_value());
    (*lock)->remove();
  }
  EXPECT_FALSE(fs::exists(folder / "lock"));
  const Result<std::optional<FileLock>> nowhere =
      FileLock::try_lock(folder / "no/lock", Kind::kShared);
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(std::string::npos, nowhere.status().message().find("no/lock"));
}

}  // namespace
}  // namespace rightsize
