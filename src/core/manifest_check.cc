#include "core/manifest_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace rightsize {
namespace {

std::string fault_of_input(const InputSpec& input) {
  const auto bad_side = [](int side) { return side < 1 || side > kMaxSide; };
  if (bad_side(input.height) || bad_side(input.width)) {
    return fmt::format("the key 'size' of its input must be [height, width], each 1 to {}",
                       kMaxSide);
  }
  if (!(input.crop_fraction > 0 && input.crop_fraction <= 1)) {
    return "'crop_fraction' must be above 0 and at most 1";
  }
  if (input.shrink == Filter::kBicubic) return "'shrink' must be \"area\" or \"bilinear\"";
  if (input.enlarge == Filter::kArea) return "'enlarge' must be \"bicubic\" or \"bilinear\"";
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::all_of(input.mean.begin(), input.mean.end(), finite)) return "'mean' must be finite";
  const auto good = [](float v) { return std::isfinite(v) && v > 0; };
  if (!std::all_of(input.std.begin(), input.std.end(), good)) return "'std' must be above 0";
  return {};
}

std::string fault_of_output(const OutputSpec& output, std::size_t classes) {
  if (output.outputs < 1 || output.outputs > kMaxOutputs) {
    return fmt::format("the key 'outputs' of its output must be 1 to {}", kMaxOutputs);
  }
  const auto& map = output.class_of_output;
  const auto outputs = static_cast<std::size_t>(output.outputs);
  if (map.empty() && outputs != classes) {
    return fmt::format(
        "has {} outputs for {} classes; say which output is which class with 'drop' "
        "or 'class_map'",
        outputs, classes);
  }
  if (map.empty()) return {};
  if (map.size() != outputs) {
    return fmt::format("'class_map' has {} lines for {} outputs", map.size(), outputs);
  }
  std::set<std::int32_t> seen;
  for (const std::int32_t label : map) {
    if (label < -1 || label >= static_cast<std::int32_t>(classes)) {
      return fmt::format("an output is mapped to class {}, the zoo has {} classes", label, classes);
    }
    if (label >= 0 && !seen.insert(label).second) {
      return fmt::format("two outputs are mapped to class {}", label);
    }
  }
  return seen.empty() ? "no output is a class" : "";
}

std::string fault_of_file(const FileSpec& file, const char* what) {
  if (file.file.empty()) return fmt::format("the key '{}' is missing", what);
  if (file.sha256.size() != 64 ||
      file.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return fmt::format(
        "the 'sha256' of '{}' must be the 64 lower-case hexadecimal digits that `sha256sum` prints",
        what);
  }
  return {};
}

std::string fault_of_translation(const TranslationSpec& spec) {
  if (spec.memory) return {};
  if (std::string fault = fault_of_file(spec.encoder, "encoder"); !fault.empty()) return fault;
  if (std::string fault = fault_of_file(spec.tokenizer, "tokenizer"); !fault.empty()) return fault;
  if (spec.beam < 2 || spec.beam > kMaxBeam) {
    return fmt::format("'beam' must be 2 to {}", kMaxBeam);
  }
  for (const auto& [key, value] :
       {std::pair{"max_source", spec.max_source}, std::pair{"max_tokens", spec.max_tokens}}) {
    if (value < 1 || value > kMaxPositions) {
      return fmt::format("'{}' must be 1 to {}", key, kMaxPositions);
    }
  }
  const bool drafts = !spec.draft.empty() || !spec.draft_memory.empty();
  if (drafts != (spec.decoding == Decoding::kDrafted)) {
    return "'draft' or 'draft_memory' belong to decoding = \"drafted\", which needs one of them";
  }
  return {};
}

std::string fault_of_classifier(const ModelSpec& model, const Zoo& zoo) {
  std::string fault = fault_of_input(model.input);
  return fault.empty() ? fault_of_output(model.output, zoo.classes.size()) : fault;
}

// A word, or a pattern that does not match all words.
bool is_word(const std::string& word) { return word.find_first_not_of("* ") != std::string::npos; }

bool is_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string fault_of_words(const std::vector<std::string>& words, const std::string& name) {
  const auto bad = std::find_if_not(words.begin(), words.end(), is_word);
  return bad == words.end() ? "" : fmt::format("'{}' lists '{}', which is no word", name, *bad);
}

std::string fault_of_language(const LanguageWords& words) {
  std::string fault = fault_of_words(words.negation, "negation");
  if (fault.empty()) fault = fault_of_words(words.negating, "negating");
  for (const auto& [name, names] : words.keys) {
    if (fault.empty()) fault = fault_of_words(names, "keys." + name);
  }
  for (const auto& [digits, names] : words.numbers) {
    if (fault.empty()) fault = fault_of_words(names, "numbers." + digits);
    if (fault.empty() && !is_digits(digits)) {
      fault = fmt::format("'numbers' has the key '{}'; its keys are digits", digits);
    }
  }
  return fault;
}

}  // namespace

bool is_known_task(const std::string& task) {
  return task == kImageClassification || task == kTranslation;
}

std::string fault_of_drafts(const ModelSpec& model, const Zoo& zoo) {
  const TranslationSpec& spec = model.translation;
  for (const bool memory : {false, true}) {
    const std::string& name = memory ? spec.draft_memory : spec.draft;
    if (name.empty()) continue;
    const ModelSpec* draft = zoo.find(name);
    const auto fault = [&](const char* why) {
      return fmt::format("model '{}': its draft '{}' {}", model.name, name, why);
    };
    if (draft == nullptr) return fault("is no model of this zoo");
    if (draft->translation.memory != memory) {
      return fault("must be a network as 'draft' and a memory as 'draft_memory'");
    }
    if (!memory && draft->translation.tokenizer.sha256 != spec.tokenizer.sha256) {
      return fault("has another tokenizer; both must speak the same pieces");
    }
  }
  return {};
}

std::string fault_of(const ModelSpec& model, const Zoo& zoo) {
  if (model.name.empty()) return "a model needs the key 'name'";
  if (zoo.find(model.name) != nullptr) {
    return fmt::format("two models are called '{}'; names must be unique", model.name);
  }
  std::string fault;
  const bool hex = model.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (model.file.empty()) {
    fault = "the key 'file' is missing";
  } else if (model.sha256.size() != 64 || !hex) {
    fault = "'sha256' must be the 64 lower-case hexadecimal digits that `sha256sum` prints";
  } else {
    fault = zoo.task == kTranslation ? fault_of_translation(model.translation)
                                     : fault_of_classifier(model, zoo);
  }
  return fault.empty() ? "" : fmt::format("model '{}': {}", model.name, fault);
}

std::string fault_of(const CheckWords& checks) {
  for (const auto& [side, words] :
       {std::pair{"source", &checks.source}, std::pair{"target", &checks.target}}) {
    const std::string fault = fault_of_language(*words);
    if (!fault.empty()) return fmt::format("'checks.{}': {}", side, fault);
  }
  return {};
}

}  // namespace rightsize
