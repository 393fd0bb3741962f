// Proves that a manifest of a translation zoo is read as documented, that its canonical form gives
// it back, and that everything that can be wrong with one is refused with file and line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/manifest.h"
#include "core/manifest_json.h"
#include "tests/support.h"

namespace rightsize {
namespace {

using nlohmann::json;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kA(64, 'a');
const std::string kB(64, 'b');
const std::string kC(64, 'c');
const std::string kD(64, 'd');

// Lines 1 to 6.
const std::string kHeader =
    "format = \"rightsize-zoo\"\nversion = 1\nname = \"z\"\ntask = \"translation\"\n"
    "source_language = \"en\"\ntarget_language = \"de\"\n";

std::string part(const std::string& file, const std::string& sha256) {
  return "{file = \"" + file + "\", sha256 = \"" + sha256 + "\"}";
}
std::string encoder() { return "encoder = " + part("encoder.onnx", kB) + "\n"; }
std::string tokenizer(const std::string& sha256 = kC) {
  return "tokenizer = " + part("spm.model", sha256) + "\n";
}
// Five lines, then the lines of its translation table.
std::string model(const std::string& name, const std::string& translation) {
  return "[[model]]\nname = \"" + name + "\"\nfile = \"decoder.onnx\"\nsha256 = \"" + kA +
         "\"\n[model.translation]\n" + translation;
}
std::string network(const std::string& name, const std::string& more = "") {
  return model(name, encoder() + tokenizer() + more);
}
std::string memory(const std::string& name) { return model(name, "memory = true\n"); }

class TranslationManifestTest : public testing::Test {
 protected:
  Result<Zoo> read(const std::string& text) { return read_manifest(folder_.write("z.toml", text)); }
  // The message without the folder: "z.toml:7: ...".
  std::string error(const std::string& text) {
    const Result<Zoo> zoo = read(text);
    if (zoo.ok()) return "no error";
    const std::string message = zoo.status().message();
    const std::string folder = folder_.path().string() + "/";
    return message.starts_with(folder) ? message.substr(folder.size()) : message;
  }
  // Of a manifest whose only model has this line 14 in its translation table.
  std::string error_of(const std::string& line) {
    return error(kHeader + network("m", line + "\n"));
  }
  TemporaryFolder folder_;
};

const std::string kChecks =
    "[checks.source]\nnegation = [\"not\", \"*n't\"]\nnegating = [\"un*\"]\n"
    "[checks.source.keys]\nctrl = [\"Ctrl\"]\n[checks.source.numbers]\n2 = [\"two\"]\n"
    "[checks.target]\nnegation = [\"nicht\", \"kein*\"]\n"
    "[checks.target.keys]\nctrl = [\"Strg\"]\n[checks.target.numbers]\n2 = [\"zwölf*\"]\n";

TEST_F(TranslationManifestTest, ReadsTheWordsOfTheChecksAndGivesThemBack) {
  const Result<Zoo> zoo = read(kHeader + kChecks + network("m"));
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  EXPECT_THAT(zoo->checks.source.negation, ElementsAre("not", "*n't"));
  EXPECT_THAT(zoo->checks.source.negating, ElementsAre("un*"));
  EXPECT_THAT(zoo->checks.target.keys.at("ctrl"), ElementsAre("Strg"));
  EXPECT_THAT(zoo->checks.target.numbers.at("2"), ElementsAre("zwölf*"));
  const Result<Zoo> again = zoo_from_json(canonical_json(*zoo));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(zoo->checks, again->checks);
}

TEST_F(TranslationManifestTest, AZooWithoutWordsIsAsItWas) {
  const Result<Zoo> zoo = read(kHeader + network("m"));
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  EXPECT_EQ(CheckWords(), zoo->checks);
  EXPECT_EQ(std::string::npos, canonical_json(*zoo).find("checks"));
}

TEST_F(TranslationManifestTest, BadWordsOfTheChecksAreRefused) {
  const auto fault = [&](const std::string& checks) {
    return error(kHeader + "[checks.source]\n" + checks + network("m"));
  };
  EXPECT_THAT(fault("negated = []\n"), AllOf(StartsWith("z.toml:8: "), HasSubstr("negated")));
  EXPECT_THAT(fault("negation = \"not\"\n"), HasSubstr("'negation' must be a list of texts"));
  EXPECT_THAT(fault("negation = [1]\n"), HasSubstr("'negation' must be a list of texts"));
  EXPECT_THAT(fault("negation = [\"*\"]\n"), HasSubstr("lists '*', which is no word"));
  EXPECT_THAT(fault("negating = [\"\"]\n"), HasSubstr("which is no word"));
  EXPECT_THAT(fault("keys = []\n"), HasSubstr("'keys' must be a table"));
  EXPECT_THAT(fault("[checks.source.numbers]\ntwo = [\"two\"]\n"),
              HasSubstr("its keys are digits"));
  EXPECT_THAT(error(kHeader + "[checks.third]\n" + network("m")), HasSubstr("unknown key 'third'"));
}

TEST_F(TranslationManifestTest, ReadsWithDefaults) {
  const Result<Zoo> zoo = read(kHeader + network("m"));
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  EXPECT_EQ("translation", zoo->task);
  EXPECT_EQ("en", zoo->source_language);
  EXPECT_EQ("de", zoo->target_language);
  EXPECT_TRUE(zoo->classes.empty());
  ASSERT_EQ(1U, zoo->models.size());
  ModelSpec expected{.name = "m", .file = "decoder.onnx", .sha256 = kA};
  expected.translation.encoder = {"encoder.onnx", kB};
  expected.translation.tokenizer = {"spm.model", kC};
  EXPECT_EQ(expected, zoo->models[0]);
  // The defaults that the documentation promises.
  EXPECT_EQ(Decoding::kGreedy, expected.translation.decoding);
  EXPECT_EQ(4, expected.translation.beam);
  EXPECT_EQ(BeamStop::kNoneCanWin, expected.translation.beam_stop);
  EXPECT_EQ(250, expected.translation.max_source);
  EXPECT_EQ(250, expected.translation.max_tokens);
  EXPECT_THAT(files_of(zoo->models[0]),
              ElementsAre(FileSpec{"decoder.onnx", kA}, FileSpec{"encoder.onnx", kB},
                          FileSpec{"spm.model", kC}));
}

TEST_F(TranslationManifestTest, EveryKey) {
  const Result<Zoo> zoo = read(
      kHeader + "[defaults.translation]\n" + tokenizer() +
      "beam_stop = \"finished\"\nbeam = 8\nmax_source = 100\nmax_tokens = 90\n" +
      model("draft", encoder()) + memory("memory") +
      model("drafted", encoder() + "decoding = \"drafted\"\ndraft = \"draft\"\n"
                                   "draft_memory = \"memory\"\nmax_source = 50\n") +
      model("beam", encoder() + "decoding = \"beam\"\nbeam = 32\nbeam_stop = \"none-can-win\"\n") +
      "[model.session]\nexact_int8 = true\n");
  ASSERT_TRUE(zoo.ok()) << zoo.status().message();
  ASSERT_EQ(4U, zoo->models.size());
  const TranslationSpec& draft = zoo->models[0].translation;
  EXPECT_EQ((FileSpec{"spm.model", kC}), draft.tokenizer);
  EXPECT_EQ(8, draft.beam);
  EXPECT_EQ(BeamStop::kFinished, draft.beam_stop);
  EXPECT_EQ(100, draft.max_source);
  EXPECT_EQ(90, draft.max_tokens);
  const TranslationSpec only_memory{.memory = true};
  EXPECT_EQ(only_memory, zoo->models[1].translation) << "the defaults are those of networks";
  EXPECT_THAT(files_of(zoo->models[1]), ElementsAre(FileSpec{"decoder.onnx", kA}));
  const TranslationSpec& drafted = zoo->models[2].translation;
  EXPECT_EQ(Decoding::kDrafted, drafted.decoding);
  EXPECT_EQ("draft", drafted.draft);
  EXPECT_EQ("memory", drafted.draft_memory);
  EXPECT_EQ(50, drafted.max_source);
  EXPECT_EQ(90, drafted.max_tokens);
  const TranslationSpec& beam = zoo->models[3].translation;
  EXPECT_EQ(Decoding::kBeam, beam.decoding);
  EXPECT_EQ(32, beam.beam);
  EXPECT_EQ(BeamStop::kNoneCanWin, beam.beam_stop);
  EXPECT_TRUE(zoo->models[3].session.exact_int8);

  const std::string canonical = canonical_json(*zoo);
  const Result<Zoo> back = zoo_from_json(canonical);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(zoo->models, back->models);
  EXPECT_EQ("en", back->source_language);
  EXPECT_EQ("de", back->target_language);
  EXPECT_EQ(canonical, canonical_json(*back));
}

TEST_F(TranslationManifestTest, UnknownKeysAreNamedWithTheirLine) {
  EXPECT_THAT(error_of("beams = 4"),
              StartsWith("z.toml:14: unknown key 'beams' in a translation table; known keys: "));
  EXPECT_THAT(error(kHeader + "classes = \"classes.tsv\"\n" + network("m")),
              StartsWith("z.toml:7: unknown key 'classes' in the manifest"));
  EXPECT_THAT(error(kHeader + network("m") + "[model.input]\nsize = [1, 1]\n"),
              StartsWith("z.toml:14: unknown key 'input' in [[model]]"));
  EXPECT_THAT(error(kHeader + "[defaults.input]\nsize = [1, 1]\n" + network("m")),
              StartsWith("z.toml:7: unknown key 'input' in [defaults]"));
  EXPECT_THAT(error(kHeader + model("m", "encoder = {file = \"e\", sha256 = \"" + kB +
                                             "\", size = 3}\n" + tokenizer())),
              StartsWith("z.toml:12: unknown key 'size' in 'encoder'"));
}

TEST_F(TranslationManifestTest, BadValuesAreNamedWithTheirLine) {
  EXPECT_THAT(error_of("decoding = \"sampling\""),
              AllOf(StartsWith("z.toml:14: 'decoding' is 'sampling'; it must be one of "),
                    HasSubstr("greedy"), HasSubstr("beam"), HasSubstr("drafted")));
  EXPECT_THAT(error_of("beam_stop = \"never\""),
              StartsWith("z.toml:14: 'beam_stop' is 'never'; it must be one of "));
  for (const std::string key : {"beam", "max_source", "max_tokens"}) {
    for (const std::string value : {"0", "-1", "4097", "9223372036854775807"}) {
      EXPECT_EQ("z.toml:14: '" + key + "' must be 1 to 4096", error_of(key + " = " + value));
    }
    EXPECT_EQ("z.toml:14: '" + key + "' must be a whole number", error_of(key + " = \"4\""));
    EXPECT_EQ("z.toml:14: '" + key + "' must be a whole number", error_of(key + " = 4.0"));
  }
  EXPECT_EQ("z.toml:14: 'memory' must be true or false", error_of("memory = 1"));
  for (const std::string key : {"draft", "draft_memory", "decoding", "beam_stop"}) {
    EXPECT_EQ("z.toml:14: '" + key + "' must be a text in quotes", error_of(key + " = 1"));
  }
  EXPECT_EQ("z.toml:12: 'encoder' must be a table",
            error(kHeader + model("m", "encoder = \"encoder.onnx\"\n" + tokenizer())));
  EXPECT_EQ("z.toml:3: 'source_language' must be a text in quotes",
            error("format = \"rightsize-zoo\"\nversion = 1\nsource_language = 1\nname = \"z\"\n"
                  "task = \"translation\"\n" +
                  network("m")));
}

TEST_F(TranslationManifestTest, LimitsOfTheBeam) {
  for (const std::string width : {"1", "33", "4096"}) {
    EXPECT_EQ("z.toml:7: model 'm': 'beam' must be 2 to 32", error_of("beam = " + width));
  }
  EXPECT_EQ("no error", error_of("decoding = \"beam\"\nbeam = 2"));
  EXPECT_EQ("no error", error_of("decoding = \"beam\"\nbeam = 32"));
}

TEST_F(TranslationManifestTest, MissingParts) {
  EXPECT_EQ("z.toml:7: model 'm': the key 'encoder' is missing",
            error(kHeader + model("m", tokenizer())));
  EXPECT_EQ("z.toml:7: model 'm': the key 'tokenizer' is missing",
            error(kHeader + model("m", encoder())));
  EXPECT_THAT(error(kHeader + model("m", tokenizer() + "encoder = {file = \"e.onnx\"}\n")),
              StartsWith("z.toml:7: model 'm': the 'sha256' of 'encoder' must be the 64 "));
  EXPECT_THAT(error(kHeader + model("m", encoder() + tokenizer("C0FFEE"))),
              StartsWith("z.toml:7: model 'm': the 'sha256' of 'tokenizer' must be the 64 "));
  EXPECT_EQ("z.toml:7: model 'm': the key 'encoder' is missing",
            error(kHeader + "[[model]]\nname = \"m\"\nfile = \"d\"\nsha256 = \"" + kA + "\"\n"));
  EXPECT_EQ("z.toml:7: model 'm': the key 'file' is missing",
            error(kHeader + "[[model]]\nname = \"m\"\n[model.translation]\nmemory = true\n"));
}

TEST_F(TranslationManifestTest, AMemoryHasItsFileAlone) {
  EXPECT_EQ("z.toml:13: 'beam' belongs to a network; a memory has its file alone",
            error(kHeader + model("m", "memory = true\nbeam = 4\n")));
  EXPECT_EQ("z.toml:12: 'encoder' belongs to a network; a memory has its file alone",
            error(kHeader + model("m", encoder() + "memory = true\n")));
}

TEST_F(TranslationManifestTest, DraftsMustBeOfTheZooAndSpeakTheSamePieces) {
  const std::string drafted = "decoding = \"drafted\"\n";
  const std::string belong =
      "z.toml:7: model 'm': 'draft' or 'draft_memory' belong to decoding = \"drafted\", which "
      "needs one of them";
  EXPECT_EQ(belong, error_of("decoding = \"drafted\""));
  EXPECT_EQ(belong, error_of("draft = \"m\""));
  EXPECT_EQ(belong, error_of("decoding = \"beam\"\ndraft_memory = \"m\""));
  EXPECT_EQ("z.toml:7: model 'm': its draft 'n' is no model of this zoo",
            error_of(drafted + "draft = \"n\""));
  EXPECT_EQ("z.toml:7: model 'm': its draft 'n' is no model of this zoo",
            error_of(drafted + "draft_memory = \"n\""));
  // Models may name drafts that come later; the line is that of the model that names it.
  const std::string first = kHeader + network("first");
  const std::string kinds = " must be a network as 'draft' and a memory as 'draft_memory'";
  EXPECT_EQ("z.toml:14: model 'm': its draft 'memory'" + kinds,
            error(first + network("m", drafted + "draft = \"memory\"\n") + memory("memory")));
  EXPECT_EQ("z.toml:14: model 'm': its draft 'first'" + kinds,
            error(first + network("m", drafted + "draft_memory = \"first\"\n")));
  EXPECT_EQ(
      "z.toml:14: model 'm': its draft 'memory'" + kinds,
      error(first + network("m", drafted + "draft = \"memory\"\ndraft_memory = \"memory\"\n") +
            memory("memory")));
  EXPECT_EQ(
      "z.toml:14: model 'm': its draft 'other' has another tokenizer; both must speak the same "
      "pieces",
      error(first + network("m", drafted + "draft = \"other\"\n") +
            model("other", encoder() + tokenizer(kD))));
}

// ---- The canonical form ----

class TranslationZooFromJsonTest : public testing::Test {
 protected:
  static Zoo zoo() {
    Zoo zoo{.name = "z", .task = kTranslation, .source_language = "en", .target_language = "de"};
    ModelSpec network{.name = "n", .file = "n.onnx", .sha256 = kA};
    network.translation.encoder = {"e.onnx", kB};
    network.translation.tokenizer = {"s.model", kC};
    ModelSpec drafted = network;
    drafted.name = "d";
    drafted.translation.decoding = Decoding::kDrafted;
    drafted.translation.draft = "n";
    ModelSpec memory{.name = "m", .file = "m.rstm", .sha256 = kD};
    memory.translation.memory = true;
    zoo.models = {network, drafted, memory};
    return zoo;
  }
  static std::string error(const json& document) {
    const Result<Zoo> read = zoo_from_json(document, "zoo");
    return read.ok() ? "no error" : read.status().message();
  }
  std::string with(const std::string& pointer, const json& value) const {
    json changed = document_;
    changed[json::json_pointer(pointer)] = value;
    return error(changed);
  }
  json document_ = zoo_to_json(zoo());
};

TEST_F(TranslationZooFromJsonTest, EveryKeyIsNeededAndNoOtherIsKnown) {
  ASSERT_EQ("no error", error(document_));
  for (const std::string at : {"", "/models/0", "/models/0/translation",
                               "/models/0/translation/encoder", "/models/2/translation"}) {
    const json object = document_[json::json_pointer(at)];
    ASSERT_FALSE(object.empty());
    for (const auto& [key, value] : object.items()) {
      json changed = document_;
      changed[json::json_pointer(at)].erase(key);
      EXPECT_THAT(error(changed), HasSubstr(key)) << at;
    }
    EXPECT_THAT(with(at + "/more", 1), HasSubstr("more")) << at;
  }
}

TEST_F(TranslationZooFromJsonTest, BadValues) {
  EXPECT_THAT(with("/task", "poetry"), HasSubstr("'zoo.task' is 'poetry'"));
  EXPECT_THAT(with("/models/0/translation/decoding", "x"), HasSubstr("decoding"));
  EXPECT_THAT(with("/models/0/translation/beam_stop", 3), HasSubstr("beam_stop"));
  for (const json& value : {json(0), json(-5), json(4097), json(1LL << 40)}) {
    EXPECT_THAT(with("/models/0/translation/beam", value), HasSubstr("'beam' must be 2 to 32"));
    EXPECT_THAT(with("/models/0/translation/max_source", value),
                HasSubstr("'max_source' must be 1 to 4096"));
    EXPECT_THAT(with("/models/0/translation/max_tokens", value),
                HasSubstr("'max_tokens' must be 1 to 4096"));
  }
  EXPECT_THAT(with("/models/0/translation/encoder/sha256", "abc"), HasSubstr("'encoder'"));
  EXPECT_THAT(with("/models/1/translation/draft", "q"), HasSubstr("no model of this zoo"));
  EXPECT_THAT(with("/models/1/translation/draft", "m"), HasSubstr("must be a network"));
  EXPECT_THAT(with("/models/1/translation/tokenizer/sha256", kD), HasSubstr("another tokenizer"));
}

}  // namespace
}  // namespace rightsize
