// Proves that data sets are read as documented and that every kind of bad input is refused with a
// message that names file and line.
#include "lab/profile/dataset.h"

#include <gtest/gtest.h>

#include "lab/profile/csv.h"
#include "lab/profile/profile_test_support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;

using test::Folder;
using test::write_file;

class DataSetTest : public testing::Test {
 protected:
  Result<DataSet> read(const std::string& name) { return read_data_set(folder_ / name, zoo_); }
  Result<DataSet> read_csv(const std::string& text) {
    write_file(folder_ / "data/labels.csv", text);
    return read("data/labels.csv");
  }
  void expect_error(const Result<DataSet>& result, const std::vector<std::string>& parts) {
    ASSERT_FALSE(result.ok());
    for (const std::string& part : parts) {
      EXPECT_NE(std::string::npos, result.status().message().find(part))
          << result.status().message() << "\nhas no: " << part;
    }
  }
  void make_images(const std::vector<std::string>& names) {
    for (const std::string& name : names) write_file(folder_ / name, "image");
  }

  Folder folder_;
  Zoo zoo_ = test::make_zoo(folder_ / "zoo");
};

TEST_F(DataSetTest, FoldersAreClassNumbersOrKeysNeverPlacesInOrder) {
  make_images({"data/k7/b.jpg", "data/k7/sub/c.JPEG", "data/3/a.png", "data/3/notes.txt",
               "data/3/.hidden.png", "data/.cache/x.png"});
  const Result<DataSet> data = read("data/");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ("data", data->name);
  EXPECT_EQ(1U, data->skipped);
  ASSERT_EQ(3U, data->items.size());
  EXPECT_EQ("3/a.png", data->items[0].name);
  EXPECT_EQ(3, data->items[0].label);
  EXPECT_EQ("k7/b.jpg", data->items[1].name);
  EXPECT_EQ("k7/sub/c.JPEG", data->items[2].name);
  EXPECT_EQ(7, data->items[2].label);
  EXPECT_TRUE(fs::exists(data->items[2].path));
}

TEST_F(DataSetTest, FlatFolderHasNoLabels) {
  make_images({"data/b.webp", "data/a.jpg"});
  const Result<DataSet> data = read("data");
  ASSERT_TRUE(data.ok()) << data.status().message();
  ASSERT_EQ(2U, data->items.size());
  EXPECT_EQ("a.jpg", data->items[0].name);
  EXPECT_FALSE(data->items[0].label.has_value());
}

TEST_F(DataSetTest, BadFolders) {
  expect_error(read("nowhere"), {"nowhere", "no such folder"});
  make_images({"mixed/a.jpg", "mixed/3/b.jpg"});
  expect_error(read("mixed"), {"mixed", "beside the folder '3'"});
  make_images({"wrong/tabby/b.jpg"});
  expect_error(read("wrong"), {"wrong/tabby", "'tabby' is neither a class number (0 to 39)"});
  make_images({"large/40/b.jpg"});
  expect_error(read("large"), {"'40'"});
  make_images({"none/readme.txt"});
  expect_error(read("none"), {"none", "no images"});
}

TEST_F(DataSetTest, CsvWithAllThatRfc4180Allows) {
  make_images({"data/a.jpg", "data/sub/b, \"two\".jpg", "data/c.jpg", "data/d.jpg"});
  const Result<DataSet> data = read_csv(
      "\xEF\xBB\xBFlabel,path\r\nk3,a.jpg\r\n\r\n5,\"sub/b, \"\"two\"\".jpg\"\r\n,c.jpg\r\n"
      "0,\"d.jpg\"");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ("labels.csv", data->name);
  ASSERT_EQ(4U, data->items.size());
  EXPECT_EQ("a.jpg", data->items[0].name);
  EXPECT_EQ(3, data->items[0].label);
  EXPECT_EQ("sub/b, \"two\".jpg", data->items[1].name);
  EXPECT_EQ(folder_ / "data/sub/b, \"two\".jpg", data->items[1].path);
  EXPECT_EQ(5, data->items[1].label);
  EXPECT_TRUE(data->items[1].where.ends_with("labels.csv:4"));
  EXPECT_FALSE(data->items[2].label.has_value());
  EXPECT_EQ(0, data->items[3].label);
}

TEST_F(DataSetTest, CsvWithoutLabels) {
  make_images({"data/a.jpg"});
  const Result<DataSet> data = read_csv("path\na.jpg\n");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_FALSE(data->items.at(0).label.has_value());
}

TEST_F(DataSetTest, BadCsv) {
  make_images({"data/a.jpg", "data/b.jpg"});
  expect_error(read_csv(""), {"labels.csv", "is empty"});
  expect_error(read_csv("path,label\n"), {"labels.csv", "no images"});
  expect_error(read_csv("a.jpg,3\n"), {"labels.csv:1", "header", "'a.jpg,3'"});
  expect_error(read_csv("path,path\n"), {"labels.csv:1", "header"});
  expect_error(read_csv("label\n3\n"), {"labels.csv:1", "no column 'path'"});
  expect_error(read_csv("path,label\na.jpg,3\nmissing.jpg,3\n"), {"labels.csv:3", "missing.jpg"});
  expect_error(read_csv("path,label\na.jpg,40\n"), {"labels.csv:2", "'40'", "simulated"});
  expect_error(read_csv("path,label\na.jpg,-1\n"), {"labels.csv:2", "'-1'"});
  expect_error(read_csv("path,label\na.jpg,tabby\n"), {"labels.csv:2", "'tabby'"});
  expect_error(read_csv("path,label\na.jpg,1\nb.jpg,1\n./a.jpg,1\n"),
               {"labels.csv:4", "'./a.jpg' occurs twice, first in line 2"});
  expect_error(read_csv("path,label\na.jpg\n"), {"labels.csv:2", "1 fields, the header has 2"});
  expect_error(read_csv("path,label\n,1\n"), {"labels.csv:2", "path is empty"});
  expect_error(read_csv("path,label\n\n\"a.jpg,1\n"), {"labels.csv", "line 3", "not closed"});
  expect_error(read_csv("path,label\n\"a.jpg\"x,1\n"), {"labels.csv", "line 2", "comma"});
  expect_error(read_csv("path,label\na\"b,1\n"), {"labels.csv", "line 2", "quote"});
}

TEST(CsvTest, LinesAreCountedThroughQuotedLineBreaks) {
  const Result<std::vector<CsvRow>> rows = parse_csv("a,\"x\ny\"\n,\n");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(2U, rows->size());
  EXPECT_EQ("x\ny", (*rows)[0].fields[1]);
  EXPECT_EQ(3U, (*rows)[1].line);
  EXPECT_EQ(std::vector<std::string>({"", ""}), (*rows)[1].fields);
}

}  // namespace
}  // namespace rightsize
