// Proves the checksums against the vectors of FIPS 180-4 and that a file's checksum is that of its
// bytes, whatever its length.
#include "core/checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support.h"

namespace rightsize {
namespace {

using test::TemporaryFolder;

TEST(ChecksumTest, KnownVectors) {
  EXPECT_EQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            sha256(std::string()));
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            sha256(std::string("abc")));
  EXPECT_EQ("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            sha256(std::string("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")));
  EXPECT_EQ("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            sha256(std::string(1'000'000, 'a')));
}

TEST(ChecksumTest, BytesAndTextAgree) {
  const std::string text("\0\xff one\n", 7);
  EXPECT_EQ(sha256(text), sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

// Lengths round the size of the read buffer, where the last read is empty, short or full.
TEST(ChecksumTest, FilesOfEveryLength) {
  const TemporaryFolder folder;
  for (const std::size_t length : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 200000UL}) {
    std::string text(length, 'x');
    for (std::size_t i = 0; i < length; i += 97) text[i] = static_cast<char>(i % 251);
    const Result<std::string> digest = sha256_of_file(folder.write("file", text));
    ASSERT_TRUE(digest.ok()) << digest.status().message();
    EXPECT_EQ(sha256(text), *digest) << length;
  }
}

TEST(ChecksumTest, AMarkIsTheBeginningInBase64Url) {
  EXPECT_EQ("AAAAAAAA", mark_of(std::string(64, '0')));
  EXPECT_EQ("________", mark_of(std::string(64, 'f')));
  EXPECT_EQ("47DEQpj8", mark_of(sha256(std::string())));  // e3b0c44298fc
  EXPECT_TRUE(is_mark("47DEQpj8"));
  for (const char* none : {"", "e3b0c44298f", "no checksum at all"}) EXPECT_EQ("", mark_of(none));
  for (const char* none : {"", "47DEQpj", "47DEQpj8A", "47DEQpj+"}) EXPECT_FALSE(is_mark(none));
}

TEST(ChecksumTest, SaysWhichFileCannotBeRead) {
  const TemporaryFolder folder;
  const Result<std::string> missing = sha256_of_file(folder / "nothing");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(missing.status().message(), testing::HasSubstr((folder / "nothing").string()));

  const Result<std::string> not_a_file = sha256_of_file(folder.path());
  ASSERT_FALSE(not_a_file.ok());
  EXPECT_EQ(StatusCode::kInvalidInput, not_a_file.status().code());
}

}  // namespace
}  // namespace rightsize
