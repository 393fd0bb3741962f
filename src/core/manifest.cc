#include "core/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <unordered_map>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/manifest_check.h"
#include "core/manifest_enums.h"
#include "core/toml_text.h"

// toml++ asserts, and where NDEBUG is set assumes, that a key begins with a character that may
// begin one, which it checks only afterwards: "[=]" would end the program. Both are switched off,
// so that its check is reached. No exceptions, which the distribution's compiled library is not
// made for.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace rightsize {
namespace {

// One table of the manifest under strict reading: every key is asked for by name and type, and what
// was not asked for is an error. The first failure sticks.
class StrictTable {
 public:
  StrictTable(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  const Status& status() const { return status_; }
  void fail(const toml::node& node, const std::string& message) {
    if (status_.ok()) status_ = invalid_input(where(node) + message);
  }
  void fail(const std::string& message) { fail(table_, message); }

  const toml::node* get(const char* key) {
    known_.emplace_back(key);
    return table_.get(key);
  }
  void require(const char* key) {
    if (!table_.contains(key)) fail(fmt::format("{} needs the key '{}'", name_, key));
  }

  void read(const char* key, std::string& value) {
    read_as<std::string>(key, "a text in quotes",
                         [&](const std::string& v) { value = unshield_toml(v); });
  }
  void read(const char* key, bool& value) {
    read_as<bool>(key, "true or false", [&](bool v) { value = v; });
  }
  void read(const char* key, std::int64_t& value) {
    read_as<std::int64_t>(key, "a whole number", [&](std::int64_t v) { value = v; });
  }
  void read(const char* key, double& value) {
    if (const toml::node* node = get(key)) {
      if (const auto number = number_of(*node)) {
        value = *number;
      } else {
        fail(*node, fmt::format("'{}' must be a number", key));
      }
    }
  }
  template <typename Enum>
  void read_enum(const char* key, Enum& value) {
    const toml::node* node = table_.get(key);
    std::string text;
    read(key, text);
    if (node == nullptr || !status_.ok()) return;
    if (const auto parsed = enum_from_text<Enum>(text)) {
      value = *parsed;
    } else {
      fail(*node,
           fmt::format("'{}' is '{}'; it must be one of {}", key, text, enum_choices<Enum>()));
    }
  }
  // An array of numbers; `size` of them, or any number of them where it is 0.
  std::vector<double> read_numbers(const char* key, std::size_t size) {
    std::vector<double> values;
    const toml::node* node = get(key);
    if (node == nullptr) return values;
    const toml::array* array = node->as_array();
    bool good = array != nullptr && (size == 0 || array->size() == size);
    for (std::size_t i = 0; good && i < array->size(); ++i) {
      const auto number = number_of(*array->get(i));
      good = number.has_value();
      if (good) values.push_back(*number);
    }
    if (!good) {
      fail(*node, size > 0 ? fmt::format("'{}' must be a list of {} numbers", key, size)
                           : fmt::format("'{}' must be a list of numbers", key));
      values.clear();
    }
    return values;
  }

  void read(const char* key, std::vector<std::string>& words) {
    if (const toml::node* node = get(key)) words = words_of(*node, key);
  }
  // A table of lists of texts, by any keys.
  void read(const char* key, LanguageWords::Named& named) {
    const toml::node* node = get(key);
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr) return fail(*node, fmt::format("'{}' must be a table", key));
    for (const auto& [name, list] : *table) {
      const std::string text = unshield_toml(name.str());
      named[text] = words_of(list, fmt::format("{}.{}", key, text));
    }
  }

  // To be called when every key was asked for.
  Status finish() {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        fail(node, fmt::format("unknown key '{}' in {}; known keys: {}", unshield_toml(key.str()),
                               name_, fmt::join(known_, ", ")));
      }
    }
    return status_;
  }

  std::string where(const toml::node& node) const {
    return fmt::format("{}:{}: ", file_, node.source().begin.line);
  }

 private:
  static std::optional<double> number_of(const toml::node& node) {
    if (!node.is_integer() && !node.is_floating_point()) return std::nullopt;
    const double number = *node.value<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
  }

  std::vector<std::string> words_of(const toml::node& node, const std::string& key) {
    std::vector<std::string> words;
    const toml::array* array = node.as_array();
    if (array == nullptr) {
      fail(node, fmt::format("'{}' must be a list of texts", key));
      return words;
    }
    for (const toml::node& word : *array) {
      const auto text = word.value_exact<std::string>();
      if (!text) fail(word, fmt::format("'{}' must be a list of texts", key));
      words.push_back(unshield_toml(text.value_or("")));
    }
    return words;
  }

  template <typename T, typename Use>
  void read_as(const char* key, const char* expected, Use use) {
    if (const toml::node* node = get(key)) {
      if (const auto value = node->value_exact<T>()) {
        use(*value);
      } else {
        fail(*node, fmt::format("'{}' must be {}", key, expected));
      }
    }
  }

  const toml::table& table_;
  std::string file_;
  std::string name_;
  std::vector<std::string> known_;
  Status status_;
};

// Everything that is being read together.
struct Reader {
  std::string file;
  std::filesystem::path folder;
  Zoo zoo;
  std::unordered_map<std::string, std::int32_t> class_keys;

  Status read(const toml::table& root);
  Status read_classes(const std::string& name, const std::string& where);
  Status read_input(const toml::table& table, InputSpec& input);
  Status read_output(const toml::table& table, OutputSpec& output);
  Status read_class_map(const std::string& name, OutputSpec& output, const std::string& where);
  void read_drop(StrictTable& in, const toml::node& node, OutputSpec& output);
  Status read_model(const toml::table& table, const ModelSpec& defaults);
  Status read_session(const toml::table& table, SessionSpec& session);
  Status read_file(StrictTable& parent, const char* key, FileSpec& spec);
  Status read_translation(const toml::table& table, TranslationSpec& spec);
  Status read_translator(StrictTable& in, const toml::table& table, ModelSpec model);
  static void check_memory(StrictTable& in, const toml::table& table);
  Status read_defaults(const toml::table& table, ModelSpec& defaults);
  Status read_checks(const toml::table& table);
  std::int32_t class_of(const std::string& text) const;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    start = end + 1;
  }
  return lines;
}

// A sub-table by name, null where there is none, an error where the key is something else.
Result<const toml::table*> sub_table(StrictTable& parent, const char* key) {
  const toml::node* node = parent.get(key);
  if (node == nullptr) return static_cast<const toml::table*>(nullptr);
  if (const toml::table* table = node->as_table()) return table;
  return invalid_input(parent.where(*node) + fmt::format("'{}' must be a table", key));
}

Status Reader::read_classes(const std::string& name, const std::string& where) {
  Result<std::string> text = read_text(folder / name);
  if (!text.ok()) return text.status().with_context(where + "'classes'");
  const std::string path = (folder / name).string();
  for (const std::string& line : lines_of(*text)) {
    const std::size_t tab = line.find('\t');
    ClassSpec spec{line.substr(0, tab), tab == std::string::npos ? line : line.substr(tab + 1)};
    const auto number = static_cast<std::int32_t>(zoo.classes.size());
    if (spec.key.empty()) {
      return invalid_input(fmt::format("{}:{}: a class needs a key", path, number + 1));
    }
    if (!is_utf8(line)) {
      return invalid_input(fmt::format("{}:{}: is not UTF-8 text", path, number + 1));
    }
    if (!class_keys.emplace(spec.key, number).second) {
      return invalid_input(
          fmt::format("{}:{}: the key '{}' stands for two classes; keys must be "
                      "unique",
                      path, number + 1, spec.key));
    }
    zoo.classes.push_back(std::move(spec));
  }
  if (zoo.classes.empty()) return invalid_input(path + ": holds no class");
  return {};
}

std::int32_t Reader::class_of(const std::string& text) const {
  if (const auto found = class_keys.find(text); found != class_keys.end()) return found->second;
  return zoo.class_of_label(text);
}

// A side length, 0 (refused later) where it is none.
int side_of(double side) {
  return side >= 1 && side <= kMaxSide && side == std::floor(side) ? static_cast<int>(side) : 0;
}

Status Reader::read_input(const toml::table& table, InputSpec& input) {
  StrictTable in(table, file, "an input table");
  in.read("name", input.name);
  const std::vector<double> size = in.read_numbers("size", 2);
  if (!size.empty()) {
    input.height = side_of(size[0]);
    input.width = side_of(size[1]);
  }
  in.read_enum("layout", input.layout);
  in.read_enum("colour", input.colour);
  in.read_enum("crop", input.crop);
  in.read("crop_fraction", input.crop_fraction);
  in.read_enum("shrink", input.shrink);
  in.read_enum("enlarge", input.enlarge);
  for (auto [key, values] : {std::pair{"mean", &input.mean}, std::pair{"std", &input.std}}) {
    const std::vector<double> numbers = in.read_numbers(key, 3);
    for (std::size_t i = 0; i < numbers.size(); ++i) (*values)[i] = static_cast<float>(numbers[i]);
  }
  return in.finish();
}

Status Reader::read_class_map(const std::string& name, OutputSpec& output,
                              const std::string& where) {
  Result<std::string> text = read_text(folder / name);
  if (!text.ok()) return text.status().with_context(where + "'class_map'");
  output.class_of_output.clear();
  for (const std::string& line : lines_of(*text)) {
    const std::int32_t label = line == "-" ? -1 : class_of(line);
    if (label < 0 && line != "-") {
      return invalid_input(
          fmt::format("{}:{}: '{}' is no class of the zoo; each line must be a "
                      "class number, a class key or '-'",
                      (folder / name).string(), output.class_of_output.size() + 1, line));
    }
    output.class_of_output.push_back(label);
  }
  // An empty map would mean "output i is class i".
  if (output.class_of_output.empty()) {
    return invalid_input((folder / name).string() +
                         ": holds no line; it needs one for each output");
  }
  return {};
}

Status Reader::read_output(const toml::table& table, OutputSpec& output) {
  StrictTable in(table, file, "an output table");
  in.read("name", output.name);
  in.read_enum("kind", output.kind);
  std::int64_t outputs = output.outputs;
  in.read("outputs", outputs);
  if (outputs < 0 || outputs > kMaxOutputs) {
    in.fail(*table.get("outputs"), fmt::format("'outputs' must be 1 to {}", kMaxOutputs));
    return in.finish();
  }
  output.outputs = static_cast<int>(outputs);
  const toml::node* drop = in.get("drop");
  std::string map;
  in.read("class_map", map);
  if (drop != nullptr && table.contains("class_map")) {
    in.fail(*drop, "give 'drop' or 'class_map', not both");
  }
  if (Status status = in.finish(); !status.ok()) return status;
  if (table.contains("class_map")) {
    return read_class_map(map, output, in.where(*table.get("class_map")));
  }
  if (drop != nullptr) read_drop(in, *drop, output);
  return in.status();
}

// The outputs listed are no class, the others are classes 0, 1, ... in order.
void Reader::read_drop(StrictTable& in, const toml::node& node, OutputSpec& output) {
  if (output.outputs == 0)
    return in.fail(node, "'drop' needs 'outputs' in this table or in [defaults.output]");
  const std::vector<double> drop = in.read_numbers("drop", 0);
  for (const double place : drop) {
    if (!(place >= 0 && place < output.outputs && place == std::floor(place))) {
      in.fail(node, fmt::format("'drop' lists {}; outputs are numbered 0 to {}", place,
                                output.outputs - 1));
    }
  }
  output.class_of_output.clear();
  std::int32_t next = 0;
  for (int i = 0; i < output.outputs && !drop.empty(); ++i) {
    const bool dropped = std::find(drop.begin(), drop.end(), i) != drop.end();
    output.class_of_output.push_back(dropped ? -1 : next++);
  }
}

// A file with its checksum: { file = "...", sha256 = "..." }.
Status Reader::read_file(StrictTable& parent, const char* key, FileSpec& spec) {
  const auto table = sub_table(parent, key);
  if (!table.ok()) return table.status();
  if (*table == nullptr) return {};
  StrictTable in(**table, file, fmt::format("'{}'", key));
  spec = {};
  in.read("file", spec.file);
  in.read("sha256", spec.sha256);
  return in.finish();
}

// What [defaults.translation] and the tables [model.translation] hold.
Status Reader::read_translation(const toml::table& table, TranslationSpec& spec) {
  StrictTable in(table, file, "a translation table");
  in.read("memory", spec.memory);
  if (Status status = read_file(in, "encoder", spec.encoder); !status.ok()) return status;
  if (Status status = read_file(in, "tokenizer", spec.tokenizer); !status.ok()) return status;
  in.read_enum("decoding", spec.decoding);
  in.read_enum("beam_stop", spec.beam_stop);
  in.read("draft", spec.draft);
  in.read("draft_memory", spec.draft_memory);
  for (const auto& [key, value] :
       {std::pair{"beam", &spec.beam}, std::pair{"max_source", &spec.max_source},
        std::pair{"max_tokens", &spec.max_tokens}}) {
    std::int64_t number = *value;
    in.read(key, number);
    if (number < 1 || number > kMaxPositions) {
      in.fail(*table.get(key), fmt::format("'{}' must be 1 to {}", key, kMaxPositions));
      break;
    }
    *value = static_cast<int>(number);
  }
  return in.finish();
}

Status Reader::read_translator(StrictTable& in, const toml::table& table, ModelSpec model) {
  const auto translation = sub_table(in, "translation");
  const auto session = sub_table(in, "session");
  for (const auto* part : {&translation, &session}) {
    if (!part->ok()) return part->status();
  }
  if (*translation != nullptr) {
    if (Status status = read_translation(**translation, model.translation); !status.ok()) {
      return status;
    }
  }
  if (*session != nullptr) {
    if (Status status = read_session(**session, model.session); !status.ok()) return status;
  }
  if (Status status = in.finish(); !status.ok()) return status;
  if (model.translation.memory) {
    if (*translation != nullptr) check_memory(in, **translation);
    if (!in.status().ok()) return in.status();
    model.translation = {.memory = true};  // the defaults are those of networks
  }
  if (const std::string fault = fault_of(model, zoo); !fault.empty()) {
    return invalid_input(in.where(table) + fault);
  }
  zoo.models.push_back(std::move(model));
  return {};
}

// A memory's table says nothing else.
void Reader::check_memory(StrictTable& in, const toml::table& table) {
  for (const auto& [key, node] : table) {
    if (key.str() == "memory") continue;
    in.fail(node, fmt::format("'{}' belongs to a network; a memory has its file alone", key.str()));
  }
}

Status Reader::read_session(const toml::table& table, SessionSpec& session) {
  StrictTable options(table, file, "a session table");
  options.read("exact_int8", session.exact_int8);
  return options.finish();
}

Status Reader::read_model(const toml::table& table, const ModelSpec& defaults) {
  StrictTable in(table, file, "[[model]]");
  ModelSpec model = defaults;
  in.read("name", model.name);
  in.read("file", model.file);
  in.read("sha256", model.sha256);
  if (zoo.task == kTranslation) return read_translator(in, table, std::move(model));
  const auto input = sub_table(in, "input");
  const auto output = sub_table(in, "output");
  const auto session = sub_table(in, "session");
  for (const auto* part : {&input, &output, &session}) {
    if (!part->ok()) return part->status();
  }
  if (*input != nullptr) {
    if (Status status = read_input(**input, model.input); !status.ok()) return status;
  }
  if (*output != nullptr) {
    if (Status status = read_output(**output, model.output); !status.ok()) return status;
  }
  if (*session != nullptr) {
    if (Status status = read_session(**session, model.session); !status.ok()) return status;
  }
  if (Status status = in.finish(); !status.ok()) return status;
  if (const std::string fault = fault_of(model, zoo); !fault.empty()) {
    return invalid_input(in.where(table) + fault);
  }
  zoo.models.push_back(std::move(model));
  return {};
}

Status read_header(StrictTable& in, const toml::table& root, Zoo& zoo, std::string& classes) {
  std::string format;
  std::int64_t version = 0;
  in.read("format", format);
  in.read("version", version);
  if (format != "rightsize-zoo") in.fail("the first line must be: format = \"rightsize-zoo\"");
  if (version != 1) {
    in.fail(root.contains("version") ? *root.get("version") : root,
            fmt::format("version {} of the format; this program reads version 1", version));
  }
  in.read("name", zoo.name);
  in.read("task", zoo.task);
  for (const char* key : {"name", "task"}) in.require(key);
  if (zoo.task == kTranslation) {
    in.read("source_language", zoo.source_language);
    in.read("target_language", zoo.target_language);
  } else {
    in.read("classes", classes);
    in.require("classes");
  }
  if (root.contains("task") && !is_known_task(zoo.task)) {
    in.fail(*root.get("task"),
            fmt::format("task '{}' is not known; this program knows {}", zoo.task, kKnownTasks));
  }
  return in.status();
}

Status Reader::read_defaults(const toml::table& table, ModelSpec& defaults) {
  StrictTable of(table, file, "[defaults]");
  if (zoo.task == kTranslation) {
    const auto translation = sub_table(of, "translation");
    if (!translation.ok()) return translation.status();
    if (*translation != nullptr) {
      const Status status = read_translation(**translation, defaults.translation);
      if (!status.ok()) return status;
    }
    return of.finish();
  }
  const auto input = sub_table(of, "input");
  const auto output = sub_table(of, "output");
  if (!input.ok()) return input.status();
  if (!output.ok()) return output.status();
  if (*input != nullptr) {
    if (Status status = read_input(**input, defaults.input); !status.ok()) return status;
  }
  if (*output != nullptr) {
    if (Status status = read_output(**output, defaults.output); !status.ok()) return status;
  }
  return of.finish();
}

Status Reader::read_checks(const toml::table& table) {
  StrictTable in(table, file, "[checks]");
  for (const auto& [key, words] :
       {std::pair{"source", &zoo.checks.source}, std::pair{"target", &zoo.checks.target}}) {
    const auto of_language = sub_table(in, key);
    if (!of_language.ok()) return of_language.status();
    if (*of_language == nullptr) continue;
    StrictTable language(**of_language, file, fmt::format("[checks.{}]", key));
    language.read("negation", words->negation);
    language.read("negating", words->negating);
    language.read("keys", words->keys);
    language.read("numbers", words->numbers);
    if (Status status = language.finish(); !status.ok()) return status;
  }
  if (Status status = in.finish(); !status.ok()) return status;
  const std::string fault = fault_of(zoo.checks);
  return fault.empty() ? Status() : invalid_input(in.where(table) + fault);
}

Status Reader::read(const toml::table& root) {
  StrictTable in(root, file, "the manifest");
  std::string classes;
  if (Status status = read_header(in, root, zoo, classes); !status.ok()) return status;
  if (zoo.task == kImageClassification) {
    const Status status = read_classes(classes, in.where(*root.get("classes")));
    if (!status.ok()) return status;
  }
  ModelSpec defaults;
  const auto table = sub_table(in, "defaults");
  if (!table.ok()) return table.status();
  if (*table != nullptr) {
    if (Status status = read_defaults(**table, defaults); !status.ok()) return status;
  }
  if (zoo.task == kTranslation) {
    const auto checks = sub_table(in, "checks");
    if (!checks.ok()) return checks.status();
    if (*checks != nullptr) {
      if (Status status = read_checks(**checks); !status.ok()) return status;
    }
  }
  const toml::node* models = in.get("model");
  if (Status status = in.finish(); !status.ok()) return status;
  if (models == nullptr || models->as_array() == nullptr || models->as_array()->empty()) {
    return invalid_input(file + ": lists no model; add a [[model]] table for each");
  }
  if (models->as_array()->size() > kMaxModels) {
    return limit_exceeded(fmt::format("{}: lists more than {} models", file, kMaxModels));
  }
  for (const toml::node& node : *models->as_array()) {
    if (!node.is_table()) return invalid_input(in.where(node) + "[[model]] must be a table");
    if (Status status = read_model(*node.as_table(), defaults); !status.ok()) return status;
  }
  for (std::size_t m = 0; m < zoo.models.size(); ++m) {
    if (const std::string fault = fault_of_drafts(zoo.models[m], zoo); !fault.empty()) {
      return invalid_input(in.where(*models->as_array()->get(m)) + fault);
    }
  }
  return {};
}

}  // namespace

Result<Zoo> read_manifest(const std::filesystem::path& path) {
  Result<std::string> text = read_text(path);
  if (!text.ok()) return text.status();
  return parse_manifest(*text, path);
}

Result<Zoo> parse_manifest(const std::string& text, const std::filesystem::path& path) {
  if (!is_utf8(text)) return invalid_input(path.string() + ": is not UTF-8 text");
  if (const int line = line_of_private_character(text); line > 0) {
    return invalid_input(fmt::format("{}:{}: a private-use character", path.string(), line));
  }
  const toml::parse_result parsed = toml::parse(shield_toml(text), path.string());
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return invalid_input(fmt::format("{}:{}: {}", path.string(), error.source().begin.line,
                                     unshield_toml(error.description())));
  }
  Reader reader{.file = path.string(), .folder = path.parent_path(), .zoo = {}, .class_keys = {}};
  reader.zoo.folder = path.parent_path();
  if (Status status = reader.read(parsed.table()); !status.ok()) return status;
  return std::move(reader.zoo);
}

Result<std::filesystem::path> locate(const Zoo& zoo, const ModelSpec& model,
                                     const std::vector<std::filesystem::path>& search) {
  return locate(zoo, model.name, {model.file, model.sha256}, search);
}

Result<std::filesystem::path> locate(const Zoo& zoo, const std::string& model, const FileSpec& file,
                                     const std::vector<std::filesystem::path>& search) {
  const std::filesystem::path named = file.file;
  std::vector<std::filesystem::path> candidates{zoo.folder / named};
  for (const std::filesystem::path& folder : search) {
    const std::filesystem::path parent = named.parent_path().filename();
    if (!parent.empty()) candidates.push_back(folder / parent / named.filename());
    candidates.push_back(folder / named.filename());
  }
  std::string tried;
  for (const std::filesystem::path& candidate : candidates) {
    std::error_code error;
    if (std::filesystem::is_regular_file(candidate, error)) return candidate;
    tried += (tried.empty() ? "" : ", ") + candidate.string();
  }
  return not_found(
      fmt::format("model '{}': no file at {}; make the zoo, or say where its files are "
                  "with --models DIR",
                  model, tried));
}

}  // namespace rightsize
