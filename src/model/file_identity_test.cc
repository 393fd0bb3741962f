// Proves that a model is what its graph and its weights are, wherever the weights lie: a change in
// either is noticed, two models of one graph are two, and locations are read from every place of
// the protobuf or refused with a message.
#include "model/file_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "core/checksum.h"
#include "model/external_data.h"
#include "model/model_set.h"
#include "tests/support.h"

namespace rightsize {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string field(std::uint64_t number, const std::string& content) {
  return varint(number << 3 | 2) + varint(content.size()) + content;
}
std::string number(std::uint64_t field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
std::string pair(const std::string& key, const std::string& value) {
  return field(13, field(1, key) + field(2, value));
}
std::string tensor(const std::string& location, const std::string& more = "") {
  return number(2, 1) + pair("location", location) + more + number(14, 1);
}
// A model whose graph has this initialiser.
std::string model_of(const std::string& tensor) {
  return number(1, 8) + field(7, field(5, tensor));
}

Result<std::vector<ExternalData>> read(const std::string& model) {
  std::istringstream in(model);
  return external_data(in);
}
std::vector<std::string> locations(const std::string& model) {
  const auto files = read(model);
  EXPECT_TRUE(files.ok()) << files.status().message();
  std::vector<std::string> names;
  for (const ExternalData& file : *files) names.push_back(file.location);
  return names;
}
std::string fault(const std::string& model) {
  const auto files = read(model);
  return files.ok() ? "no fault" : files.status().message();
}

using Names = std::vector<std::string>;

TEST(ExternalData, IsFoundWhereverATensorCanBe) {
  const std::string t = tensor("weights.bin");
  const std::string graph = field(5, t);
  const std::string sparse_values = field(1, t);
  const std::string sparse_indices = field(2, t);
  const auto node = [](const std::string& attribute) { return field(1, field(5, attribute)); };
  for (const std::string& model :
       {field(7, graph), field(7, field(15, sparse_values)), field(7, field(15, sparse_indices)),
        field(7, node(field(5, t))), field(7, node(field(10, t))),
        field(7, node(field(22, sparse_values))), field(7, node(field(23, sparse_indices))),
        field(7, node(field(6, graph))), field(7, node(field(11, graph))),
        field(7, node(field(6, node(field(11, node(field(5, t))))))),
        field(25, field(7, field(5, field(5, t)))), field(25, field(11, field(5, t))),
        field(20, field(1, graph)), field(20, field(2, graph))}) {
    EXPECT_EQ(Names{"weights.bin"}, locations(model));
  }
}

TEST(ExternalData, TellsHowLongAFileMustBeAndNamesItOnce) {
  const auto files =
      read(field(7, field(5, tensor("b", pair("offset", "100") + pair("length", "28"))) +
                        field(5, tensor("a/\xC3\xA4 b")) +
                        field(5, tensor("b", pair("offset", "8") + pair("length", "4"))) +
                        field(5, number(2, 1) + pair("location", "unused"))));
  ASSERT_TRUE(files.ok()) << files.status().message();
  ASSERT_EQ(2U, files->size());
  EXPECT_EQ("a/\xC3\xA4 b", (*files)[0].location);
  EXPECT_EQ("b", (*files)[1].location);
  EXPECT_EQ(128U, (*files)[1].bytes);
}

TEST(ExternalData, LocationsOutsideTheFolderAreRefused) {
  for (const char* location : {"/etc/passwd", "..", "../weights", "a/../../weights", "./.././x"}) {
    EXPECT_THAT(fault(model_of(tensor(location))),
                AllOf(HasSubstr(location), HasSubstr("not in its folder")));
  }
  EXPECT_EQ(Names{"a/../weights"}, locations(model_of(tensor("a/../weights"))));
  EXPECT_THAT(fault(model_of(tensor(""))), HasSubstr("names no file"));
  EXPECT_THAT(fault(model_of(tensor("a", pair("location", "b")))), HasSubstr("twice"));
  EXPECT_THAT(fault(model_of(tensor("a", pair("offset", "-1")))), HasSubstr("whole numbers"));
  EXPECT_THAT(fault(model_of(tensor(std::string(5000, 'a')))), HasSubstr("too long"));
}

TEST(ExternalData, WhatIsNoModelHasNone) {
  const std::string good = model_of(tensor("weights"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(Names(), locations(good.substr(0, size)));
  }
  EXPECT_EQ(Names(), locations("not a model"));
  EXPECT_EQ(Names(), locations(field(7, std::string(20, '\xFF'))));
  std::string deep = field(5, tensor("weights"));
  for (int i = 0; i < 5000; ++i) deep = field(1, field(5, field(6, deep)));
  EXPECT_EQ(Names(), locations(field(7, deep)));
  // Unknown fields of all kinds, an old group among them, are passed over.
  const std::string unknown = varint(99 << 3 | 1) + "12345678" + varint(98 << 3 | 5) + "1234" +
                              varint(97 << 3 | 3) + number(1, 7) + varint(97 << 3 | 4);
  EXPECT_EQ(Names{"weights"}, locations(unknown + good + unknown));
}

// Two models of one graph in folders "first" and "second", which only their weights tell apart.
class FileIdentityTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::copy(test::data_folder() / "external", folder_.path(), fs::copy_options::recursive);
    const Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
    ASSERT_TRUE(runtime.ok()) << runtime.status().message();
    runtime_ = *runtime;
    folder_.write("classes.tsv", "red\ngreen\nblue\ngrey\n");
    write_zoo(*sha256_of_file(graph("first")), *sha256_of_file(graph("second")));
  }
  fs::path graph(const std::string& model) const { return folder_.path() / model / "model.onnx"; }
  void write_zoo(const std::string& first, const std::string& second) const {
    folder_.write("zoo.toml",
                  "format = \"rightsize-zoo\"\nversion = 1\nname = \"two\"\n"
                  "task = \"image-classification\"\nclasses = \"classes.tsv\"\n"
                  "[defaults.input]\nsize = [16, 16]\nstd = [255, 255, 255]\n"
                  "[defaults.output]\noutputs = 4\n[[model]]\nname = \"first\"\n"
                  "file = \"first/model.onnx\"\nsha256 = \"" +
                      first + "\"\n[[model]]\nname = \"second\"\nfile = \"second/model.onnx\"\n" +
                      "sha256 = \"" + second + "\"\n");
  }
  Zoo zoo(std::vector<std::string>* settled = nullptr) const {
    const Result<Zoo> zoo = read_zoo(folder_ / "zoo.toml", {}, settled);
    EXPECT_TRUE(zoo.ok()) << zoo.status().message();
    return zoo.ok() ? *zoo : Zoo{};
  }
  // What a model of the set says of a red image.
  static std::ptrdiff_t answer(const ModelSet& set, const Zoo& zoo, ModelIndex model) {
    const ModelSpec& spec = zoo.models[model];
    std::vector<float> input(16 * 16 * 3, 0.0F);
    std::fill_n(input.begin(), 16 * 16, 0.8F);
    std::vector<float> output(4);
    const Status status = set.session(model)->run(spec.input, input, spec.output, output);
    EXPECT_TRUE(status.ok()) << status.message();
    return std::max_element(output.begin(), output.end()) - output.begin();
  }
  std::string error(const Zoo& zoo) const {
    const auto session = open_model(zoo, zoo.models[0], {}, *runtime_);
    return session.ok() ? "no error" : session.status().message();
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<Runtime> runtime_;
};

TEST_F(FileIdentityTest, OfAFileAloneItIsWhatSha256sumPrints) {
  const fs::path file = test::data_folder() / "large.onnx";
  EXPECT_EQ(*sha256_of_file(file), *identity_of(file));
  EXPECT_EQ(std::vector<fs::path>{file}, *parts_of(file));
}

TEST_F(FileIdentityTest, TwoModelsOfOneGraphAreTwo) {
  ASSERT_EQ(*sha256_of_file(graph("first")), *sha256_of_file(graph("second")));
  EXPECT_NE(*identity_of(graph("first")), *identity_of(graph("second")));
  std::vector<std::string> settled;
  const Zoo two = zoo(&settled);
  ASSERT_EQ(2U, settled.size());
  EXPECT_THAT(settled[1], AllOf(HasSubstr("model 'second'"), HasSubstr("model.onnx.data"),
                                HasSubstr(*identity_of(graph("second")))));
  const std::vector<ModelIndex> both = {0, 1};
  const auto set = ModelSet::open(two, both, {}, runtime_);
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_EQ(0, answer(*set, two, 0));
  EXPECT_EQ(1, answer(*set, two, 1));
}

TEST_F(FileIdentityTest, AManifestMayGiveTheIdentity) {
  write_zoo(*identity_of(graph("first")), *identity_of(graph("second")));
  std::vector<std::string> settled;
  EXPECT_EQ("no error", error(zoo(&settled)));
  EXPECT_TRUE(settled.empty());
}

TEST_F(FileIdentityTest, AChangeInTheWeightsIsNoticed) {
  const Zoo before = zoo();
  fs::copy_file(folder_ / "second/model.onnx.data", folder_ / "first/model.onnx.data",
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(error(before), AllOf(HasSubstr("model 'first'"), HasSubstr("'model.onnx.data'"),
                                   HasSubstr(before.models[0].sha256)));
  EXPECT_EQ(zoo().models[0].sha256, before.models[1].sha256) << "they are the same model now";
  Zoo alone = before;
  alone.models[0].sha256 = *sha256_of_file(graph("first"));
  EXPECT_THAT(error(alone), HasSubstr("that of the graph without its data"));
}

TEST_F(FileIdentityTest, WeightsThatAreMissingOrCutOffAreNamed) {
  const Zoo before = zoo();
  const fs::path data = folder_ / "first/model.onnx.data";
  fs::resize_file(data, 20);
  EXPECT_THAT(error(before), AllOf(HasSubstr(data.string()), HasSubstr("cut off")));
  fs::remove(data);
  EXPECT_THAT(error(before), AllOf(HasSubstr(data.string()), HasSubstr("there is no file")));
  fs::create_directory(data);
  EXPECT_THAT(error(before), HasSubstr("there is no file"));
}

TEST_F(FileIdentityTest, WeightsMoveWithTheirGraphAndCountAsItsSize) {
  fs::create_directory(folder_ / "models");
  fs::rename(folder_ / "first", folder_ / "models/first");
  const Result<Zoo> moved = read_zoo(folder_ / "zoo.toml", {folder_ / "models"});
  ASSERT_TRUE(moved.ok());
  const auto session = open_model(*moved, moved->models[0], {folder_ / "models"}, *runtime_);
  EXPECT_TRUE(session.ok()) << session.status().message();
  EXPECT_EQ((std::vector<fs::path>{folder_ / "models/first/model.onnx",
                                   folder_ / "models/first/model.onnx.data"}),
            *parts_of(folder_ / "models/first/model.onnx"));
}

}  // namespace
}  // namespace rightsize
