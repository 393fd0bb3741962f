#include "text/network_translator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "core/passing.h"

namespace rightsize {
namespace {

constexpr double kLeastSimilarity = 0.6;  // of an entry that drafts

double& signal_of(TextOutcome& outcome, Signal signal) {
  return outcome.signals[static_cast<std::size_t>(signal)];
}

}  // namespace

std::size_t token_limit(const TranslationSpec& spec, std::size_t source_pieces) {
  return std::min(2 * source_pieces + 10, static_cast<std::size_t>(spec.max_tokens));
}

Status NetworkTranslator::check_pieces() const {
  if (pieces_.size() > static_cast<std::size_t>(spec_.max_source)) {
    return limit_exceeded(
        fmt::format("the sentence has {} pieces, the model takes at most {}; split it into "
                    "sentences",
                    pieces_.size(), spec_.max_source));
  }
  if (std::count(pieces_.begin(), pieces_.end(), tokenizer_.unknown()) == 0) return {};
  // Pieces say too little: a whole row of unknown characters is one.
  std::size_t known = 0;
  for (const TokenId piece : pieces_) known += tokenizer_.characters(piece);
  const std::size_t all = printed_characters(source_);
  if (2 * known < all) {
    return invalid_input(
        fmt::format("the model knows {} of the sentence's {} characters; is it in the model's "
                    "source language?",
                    known, all));
  }
  return {};
}

void NetworkTranslator::draft_with(std::unique_ptr<SequenceModel> network) {
  network_draft_ = std::make_unique<NetworkDraft>(std::move(network), tokenizer_.begin_mark(),
                                                  tokenizer_.end_mark());
}

// The translation of the memory's nearest entry, for drafts.
Status NetworkTranslator::find_text() {
  std::vector<TokenId> text;
  if (memory_ != nullptr) {
    memory_->lookup(source_, kLeastSimilarity, scratch_, match_);
    if (!match_.adapted.empty()) {
      if (Status status = tokenizer_.encode(match_.adapted, text); !status.ok()) return status;
      text.push_back(tokenizer_.end_mark());
    }
  }
  text_draft_.set_text(std::move(text));
  return {};
}

Status NetworkTranslator::decode_drafted(const DecodeOptions& options, Times& times) {
  if (Status status = find_text(); !status.ok()) return status;
  std::vector<DraftSource*> sources{&text_draft_};
  if (network_draft_ != nullptr) sources.push_back(network_draft_.get());
  for (DraftSource* source : sources) {
    if (Status status = source->begin(pieces_); !status.ok()) return status;
  }
  return drafted_.decode(*network_, sources, options, hypothesis_, times.draft);
}

Status NetworkTranslator::decode(const DecodeOptions& options, Times& times) {
  switch (spec_.decoding) {
    case Decoding::kGreedy:
      return decode_greedy(*network_, options, hypothesis_);
    case Decoding::kBeam:
      return decode_beam(*network_, options, hypothesis_);
    case Decoding::kDrafted:
      return decode_drafted(options, times);
  }
  return {};
}

Status NetworkTranslator::translate_pieces(Nanoseconds stop_at, TextOutcome& outcome,
                                           Times& times) {
  const Stopwatch inference;
  outcome.source_pieces = pieces_.size();
  pieces_.push_back(tokenizer_.end_mark());
  Status status = network_->begin(pieces_);
  times.encoding = inference.elapsed();
  if (!status.ok()) return status;
  const bool beam = spec_.decoding == Decoding::kBeam;
  const DecodeOptions options{.begin_mark = tokenizer_.begin_mark(),
                              .end_mark = tokenizer_.end_mark(),
                              .max_tokens = token_limit(spec_, outcome.source_pieces),
                              .beam = beam ? static_cast<std::size_t>(spec_.beam) : 1,
                              .beam_stop = spec_.beam_stop,
                              .stop_at = stop_at};
  if (status = decode(options, times); !status.ok()) return status;
  if (std::isnan(hypothesis_.mean_log_probability)) {
    return runtime_error("the network gives no numbers (NaN); make its files again");
  }
  outcome.finished = hypothesis_.finished;
  outcome.stopped = hypothesis_.stopped;
  outcome.target_tokens = hypothesis_.tokens.size() + (hypothesis_.finished ? 1 : 0);
  signal_of(outcome, Signal::kMeanLogProbability) = hypothesis_.mean_log_probability;
  signal_of(outcome, Signal::kMinLogProbability) = hypothesis_.min_log_probability;
  signal_of(outcome, Signal::kMargin) = hypothesis_.mean_margin;
  signal_of(outcome, Signal::kLengthRatio) =
      std::abs(std::log(static_cast<double>(std::max<std::size_t>(outcome.target_tokens, 1)) /
                        static_cast<double>(outcome.source_pieces + 1)));
  status = tokenizer_.decode(hypothesis_.tokens, outcome.text);
  times.inference = inference.elapsed();
  times.runtime = network_->runtime_time();
  times.decoder_calls = network_->calls();
  return status;
}

Status NetworkTranslator::count_pieces(std::string_view source, std::size_t& pieces) noexcept {
  try {
    Status status = tokenizer_.encode(source, pieces_);
    pieces = status.ok() ? pieces_.size() : 0;
    return status;
  } catch (const std::exception& error) {
    return status_of(error);
  }
}

Status NetworkTranslator::translate(std::string_view source, Nanoseconds stop_at,
                                    TextOutcome& outcome, Times& times) noexcept {
  try {
    outcome = {};
    times = {};
    if (source.empty()) return {};
    source_ = source;
    const Stopwatch preprocessing;
    if (Status status = tokenizer_.encode(source, pieces_); !status.ok()) return status;
    times.preprocess = preprocessing.elapsed();
    if (pieces_.empty()) return {};
    if (Status status = check_pieces(); !status.ok()) return status;
    if (std::count(pieces_.begin(), pieces_.end(), tokenizer_.unknown()) > 0) {
      outcome.doubts.push_back({DoubtKind::kUnknown, "the model does not know " +
                                                         tokenizer_.unknown_characters(source)});
    }
    return translate_pieces(stop_at, outcome, times);
  } catch (const std::exception& error) {
    return status_of(error);
  }
}

}  // namespace rightsize
