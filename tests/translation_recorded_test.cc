// Compares translations with those that another program recorded over the same files: the zoo
// mt-zoo with its hypotheses.csv.gz, and sentences of ../multi30k. Skipped where they are not
// there.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <sstream>

#include "core/checksum.h"
#include "lab/text/metrics.h"
#include "tests/translation_support.h"

namespace rightsize {
namespace {

constexpr std::size_t kSentences = 250;
constexpr const char* kSplit = "test2016";

std::filesystem::path data() { return test::imagenet_folder().parent_path(); }

// Int8 products of x86-64 without VNNI saturate; with it, and on other machines, they do not, so
// that a translation goes another way now and then. The recording was made without.
bool like_the_recording() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("avx512vnni") == 0 &&
         test::text_of("/proc/cpuinfo").find("avx_vnni") == std::string::npos;
#else
  return false;
#endif
}

// The cells of a record that begins at `at`, by RFC 4180; `at` is moved behind it.
std::vector<std::string> next_record(const std::string& text, std::size_t& at) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      if (quoted && at + 1 < text.size() && text[at + 1] == '"') {
        cells.back() += text[++at];
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c == '\n' && !quoted) {
      ++at;
      break;
    } else if (c != '\r' || quoted) {
      cells.back() += c;
    }
  }
  return cells;
}

std::string unzipped(const std::filesystem::path& file) {
  std::string text;
  std::FILE* pipe = ::popen(("gzip -dc '" + file.string() + "'").c_str(), "r");
  EXPECT_NE(nullptr, pipe);
  std::array<char, 65536> buffer{};
  while (pipe != nullptr) {
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe);
    if (size == 0) break;
    text.append(buffer.data(), size);
  }
  if (pipe != nullptr) EXPECT_EQ(0, ::pclose(pipe)) << file;
  return text;
}

// Of the first sentences of the split: [variant][sentence], a column of a table.
using Column = std::map<std::string, std::map<std::size_t, std::string>>;

Column column(const std::string& table, const std::string& name) {
  std::size_t at = 0;
  const std::vector<std::string> head = next_record(table, at);
  const auto place =
      static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  EXPECT_LT(place, head.size()) << name;
  Column values;
  while (at < table.size()) {
    const std::vector<std::string> cells = next_record(table, at);
    if (cells.size() != head.size() || cells[0] != kSplit) continue;
    const std::size_t sentence = std::stoul(cells[1]);
    if (sentence < kSentences) values[cells[2]][sentence] = cells[place];
  }
  return values;
}

class TranslationRecordedTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* file : {"mt-zoo/hypotheses.csv.gz", "multi30k/test_2016_flickr.en"}) {
      if (!std::filesystem::exists(data() / file)) {
        GTEST_SKIP() << "no " << data() / file << ": set RIGHTSIZE_TEST_DATA";
      }
    }
    wanted_ = column(unzipped(data() / "mt-zoo/hypotheses.csv.gz"), "hyp");
    sources_ = test::lines_of(data() / "multi30k/test_2016_flickr.en");
    references_ = test::lines_of(data() / "multi30k/test_2016_flickr.de");
    sources_.resize(kSentences);
    runtime_ = test::onnx_runtime();
    ASSERT_NE(nullptr, runtime_);
  }

  // A zoo with these folders' networks, greedy and with a beam as the recording had it.
  static Zoo zoo(const std::vector<std::string>& folders) {
    const auto part = [](const std::string& file) {
      const Result<std::string> digest = sha256_of_file(data() / "mt-zoo" / file);
      EXPECT_TRUE(digest.ok()) << file;
      return FileSpec{file, digest.ok() ? *digest : ""};
    };
    Zoo zoo{.name = "recorded", .task = kTranslation, .folder = data() / "mt-zoo"};
    for (const std::string& folder : folders) {
      const FileSpec decoder = part(folder + "/decoder_step.onnx");
      ModelSpec model{.name = folder + "/greedy", .file = decoder.file, .sha256 = decoder.sha256};
      model.translation.encoder = part(folder + "/encoder.onnx");
      model.translation.tokenizer = part("spm.model");
      model.translation.beam_stop = BeamStop::kFinished;
      zoo.models.push_back(model);
      model.name = folder + "/beam4";
      model.translation.decoding = Decoding::kBeam;
      model.translation.beam = 4;
      zoo.models.push_back(model);
    }
    return zoo;
  }

  struct Agreement {
    double same = 0.0;         // share of the sentences
    double bleu = 0.0;         // of the corpus, in points
    double wanted_bleu = 0.0;  // of the recorded hypotheses
  };
  Agreement agreement(const Zoo& zoo, TextModels& models, ModelIndex index) {
    const std::string& name = zoo.models[index].name;
    EXPECT_EQ(kSentences, wanted_[name].size()) << name;
    const Status opened = models.open(index);
    EXPECT_TRUE(opened.ok()) << opened.message();
    if (!opened.ok()) return {};
    const auto model = models.make(index);
    EXPECT_TRUE(model.ok());
    std::size_t same = 0;
    TextCounts sum;
    TextCounts wanted_sum;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      TextOutcome outcome;
      TextModel::Times times;
      EXPECT_TRUE((*model)->translate(sources_[i], kNever, outcome, times).ok());
      same += outcome.text == wanted_[name][i] ? 1 : 0;
      sum += count(outcome.text, references_[i]);
      wanted_sum += count(wanted_[name][i], references_[i]);
    }
    const Agreement found{static_cast<double>(same) / static_cast<double>(sources_.size()),
                          100 * corpus_value(sum, TextMetric::kBleu),
                          100 * corpus_value(wanted_sum, TextMetric::kBleu)};
    std::printf("%-24s %.1f %% the same, BLEU %.2f, recorded %.2f\n", name.c_str(),
                100 * found.same, found.bleu, found.wanted_bleu);
    return found;
  }

  Column wanted_;
  std::vector<std::string> sources_;
  std::vector<std::string> references_;
  std::shared_ptr<Runtime> runtime_;
};

TEST_F(TranslationRecordedTest, NetworksInFloat32SayTheSame) {
  const Zoo all = zoo({"gru128x1", "gru256x4"});
  TextModels models(all, {}, runtime_);
  for (ModelIndex m = 0; m < all.models.size(); ++m) {
    const Agreement found = agreement(all, models, m);
    EXPECT_GE(found.same, 0.995) << all.models[m].name;
    EXPECT_NEAR(found.wanted_bleu, found.bleu, found.same < 1.0 ? 0.1 : 0.01);
  }
}

TEST_F(TranslationRecordedTest, NetworksInInt8SayTheSameOnLikeMachines) {
  const Zoo all = zoo({"gru128x1-int8", "gru256x2-int8", "trf192x2-int8"});
  TextModels models(all, {}, runtime_);
  const bool like = like_the_recording();
  std::printf("this machine computes int8 products %s the recording's\n", like ? "as" : "unlike");
  for (ModelIndex m = 0; m < all.models.size(); ++m) {
    const Agreement found = agreement(all, models, m);
    EXPECT_GE(found.same, like ? 0.97 : 0.85) << all.models[m].name;
    EXPECT_NEAR(found.wanted_bleu, found.bleu, like ? 0.3 : 1.0) << all.models[m].name;
  }
}

TEST_F(TranslationRecordedTest, SentencesHaveTheirRecordedQuality) {
  const std::string table = unzipped(data() / "mt-zoo/outcomes.csv.gz");
  Column bleu = column(table, "sbleu");
  Column chrf = column(table, "chrf");
  ASSERT_FALSE(bleu.empty());
  std::size_t compared = 0;
  for (const auto& [variant, hypotheses] : wanted_) {
    for (const auto& [sentence, text] : hypotheses) {
      const TextCounts counts = count(text, references_[sentence]);
      EXPECT_NEAR(std::stod(bleu[variant].at(sentence)),
                  100 * sentence_value(counts, TextMetric::kBleu), 0.01)
          << variant << " " << sentence;
      EXPECT_NEAR(std::stod(chrf[variant].at(sentence)),
                  100 * sentence_value(counts, TextMetric::kChrf), 0.01)
          << variant << " " << sentence;
      ++compared;
    }
  }
  EXPECT_GE(compared, 14 * kSentences);
}

}  // namespace
}  // namespace rightsize
