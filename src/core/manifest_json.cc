// The canonical form of a zoo: every fact of the manifest and its class list as JSON, keys in
// alphabetical order, defaults written out.
#include "core/manifest_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_reader.h"
#include "core/manifest.h"
#include "core/manifest_check.h"
#include "core/manifest_enums.h"

namespace rightsize {

using nlohmann::json;

namespace {

json to_json(const InputSpec& input) {
  return {{"name", input.name},
          {"size", {input.height, input.width}},
          {"layout", enum_to_text(input.layout)},
          {"colour", enum_to_text(input.colour)},
          {"crop", enum_to_text(input.crop)},
          {"crop_fraction", input.crop_fraction},
          {"shrink", enum_to_text(input.shrink)},
          {"enlarge", enum_to_text(input.enlarge)},
          {"mean", input.mean},
          {"std", input.std}};
}

json to_json(const OutputSpec& output) {
  return {{"name", output.name},
          {"kind", enum_to_text(output.kind)},
          {"outputs", output.outputs},
          {"class_of_output", output.class_of_output}};
}

json to_json(const FileSpec& file) { return {{"file", file.file}, {"sha256", file.sha256}}; }

json to_json(const LanguageWords& words) {
  return {{"negation", words.negation},
          {"negating", words.negating},
          {"keys", words.keys},
          {"numbers", words.numbers}};
}

json translator_to_json(const ModelSpec& model) {
  const TranslationSpec& spec = model.translation;
  json translation = {{"memory", spec.memory}};
  if (!spec.memory) {
    translation = {{"memory", false},
                   {"encoder", to_json(spec.encoder)},
                   {"tokenizer", to_json(spec.tokenizer)},
                   {"decoding", enum_to_text(spec.decoding)},
                   {"beam", spec.beam},
                   {"beam_stop", enum_to_text(spec.beam_stop)},
                   {"draft", spec.draft},
                   {"draft_memory", spec.draft_memory},
                   {"max_source", spec.max_source},
                   {"max_tokens", spec.max_tokens}};
  }
  return {{"name", model.name},
          {"file", model.file},
          {"sha256", model.sha256},
          {"translation", translation},
          {"session", {{"exact_int8", model.session.exact_int8}}}};
}

template <typename Enum>
void read_enum(JsonReader& in, const char* key, Enum& value) {
  std::string text;
  in.read(key, text);
  if (!in.status().ok()) return;
  if (const auto parsed = enum_from_text<Enum>(text)) {
    value = *parsed;
  } else {
    in.fail(fmt::format("has '{}' as '{}'; it must be one of {}", text, key, enum_choices<Enum>()));
  }
}

void read_triple(JsonReader& in, const char* key, std::array<float, 3>& triple) {
  std::vector<double> values;
  in.read(key, values);
  if (values.size() != 3) return in.fail(fmt::format("needs three numbers as '{}'", key));
  for (std::size_t i = 0; i < 3; ++i) triple[i] = static_cast<float>(values[i]);
}

bool is_whole(double value, double low, double high) {
  return value >= low && value <= high && value == static_cast<double>(static_cast<int>(value));
}

Status read_input(const json& object, const std::string& path, InputSpec& input) {
  JsonReader in(object, path);
  in.read("name", input.name);
  std::vector<double> size;
  in.read("size", size);
  const bool good =
      size.size() == 2 && is_whole(size[0], 1, kMaxSide) && is_whole(size[1], 1, kMaxSide);
  if (good) {
    input.height = static_cast<int>(size[0]);
    input.width = static_cast<int>(size[1]);
  } else {
    in.fail("needs [height, width] as 'size'");
  }
  read_enum(in, "layout", input.layout);
  read_enum(in, "colour", input.colour);
  read_enum(in, "crop", input.crop);
  in.read("crop_fraction", input.crop_fraction);
  read_enum(in, "shrink", input.shrink);
  read_enum(in, "enlarge", input.enlarge);
  read_triple(in, "mean", input.mean);
  read_triple(in, "std", input.std);
  return in.finish();
}

Status read_output(const json& object, const std::string& path, OutputSpec& output) {
  JsonReader in(object, path);
  in.read("name", output.name);
  read_enum(in, "kind", output.kind);
  std::int64_t outputs = 0;
  in.read("outputs", outputs);
  output.outputs = static_cast<int>(std::clamp<std::int64_t>(outputs, 0, kMaxOutputs + 1));
  std::vector<double> map;
  in.read("class_of_output", map);
  output.class_of_output.clear();
  for (const double label : map) {
    if (!is_whole(label, -1, kMaxOutputs)) {
      in.fail("needs class numbers as 'class_of_output'");
      break;
    }
    output.class_of_output.push_back(static_cast<std::int32_t>(label));
  }
  return in.finish();
}

Status read_file(JsonReader& in, const char* key, const std::string& path, FileSpec& file) {
  const json* object = in.object(key);
  if (!in.status().ok()) return in.status();
  JsonReader of(*object, path + "." + key);
  of.read("file", file.file);
  of.read("sha256", file.sha256);
  return of.finish();
}

void read_count(JsonReader& in, const char* key, int& count) {
  std::int64_t number = 0;
  in.read(key, number);
  count = static_cast<int>(std::clamp<std::int64_t>(number, 0, kMaxPositions + 1));
}

Status read_translation(const json& object, const std::string& path, TranslationSpec& spec) {
  JsonReader in(object, path);
  in.read("memory", spec.memory);
  if (spec.memory || !in.status().ok()) return in.finish();
  if (Status status = read_file(in, "encoder", path, spec.encoder); !status.ok()) return status;
  if (Status status = read_file(in, "tokenizer", path, spec.tokenizer); !status.ok()) return status;
  read_enum(in, "decoding", spec.decoding);
  read_enum(in, "beam_stop", spec.beam_stop);
  read_count(in, "beam", spec.beam);
  in.read("draft", spec.draft);
  in.read("draft_memory", spec.draft_memory);
  read_count(in, "max_source", spec.max_source);
  read_count(in, "max_tokens", spec.max_tokens);
  return in.finish();
}

Status read_session(const json& object, const std::string& path, SessionSpec& session) {
  JsonReader options(object, path + ".session");
  options.read("exact_int8", session.exact_int8);
  return options.finish();
}

}  // namespace

json model_to_json(const ModelSpec& model, const std::string& task) {
  if (task == kTranslation) return translator_to_json(model);
  return {{"name", model.name},
          {"file", model.file},
          {"sha256", model.sha256},
          {"input", to_json(model.input)},
          {"output", to_json(model.output)},
          {"session", {{"exact_int8", model.session.exact_int8}}}};
}

Result<ModelSpec> model_from_json(const json& object, const std::string& path, const Zoo& zoo) {
  ModelSpec model;
  JsonReader in(object, path);
  in.read("name", model.name);
  in.read("file", model.file);
  in.read("sha256", model.sha256);
  const bool translates = zoo.task == kTranslation;
  const json* translation = translates ? in.object("translation") : nullptr;
  const json* input = translates ? nullptr : in.object("input");
  const json* output = translates ? nullptr : in.object("output");
  const json* session = in.object("session");
  if (Status status = in.finish(); !status.ok()) return status;
  Status status = translates
                      ? read_translation(*translation, path + ".translation", model.translation)
                      : read_input(*input, path + ".input", model.input);
  if (status.ok() && !translates) status = read_output(*output, path + ".output", model.output);
  if (status.ok()) status = read_session(*session, path, model.session);
  if (!status.ok()) return status;
  const std::string fault = fault_of(model, zoo);
  if (!fault.empty()) return invalid_input(fmt::format("'{}': {}", path, fault));
  return model;
}

namespace {

void read_words(JsonReader& in, const char* key, std::vector<std::string>& words) {
  const json* list = in.array(key);
  if (!in.status().ok()) return;
  for (const json& word : *list) {
    if (!word.is_string()) return in.fail(fmt::format("needs a list of texts as '{}'", key));
    words.push_back(word.get<std::string>());
  }
}

void read_named(JsonReader& in, const char* key, LanguageWords::Named& named) {
  const json* object = in.object(key);
  if (!in.status().ok()) return;
  for (const auto& [name, list] : object->items()) {
    const auto is_text = [](const json& word) { return word.is_string(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_text)) {
      return in.fail(fmt::format("needs lists of texts in '{}'", key));
    }
    named[name] = list.get<std::vector<std::string>>();
  }
}

Status read_checks(const json& object, const std::string& path, CheckWords& checks) {
  JsonReader in(object, path);
  for (const auto& [key, words] :
       {std::pair{"source", &checks.source}, std::pair{"target", &checks.target}}) {
    const json* of_language = in.object(key);
    if (!in.status().ok()) return in.status();
    JsonReader language(*of_language, path + "." + key);
    read_words(language, "negation", words->negation);
    read_words(language, "negating", words->negating);
    read_named(language, "keys", words->keys);
    read_named(language, "numbers", words->numbers);
    if (Status status = language.finish(); !status.ok()) return status;
  }
  if (Status status = in.finish(); !status.ok()) return status;
  const std::string fault = fault_of(checks);
  return fault.empty() ? Status() : invalid_input(fmt::format("'{}': {}", path, fault));
}

Status read_classes(const json& classes, const std::string& path, Zoo& zoo) {
  for (const json& entry : classes) {
    const bool good =
        entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string();
    if (!good) return invalid_input(fmt::format("'{}.classes' must hold [key, name] pairs", path));
    zoo.classes.push_back({entry[0].get<std::string>(), entry[1].get<std::string>()});
  }
  return {};
}

}  // namespace

json zoo_to_json(const Zoo& zoo) {
  json models = json::array();
  for (const ModelSpec& model : zoo.models) models.push_back(model_to_json(model, zoo.task));
  if (zoo.task == kTranslation) {
    json translation = {{"name", zoo.name},
                        {"task", zoo.task},
                        {"source_language", zoo.source_language},
                        {"target_language", zoo.target_language},
                        {"models", models}};
    // Files of before there were checks stay what they are.
    if (zoo.checks != CheckWords()) {
      translation["checks"] = {{"source", to_json(zoo.checks.source)},
                               {"target", to_json(zoo.checks.target)}};
    }
    return translation;
  }
  json classes = json::array();
  for (const ClassSpec& spec : zoo.classes) classes.push_back({spec.key, spec.name});
  return {{"name", zoo.name}, {"task", zoo.task}, {"classes", classes}, {"models", models}};
}

Result<Zoo> zoo_from_json(const json& object, const std::string& path) {
  Zoo zoo;
  JsonReader in(object, path);
  in.read("name", zoo.name);
  in.read("task", zoo.task);
  if (in.status().ok() && !is_known_task(zoo.task)) {
    return invalid_input(
        fmt::format("'{}.task' is '{}'; this program knows {}", path, zoo.task, kKnownTasks));
  }
  const json* classes = nullptr;
  const json* checks = nullptr;
  if (zoo.task == kTranslation) {
    in.read("source_language", zoo.source_language);
    in.read("target_language", zoo.target_language);
    if (in.has("checks")) checks = in.object("checks");
  } else {
    classes = in.array("classes");
  }
  const json* models = in.array("models");
  if (Status status = in.finish(); !status.ok()) return status;
  if (checks != nullptr) {
    if (Status status = read_checks(*checks, path + ".checks", zoo.checks); !status.ok()) {
      return status;
    }
  }
  if (classes != nullptr) {
    if (Status status = read_classes(*classes, path, zoo); !status.ok()) return status;
  }
  if (models->empty() || models->size() > kMaxModels) {
    return invalid_input(fmt::format("'{}.models' must list 1 to {} models", path, kMaxModels));
  }
  for (std::size_t i = 0; i < models->size(); ++i) {
    const std::string place = fmt::format("{}.models[{}]", path, i);
    Result<ModelSpec> model = model_from_json((*models)[i], place, zoo);
    if (!model.ok()) return model.status();
    zoo.models.push_back(std::move(*model));
  }
  for (const ModelSpec& model : zoo.models) {
    if (const std::string fault = fault_of_drafts(model, zoo); !fault.empty()) {
      return invalid_input(fmt::format("'{}': {}", path, fault));
    }
  }
  return zoo;
}

std::string canonical_json(const Zoo& zoo) { return zoo_to_json(zoo).dump(); }

Result<Zoo> zoo_from_json(const std::string& text) {
  Result<json> parsed = parse_json(text, "the stored zoo");
  if (!parsed.ok()) return parsed.status();
  return zoo_from_json(*parsed, "zoo");
}

}  // namespace rightsize
