// Proves that what is no network of a known contract is refused by a message that says why, and
// that a network's state is kept rightly: replayed prefixes, rounds of several hypotheses, blocks
// and rewinding all say the same.
#include "text/sequence_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/model_set.h"
#include "tests/translation_support.h"
#include "text/decode_test_support.h"

namespace rightsize {
namespace {

using testing::HasSubstr;

// ---- Contracts ----

using Shape = std::vector<std::int64_t>;

class DeclaredSession : public NoSession {
 public:
  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  std::string metadata(const std::string& key) const override {
    return key == "vocab" ? vocabulary_ : "";
  }
  void input(const std::string& name, Shape shape) { set(inputs_, name, std::move(shape)); }
  void output(const std::string& name, Shape shape) { set(outputs_, name, std::move(shape)); }
  void remove_input(const std::string& name) { remove(inputs_, name); }
  void remove_output(const std::string& name) { remove(outputs_, name); }
  void vocabulary(const std::string& text) { vocabulary_ = text; }

 private:
  static void remove(std::vector<TensorInfo>& tensors, const std::string& name) {
    std::erase_if(tensors, [&](const TensorInfo& tensor) { return tensor.name == name; });
  }
  static void set(std::vector<TensorInfo>& tensors, const std::string& name, Shape shape) {
    remove(tensors, name);
    tensors.push_back({.name = name, .shape = std::move(shape), .is_float32 = true});
  }
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
  std::string vocabulary_ = "96";
};

struct Declared {
  DeclaredSession encoder;
  DeclaredSession decoder;

  std::string error() {
    const auto model = SequenceModel::make(encoder, decoder);
    return model.ok() ? "no error" : model.status().message();
  }
};

Declared recurrent() {
  Declared it;
  it.encoder.input("src", {1, -1});
  it.encoder.output("mem", {-1, 16});
  it.encoder.output("key_t", {16, -1});
  it.encoder.output("state", {1, 32});
  it.decoder.input("token", {-1});
  it.decoder.input("beam_idx", {-1});
  it.decoder.input("mem", {-1, 16});
  it.decoder.input("key_t", {16, -1});
  it.decoder.input("state", {-1, 32});
  it.decoder.output("topk_logp", {-1, 8});
  it.decoder.output("topk_ids", {-1, 8});
  it.decoder.output("state_out", {-1, 32});
  return it;
}

Declared transformer(bool blocks) {
  Declared it;
  it.encoder.input("src", {1, -1});
  it.decoder.input("token", blocks ? Shape{-1, -1} : Shape{-1});
  if (blocks) {
    it.decoder.input("position", {-1});
    it.decoder.input("mask", {1, 1, -1, -1});
  } else {
    it.decoder.input("beam_idx", {-1});
  }
  for (const std::string layer : {"0", "1"}) {
    const Shape key = blocks ? Shape{-1, 2, -1, 8} : Shape{2, 8, -1};
    const Shape value = blocks ? Shape{-1, 2, -1, 8} : Shape{2, -1, 8};
    it.encoder.output("ck" + layer, key);
    it.encoder.output("cv" + layer, value);
    it.decoder.input("ck" + layer, key);
    it.decoder.input("cv" + layer, value);
    for (const std::string cache : {"k", "v"}) {
      it.decoder.input(cache + layer, {-1, 2, -1, 8});
      it.decoder.output(cache + layer + "_out", {-1, 2, -1, 8});
    }
  }
  it.decoder.output("topk_logp", {-1, 8});
  it.decoder.output("topk_ids", {-1, 8});
  return it;
}

TEST(SequenceModelContract, GoodOnesAreTaken) {
  EXPECT_EQ("no error", recurrent().error());
  for (const bool blocks : {false, true}) {
    Declared it = transformer(blocks);
    const auto model = SequenceModel::make(it.encoder, it.decoder);
    ASSERT_TRUE(model.ok()) << model.status().message();
    EXPECT_EQ(blocks, (*model)->takes_blocks());
    EXPECT_EQ(96U, (*model)->vocabulary());
  }
  for (const std::string said : {"", "many", "-3"}) {
    Declared it = recurrent();
    it.decoder.vocabulary(said);
    const auto model = SequenceModel::make(it.encoder, it.decoder);
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(0U, (*model)->vocabulary()) << said;
  }
}

TEST(SequenceModelContract, AMissingTensorIsNamed) {
  for (const std::string name : {"topk_logp", "topk_ids"}) {
    for (Declared it : {recurrent(), transformer(false), transformer(true)}) {
      it.decoder.remove_output(name);
      EXPECT_EQ("the decoder has no output '" + name + "'", it.error());
    }
  }
  for (Declared it : {recurrent(), transformer(false)}) {
    it.encoder.remove_input("src");
    EXPECT_EQ("the encoder has no input 'src'", it.error());
  }
  for (const std::string name : {"mem", "key_t", "state"}) {
    Declared it = recurrent();
    it.encoder.remove_output(name);
    EXPECT_EQ("the encoder has no output '" + name + "'", it.error());
  }
  for (const std::string name : {"mem", "key_t"}) {
    Declared it = recurrent();
    it.decoder.remove_input(name);
    EXPECT_EQ("the decoder's input '" + name + "' has no known width", it.error());
  }
  for (const std::string name : {"token", "beam_idx"}) {
    Declared it = recurrent();
    it.decoder.remove_input(name);
    EXPECT_EQ("the decoder has no input '" + name + "'", it.error());
  }
  Declared it = recurrent();
  it.decoder.remove_output("state_out");
  EXPECT_EQ("the decoder has no output 'state_out'", it.error());
  it = recurrent();
  it.decoder.remove_input("state");
  EXPECT_THAT(it.error(), HasSubstr("neither the input 'state' of a recurrent network nor 'k0'"));
}

TEST(SequenceModelContract, AMissingTensorOfATransformerIsNamed) {
  for (const bool blocks : {false, true}) {
    for (const std::string name : {"ck1", "cv1", "ck0"}) {
      Declared it = transformer(blocks);
      it.encoder.remove_output(name);
      EXPECT_THAT(it.error(), HasSubstr("'" + name + "' is not an output of the one"));
      it = transformer(blocks);
      it.decoder.remove_input(name);
      EXPECT_THAT(it.error(), HasSubstr("'" + name + "' is not an output of the one"));
    }
    Declared it = transformer(blocks);
    it.decoder.remove_input("v1");
    EXPECT_EQ("the decoder lacks a tensor of layer 1", it.error());
    it = transformer(blocks);
    it.decoder.remove_output("k0_out");
    EXPECT_EQ("the decoder lacks a tensor of layer 0", it.error());
    it = transformer(blocks);
    it.decoder.remove_input("token");
    EXPECT_EQ("the decoder has no input 'token'", it.error());
  }
  Declared it = transformer(false);
  it.decoder.remove_input("beam_idx");
  EXPECT_EQ("the decoder has no input 'beam_idx'", it.error());
}

TEST(SequenceModelContract, WrongShapesAreNamed) {
  Declared it = recurrent();
  it.decoder.output("topk_logp", {-1, 4});
  EXPECT_EQ("the decoder's output 'topk_logp' has 4 candidates; 8 are needed", it.error());
  it = transformer(true);
  it.decoder.output("topk_ids", {});
  EXPECT_EQ("the decoder's output 'topk_ids' has 0 candidates; 8 are needed", it.error());
  it = recurrent();
  it.encoder.output("state", {1, 16});
  EXPECT_THAT(it.error(), HasSubstr("not of one network: their states differ in width"));
  it = recurrent();
  it.decoder.input("mem", {-1, -1});
  EXPECT_EQ("the decoder's input 'mem' has no known width", it.error());
  it = recurrent();
  it.decoder.input("state", {32});
  EXPECT_EQ("the decoder's input 'state' has no known width", it.error());
  for (const bool blocks : {false, true}) {
    it = transformer(blocks);
    it.decoder.input("k0", {-1, 2, -1});
    EXPECT_EQ("the decoder's input 'k0' has no known heads and width", it.error());
    it = transformer(blocks);
    it.encoder.output("ck0", blocks ? Shape{1, 2, -1, 4} : Shape{2, 4, -1});
    EXPECT_THAT(it.error(), HasSubstr("not of one network: their heads differ in width"));
  }
}

// ---- State ----

struct Said {
  std::vector<float> log_probabilities;
  std::vector<TokenId> tokens;
};

Said said_at(const SequenceModel& model, std::size_t row) {
  const Candidates candidates = model.candidates(row);
  return {{candidates.log_probability.begin(), candidates.log_probability.end()},
          {candidates.token.begin(), candidates.token.end()}};
}

void expect_same(const Said& want, const Said& got) {
  EXPECT_EQ(want.tokens, got.tokens);
  for (std::size_t i = 0; i < want.log_probabilities.size(); ++i) {
    EXPECT_NEAR(want.log_probabilities[i], got.log_probabilities[i], 1e-4);
  }
}

class SequenceModelTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    zoo_ = test::translation_zoo();
    runtime_ = test::onnx_runtime();
    ASSERT_NE(nullptr, runtime_);
    encoder_ = open("encoder.onnx");
    decoder_ = open("decoder.onnx");
    auto model = SequenceModel::make(*encoder_, *decoder_);
    ASSERT_TRUE(model.ok()) << model.status().message();
    model_ = std::move(*model);
  }
  std::unique_ptr<Session> open(const std::string& name) {
    auto session = runtime_->open(test::translation_folder() / GetParam() / name, {});
    EXPECT_TRUE(session.ok()) << session.status().message();
    return session.ok() ? std::move(*session) : nullptr;
  }
  // What follows these tokens, all given anew.
  Said replayed(const std::vector<TokenId>& source, const std::vector<TokenId>& tokens) {
    EXPECT_TRUE(model_->begin(source).ok());
    for (const TokenId token : tokens) {
      const std::array<TokenId, 1> one{token};
      const std::array<std::int64_t, 1> parent{0};
      EXPECT_TRUE(model_->advance(one, parent).ok());
    }
    return said_at(*model_, 0);
  }

  Zoo zoo_;
  std::shared_ptr<Runtime> runtime_;
  std::unique_ptr<Session> encoder_;
  std::unique_ptr<Session> decoder_;
  std::unique_ptr<SequenceModel> model_;
  const std::vector<TokenId> source_{20, 7, 33, 90, 41, 2};
};

TEST_P(SequenceModelTest, RoundsOfHypothesesAreThoseOfEachAlone) {
  using Tokens = std::vector<TokenId>;
  // Rounds of 1, 3, 4, 2 and 3 hypotheses: they part, are put in another order, and end.
  const std::vector<Tokens> tokens{{1}, {10, 11, 12}, {20, 21, 22, 23}, {30, 31}, {40, 41, 42}};
  const std::vector<std::vector<std::int64_t>> parents{
      {0}, {0, 0, 0}, {2, 0, 2, 1}, {3, 0}, {1, 1, 0}};
  ASSERT_TRUE(model_->begin(source_).ok());
  std::vector<Tokens> hypotheses{{}};
  std::map<Tokens, Said> said;
  for (std::size_t round = 0; round < tokens.size(); ++round) {
    ASSERT_TRUE(model_->advance(tokens[round], parents[round]).ok());
    std::vector<Tokens> next;
    for (std::size_t b = 0; b < tokens[round].size(); ++b) {
      next.push_back(hypotheses[static_cast<std::size_t>(parents[round][b])]);
      next.back().push_back(tokens[round][b]);
      said[next.back()] = said_at(*model_, b);
    }
    hypotheses = std::move(next);
  }
  EXPECT_EQ(tokens.size(), model_->calls());
  for (const auto& [hypothesis, in_round] : said) {
    SCOPED_TRACE(testing::PrintToString(hypothesis));
    expect_same(replayed(source_, hypothesis), in_round);
  }
}

TEST_P(SequenceModelTest, ABlockSaysWhatSingleStepsSay) {
  const std::vector<TokenId> tokens{1, 17, 40, 5, 66, 23, 8};
  ASSERT_TRUE(model_->begin(source_).ok());
  ASSERT_TRUE(model_->advance_block(std::span(tokens).first(2)).ok());
  ASSERT_TRUE(model_->advance_block(std::span(tokens).subspan(2)).ok());
  std::vector<Said> block;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) block.push_back(said_at(*model_, i));
  EXPECT_EQ(model_->takes_blocks() ? 2U : tokens.size(), model_->calls());
  for (std::size_t i = 0; i < block.size(); ++i) {
    SCOPED_TRACE(i);
    expect_same(replayed(source_, {tokens.begin(), tokens.begin() + 3 + static_cast<long>(i)}),
                block[i]);
  }
}

TEST_P(SequenceModelTest, WhatIsRewoundIsForgotten) {
  const std::vector<TokenId> tokens{1, 17, 40, 5, 66, 23, 8};
  const Said want = replayed(source_, {1, 17, 40, 50, 51});
  for (const std::size_t keep : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    ASSERT_TRUE(model_->begin(source_).ok());
    ASSERT_TRUE(model_->advance_block(tokens).ok());
    model_->rewind(keep);
    const std::vector<TokenId> rest{1, 17, 40, 50, 51};
    ASSERT_TRUE(model_->advance_block(std::span(rest).subspan(keep)).ok());
    expect_same(want, said_at(*model_, rest.size() - keep - 1));
  }
}

TEST_P(SequenceModelTest, ASentenceLeavesNoTrace) {
  const std::vector<TokenId> longer{40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 2};
  const std::vector<TokenId> hypothesis{1, 30, 31};
  const Said want = replayed(source_, hypothesis);
  ASSERT_TRUE(model_->begin(longer).ok());
  const std::vector<TokenId> tokens{1, 1, 1};
  const std::vector<std::int64_t> parents{0, 0, 0};
  ASSERT_TRUE(model_->advance(tokens, parents).ok());
  const Said other = replayed(longer, hypothesis);
  EXPECT_NE(want.log_probabilities, other.log_probabilities);
  expect_same(want, replayed(source_, hypothesis));
}

TEST_P(SequenceModelTest, ATokenThatTheNetworkDoesNotKnowIsAFailure) {
  EXPECT_EQ(StatusCode::kRuntimeError, model_->begin(std::vector<TokenId>{5, 96, 2}).code());
  ASSERT_TRUE(model_->begin(source_).ok());
  EXPECT_THAT(model_->advance_block(std::vector<TokenId>{4000}).message(),
              testing::StartsWith("decoder: "));
}

INSTANTIATE_TEST_SUITE_P(Networks, SequenceModelTest,
                         testing::Values("gru", "step", "block", "near", "block-int8"),
                         [](const auto& param) {
                           return param.param == "block-int8" ? "block_int8" : param.param;
                         });

TEST(SequenceModelPositions, TooManyAreAFailureOfTheTransformer) {
  const auto runtime = test::onnx_runtime();
  for (const std::string name : {"step", "block"}) {
    const auto encoder = runtime->open(test::translation_folder() / name / "encoder.onnx", {});
    const auto decoder = runtime->open(test::translation_folder() / name / "decoder.onnx", {});
    ASSERT_TRUE(encoder.ok() && decoder.ok());
    const auto model = SequenceModel::make(**encoder, **decoder);
    ASSERT_TRUE(model.ok());
    // The networks have 64 positions.
    EXPECT_TRUE((*model)->begin(std::vector<TokenId>(64, 20)).ok());
    EXPECT_TRUE((*model)->advance_block(std::vector<TokenId>(64, 20)).ok());
    EXPECT_EQ(StatusCode::kRuntimeError,
              (*model)->advance_block(std::vector<TokenId>(1, 20)).code());
    EXPECT_EQ(StatusCode::kRuntimeError, (*model)->begin(std::vector<TokenId>(65, 20)).code());
  }
}

}  // namespace
}  // namespace rightsize
