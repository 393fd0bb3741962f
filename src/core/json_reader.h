// Strict reading of JSON objects that may come from anywhere: every key is asked for by name and
// type, and a missing, unknown or ill-typed one is an error that names its place in the document.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

class JsonReader {
 public:
  // `path` names the object in messages, e.g. "models[2].input".
  JsonReader(const nlohmann::json& object, std::string path);

  void read(const char* key, std::string& value);
  void read(const char* key, double& value);  // finite
  void read(const char* key, bool& value);
  void read(const char* key, std::int64_t& value);
  void read(const char* key, std::vector<double>& values);
  // A member that is read by other means: null (and a failure) where it is missing.
  const nlohmann::json* object(const char* key);
  const nlohmann::json* array(const char* key);
  const nlohmann::json* value(const char* key);  // of any type, null included
  bool has(const char* key) const;

  void fail(const std::string& message);
  const Status& status() const { return status_; }
  Status finish();  // call when every key was asked for

  const std::string& path() const { return path_; }

 private:
  const nlohmann::json* get(const char* key);

  const nlohmann::json& object_;
  std::string path_;
  std::vector<std::string> known_;
  Status status_;
};

// Is `text` valid UTF-8, as everything that is written as JSON must be?
bool is_utf8(const std::string& text);

// Parses without throwing; `name` is the file for messages. Refuses absurdly deep nesting.
Result<nlohmann::json> parse_json(const std::string& text, const std::string& name);

}  // namespace rightsize
