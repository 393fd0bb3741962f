#include "rightsize/translator.h"

#include <optional>

#include "engine/translator_state.h"
#include "model/file_identity.h"
#include "text/text_models.h"

namespace rightsize {
namespace {

// A selector for every model of a zoo by itself.
SelectorFile each_model(Zoo zoo) {
  SelectorFile file;
  const std::size_t models = zoo.models.size();
  for (std::size_t m = 0; m < models; ++m) {
    OperatingPoint point;
    point.name = zoo.models[m].name;
    point.rule = fixed_rule(static_cast<ModelIndex>(m));
    point.shares.assign(models, 0.0);
    point.shares[m] = 1.0;
    file.points.push_back(std::move(point));
  }
  file.figures.resize(models);
  file.zoo = std::move(zoo);
  return file;
}

bool is_manifest(const std::filesystem::path& path) { return path.extension() == ".toml"; }

Result<SelectorFile> read_selector_or_zoo(const std::filesystem::path& path,
                                          const std::vector<std::filesystem::path>& search) {
  if (!is_manifest(path)) return read_selector_file(path);
  Result<Zoo> zoo = read_zoo(path, search);
  if (!zoo.ok()) return zoo.status();
  return each_model(std::move(*zoo));
}

}  // namespace

struct Translator::State {
  State(SelectorFile file, const TranslatorOptions& options, bool measured)
      : adaptive(std::move(file), options, measured) {}

  Status open(const TranslatorOptions& options);

  std::optional<TextModels> opened;  // outlives the models
  AdaptiveTranslator adaptive;
};

Status Translator::State::open(const TranslatorOptions& options) {
  return adaptive.open([&](ModelIndex model) -> Result<std::unique_ptr<TextModel>> {
    if (!opened) {
      Result<std::shared_ptr<Runtime>> runtime = load_onnx_runtime(options.runtime);
      if (!runtime.ok()) return runtime.status();
      opened.emplace(adaptive.file().zoo, options.models, *runtime);
    }
    if (Status status = opened->open(model); !status.ok()) return status;
    return opened->make(model);
  });
}

Translator::Translator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Translator::~Translator() = default;
Translator::Translator(Translator&&) noexcept = default;
Translator& Translator::operator=(Translator&&) noexcept = default;

Result<Translator> Translator::open(const std::filesystem::path& file,
                                    const TranslatorOptions& options) {
  Result<SelectorFile> selector = read_selector_or_zoo(file, options.models);
  if (!selector.ok()) return selector.status();
  auto state = std::make_unique<State>(std::move(*selector), options, !is_manifest(file));
  if (Status status = state->open(options); !status.ok()) return status.with_context(file.string());
  return Translator(std::move(state));
}

Result<Translation> Translator::translate(std::string_view sentence, const Budget& budget) {
  return state_->adaptive.translate(sentence, budget);
}

const std::string& Translator::model_name(ModelIndex model) const {
  return state_->adaptive.file().zoo.models[model].name;
}
const std::string& Translator::point() const { return state_->adaptive.point().name; }
const std::string& Translator::source_language() const {
  return state_->adaptive.file().zoo.source_language;
}
const std::string& Translator::target_language() const {
  return state_->adaptive.file().zoo.target_language;
}

}  // namespace rightsize
