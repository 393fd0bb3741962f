// Proves that models are opened only if they are there, are the files that the manifest means, and
// are as it declares; that models which share a file share a session; and that the inference
// runtime gives what the network says. On small real networks (tests/data).
#include "model/model_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/checksum.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ModelSetTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime();
    ASSERT_TRUE(runtime.ok()) << runtime.status().message();
    runtime_ = *runtime;
  }

  // As if the manifest listed this file of tests/data, with its true checksum.
  ModelSpec model(const std::string& file) const {
    ModelSpec spec = *zoo_.find("large");
    spec.name = "it";
    spec.file = file;
    spec.sha256 = *sha256_of_file(test::data_folder() / file);
    return spec;
  }
  std::string error(const ModelSpec& spec) const {
    const auto session = open_model(zoo_, spec, {}, *runtime_);
    return session.ok() ? "no error" : session.status().message();
  }
  StatusCode code(const ModelSpec& spec) const {
    return open_model(zoo_, spec, {}, *runtime_).status().code();
  }

  static inline std::shared_ptr<Runtime> runtime_;
  Zoo zoo_ = test::colour_zoo();
};

TEST_F(ModelSetTest, EveryModelOfTheZooOpensAndSeesColours) {
  EXPECT_THAT(runtime_->name(), StartsWith("ONNX Runtime 1."));
  for (std::size_t i = 0; i < zoo_.models.size(); ++i) {
    const ModelSpec& spec = zoo_.models[i];
    const auto session = open_model(zoo_, spec, {}, *runtime_);
    ASSERT_TRUE(session.ok()) << session.status().message();
    // 0.8, 0, 0 for every pixel: red.
    std::vector<float> input(16 * 16 * 3, 0.0F);
    for (std::size_t p = 0; p < 16 * 16; ++p) {
      input[spec.input.layout == Layout::kNchw ? p : 3 * p] = 0.8F;
    }
    std::vector<float> output(static_cast<std::size_t>(spec.output.outputs));
    const Status status = (*session)->run(spec.input, input, spec.output, output);
    ASSERT_TRUE(status.ok()) << status.message();
    const auto largest = std::max_element(output.begin(), output.end()) - output.begin();
    EXPECT_EQ(spec.name == "background" ? 1 : 0, largest) << spec.name;
    if (spec.name == "large") {
      EXPECT_NEAR(7.2F, output[0], 1e-5F);
      EXPECT_NEAR(-3.2F, output[1], 1e-5F);
      EXPECT_NEAR(2.0F, output[3], 1e-5F);
    }
  }
}

TEST_F(ModelSetTest, MissingFile) {
  ModelSpec spec = *zoo_.find("large");
  spec.file = "no.onnx";
  EXPECT_EQ(StatusCode::kNotFound, code(spec));
  EXPECT_THAT(error(spec), AllOf(StartsWith("model 'large': no file at "), HasSubstr("no.onnx"),
                                 HasSubstr("--models DIR")));
}

TEST_F(ModelSetTest, FilesAreLookedForInTheSearchFolders) {
  Zoo zoo = zoo_;
  zoo.folder = "/nowhere";
  EXPECT_FALSE(open_model(zoo, zoo.models[0], {}, *runtime_).ok());
  EXPECT_TRUE(open_model(zoo, zoo.models[0], {"/elsewhere", test::data_folder()}, *runtime_).ok());
}

TEST_F(ModelSetTest, AnotherChecksum) {
  ModelSpec spec = *zoo_.find("large");
  spec.file = "small.onnx";
  EXPECT_EQ(StatusCode::kMismatch, code(spec));
  EXPECT_THAT(error(spec),
              AllOf(StartsWith("model 'large': "), HasSubstr("small.onnx: its SHA-256 is "),
                    HasSubstr(zoo_.find("small")->sha256),
                    HasSubstr(zoo_.find("large")->sha256 + " is expected")));
}

TEST_F(ModelSetTest, BrokenOnnx) {
  EXPECT_EQ(StatusCode::kRuntimeError, code(model("truncated.onnx")));
  EXPECT_THAT(
      error(model("truncated.onnx")),
      AllOf(StartsWith("model 'it': "), HasSubstr("truncated.onnx: ONNX Runtime cannot load")));
  EXPECT_THAT(error(model("make_models.py")), HasSubstr("ONNX Runtime cannot load"));
  const test::TemporaryFolder folder;
  Zoo zoo = zoo_;
  zoo.folder = folder.path();
  ModelSpec empty = zoo_.models[0];
  empty.file = "empty.onnx";
  empty.sha256 = sha256(std::string());
  folder.write("empty.onnx", "");
  EXPECT_EQ(StatusCode::kRuntimeError, open_model(zoo, empty, {}, *runtime_).status().code());
}

TEST_F(ModelSetTest, WrongInput) {
  EXPECT_THAT(
      error(model("side_8.onnx")),
      HasSubstr("input 'input' has shape [1, 3, 8, 8], the manifest declares [1, 3, 16, 16]"));
  EXPECT_THAT(error(model("nhwc.onnx")),
              HasSubstr("has shape [1, 16, 16, 3], the manifest declares [1, 3, 16, 16]"));
  EXPECT_THAT(error(model("double.onnx")), HasSubstr("input 'input' is not float32"));
  EXPECT_THAT(error(model("two_inputs.onnx")),
              HasSubstr("has 2 inputs, one is supported: input, more"));
  ModelSpec spec = model("large.onnx");
  spec.input.name = "image";
  EXPECT_THAT(error(spec), HasSubstr("has no input 'image'; its inputs: input"));
  EXPECT_EQ(StatusCode::kMismatch, code(spec));
  spec = model("large.onnx");
  spec.input.height = 15;
  EXPECT_THAT(error(spec), HasSubstr("the manifest declares [1, 3, 15, 16]"));
  // Where the network leaves the batch open, one image is a batch.
  EXPECT_EQ("no error", error(model("any_batch.onnx")));
}

TEST_F(ModelSetTest, WrongOutput) {
  EXPECT_THAT(error(model("background.onnx")),
              HasSubstr("output 'logits' has shape [1, 5], the manifest declares 4 outputs"));
  ModelSpec spec = model("large.onnx");
  spec.output.outputs = 3;
  EXPECT_THAT(error(spec),
              HasSubstr("output 'logits' has shape [1, 4], the manifest declares 3 outputs"));
  spec = model("softmax.onnx");
  EXPECT_THAT(error(spec), HasSubstr("has no output 'logits'; its outputs: probabilities"));
  spec = model("any_batch.onnx");
  spec.output.outputs = 3;
  EXPECT_THAT(error(spec), HasSubstr("the manifest declares 3 outputs"));
}

// An open dimension can hide a wrong count until the model runs.
TEST_F(ModelSetTest, AnOutputCountThatShowsOnlyWhenRunning) {
  ModelSpec spec = model("any_batch.onnx");
  spec.output.outputs = 8;
  const auto session = open_model(zoo_, spec, {}, *runtime_);
  ASSERT_TRUE(session.ok()) << session.status().message();
  std::vector<float> output(8);
  const Status status =
      (*session)->run(spec.input, std::vector<float>(16 * 16 * 3), spec.output, output);
  EXPECT_EQ(StatusCode::kRuntimeError, status.code());
  EXPECT_THAT(status.message(), HasSubstr("output 'logits' has 4 values, 8 are declared"));
}

TEST_F(ModelSetTest, ModelsOfOneFileShareASession) {
  ModelSpec twin = *zoo_.find("large");
  twin.name = "twin";
  twin.input.crop_fraction = 0.5;
  zoo_.models.push_back(twin);
  twin.name = "other options";
  twin.session.exact_int8 = true;
  zoo_.models.push_back(twin);
  const ModelIndex large = test::index_in(zoo_, "large");
  const ModelIndex shared = test::index_in(zoo_, "twin");
  const ModelIndex apart = test::index_in(zoo_, "other options");
  const std::vector<ModelIndex> wanted = {shared, large, apart};
  const Result<ModelSet> set = ModelSet::open(zoo_, wanted, {}, runtime_);
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_NE(nullptr, set->session(large));
  EXPECT_EQ(set->session(large), set->session(shared));
  EXPECT_NE(set->session(large), set->session(apart));
  EXPECT_EQ(nullptr, set->session(test::index_in(zoo_, "small"))) << "not wanted";
}

TEST_F(ModelSetTest, TheFirstFailureIsReported) {
  zoo_.models[1].sha256 = std::string(64, '0');
  const std::vector<ModelIndex> wanted = {0, 1, 2};
  const Result<ModelSet> set = ModelSet::open(zoo_, wanted, {}, runtime_);
  ASSERT_FALSE(set.ok());
  EXPECT_THAT(set.status().message(), StartsWith("model '" + zoo_.models[1].name + "': "));
  // What is not wanted is not looked at.
  EXPECT_TRUE(ModelSet::open(zoo_, std::vector<ModelIndex>{0, 2}, {}, runtime_).ok());
}

TEST(LoadRuntimeTest, SaysWhatToDo) {
  const auto missing = load_onnx_runtime("/nowhere/libonnxruntime.so.1");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(StatusCode::kNotFound, missing.status().code());
  EXPECT_THAT(missing.status().message(),
              AllOf(HasSubstr("/nowhere/libonnxruntime.so.1"), HasSubstr("RIGHTSIZE_ONNXRUNTIME")));
  const auto other = load_onnx_runtime("libm.so.6");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(StatusCode::kMismatch, other.status().code());
  EXPECT_THAT(other.status().message(), HasSubstr("libm.so.6: is not ONNX Runtime"));
  const char* variable = std::getenv("RIGHTSIZE_ONNXRUNTIME");
  const std::string before = variable != nullptr ? variable : "";
  ::setenv("RIGHTSIZE_ONNXRUNTIME", "/nowhere/variable.so", 1);
  EXPECT_THAT(load_onnx_runtime().status().message(), HasSubstr("/nowhere/variable.so"));
  EXPECT_THAT(load_onnx_runtime("libm.so.6").status().message(), HasSubstr("libm.so.6"))
      << "what is asked for goes before the variable";
  ::setenv("RIGHTSIZE_ONNXRUNTIME", before.c_str(), 1);  // empty is as not set
}

}  // namespace
}  // namespace rightsize
