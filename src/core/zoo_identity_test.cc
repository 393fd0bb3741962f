// Proves which facts of a manifest decide answers: a difference in one is found and named, and what
// decides nothing is no difference.
#include "core/zoo_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/manifest.h"

namespace rightsize {
namespace {

Zoo classifiers() {
  Zoo zoo;
  zoo.name = "zoo";
  zoo.task = kImageClassification;
  zoo.classes = {{"a", "an a"}, {"b", "a b"}};
  for (const char* name : {"small", "large"}) {
    ModelSpec model{.name = name, .file = "model.onnx", .sha256 = std::string(64, name[0])};
    model.input.height = model.input.width = 8;
    model.output.outputs = 2;
    zoo.models.push_back(model);
  }
  return zoo;
}

Zoo translators() {
  Zoo zoo;
  zoo.name = "zoo";
  zoo.task = kTranslation;
  for (const char* name : {"draft", "greedy", "beam", "drafted"}) {
    ModelSpec model{.name = name, .file = "decoder.onnx", .sha256 = std::string(64, name[0])};
    model.translation.encoder = {"encoder.onnx", std::string(64, 'e')};
    model.translation.tokenizer = {"spm.model", std::string(64, 'f')};
    zoo.models.push_back(model);
  }
  zoo.models[2].translation.decoding = Decoding::kBeam;
  zoo.models[3].translation.decoding = Decoding::kDrafted;
  zoo.models[3].translation.draft = "draft";
  return zoo;
}

std::string found(const Zoo& zoo, const std::function<void(Zoo&)>& change) {
  Zoo other = zoo;
  change(other);
  const auto difference = difference_of_zoos(zoo, other);
  return difference ? words_of(*difference, "one", "other") : "none";
}

TEST(ZooIdentity, WhatDecidesNothingIsNoDifference) {
  EXPECT_EQ("none", found(classifiers(), [](Zoo& zoo) {
              zoo.name = "other";
              zoo.folder = "/elsewhere";
              zoo.classes[1].name = "other";
              zoo.models[0].file = "moved/model.onnx";
              zoo.models[1].output.class_of_output = {0, 1};
            }));
  EXPECT_EQ("none", found(translators(), [](Zoo& zoo) {
              zoo.source_language = "fr";
              zoo.models[0].translation.encoder.file = "moved/encoder.onnx";
              zoo.models[1].translation.beam = 8;  // of a greedy one
              zoo.models[1].translation.beam_stop = BeamStop::kFinished;
              zoo.models[0].name = zoo.models[3].translation.draft = "draft";
            }));
}

TEST(ZooIdentity, EverySettingOfAClassifierIsFoundAndNamed) {
  const auto of = [](const std::function<void(ModelSpec&)>& change) {
    return found(classifiers(), [&](Zoo& zoo) { change(zoo.models[1]); });
  };
  EXPECT_EQ("model 'large': sha256: llllllll in one, xxxxxxxx in other",
            of([](ModelSpec& m) { m.sha256 = std::string(64, 'x'); }));
  EXPECT_EQ("model 'large': output.kind: logits in one, probabilities in other",
            of([](ModelSpec& m) { m.output.kind = OutputKind::kProbabilities; }));
  EXPECT_EQ("model 'large': output.class_of_output: [0,1] in one, [1,0] in other",
            of([](ModelSpec& m) {
              m.output.class_of_output = {1, 0};
            }));
  EXPECT_EQ("model 'large': input.layout: NCHW in one, NHWC in other",
            of([](ModelSpec& m) { m.input.layout = Layout::kNhwc; }));
  EXPECT_EQ("model 'large': session.exact_int8: false in one, true in other",
            of([](ModelSpec& m) { m.session.exact_int8 = true; }));
  EXPECT_EQ("class 1: b in one, c in other",
            found(classifiers(), [](Zoo& zoo) { zoo.classes[1].key = "c"; }));
  EXPECT_EQ("model 2: large in one, none in other",
            found(classifiers(), [](Zoo& zoo) { zoo.models.pop_back(); }));
}

TEST(ZooIdentity, EverySettingOfATranslatorIsFoundAndNamed) {
  const auto of = [](std::size_t model, const std::function<void(TranslationSpec&)>& change) {
    return found(translators(), [&](Zoo& zoo) { change(zoo.models[model].translation); });
  };
  EXPECT_EQ("model 'greedy': translation.decoding: greedy in one, beam 4 (none-can-win) in other",
            of(1, [](TranslationSpec& t) { t.decoding = Decoding::kBeam; }));
  EXPECT_EQ(
      "model 'beam': translation.decoding: beam 4 (none-can-win) in one, beam 8 "
      "(none-can-win) in other",
      of(2, [](TranslationSpec& t) { t.beam = 8; }));
  EXPECT_EQ("model 'greedy': translation.max_tokens: 250 in one, 20 in other",
            of(1, [](TranslationSpec& t) { t.max_tokens = 20; }));
  EXPECT_EQ("model 'greedy': translation.encoder: eeeeeeee in one, xxxxxxxx in other",
            of(1, [](TranslationSpec& t) { t.encoder.sha256 = std::string(64, 'x'); }));
  const Zoo zoo = translators();
  Zoo other = zoo;
  other.models[0].sha256 = std::string(64, 'x');
  const auto drafted = difference_of_models(zoo.models[3], zoo, other.models[3], other);
  ASSERT_TRUE(drafted.has_value());
  EXPECT_EQ("translation.draft.file: dddddddd in one, xxxxxxxx in other",
            words_of(*drafted, "one", "other"));
}

}  // namespace
}  // namespace rightsize
