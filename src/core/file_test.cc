// Proves that a whole file is read with its bytes as they are, and that a file is written whole or
// not at all: with a full disk, a missing or a read-only folder the target stays as it was and no
// temporary file is left.
#include "core/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "core/checksum.h"
#include "core/passing.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using test::FileSizeLimit;
using test::TemporaryFolder;
using test::text_of;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(ReadFileTest, GivesEveryByte) {
  const TemporaryFolder folder;
  std::string content(100'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31);
  const fs::path path = folder.write("file", content);
  const Result<std::string> text = read_text(path);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(content, *text);
  const Result<std::vector<std::byte>> bytes = read_bytes(path);
  ASSERT_TRUE(bytes.ok());
  ASSERT_EQ(content.size(), bytes->size());
  EXPECT_EQ(std::byte{static_cast<unsigned char>(content[777])}, (*bytes)[777]);
  EXPECT_EQ("", *read_text(folder.write("empty", "")));
}

TEST(ReadFileTest, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const Result<std::string> missing = read_text(folder / "nothing");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(missing.status().message(), HasSubstr((folder / "nothing").string()));
  EXPECT_THAT(missing.status().message(), HasSubstr("No such file"));
  EXPECT_THAT(read_text(folder.path()).status().message(), HasSubstr("is a folder"));
}

TEST(ReadFileTest, OnlyOrdinaryFilesAreRead) {
  const TemporaryFolder folder;
  ASSERT_EQ(0, ::mkfifo((folder / "pipe").c_str(), 0600));
  ASSERT_EQ(0, ::mknod((folder / "socket").c_str(), S_IFSOCK | 0600, 0));
  fs::create_symlink("/dev/zero", folder / "link");
  for (const fs::path& path : {fs::path("/dev/zero"), fs::path("/dev/null"), folder / "pipe",
                               folder / "socket", folder / "link"}) {
    EXPECT_THAT(read_text(path).status().message(), HasSubstr("ordinary file is needed")) << path;
    EXPECT_THAT(sha256_of_file(path).status().message(), HasSubstr("ordinary file is needed"));
  }
  EXPECT_EQ("ab", *read_begin(folder.write("file", "abc"), 2));
  EXPECT_EQ("abc", *read_begin(folder / "file", 5));
}

TEST(ReadFileTest, AHoleLargerThanAnyFileIsNotRead) {
  const TemporaryFolder folder;
  folder.write("hole", "");
  fs::resize_file(folder / "hole", std::uintmax_t{1} << 40);
  EXPECT_EQ(StatusCode::kLimitExceeded, read_bytes(folder / "hole").status().code());
}

TEST(ReadFileTest, TooManyOpenFilesIsAFaultThatPasses) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before));
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  const Status status = read_text(folder / "file").status();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(is_passing(status)) << status.message();
  EXPECT_FALSE(is_passing(read_text(folder / "nothing").status()));
}

TEST(WriteCheckedTest, WhatCannotBeReadAgainIsNotWritten) {
  const TemporaryFolder folder;
  folder.write("file", "old");
  const auto refuse = [](std::string_view content) {
    return content == "new" ? invalid_input("unreadable") : Status();
  };
  const Status status = write_checked(folder / "file", "new", refuse);
  EXPECT_THAT(status.message(), HasSubstr("cannot be read again: unreadable"));
  EXPECT_EQ("old", text_of(folder / "file"));
  EXPECT_TRUE(write_checked(folder / "file", "good", refuse).ok());
  EXPECT_EQ("good", text_of(folder / "file"));
  EXPECT_THAT(folder.names(), ElementsAre("file"));
  EXPECT_FALSE(write_checked("/dev/null", "new", refuse).ok());
}

TEST(WriteAtomicallyTest, MakesAndReplaces) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomically(folder / "file", "first").ok());
  EXPECT_EQ("first", text_of(folder / "file"));
  ASSERT_TRUE(write_atomically(folder / "file", std::string("\0two", 4)).ok());
  EXPECT_EQ(std::string("\0two", 4), text_of(folder / "file"));
  ASSERT_TRUE(write_atomically(folder / "file", "").ok());
  EXPECT_EQ("", text_of(folder / "file"));
  EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST(WriteAtomicallyTest, MakesOrdinaryFiles) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  const Status status = write_atomically(folder / "file", "x");
  EXPECT_EQ(027U, ::umask(before)) << "the mask is as it was";
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(fs::perms(0640), fs::status(folder / "file").permissions());
}

TEST(WriteAtomicallyTest, FullDiskLeavesTheTargetAsItWas) {
  const TemporaryFolder folder;
  folder.write("file", "old");
  const std::string large(100'000, 'x');
  for (const rlim_t limit : {rlim_t{0}, rlim_t{10}, rlim_t{65536}}) {
    Status old_target;
    Status new_target;
    {
      const FileSizeLimit full(limit);
      old_target = write_atomically(folder / "file", large);
      new_target = write_atomically(folder / "new", large);
    }
    EXPECT_EQ(StatusCode::kIoError, old_target.code());
    EXPECT_THAT(old_target.message(),
                HasSubstr((folder / "file").string() + ": cannot be written"));
    EXPECT_EQ(StatusCode::kIoError, new_target.code());
    EXPECT_EQ("old", text_of(folder / "file"));
    EXPECT_THAT(folder.names(), ElementsAre("file"));
  }
  EXPECT_TRUE(write_atomically(folder / "file", large).ok()) << "and then it works again";
}

// Other threads make files meanwhile, and the mask is the whole process's.
TEST(WriteAtomicallyTest, TheProcessMaskHoldsAndIsNotTouched) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  std::atomic<bool> stop = false;
  std::atomic<int> open_to_all = 0;
  std::thread other([&] {
    for (int i = 0; !stop; ++i) {
      const std::string path = (folder / ("other" + std::to_string(i % 8))).string();
      const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0666);
      struct stat made {};
      open_to_all += ::fstat(fd, &made) == 0 && (made.st_mode & 0777) != 0640 ? 1 : 0;
      ::close(fd);
      ::unlink(path.c_str());
    }
  });
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(write_atomically(folder / "file", "x").ok());
  stop = true;
  other.join();
  ::umask(before);
  EXPECT_EQ(fs::perms(0640), fs::status(folder / "file").permissions());
  EXPECT_EQ(0, open_to_all);
}

TEST(WriteAtomicallyTest, MissingFolder) {
  const TemporaryFolder folder;
  const Status status = write_atomically(folder / "no/file", "x");
  EXPECT_EQ(StatusCode::kIoError, status.code());
  EXPECT_THAT(status.message(), HasSubstr("No such file"));
}

TEST(WriteAtomicallyTest, AFolderIsNotReplaced) {
  const TemporaryFolder folder;
  folder.write("target/inside", "x");
  EXPECT_FALSE(write_atomically(folder / "target", "y").ok());
  EXPECT_EQ("x", text_of(folder / "target/inside"));
  EXPECT_THAT(folder.names(), ElementsAre("target"));
}

TEST(WriteAtomicallyTest, ReadOnlyFolder) {
  const TemporaryFolder folder;
  folder.write("file", "old");
  fs::permissions(folder.path(), fs::perms(0555));
  EXPECT_TRUE(test::holds_unprivileged([&] {
    const Status status = write_atomically(folder / "file", "new");
    return status.code() == StatusCode::kIoError &&
           status.message().find("Permission denied") != std::string::npos;
  }));
  fs::permissions(folder.path(), fs::perms(0755));
  EXPECT_EQ("old", text_of(folder / "file"));
  EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST(WriteAtomicallyTest, ALinkStaysALink) {
  const TemporaryFolder folder;
  folder.write("real/file", "old");
  fs::create_symlink(folder / "real/file", folder / "link");
  ASSERT_TRUE(write_atomically(folder / "link", "new").ok());
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ("new", text_of(folder / "real/file"));
  EXPECT_THAT(folder.names(), ElementsAre("link", "real"));
}

TEST(WriteAtomicallyTest, DevicesAndPipesAreNotReplaced) {
  const Status full = write_atomically("/dev/full", "x");
  EXPECT_EQ(StatusCode::kIoError, full.code());
  EXPECT_THAT(full.message(), HasSubstr("No space left"));
  EXPECT_TRUE(write_atomically("/dev/null", "x").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));

  const TemporaryFolder folder;
  ASSERT_EQ(0, ::mkfifo((folder / "pipe").c_str(), 0600));
  std::string received;
  std::thread reader([&] { received = text_of(folder / "pipe"); });
  EXPECT_TRUE(write_atomically(folder / "pipe", "through").ok());
  reader.join();
  EXPECT_EQ("through", received);
  EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
}

}  // namespace
}  // namespace rightsize
