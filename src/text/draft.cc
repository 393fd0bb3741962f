#include "text/draft.h"

#include <algorithm>
#include <array>
#include <limits>

namespace rightsize {
namespace {

constexpr std::size_t kLongestMatch = 3;  // of the last tokens, looked for in a text
constexpr std::size_t kEvery = 32;        // this sentence does not what seems best
constexpr double kForget = 0.02;          // of what is known, per observation

// Shares of a call of one token, until something is known.
constexpr double kUsualFurther = 0.1;
constexpr double kUsualDraft = 0.15;

}  // namespace

Status NetworkDraft::begin(std::span<const TokenId> source) {
  source_.assign(source.begin(), source.end());
  failed_ = false;
  taken_.clear();
  return {};
}

Status NetworkDraft::prepare() {
  failed_ = !network_->begin(source_).ok();
  return {};
}

Status NetworkDraft::propose(std::span<const TokenId> sofar, std::size_t count,
                             std::vector<TokenId>& proposal) {
  if (!failed_) failed_ = !extend(sofar, count, proposal).ok();
  return {};
}

Status NetworkDraft::extend(std::span<const TokenId> sofar, std::size_t count,
                            std::vector<TokenId>& proposal) {
  // What it was given and what stands now may have parted.
  std::vector<TokenId> wanted{begin_mark_};
  wanted.insert(wanted.end(), sofar.begin(), sofar.end());
  const std::size_t same = static_cast<std::size_t>(
      std::mismatch(taken_.begin(), taken_.end(), wanted.begin(), wanted.end()).first -
      taken_.begin());
  // The last token is given again where nothing is new: its candidates are wanted.
  const std::size_t keep = std::min(same, wanted.size() - 1);
  if (keep < taken_.size()) network_->rewind(keep);
  taken_.resize(keep);
  std::span<const TokenId> missing = std::span<const TokenId>(wanted).subspan(keep);
  std::array<TokenId, 1> next{};
  for (std::size_t i = 0; i < count; ++i) {
    if (Status status = network_->advance_block(missing); !status.ok()) return status;
    taken_.insert(taken_.end(), missing.begin(), missing.end());
    next[0] = network_->candidates(missing.size() - 1).token[0];
    proposal.push_back(next[0]);
    if (next[0] == end_mark_) break;
    missing = next;
  }
  return {};
}

Status TextDraft::begin(std::span<const TokenId> source) {
  source_.assign(source.begin(), source.end());
  return {};
}

bool TextDraft::continue_from(std::span<const TokenId> text, std::span<const TokenId> sofar,
                              std::size_t matched, std::size_t count,
                              std::vector<TokenId>& proposal) const {
  const std::span<const TokenId> last = sofar.last(matched);
  const auto found = std::search(text.begin(), text.end(), last.begin(), last.end());
  if (found == text.end()) return false;
  const auto from = found + static_cast<std::ptrdiff_t>(matched);
  const auto end = from + std::min(static_cast<std::ptrdiff_t>(count), text.end() - from);
  proposal.assign(from, end);
  return !proposal.empty();
}

Status TextDraft::propose(std::span<const TokenId> sofar, std::size_t count,
                          std::vector<TokenId>& proposal) {
  if (sofar.empty()) {
    proposal.assign(text_.begin(),
                    text_.begin() + static_cast<std::ptrdiff_t>(std::min(count, text_.size())));
    return {};
  }
  for (std::size_t matched = std::min(kLongestMatch, sofar.size()); matched >= 1; --matched) {
    if (continue_from(text_, sofar, matched, count, proposal)) return {};
    // One token of the source alone says too little.
    if (matched > 1 && continue_from(source_, sofar, matched, count, proposal)) return {};
  }
  return {};
}

void DraftLength::Mean::add(double observed) {
  count += 1;
  value += std::max(1.0 / count, kForget) * (observed - value);
}

void DraftLength::begin_sentence() {
  const bool best = pays_ && call_.count > 0;  // what calls cost comes first
  drafts_ = best != (++sentences_ % kEvery == 0);
}

void DraftLength::observe_call(std::size_t tokens, Nanoseconds cpu) {
  const auto time = static_cast<double>(cpu.count());
  if (tokens == 1) {
    call_.add(time);
  } else if (call_.count > 0) {
    further_.add(std::max(0.0, (time - call_.value) / static_cast<double>(tokens - 1)));
  }
  choose();
}

void DraftLength::observe_draft(std::size_t tokens, Nanoseconds cpu) {
  if (tokens > 0) draft_.add(static_cast<double>(cpu.count()) / static_cast<double>(tokens));
}

void DraftLength::observe(std::size_t tried, std::size_t accepted) {
  for (std::size_t i = 0; i < tried; ++i) acceptance_.add(i < accepted ? 1.0 : 0.0);
  choose();
}

void DraftLength::choose() {
  if (call_.count == 0) return;
  const double further = further_.count > 0 ? further_.value : kUsualFurther * call_.value;
  const double draft = draft_.count > 0 ? draft_.value : kUsualDraft * call_.value;
  double least = std::numeric_limits<double>::infinity();  // time of a token
  double expected = 1.0;                                   // tokens of a block: 1 + a + a^2 + ...
  double power = 1.0;
  for (std::size_t k = 1; k <= kMaxDraft; ++k) {
    power *= acceptance_.value;
    expected += power;
    const double time = (call_.value + static_cast<double>(k) * (further + draft)) / expected;
    if (time >= least) continue;
    least = time;
    length_ = k;
  }
  pays_ = least + prepare_.value / std::max(tokens_.value, 1.0) < call_.value;
}

Status DraftedDecoder::prepare(DraftSource& source, DraftCounts& counts) {
  if (!source.is_costly() || prepared_) return {};
  prepared_ = true;
  const Stopwatch stopwatch;
  Status status = source.prepare();
  const Nanoseconds cpu = stopwatch.elapsed().cpu;
  costly_length_.observe_preparation(cpu);
  counts.preparing += cpu;
  return status;
}

Status DraftedDecoder::propose(std::span<DraftSource* const> sources,
                               std::span<const TokenId> sofar, std::size_t room,
                               DraftCounts& counts) {
  proposal_.clear();
  if (costly_length_.next() + free_length_.next() > 0) ++counts.asked;
  if (close_call_) return {};
  for (DraftSource* source : sources) {
    costly_ = source->is_costly();
    if (costly_ && sofar.empty()) continue;  // the first token is seldom guessed
    DraftLength& length = costly_ ? costly_length_ : free_length_;
    const std::size_t count = std::min(length.next(), room);
    if (count == 0) continue;
    if (Status status = prepare(*source, counts); !status.ok()) return status;
    const Stopwatch stopwatch;
    if (Status status = source->propose(sofar, count, proposal_); !status.ok()) return status;
    const Nanoseconds cpu = stopwatch.elapsed().cpu;
    length.observe_draft(proposal_.size(), cpu);
    counts.proposing += cpu;
    if (!proposal_.empty()) return {};
  }
  return {};
}

// Adds what the network says after each token of the block as long as it agrees with the block;
// gives the number of the block's tokens that stand.
std::size_t DraftedDecoder::take(const SequenceModel& network, TokenId end_mark, std::size_t room,
                                 Hypothesis& result) {
  close_call_ = false;
  accepted_ = 0;
  for (std::size_t i = 0; i < block_.size(); ++i) {
    const Candidates candidates = network.candidates(i);
    const double lead = static_cast<double>(candidates.log_probability[0]) -
                        static_cast<double>(candidates.log_probability[1]);
    if (block_.size() > 1 && lead < kCloseCall) {
      close_call_ = true;
      return i;
    }
    confidence_.add(candidates);
    const TokenId token = candidates.token[0];
    const bool agrees = i + 1 < block_.size() && block_[i + 1] == token;
    accepted_ += agrees ? 1 : 0;
    result.finished = token == end_mark;
    if (result.finished) return i + 1;
    result.tokens.push_back(token);
    if (!agrees || result.tokens.size() == room) return i + 1;
  }
  return block_.size();
}

Status DraftedDecoder::decode(SequenceModel& network, std::span<DraftSource* const> sources,
                              const DecodeOptions& options, Hypothesis& result,
                              DraftCounts& counts) {
  result = {};
  confidence_ = {};
  close_call_ = prepared_ = false;
  costly_length_.begin_sentence();
  free_length_.begin_sentence();
  TokenId last = options.begin_mark;
  std::size_t standing = 0;  // tokens that the network has been given and that stand
  while (!result.finished && result.tokens.size() < options.max_tokens) {
    const std::size_t room = options.max_tokens - result.tokens.size();
    if (Status status = propose(sources, result.tokens, room - 1, counts); !status.ok())
      return status;
    block_.assign(1, last);
    block_.insert(block_.end(), proposal_.begin(), proposal_.end());
    const Stopwatch stopwatch;
    if (Status status = network.advance_block(block_); !status.ok()) return status;
    const Nanoseconds cpu = stopwatch.elapsed().cpu;
    // The first call of a sentence finds nothing in the processor's caches.
    if (!result.tokens.empty()) {
      costly_length_.observe_call(block_.size(), cpu);
      free_length_.observe_call(block_.size(), cpu);
    }
    const std::size_t stand = take(network, options.end_mark, options.max_tokens, result);
    if (!proposal_.empty()) {
      const std::size_t wrong = !close_call_ && accepted_ < proposal_.size() ? 1 : 0;
      ++counts.proposals;
      counts.drafted += proposal_.size();
      counts.tried += accepted_ + wrong;
      counts.accepted += accepted_;
      (costly_ ? costly_length_ : free_length_).observe(accepted_ + wrong, accepted_);
    }
    standing += stand;
    if (stand < block_.size()) network.rewind(standing);
    // After a close call the token that comes before it is given once more, alone.
    last = close_call_ ? block_[stand] : (result.tokens.empty() ? last : result.tokens.back());
    if (options.stop_at != kNever && wall_now() >= options.stop_at && !result.finished) {
      result.stopped = true;
      break;
    }
  }
  costly_length_.end_sentence(result.tokens.size());
  free_length_.end_sentence(result.tokens.size());
  confidence_.fill(result);
  return {};
}

}  // namespace rightsize
