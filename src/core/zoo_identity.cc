#include "core/zoo_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/manifest_enums.h"
#include "core/manifest_json.h"

namespace rightsize {
namespace {

using nlohmann::json;

std::string decoding_words(const TranslationSpec& spec) {
  if (spec.decoding != Decoding::kBeam) return enum_to_text(spec.decoding);
  return fmt::format("beam {} ({})", spec.beam, enum_to_text(spec.beam_stop));
}

// Of a draft its files count alone: it proposes tokens and is not asked for a translation.
json files_to_json(const ModelSpec* model) {
  if (model == nullptr) return nullptr;
  return {{"file", model->sha256},
          {"encoder", model->translation.encoder.sha256},
          {"session", model_to_json(*model, kTranslation)["session"]}};
}

void keep_identity(const ModelSpec& model, const Zoo& zoo, json& facts) {
  const TranslationSpec& spec = model.translation;
  json& translation = facts["translation"];
  if (spec.memory) return;
  translation["encoder"] = spec.encoder.sha256;
  translation["tokenizer"] = spec.tokenizer.sha256;
  translation["decoding"] = decoding_words(spec);
  translation["draft"] = files_to_json(zoo.find(spec.draft));
  translation["draft_memory"] = files_to_json(zoo.find(spec.draft_memory));
  translation.erase("beam");
  translation.erase("beam_stop");
}

// An empty list means that output i is class i.
std::vector<std::int32_t> class_map(const OutputSpec& output) {
  std::vector<std::int32_t> map = output.class_of_output;
  for (std::int32_t i = 0; output.class_of_output.empty() && i < output.outputs; ++i) {
    map.push_back(i);
  }
  return map;
}

// The manifest's canonical JSON of a model, without what decides nothing.
json identity_of(const ModelSpec& model, const Zoo& zoo) {
  json facts = model_to_json(model, zoo.task);
  facts.erase("name");
  facts.erase("file");
  if (zoo.task == kTranslation) {
    keep_identity(model, zoo, facts);
  } else {
    facts["output"]["class_of_output"] = class_map(model.output);
  }
  return facts;
}

std::string value_words(const json& value) {
  constexpr std::size_t kLongest = 40;
  if (value.is_null()) return "none";
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const bool checksum = text.size() == 64;
  if (checksum) return text.substr(0, 8);
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

// `a` and `b` differ. Where both are objects, in the first of their members that does.
Difference first_difference(const json& a, const json& b, const std::string& field) {
  if (!a.is_object() || !b.is_object()) return {field, value_words(a), value_words(b)};
  const json none;
  for (const json* side : {&a, &b}) {
    for (const auto& [key, value] : side->items()) {
      const json& x = a.contains(key) ? a[key] : none;
      const json& y = b.contains(key) ? b[key] : none;
      if (x != y) return first_difference(x, y, field.empty() ? key : field + "." + key);
    }
  }
  return {field, value_words(a), value_words(b)};
}

std::optional<Difference> difference(const std::string& field, const std::string& a,
                                     const std::string& b) {
  return Difference{field, a, b};
}

}  // namespace

std::string words_of(const Difference& difference, const std::string& of_a,
                     const std::string& of_b) {
  return fmt::format("{}: {} in {}, {} in {}", difference.field, difference.a, of_a, difference.b,
                     of_b);
}

std::optional<Difference> difference_of_answers(const Zoo& a, const Zoo& b) {
  if (a.task != b.task) return difference("task", a.task, b.task);
  const auto count = [](std::size_t number) { return std::to_string(number); };
  const auto same = [](const ClassSpec& x, const ClassSpec& y) { return x.key == y.key; };
  if (a.classes.size() != b.classes.size()) {
    return difference("classes", count(a.classes.size()), count(b.classes.size()));
  }
  const auto [x, y] = std::mismatch(a.classes.begin(), a.classes.end(), b.classes.begin(), same);
  if (x == a.classes.end()) return std::nullopt;
  return difference(fmt::format("class {}", x - a.classes.begin()), x->key, y->key);
}

std::optional<Difference> difference_of_models(const ModelSpec& a, const Zoo& of_a,
                                               const ModelSpec& b, const Zoo& of_b) {
  const json x = identity_of(a, of_a);
  const json y = identity_of(b, of_b);
  if (x == y) return std::nullopt;
  return first_difference(x, y, "");
}

std::optional<Difference> difference_of_zoos(const Zoo& a, const Zoo& b) {
  if (auto answers = difference_of_answers(a, b)) return answers;
  for (std::size_t m = 0; m < std::max(a.models.size(), b.models.size()); ++m) {
    const std::string x = m < a.models.size() ? a.models[m].name : "none";
    const std::string y = m < b.models.size() ? b.models[m].name : "none";
    if (x != y) return difference(fmt::format("model {}", m + 1), x, y);
    if (auto models = difference_of_models(a.models[m], a, b.models[m], b)) {
      models->field = fmt::format("model '{}': {}", x, models->field);
      return models;
    }
  }
  return std::nullopt;
}

}  // namespace rightsize
