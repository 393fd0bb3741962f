// Proves on small networks of every contract that a zoo's models translate as their networks
// decode: drafted as greedy for every pair, the two contracts of a Transformer alike; that files
// are opened once; and that every file that is missing, damaged or another's is refused by name.
#include "text/text_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/checksum.h"
#include "tests/translation_support.h"
#include "text/memory_translator.h"

namespace rightsize {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Counts the files that are opened.
class CountingRuntime : public Runtime {
 public:
  explicit CountingRuntime(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}
  std::string name() const override { return runtime_->name(); }
  Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                        const SessionSpec& spec) override {
    ++opened;
    return runtime_->open(file, spec);
  }
  int opened = 0;

 private:
  std::shared_ptr<Runtime> runtime_;
};

class TextModelsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(nullptr, runtime_);
    counting_ = std::make_shared<CountingRuntime>(runtime_);
  }
  // A model of this zoo; the set is kept open.
  std::unique_ptr<TextModel> open(const Zoo& zoo, const std::string& name) {
    sets_.push_back(std::make_unique<TextModels>(zoo, folders(), counting_));
    const ModelIndex index = test::index_in(zoo, name);
    const Status status = sets_.back()->open(index);
    EXPECT_TRUE(status.ok()) << status.message();
    if (!status.ok()) return nullptr;
    auto model = sets_.back()->make(index);
    EXPECT_TRUE(model.ok()) << model.status().message();
    return model.ok() ? std::move(*model) : nullptr;
  }
  std::unique_ptr<TextModel> open(const std::string& name) { return open(zoo_, name); }

  // Why the model called `name` cannot be opened.
  Status refusal(const Zoo& zoo, const std::string& name) {
    TextModels models(zoo, folders(), runtime_);
    return models.open(test::index_in(zoo, name));
  }
  static std::vector<std::filesystem::path> folders() { return {test::translation_folder()}; }

  static TextOutcome translated(TextModel& model, const std::string& sentence,
                                TextModel::Times* times = nullptr) {
    TextOutcome outcome;
    TextModel::Times own;
    const Status status =
        model.translate(sentence, kNever, outcome, times != nullptr ? *times : own);
    EXPECT_TRUE(status.ok()) << sentence << ": " << status.message();
    return outcome;
  }
  ModelSpec& spec(const std::string& name) { return zoo_.models[test::index_in(zoo_, name)]; }

  Zoo zoo_ = test::translation_zoo();
  const std::vector<std::string> sentences_ = test::test_sentences();
  std::shared_ptr<Runtime> runtime_ = test::onnx_runtime();
  std::shared_ptr<CountingRuntime> counting_;
  std::vector<std::unique_ptr<TextModels>> sets_;
};

void expect_same(const TextOutcome& want, const TextOutcome& got) {
  EXPECT_EQ(want.text, got.text);
  EXPECT_EQ(want.source_pieces, got.source_pieces);
  EXPECT_EQ(want.target_tokens, got.target_tokens);
  EXPECT_EQ(want.finished, got.finished);
  EXPECT_EQ(want.stopped, got.stopped);
  for (std::size_t s = 0; s < want.signals.size(); ++s) {
    if (std::isnan(want.signals[s]) && std::isnan(got.signals[s])) continue;
    EXPECT_NEAR(want.signals[s], got.signals[s], 1e-3) << s;
  }
}

// ---- Translations ----

TEST_F(TextModelsTest, TranslationsDifferFromSentenceToSentence) {
  for (const char* name : {"gru", "gru_int8", "step", "block", "block_int8", "near"}) {
    const auto model = open(name);
    std::set<std::string> texts;
    std::size_t finished = 0;
    for (const std::string& sentence : sentences_) {
      const TextOutcome outcome = translated(*model, sentence);
      texts.insert(outcome.text);
      finished += outcome.finished ? 1 : 0;
      EXPECT_LE(outcome.signals[static_cast<std::size_t>(Signal::kMeanLogProbability)], 0.0);
    }
    // What the other tests compare is worth comparing.
    EXPECT_GT(texts.size(), 60U) << name;
    EXPECT_GT(finished, 10U) << name;
  }
}

TEST_F(TextModelsTest, BothContractsOfATransformerTranslateAlike) {
  spec("block_beam").translation.beam = spec("step_beam").translation.beam;
  for (const auto& [one, other] :
       {std::pair{"step", "block"}, std::pair{"step_beam", "block_beam"}}) {
    const auto step = open(one);
    const auto block = open(other);
    for (const std::string& sentence : sentences_) {
      expect_same(translated(*step, sentence), translated(*block, sentence));
    }
  }
}

TEST_F(TextModelsTest, ABeamOfTheLeastWidthDiffersFromGreedy) {
  spec("gru_beam").translation.beam = 2;
  const auto greedy = open("gru");
  const auto beam = open("gru_beam");
  int differ = 0;
  for (const std::string& sentence : sentences_) {
    const TextOutcome outcome = translated(*beam, sentence);
    differ += outcome.text != translated(*greedy, sentence).text ? 1 : 0;
    EXPECT_TRUE(std::isnan(outcome.signals[static_cast<std::size_t>(Signal::kMargin)]));
  }
  EXPECT_GT(differ, 10);
}

TEST_F(TextModelsTest, DraftedIsGreedyForEveryPair) {
  const std::vector<std::string> networks{"gru", "gru_int8", "step", "block", "block_int8", "near"};
  for (const std::string& target : networks) {
    const auto greedy = open(target);
    std::vector<TextOutcome> wanted;
    const std::vector<std::string> sentences(sentences_.begin(), sentences_.begin() + 50);
    for (const std::string& sentence : sentences) wanted.push_back(translated(*greedy, sentence));
    // Every network, the memory, and both.
    std::vector<std::pair<std::string, std::string>> drafts{{"", "memory"}, {"near", "memory"}};
    for (const std::string& draft : networks) drafts.emplace_back(draft, "");
    for (const auto& [draft, memory] : drafts) {
      SCOPED_TRACE(target + " by '" + draft + "' and '" + memory + "'");
      ModelSpec drafted = spec(target);
      drafted.name = "it";
      drafted.translation.decoding = Decoding::kDrafted;
      drafted.translation.draft = draft;
      drafted.translation.draft_memory = memory;
      Zoo zoo = zoo_;
      zoo.models.push_back(drafted);
      const auto model = open(zoo, "it");
      DraftCounts all;
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        TextModel::Times times;
        expect_same(wanted[i], translated(*model, sentences[i], &times));
        EXPECT_LE(times.draft.accepted, times.draft.tried);
        EXPECT_LE(times.draft.tried, times.draft.drafted);
        all += times.draft;
      }
      EXPECT_GT(all.tried, 0U);
      if (draft == target && memory.empty()) {
        EXPECT_GT(10 * all.accepted, 9 * all.tried) << "its own tokens";
      }
      if (HasFailure()) return;
    }
  }
}

TEST_F(TextModelsTest, ADraftThatTakesShorterSentencesDoesNotFailTheLongOnes) {
  // The Transformers have 64 positions; a recurrent network has no limit but the manifest's.
  ModelSpec greedy = spec("gru");
  greedy.name = "long";
  greedy.translation.max_source = greedy.translation.max_tokens = 250;
  ModelSpec drafted = greedy;
  drafted.name = "drafted_long";
  drafted.translation.decoding = Decoding::kDrafted;
  zoo_.models.push_back(greedy);
  std::string sentence;
  for (std::size_t i = 0; i < 5; ++i) sentence += sentences_[i] + " ";
  for (const char* draft : {"step", "block"}) {
    drafted.translation.draft = draft;
    zoo_.models.push_back(drafted);
    const TextOutcome want = translated(*open("long"), sentence);
    EXPECT_GT(want.source_pieces, 64U);
    expect_same(want, translated(*open("drafted_long"), sentence));
    zoo_.models.pop_back();
  }
}

TEST_F(TextModelsTest, DraftsFromTheMemoryOfKnownSentences) {
  const auto drafted = open("drafted");
  const auto greedy = open("block");
  for (const std::string& sentence : test::lines_of(test::translation_folder() / "known.en")) {
    expect_same(translated(*greedy, sentence), translated(*drafted, sentence));
  }
}

TEST_F(TextModelsTest, TheMemoryOfTheTestsIsWhatItsPairsGive) {
  const auto sources = test::lines_of(test::translation_folder() / "known.en");
  const auto targets = test::lines_of(test::translation_folder() / "known.de");
  ASSERT_EQ(sources.size(), targets.size());
  std::vector<SentencePair> pairs;
  for (std::size_t i = 0; i < sources.size(); ++i) pairs.push_back({sources[i], targets[i]});
  EXPECT_EQ(memory_bytes(pairs), test::text_of(test::translation_folder() / "memory.rstm"));
  const auto memory = open("memory");
  for (const SentencePair& pair : pairs)
    EXPECT_EQ(pair.target, translated(*memory, pair.source).text);
}

// ---- Sharing ----

TEST_F(TextModelsTest, ModelsThatDifferInDecodingShareTheirFiles) {
  TextModels models(zoo_, {}, counting_);
  const auto opened_for = [&](const char* name) {
    const int before = counting_->opened;
    const Status status = models.open(test::index_in(zoo_, name));
    EXPECT_TRUE(status.ok()) << status.message();
    return counting_->opened - before;
  };
  EXPECT_EQ(2, opened_for("gru"));
  EXPECT_EQ(0, opened_for("gru_beam"));
  EXPECT_EQ(2, opened_for("block"));
  EXPECT_EQ(0, opened_for("block_beam"));
  EXPECT_EQ(2, opened_for("drafted")) << "of its draft; its own are open";
  EXPECT_EQ(0, opened_for("near"));
  EXPECT_EQ(0, opened_for("memory"));
  EXPECT_EQ(0, opened_for("gru"));
  EXPECT_TRUE(models.is_open(test::index_in(zoo_, "gru_beam")));
  EXPECT_FALSE(models.is_open(test::index_in(zoo_, "step")));
  // Models made from shared sessions do not disturb each other.
  const auto one = models.make(test::index_in(zoo_, "gru"));
  const auto two = models.make(test::index_in(zoo_, "gru_beam"));
  ASSERT_TRUE(one.ok() && two.ok());
  const TextOutcome alone = translated(**one, sentences_[0]);
  translated(**two, sentences_[1]);
  expect_same(alone, translated(**one, sentences_[0]));
}

TEST_F(TextModelsTest, AnotherSetUpIsAnotherSession) {
  spec("gru_beam").session.exact_int8 = true;
  TextModels models(zoo_, {}, counting_);
  ASSERT_TRUE(models.open(test::index_in(zoo_, "gru")).ok());
  ASSERT_TRUE(models.open(test::index_in(zoo_, "gru_beam")).ok());
  EXPECT_EQ(4, counting_->opened);
}

// ---- Files ----

TEST_F(TextModelsTest, AMissingPartIsNamed) {
  for (const auto change : {+[](ModelSpec& it) { it.file = "no/part"; },
                            +[](ModelSpec& it) { it.translation.encoder.file = "no/part"; },
                            +[](ModelSpec& it) { it.translation.tokenizer.file = "no/part"; }}) {
    Zoo zoo = zoo_;
    change(zoo.models[test::index_in(zoo, "gru")]);
    const Status status = refusal(zoo, "gru");
    EXPECT_EQ(StatusCode::kNotFound, status.code());
    EXPECT_THAT(status.message(),
                AllOf(StartsWith("model 'gru': no file at "), HasSubstr("no/part")));
    EXPECT_TRUE(refusal(zoo, "step").ok()) << "others do not need it";
  }
  spec("memory").file = "no.rstm";
  EXPECT_THAT(refusal(zoo_, "memory").message(), StartsWith("model 'memory': no file at "));
  EXPECT_THAT(refusal(zoo_, "drafted").message(), StartsWith("model 'memory': no file at "));
}

TEST_F(TextModelsTest, ADamagedPartIsNamed) {
  const test::TemporaryFolder folder;
  std::filesystem::copy(
      test::translation_folder(), folder.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  zoo_.folder = folder.path();
  for (const auto& [name, file] :
       {std::pair{"gru", "gru/decoder.onnx"}, std::pair{"gru", "gru/encoder.onnx"},
        std::pair{"gru", "spm.model"}, std::pair{"memory", "memory.rstm"}}) {
    const std::string good = test::text_of(folder / file);
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    for (const std::string& content : {bad, good.substr(0, good.size() / 2), std::string()}) {
      folder.write(file, content);
      const Status status = refusal(zoo_, name);
      EXPECT_EQ(StatusCode::kMismatch, status.code());
      EXPECT_THAT(status.message(), AllOf(StartsWith("model '" + std::string(name) + "': "),
                                          HasSubstr(std::string(file) + ": its SHA-256 is ")));
    }
    folder.write(file, good);
    EXPECT_TRUE(refusal(zoo_, name).ok());
  }
}

// As a manifest would declare them.
FileSpec part(const std::string& file) {
  return {file, *sha256_of_file(test::translation_folder() / file)};
}

TEST_F(TextModelsTest, ATokenizerOfAnotherVocabularyIsRefused) {
  spec("gru").translation.tokenizer = part("other.model");
  const Status status = refusal(zoo_, "gru");
  EXPECT_EQ(StatusCode::kMismatch, status.code());
  EXPECT_EQ(
      "model 'gru': its network has a vocabulary of 96 pieces, its tokenizer 'other.model' has 76; "
      "they do not belong together",
      status.message());
}

TEST_F(TextModelsTest, WhatIsNoTokenizerIsRefused) {
  for (const char* file : {"gru/encoder.onnx", "test.en", "memory.rstm"}) {
    spec("gru").translation.tokenizer = part(file);
    EXPECT_THAT(refusal(zoo_, "gru").message(),
                AllOf(StartsWith("model 'gru': "), HasSubstr(std::string(file) + ": is no")));
  }
}

TEST_F(TextModelsTest, PartsOfDifferentNetworksAreRefused) {
  const std::string encoder = spec("gru").translation.encoder.file;
  for (const char* other : {"block", "step"}) {
    Zoo zoo = zoo_;
    zoo.models[test::index_in(zoo, "gru")].translation.encoder = spec(other).translation.encoder;
    const Status status = refusal(zoo, "gru");
    EXPECT_EQ(StatusCode::kMismatch, status.code());
    EXPECT_THAT(status.message(),
                StartsWith("model 'gru': " + std::string(other) +
                           "/encoder.onnx and gru/decoder.onnx: the encoder has no output"));
  }
  spec("step").translation.encoder = spec("block").translation.encoder;
  EXPECT_THAT(refusal(zoo_, "step").message(),
              AllOf(StartsWith("model 'step': block/encoder.onnx and step/decoder.onnx: "),
                    HasSubstr("not of one network")));
  // An encoder as decoder, and an image classifier.
  for (const char* file : {"gru/encoder.onnx", "../small.onnx"}) {
    const FileSpec other = part(file);
    spec("gru").file = other.file;
    spec("gru").sha256 = other.sha256;
    EXPECT_THAT(refusal(zoo_, "gru").message(), HasSubstr("the decoder has no output 'topk_logp'"));
  }
  const FileSpec four = part("four/decoder.onnx");
  spec("gru").file = four.file;
  spec("gru").sha256 = four.sha256;
  EXPECT_THAT(refusal(zoo_, "gru").message(), HasSubstr("has 4 candidates; 8 are needed"));
}

TEST_F(TextModelsTest, WhatIsNoMemoryIsRefused) {
  for (const char* file : {"test.en", "spm.model"}) {
    const FileSpec other = part(file);
    spec("memory").file = other.file;
    spec("memory").sha256 = other.sha256;
    EXPECT_THAT(refusal(zoo_, "memory").message(),
                AllOf(StartsWith("model 'memory': "),
                      HasSubstr(std::string(file) + ": is no translation memory")));
  }
}

// ---- Sentences ----

Status failure(TextModel& model, const std::string& sentence) {
  TextOutcome outcome;
  TextModel::Times times;
  return model.translate(sentence, kNever, outcome, times);
}

TEST_F(TextModelsTest, TooLongSentences) {
  std::string line;
  for (int i = 0; i < 10000; ++i) line += "lamp ";
  for (const char* name : {"gru", "step_beam", "drafted"}) {
    const auto model = open(name);
    const Status status = failure(*model, line);
    EXPECT_EQ(StatusCode::kLimitExceeded, status.code());
    EXPECT_THAT(status.message(), AllOf(HasSubstr("the model takes at most 60; split it")));
    translated(*model, sentences_[0]);  // goes on
  }
  const auto memory = open("memory");
  EXPECT_EQ("", translated(*memory, line).text);
}

TEST_F(TextModelsTest, SentencesAsLongAsIsAllowed) {
  const auto pieces_of = [](std::size_t count) {
    std::string text = "x";  // a piece of its own for each: no merges were learnt for it
    for (std::size_t i = 2; i < count; ++i) text += "x";
    return text;
  };
  const auto model = open("step");
  std::size_t longest = 0;
  for (std::size_t count = 50; count < 70; ++count) {
    TextOutcome outcome;
    TextModel::Times times;
    if (model->translate(pieces_of(count), kNever, outcome, times).ok()) {
      longest = std::max(longest, outcome.source_pieces);
      EXPECT_LE(outcome.target_tokens, 60U);
    }
  }
  EXPECT_EQ(60U, longest);
}

TEST_F(TextModelsTest, ScriptsThatTheModelDoesNotKnow) {
  const auto model = open("gru");
  for (const char* text : {"你好，世界。", "Привет, мир. 12", "שלום.", "🙂🙂 🙂"}) {
    const Status status = failure(*model, text);
    EXPECT_EQ(StatusCode::kInvalidInput, status.code()) << text;
    EXPECT_THAT(status.message(), HasSubstr("is it in the model's source language?"));
  }
  // A foreign word in a sentence is no reason to refuse it.
  translated(*model, "The lamp counts 石 stones.");
}

TEST_F(TextModelsTest, NothingIsTranslatedIntoNothing) {
  for (const char* name : {"gru", "gru_beam", "drafted", "memory"}) {
    const auto model = open(name);
    const TextOutcome outcome = translated(*model, "");
    EXPECT_EQ("", outcome.text);
    EXPECT_TRUE(outcome.finished);
  }
}

TEST_F(TextModelsTest, TimeThatIsOverEndsADecodingAtItsFirstToken) {
  for (const char* name : {"gru", "gru_beam", "step", "block", "drafted"}) {
    const auto model = open(name);
    TextOutcome outcome;
    TextModel::Times times;
    ASSERT_TRUE(model->translate(sentences_[3], wall_now() - Nanoseconds(1), outcome, times).ok());
    EXPECT_TRUE(outcome.stopped || outcome.finished) << name;
    EXPECT_LE(times.decoder_calls, 1U) << name;
    const TextOutcome whole = translated(*model, sentences_[3]);
    EXPECT_FALSE(whole.stopped);
  }
}

TEST_F(TextModelsTest, ANetworkWithoutNumbersFails) {
  const FileSpec nan = part("nan/decoder.onnx");
  for (const char* name : {"gru", "gru_beam"}) {
    spec(name).file = nan.file;
    spec(name).sha256 = nan.sha256;
    const auto model = open(name);
    const Status status = failure(*model, sentences_[0]);
    EXPECT_EQ(StatusCode::kRuntimeError, status.code());
    EXPECT_THAT(status.message(), HasSubstr("no numbers (NaN)"));
  }
}

}  // namespace
}  // namespace rightsize
