// Drafted greedy decoding: cheap sources propose several tokens, and the network checks all of them
// in one call. What comes out is what the network says by itself, one token at a time.
//
// Source: Stern et al., "Blockwise parallel decoding for deep autoregressive models", NeurIPS 2018;
// Leviathan et al., "Fast inference from transformers via speculative decoding", ICML 2023 (here
// greedy, so nothing is drawn).
//
// Why the tokens are the same: a proposed token stands only if it is the network's own surest one
// after the same tokens. In a block the network's numbers differ from those of single calls by
// rounding (about 1e-5), so where the two surest tokens are closer than kCloseCall, the block ends
// there and the position is decided by a single call.
//
// Threading: one thread per object.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "text/decode.h"
#include "text/translation.h"

namespace rightsize {

inline constexpr double kCloseCall = 1e-3;  // of log-probabilities
inline constexpr std::size_t kMaxDraft = 12;

// Proposes how a translation goes on.
class DraftSource {
 public:
  virtual ~DraftSource() = default;
  // A new sentence; its pieces with the end mark.
  virtual Status begin(std::span<const TokenId> source) = 0;
  // What a sentence takes before its first proposal.
  virtual Status prepare() { return {}; }
  // At most `count` tokens that may follow `sofar` (without the begin mark); none if it has no
  // idea.
  virtual Status propose(std::span<const TokenId> sofar, std::size_t count,
                         std::vector<TokenId>& proposal) = 0;
  // Does a proposal cost a noticeable time?
  virtual bool is_costly() const = 0;
};

// A smaller network of the same pieces, decoding greedily. Where it fails (it may take shorter
// sentences than the one that it drafts for) it has no idea for the rest of the sentence.
class NetworkDraft : public DraftSource {
 public:
  NetworkDraft(std::unique_ptr<SequenceModel> network, TokenId begin_mark, TokenId end_mark)
      : network_(std::move(network)), begin_mark_(begin_mark), end_mark_(end_mark) {}
  Status begin(std::span<const TokenId> source) override;
  Status prepare() override;
  Status propose(std::span<const TokenId> sofar, std::size_t count,
                 std::vector<TokenId>& proposal) override;
  bool is_costly() const override { return true; }
  const SequenceModel& network() const { return *network_; }

 private:
  Status extend(std::span<const TokenId> sofar, std::size_t count, std::vector<TokenId>& proposal);

  std::unique_ptr<SequenceModel> network_;
  TokenId begin_mark_;
  TokenId end_mark_;
  std::vector<TokenId> source_;
  bool failed_ = false;         // at this sentence
  std::vector<TokenId> taken_;  // tokens that the network has been given
};

// Goes on as a text does that resembles the translation: where the last tokens stand in it, what
// follows there is proposed. Texts are the nearest entry of a memory, and the source itself (names
// and numbers stay).
class TextDraft : public DraftSource {
 public:
  // Of the coming sentence; to be called before `begin`. Tokens without marks; may be empty.
  void set_text(std::vector<TokenId> tokens) { text_ = std::move(tokens); }
  Status begin(std::span<const TokenId> source) override;
  Status propose(std::span<const TokenId> sofar, std::size_t count,
                 std::vector<TokenId>& proposal) override;
  bool is_costly() const override { return false; }

 private:
  bool continue_from(std::span<const TokenId> text, std::span<const TokenId> sofar,
                     std::size_t matched, std::size_t count, std::vector<TokenId>& proposal) const;

  std::vector<TokenId> text_;
  std::vector<TokenId> source_;
};

// Whether to draft in a sentence, and how many tokens at a time: the number that promises the most
// tokens per time, by the share that was accepted lately and what calls have cost lately.
class DraftLength {
 public:
  // Every 32nd sentence does the opposite of what seems best, so that better times are noticed.
  void begin_sentence();
  void end_sentence(std::size_t tokens) { tokens_.add(static_cast<double>(tokens)); }
  // CPU times: of a call of the network with `tokens` tokens, of drafting `tokens` tokens, and of
  // getting ready to draft in a sentence.
  void observe_call(std::size_t tokens, Nanoseconds cpu);
  void observe_draft(std::size_t tokens, Nanoseconds cpu);
  void observe_preparation(Nanoseconds cpu) { prepare_.add(static_cast<double>(cpu.count())); }
  void observe(std::size_t tried, std::size_t accepted);
  // Of the next draft; 0 in a sentence without drafts.
  std::size_t next() const { return drafts_ ? length_ : 0; }
  double acceptance() const { return acceptance_.value; }

 private:
  // The mean of the first observations, later of the latest.
  struct Mean {
    double value = 0.0;
    double count = 0.0;
    void add(double observed);
  };
  void choose();

  Mean acceptance_{.value = 0.7, .count = 10};
  Mean tokens_{.value = 20};  // of a translation
  Mean call_;                 // nanoseconds: of one token
  Mean further_;              // of each further token in a call
  Mean draft_;                // of a drafted token
  Mean prepare_;              // of a sentence
  std::size_t length_ = 1;    // the best of those above 0
  bool pays_ = true;
  bool drafts_ = false;
  std::size_t sentences_ = 0;
};

// Learns from sentence to sentence how many tokens to draft.
class DraftedDecoder {
 public:
  // Sources are asked in their order; the first that proposes something is taken. `network` has
  // begun the sentence, and so have they.
  Status decode(SequenceModel& network, std::span<DraftSource* const> sources,
                const DecodeOptions& options, Hypothesis& result, DraftCounts& counts);

 private:
  Status prepare(DraftSource& source, DraftCounts& counts);
  Status propose(std::span<DraftSource* const> sources, std::span<const TokenId> sofar,
                 std::size_t room, DraftCounts& counts);
  std::size_t take(const SequenceModel& network, TokenId end_mark, std::size_t room,
                   Hypothesis& result);

  std::vector<TokenId> block_;  // the last token that stands, then the proposal
  std::vector<TokenId> proposal_;
  Confidence confidence_;
  std::size_t accepted_ = 0;  // tokens of the proposal that are the network's own
  bool prepared_ = false;     // the costly source, for this sentence
  bool close_call_ = false;   // the next token is decided by a single call
  bool costly_ = false;       // the proposal came from a costly source
  DraftLength costly_length_;
  DraftLength free_length_;
};

}  // namespace rightsize
