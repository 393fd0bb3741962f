// A network that translates: pieces in, tokens out, greedy or with a beam.
#pragma once

#include <memory>

#include "core/manifest.h"
#include "text/decode.h"
#include "text/draft.h"
#include "text/tokenizer.h"
#include "text/translation.h"
#include "text/translation_memory.h"

namespace rightsize {

// Of a source's pieces; what the manifest allows.
std::size_t token_limit(const TranslationSpec& spec, std::size_t source_pieces);

class NetworkTranslator : public TextModel {
 public:
  NetworkTranslator(TranslationSpec spec, const Tokenizer& tokenizer,
                    std::unique_ptr<SequenceModel> network)
      : spec_(std::move(spec)), tokenizer_(tokenizer), network_(std::move(network)) {}

  // Of kDrafted: what proposes, beside the source itself.
  void draft_with(std::unique_ptr<SequenceModel> network);
  void draft_with(const TranslationMemory& memory) { memory_ = &memory; }

  const void* pieces_by() const noexcept override { return &tokenizer_; }
  Status count_pieces(std::string_view source, std::size_t& pieces) noexcept override;
  Status translate(std::string_view source, Nanoseconds stop_at, TextOutcome& outcome,
                   Times& times) noexcept override;

 private:
  Status translate_pieces(Nanoseconds stop_at, TextOutcome& outcome, Times& times);
  Status check_pieces() const;
  Status decode(const DecodeOptions& options, Times& times);
  Status decode_drafted(const DecodeOptions& options, Times& times);
  Status find_text();

  TranslationSpec spec_;
  const Tokenizer& tokenizer_;
  std::unique_ptr<SequenceModel> network_;
  std::vector<TokenId> pieces_;
  std::string_view source_;  // of the sentence that is being translated
  Hypothesis hypothesis_;
  const TranslationMemory* memory_ = nullptr;
  MemoryScratch scratch_;
  MemoryMatch match_;
  TextDraft text_draft_;
  std::unique_ptr<NetworkDraft> network_draft_;
  DraftedDecoder drafted_;
};

}  // namespace rightsize
