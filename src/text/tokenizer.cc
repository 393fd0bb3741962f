#include "text/tokenizer.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <algorithm>

#include "core/file.h"

namespace rightsize {

struct Tokenizer::Model {
  sentencepiece::SentencePieceProcessor processor;
};

Tokenizer::Tokenizer(std::unique_ptr<Model> model) : model_(std::move(model)) {}
Tokenizer::~Tokenizer() = default;

Result<std::unique_ptr<Tokenizer>> Tokenizer::open(const std::filesystem::path& file) {
  const Result<std::string> bytes = read_text(file);
  if (!bytes.ok()) return bytes.status();
  auto model = std::make_unique<Model>();
  const auto loaded = model->processor.LoadFromSerializedProto(*bytes);
  if (!loaded.ok()) {
    return invalid_input(
        fmt::format("{}: is no SentencePiece model: {}", file.string(), loaded.ToString()));
  }
  if (model->processor.bos_id() < 0 || model->processor.eos_id() < 0) {
    return invalid_input(fmt::format(
        "{}: has no marks for begin and end of a sentence; a translation network needs both",
        file.string()));
  }
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(model)));
}

Status Tokenizer::encode(std::string_view text, std::vector<TokenId>& pieces) const {
  std::vector<int> ids;
  const auto done = model_->processor.Encode(text, &ids);
  if (!done.ok()) return invalid_input("cannot be cut into pieces: " + done.ToString());
  pieces.assign(ids.begin(), ids.end());
  return {};
}

Status Tokenizer::decode(const std::vector<TokenId>& pieces, std::string& text) const {
  const std::vector<int> ids(pieces.begin(), pieces.end());
  const auto done = model_->processor.Decode(ids, &text);
  return done.ok() ? Status() : runtime_error("cannot join pieces: " + done.ToString());
}

std::string Tokenizer::unknown_characters(std::string_view text) const {
  constexpr std::size_t kShown = 5;
  std::vector<std::string_view> found;
  std::vector<TokenId> pieces;
  for (std::size_t at = 0; at < text.size() && found.size() < kShown;) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    const std::string_view one = text.substr(at, end - at);
    at = end;
    if (!encode(one, pieces).ok() || std::ranges::find(found, one) != found.end()) continue;
    if (std::ranges::find(pieces, unknown()) != pieces.end()) found.push_back(one);
  }
  return fmt::format("'{}'", fmt::join(found, "', '"));
}

std::size_t Tokenizer::characters(TokenId piece) const {
  const auto id = static_cast<int>(piece);
  if (model_->processor.IsUnknown(id) || model_->processor.IsControl(id)) return 0;
  constexpr std::string_view kSpace = "\xE2\x96\x81";
  std::string_view text = model_->processor.IdToPiece(id);
  for (; text.starts_with(kSpace); text.remove_prefix(kSpace.size())) {
  }
  return printed_characters(text);
}

std::size_t Tokenizer::size() const {
  return static_cast<std::size_t>(model_->processor.GetPieceSize());
}
TokenId Tokenizer::begin_mark() const { return model_->processor.bos_id(); }
TokenId Tokenizer::end_mark() const { return model_->processor.eos_id(); }
TokenId Tokenizer::unknown() const { return model_->processor.unk_id(); }

std::size_t printed_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    return c != ' ' && !continues;
  }));
}

}  // namespace rightsize
