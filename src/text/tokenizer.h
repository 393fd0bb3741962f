// Sentences to pieces and back, by a SentencePiece model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/status.h"
#include "text/sequence_model.h"

namespace rightsize {

// Immutable after `open`; may be used from several threads at once.
class Tokenizer {
 public:
  // Fails where the file is no SentencePiece model or has no marks for begin and end.
  static Result<std::unique_ptr<Tokenizer>> open(const std::filesystem::path& file);
  ~Tokenizer();

  // The pieces of a text in UTF-8, without begin and end marks.
  Status encode(std::string_view text, std::vector<TokenId>& pieces) const;
  Status decode(const std::vector<TokenId>& pieces, std::string& text) const;

  // The first few characters of a text that no piece has, quoted: "'{', '€'".
  std::string unknown_characters(std::string_view text) const;

  // Of a piece, the mark of a space not counted; 0 of the unknown one and of marks.
  std::size_t characters(TokenId piece) const;

  std::size_t size() const;  // number of pieces
  TokenId begin_mark() const;
  TokenId end_mark() const;
  TokenId unknown() const;

 private:
  struct Model;
  explicit Tokenizer(std::unique_ptr<Model> model);
  std::unique_ptr<Model> model_;
};

// Characters of a text in UTF-8, spaces not counted.
std::size_t printed_characters(std::string_view text);

}  // namespace rightsize
