#include "core/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rightsize {
namespace {

// More than any file of ours has. Each level of a hostile file would cost a hundred times its byte.
constexpr int kMaxNesting = 64;

// How deep lists and objects lie in each other, whether the text is valid JSON or not.
int nesting_of(const std::string& text) {
  int depth = 0;
  int deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  return deepest;
}

}  // namespace

using nlohmann::json;

JsonReader::JsonReader(const json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object_.is_object()) fail("must be an object");
}

void JsonReader::fail(const std::string& message) {
  if (status_.ok()) status_ = invalid_input(fmt::format("'{}' {}", path_, message));
}

bool JsonReader::has(const char* key) const { return object_.is_object() && object_.contains(key); }

const json* JsonReader::get(const char* key) {
  known_.emplace_back(key);
  if (has(key)) return &object_[key];
  fail(fmt::format("lacks the key '{}'", key));
  return nullptr;
}

void JsonReader::read(const char* key, std::string& value) {
  const json* member = get(key);
  if (member == nullptr) return;
  if (!member->is_string()) return fail(fmt::format("needs a text as '{}'", key));
  value = member->get<std::string>();
}

void JsonReader::read(const char* key, double& value) {
  const json* member = get(key);
  if (member == nullptr) return;
  const bool good = member->is_number() && std::isfinite(member->get<double>());
  if (!good) return fail(fmt::format("needs a finite number as '{}'", key));
  value = member->get<double>();
}

void JsonReader::read(const char* key, bool& value) {
  const json* member = get(key);
  if (member == nullptr) return;
  if (!member->is_boolean()) return fail(fmt::format("needs true or false as '{}'", key));
  value = member->get<bool>();
}

void JsonReader::read(const char* key, std::int64_t& value) {
  const json* member = get(key);
  if (member == nullptr) return;
  const bool fits = member->is_number_integer() &&
                    (!member->is_number_unsigned() ||
                     member->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
  if (!fits) return fail(fmt::format("needs a whole number as '{}'", key));
  value = member->get<std::int64_t>();
}

void JsonReader::read(const char* key, std::vector<double>& values) {
  const json* member = array(key);
  if (member == nullptr) return;
  values.clear();
  for (const json& element : *member) {
    const bool good = element.is_number() && std::isfinite(element.get<double>());
    if (!good) return fail(fmt::format("needs a list of finite numbers as '{}'", key));
    values.push_back(element.get<double>());
  }
}

const json* JsonReader::value(const char* key) { return get(key); }

const json* JsonReader::object(const char* key) {
  const json* member = get(key);
  if (member == nullptr || member->is_object()) return member;
  fail(fmt::format("needs an object as '{}'", key));
  return nullptr;
}

const json* JsonReader::array(const char* key) {
  const json* member = get(key);
  if (member == nullptr || member->is_array()) return member;
  fail(fmt::format("needs a list as '{}'", key));
  return nullptr;
}

Status JsonReader::finish() {
  if (!status_.ok()) return status_;
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      fail(fmt::format("has an unknown key '{}'", key));
    }
  }
  return status_;
}

bool is_utf8(const std::string& text) {
  // The library's parser knows; a text without quotes, backslashes and control characters is the
  // same inside a JSON string.
  std::string quoted = "\"";
  for (const char c : text) {
    const bool plain = c != '"' && c != '\\' && (static_cast<unsigned char>(c) >= 0x20);
    quoted += plain ? c : '.';
  }
  return json::accept(quoted + '"');
}

Result<json> parse_json(const std::string& text, const std::string& name) {
  if (nesting_of(text) > kMaxNesting) {
    return limit_exceeded(fmt::format("{}: is nested more than {} levels deep", name, kMaxNesting));
  }
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_discarded()) return parsed;
  return invalid_input(name + ": is not valid JSON (truncated or damaged?)");
}

}  // namespace rightsize
