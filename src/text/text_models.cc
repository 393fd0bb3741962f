#include "text/text_models.h"

#include <fmt/format.h>

#include <exception>

#include "core/passing.h"
#include "model/file_identity.h"
#include "text/memory_translator.h"
#include "text/network_translator.h"

namespace rightsize {
namespace {

// A model whose every answer is put to the check, as a part of the model's time.
class CheckedModel : public TextModel {
 public:
  CheckedModel(std::unique_ptr<TextModel> model, const TranslationCheck& check)
      : model_(std::move(model)), check_(check) {}

  const void* pieces_by() const noexcept override { return model_->pieces_by(); }
  Status count_pieces(std::string_view source, std::size_t& pieces) noexcept override {
    return model_->count_pieces(source, pieces);
  }
  Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                   Times& times) noexcept override {
    Status status = model_->translate(source, stop_at, outcome, times);
    if (!status.ok() || !outcome.answered) return status;
    try {
      const Stopwatch checking;
      check_.add_doubts(source, outcome);
      const Elapsed took = checking.elapsed();
      times.inference.cpu += took.cpu;
      times.inference.wall += took.wall;
    } catch (const std::exception& error) {
      return status_of(error);
    }
    return status;
  }

 private:
  std::unique_ptr<TextModel> model_;
  const TranslationCheck& check_;
};

}  // namespace

TextModels::TextModels(const Zoo& zoo, std::vector<std::filesystem::path> search,
                       std::shared_ptr<Runtime> runtime)
    : zoo_(zoo),
      search_(std::move(search)),
      check_(zoo.checks),
      runtime_(std::move(runtime)),
      open_(zoo.models.size(), 0) {}

Result<Session*> TextModels::session(const std::string& model, const FileSpec& file,
                                     const SessionSpec& spec) {
  std::unique_ptr<Session>& held = sessions_[session_key(file.sha256, spec)];
  if (held == nullptr) {
    const auto path = verified_file(zoo_, model, file, search_);
    if (!path.ok()) return path.status();
    auto opened = runtime_->open(*path, spec);
    if (!opened.ok()) return opened.status().with_context(fmt::format("model '{}'", model));
    held = std::move(*opened);
  }
  return held.get();
}

Status TextModels::open_network(const ModelSpec& model) {
  const TranslationSpec& spec = model.translation;
  const auto decoder = session(model.name, {model.file, model.sha256}, model.session);
  if (!decoder.ok()) return decoder.status();
  const auto encoder = session(model.name, spec.encoder, model.session);
  if (!encoder.ok()) return encoder.status();
  std::unique_ptr<Tokenizer>& tokenizer = tokenizers_[spec.tokenizer.sha256];
  if (tokenizer == nullptr) {
    const auto path = verified_file(zoo_, model.name, spec.tokenizer, search_);
    if (!path.ok()) return path.status();
    auto opened = Tokenizer::open(*path);
    if (!opened.ok()) return opened.status().with_context(fmt::format("model '{}'", model.name));
    tokenizer = std::move(*opened);
  }
  const auto network = SequenceModel::make(**encoder, **decoder);
  if (!network.ok()) {
    return network.status().with_context(
        fmt::format("model '{}': {} and {}", model.name, spec.encoder.file, model.file));
  }
  const std::size_t vocabulary = (*network)->vocabulary();
  if (vocabulary != 0 && vocabulary != tokenizer->size()) {
    return mismatch(
        fmt::format("model '{}': its network has a vocabulary of {} pieces, its tokenizer '{}' has "
                    "{}; they do not belong together",
                    model.name, vocabulary, spec.tokenizer.file, tokenizer->size()));
  }
  return {};
}

Status TextModels::open_memory(const ModelSpec& model) {
  std::unique_ptr<TranslationMemory>& held = memories_[model.sha256];
  if (held != nullptr) return {};
  const auto path = verified_file(zoo_, model.name, {model.file, model.sha256}, search_);
  if (!path.ok()) return path.status();
  auto opened = TranslationMemory::open(*path);
  if (!opened.ok()) return opened.status().with_context(fmt::format("model '{}'", model.name));
  held = std::move(*opened);
  return {};
}

Status TextModels::open_files(const ModelSpec& model) {
  return model.translation.memory ? open_memory(model) : open_network(model);
}

Status TextModels::open(ModelIndex model) {
  if (open_[model] != 0) return {};
  const ModelSpec& spec = zoo_.models[model];
  if (Status status = open_files(spec); !status.ok()) return status;
  for (const std::string& name : {spec.translation.draft, spec.translation.draft_memory}) {
    const ModelSpec* draft = zoo_.find(name);
    if (draft == nullptr) continue;
    if (Status status = open_files(*draft); !status.ok()) return status;
  }
  open_[model] = 1;
  return {};
}

Result<std::unique_ptr<SequenceModel>> TextModels::network_of(const ModelSpec& model) const {
  Session& encoder = *sessions_.at(session_key(model.translation.encoder.sha256, model.session));
  Session& decoder = *sessions_.at(session_key(model.sha256, model.session));
  return SequenceModel::make(encoder, decoder);
}

Result<std::unique_ptr<TextModel>> TextModels::make(ModelIndex model) const {
  const ModelSpec& spec = zoo_.models[model];
  Result<std::unique_ptr<TextModel>> made = make_unchecked(spec);
  if (!made.ok()) return made;
  return std::unique_ptr<TextModel>(std::make_unique<CheckedModel>(std::move(*made), check_));
}

Result<std::unique_ptr<TextModel>> TextModels::make_unchecked(const ModelSpec& spec) const {
  if (spec.translation.memory) {
    return std::unique_ptr<TextModel>(
        std::make_unique<MemoryTranslator>(*memories_.at(spec.sha256)));
  }
  auto network = network_of(spec);
  if (!network.ok()) return network.status();
  auto translator = std::make_unique<NetworkTranslator>(
      spec.translation, *tokenizers_.at(spec.translation.tokenizer.sha256), std::move(*network));
  if (const ModelSpec* draft = zoo_.find(spec.translation.draft)) {
    auto drafting = network_of(*draft);
    if (!drafting.ok()) return drafting.status();
    translator->draft_with(std::move(*drafting));
  }
  if (const ModelSpec* memory = zoo_.find(spec.translation.draft_memory)) {
    translator->draft_with(*memories_.at(memory->sha256));
  }
  return std::unique_ptr<TextModel>(std::move(translator));
}

}  // namespace rightsize
