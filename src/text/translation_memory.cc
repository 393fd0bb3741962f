#include "text/translation_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/file.h"
#include "text/memory_answer.h"
#include "text/memory_file.h"

namespace rightsize {
namespace {

constexpr std::uint32_t kUnknownWord = 0xFFFFFFFFU;
constexpr std::size_t kMostPostings = 1500;  // that a look-up walks through
constexpr std::size_t kMostCandidates = 48;  // that it compares

// Entries that may lie within `least`, given that the one has `a` words and the other `b`.
bool lengths_fit(std::size_t a, std::size_t b, double least) {
  return static_cast<double>(std::min(a, b)) >= least * static_cast<double>(std::max(a, b));
}

std::size_t most_edits(std::size_t longer, double least) {
  return static_cast<std::size_t>((1.0 - least) * static_cast<double>(longer) + 1e-9);
}

// The kMostCandidates that share most words; these first, of equals the earlier entry.
void keep_likeliest(std::vector<MemoryCandidate>& candidates) {
  const auto likelier = [](const MemoryCandidate& a, const MemoryCandidate& b) {
    return a.shared != b.shared ? a.shared > b.shared : a.entry < b.entry;
  };
  if (candidates.size() > kMostCandidates) {
    const auto last = candidates.begin() + kMostCandidates;
    std::nth_element(candidates.begin(), last, candidates.end(), likelier);
    candidates.erase(last, candidates.end());
  }
  std::sort(candidates.begin(), candidates.end(), likelier);
}

// Edit distance of two rows of words; more than `most` is given as most + 1.
std::size_t edit_distance(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                          std::size_t most, std::vector<std::uint32_t>& row) {
  row.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::uint32_t>(j);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::uint32_t diagonal = row[0];
    std::uint32_t least = row[0] = static_cast<std::uint32_t>(i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::uint32_t change = diagonal + (a[i] == b[j] && a[i] != kUnknownWord ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
      least = std::min(least, row[j + 1]);
    }
    if (least > most) return most + 1;
  }
  return row.back();
}

}  // namespace

struct TranslationMemory::View {
  std::span<const MemoryEntry> entries;
  std::span<const MemoryTerm> terms;
  std::span<const std::uint32_t> buckets;
  std::span<const std::uint32_t> frames;
  std::span<const std::uint32_t> words;
  std::span<const std::uint32_t> postings;
  std::string_view characters;
  void* map = nullptr;
  std::size_t map_size = 0;

  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() {
    if (map != nullptr) ::munmap(map, map_size);
  }

  std::string_view source(std::uint32_t e) const {
    return characters.substr(entries[e].source, entries[e].source_size);
  }
  std::string_view target(std::uint32_t e) const {
    return characters.substr(entries[e].target, entries[e].target_size);
  }
  std::span<const std::uint32_t> words_of(std::uint32_t e) const {
    return words.subspan(entries[e].words, entries[e].word_count);
  }

  // Every number that is followed later on lies within its array.
  bool is_sound() const {
    const auto within = [](std::uint64_t at, std::uint64_t size, std::uint64_t of) {
      return at <= of && size <= of - at;
    };
    for (const MemoryEntry& e : entries) {
      if (!within(e.source, e.source_size, characters.size()) ||
          !within(e.target, e.target_size, characters.size()) ||
          !within(e.words, e.word_count, words.size()) || e.word_count > kMostWords) {
        return false;
      }
    }
    for (const MemoryTerm& t : terms) {
      if (!within(t.text, t.size, characters.size()) ||
          !within(t.postings, t.count, postings.size())) {
        return false;
      }
    }
    const auto below = [](std::span<const std::uint32_t> values, std::size_t limit) {
      return std::all_of(values.begin(), values.end(), [&](auto v) { return v < limit; });
    };
    const auto table = [&](std::span<const std::uint32_t> values) {
      return std::all_of(values.begin(), values.end(),
                         [&](auto v) { return v == kNoEntry || v < entries.size(); }) &&
             std::find(values.begin(), values.end(), kNoEntry) != values.end() &&
             std::has_single_bit(values.size());
    };
    return below(words, terms.size()) && below(postings, entries.size()) && table(buckets) &&
           table(frames);
  }
};

TranslationMemory::TranslationMemory(std::unique_ptr<View> view) : view_(std::move(view)) {}
TranslationMemory::~TranslationMemory() = default;

std::size_t TranslationMemory::size() const { return view_->entries.size(); }

Result<std::unique_ptr<TranslationMemory>> TranslationMemory::over(std::span<const std::byte> bytes,
                                                                   const std::string& name) {
  MemoryHeader header;
  if (bytes.size() < sizeof header) {
    return invalid_input(name + ": is no translation memory: it is too short");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMemoryMagic) return invalid_input(name + ": is no translation memory");
  if (header.version != kMemoryVersion) {
    return mismatch(
        fmt::format("{}: is a translation memory of version {}; this program reads "
                    "version {}: build it again",
                    name, header.version, kMemoryVersion));
  }
  const std::span<const std::byte> body = bytes.subspan(sizeof header);
  std::uint64_t at = 0;
  bool fits = true;
  const auto take = [&](auto& view, std::uint64_t count) {
    using Element = typename std::remove_reference_t<decltype(view)>::value_type;
    const bool good = count <= body.size() / sizeof(Element) &&
                      aligned(count * sizeof(Element)) <= body.size() - at;
    fits = fits && good;
    if (!fits) return;
    view = {reinterpret_cast<const Element*>(body.data() + at), static_cast<std::size_t>(count)};
    at += aligned(count * sizeof(Element));
  };
  auto view = std::make_unique<View>();
  take(view->entries, header.entries);
  take(view->terms, header.vocabulary);
  take(view->buckets, header.buckets);
  take(view->frames, header.frames);
  take(view->words, header.entry_words);
  take(view->postings, header.postings);
  take(view->characters, header.characters);
  if (!fits || at != body.size() || header.unused != 0 ||
      checksum_of(body.data(), body.size()) != header.checksum || !view->is_sound()) {
    return invalid_input(name + ": the translation memory is truncated or damaged; build it again");
  }
  return std::unique_ptr<TranslationMemory>(new TranslationMemory(std::move(view)));
}

Result<std::unique_ptr<TranslationMemory>> TranslationMemory::open(
    const std::filesystem::path& file) {
  const Result<InputFile> input = InputFile::open(file);
  if (!input.ok()) return input.status();
  const auto size = static_cast<std::size_t>(input->size());
  void* map =
      size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, input->descriptor(), 0) : MAP_FAILED;
  if (map == MAP_FAILED) return invalid_input(file.string() + ": is no translation memory");
  auto memory = over({static_cast<const std::byte*>(map), size}, file.string());
  if (!memory.ok()) {
    ::munmap(map, size);
    return memory;
  }
  (*memory)->view_->map = map;
  (*memory)->view_->map_size = size;
  return memory;
}

// The numbers of the words; false where there are none or too many.
bool TranslationMemory::identify(MemoryScratch& scratch) const {
  if (scratch.words.empty() || scratch.words.size() > kMostWords) return false;
  scratch.ids.clear();
  for (const MemoryWord& word : scratch.words) {
    scratch.form.clear();
    append_normal_form(word, scratch.form);
    const auto text_of = [&](const MemoryTerm& term) {
      return view_->characters.substr(term.text, term.size);
    };
    const auto found = std::lower_bound(
        view_->terms.begin(), view_->terms.end(), scratch.form,
        [&](const MemoryTerm& term, const std::string& wanted) { return text_of(term) < wanted; });
    const bool known = found != view_->terms.end() && text_of(*found) == scratch.form;
    scratch.ids.push_back(known ? static_cast<std::uint32_t>(found - view_->terms.begin())
                                : kUnknownWord);
  }
  return true;
}

std::uint32_t TranslationMemory::find_exact(std::string_view sentence) const {
  const std::size_t mask = view_->buckets.size() - 1;
  for (std::size_t at = hash_of(sentence) & mask; view_->buckets[at] != kNoEntry;
       at = (at + 1) & mask) {
    if (view_->source(view_->buckets[at]) == sentence) return view_->buckets[at];
  }
  return kNoEntry;
}

// The answer of an entry that differs in values alone.
void TranslationMemory::answer_by_frame(std::string_view sentence, MemoryMatch& match) const {
  const std::vector<MemoryValue> values = find_values(sentence);
  if (values.empty()) return;
  const std::size_t mask = view_->frames.size() - 1;
  for (std::size_t at = hash_of(frame_of(sentence, values)) & mask; view_->frames[at] != kNoEntry;
       at = (at + 1) & mask) {
    const std::uint32_t entry = view_->frames[at];
    auto adapted = adapt_translation(view_->source(entry), view_->target(entry), sentence);
    if (!adapted || !is_trusted(view_->source(entry), view_->entries[entry])) continue;
    match = {.similarity = kAdapted,
             .answers = true,
             .source = view_->source(entry),
             .translation = view_->target(entry),
             .adapted = std::move(*adapted)};
    return;
  }
}

void TranslationMemory::answer(std::string_view sentence, MemoryMatch& match) const {
  match = {};
  const std::uint32_t exact = find_exact(sentence);
  if (exact == kNoEntry) return answer_by_frame(sentence, match);
  match = {.similarity = 1.0,
           .exact = true,
           .answers = is_trusted(view_->source(exact), view_->entries[exact]),
           .source = view_->source(exact),
           .translation = view_->target(exact),
           .adapted = std::string(view_->target(exact))};
}

// An entry within `least` differs in so few words that it shares one of the rarest words at least:
// of d + 1 words, one is not among the d that may differ.
void TranslationMemory::collect(double least, MemoryScratch& scratch) const {
  scratch.order.clear();
  for (std::uint32_t i = 0; i < scratch.ids.size(); ++i) {
    if (scratch.ids[i] != kUnknownWord) scratch.order.push_back(scratch.ids[i]);
  }
  const auto rarity = [&](std::uint32_t id) { return view_->terms[id].count; };
  std::sort(scratch.order.begin(), scratch.order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rarity(a) != rarity(b) ? rarity(a) < rarity(b) : a < b;
  });
  scratch.candidates.clear();
  scratch.candidates.reserve(kMostPostings);
  if (scratch.shared.size() < view_->entries.size()) scratch.shared.resize(view_->entries.size());
  const std::size_t unknown = scratch.ids.size() - scratch.order.size();
  const auto longest = static_cast<std::size_t>(static_cast<double>(scratch.ids.size()) / least);
  const std::size_t edits = most_edits(longest, least);
  if (unknown > edits) return;
  const std::size_t wanted = edits - unknown + 1;
  std::size_t walked = 0;
  for (std::size_t i = 0; i < std::min(wanted, scratch.order.size()); ++i) {
    const MemoryTerm& term = view_->terms[scratch.order[i]];
    for (const std::uint32_t entry : view_->postings.subspan(term.postings, term.count)) {
      if (++walked > kMostPostings) break;
      if (scratch.shared[entry]++ == 0) scratch.candidates.push_back({.entry = entry});
    }
  }
  for (MemoryCandidate& candidate : scratch.candidates) {
    candidate.shared = std::exchange(scratch.shared[candidate.entry], 0);
  }
  keep_likeliest(scratch.candidates);
}

void TranslationMemory::compare(std::string_view sentence, double least, MemoryScratch& scratch,
                                MemoryMatch& match) const {
  for (const auto& [entry, shared] : scratch.candidates) {
    if (!lengths_fit(view_->entries[entry].word_count, scratch.ids.size(), least)) continue;
    const std::span<const std::uint32_t> words = view_->words_of(entry);
    const std::size_t longer = std::max(words.size(), scratch.ids.size());
    const double bar = std::max(least, match.similarity);
    const std::size_t most = most_edits(longer, bar);
    const std::size_t edits = edit_distance(scratch.ids, words, most, scratch.row);
    if (edits > most) continue;
    MemoryMatch found{.similarity = 1.0 - static_cast<double>(edits) / static_cast<double>(longer),
                      .source = view_->source(entry),
                      .translation = view_->target(entry)};
    if (found.source == sentence) continue;  // the exact table has said so already
    adapt(entry, scratch, found);
    if (found.similarity > match.similarity && found.similarity >= least) match = std::move(found);
  }
}

// Puts the sentence's own numbers and placeholders into the translation of an entry.
void TranslationMemory::adapt(std::uint32_t entry, MemoryScratch& scratch,
                              MemoryMatch& match) const {
  split_words(match.source, scratch.entry_words);
  split_words(match.translation, scratch.target_words);
  scratch.values.assign(scratch.target_words.size(), std::string_view());
  const auto words =
      static_cast<double>(std::max(scratch.entry_words.size(), scratch.words.size()));
  const std::span<const std::uint32_t> ids = view_->words_of(entry);
  const bool aligned_words =
      std::equal(ids.begin(), ids.end(), scratch.ids.begin(), scratch.ids.end()) &&
      scratch.entry_words.size() == scratch.words.size();
  const auto count = [](const std::vector<MemoryWord>& in, std::string_view text) {
    return std::count_if(in.begin(), in.end(), [&](const auto& w) { return w.text == text; });
  };
  std::size_t misfits = 0;
  if (aligned_words) {
    for (std::size_t i = 0; i < scratch.words.size(); ++i) {
      const std::string_view ours = scratch.words[i].text;
      const std::string_view theirs = scratch.entry_words[i].text;
      if (scratch.words[i].kind == WordKind::kWord || ours == theirs) continue;
      const auto place = std::find_if(scratch.target_words.begin(), scratch.target_words.end(),
                                      [&](const MemoryWord& w) { return w.text == theirs; });
      if (count(scratch.entry_words, theirs) != 1 || count(scratch.target_words, theirs) != 1) {
        ++misfits;
        continue;
      }
      scratch.values[static_cast<std::size_t>(place - scratch.target_words.begin())] = ours;
    }
  } else {
    // Values that only one side has are different words.
    for (const MemoryWord& word : scratch.words) {
      if (word.kind != WordKind::kWord && count(scratch.entry_words, word.text) == 0) ++misfits;
    }
  }
  // All at once: a value that was put in is not taken for one of the entry's.
  std::size_t copied = 0;
  match.adapted.clear();
  for (std::size_t i = 0; i < scratch.values.size(); ++i) {
    if (scratch.values[i].empty()) continue;
    const std::string_view theirs = scratch.target_words[i].text;
    const auto at = static_cast<std::size_t>(theirs.data() - match.translation.data());
    match.adapted += match.translation.substr(copied, at - copied);
    match.adapted += scratch.values[i];
    copied = at + theirs.size();
  }
  match.adapted += match.translation.substr(copied);
  match.similarity =
      std::max(0.0, std::min(kAdapted, match.similarity) - static_cast<double>(misfits) / words);
}

void TranslationMemory::lookup(std::string_view sentence, double least, MemoryScratch& scratch,
                               MemoryMatch& match) const {
  answer(sentence, match);
  if (match.similarity > 0 && match.similarity >= least) return;
  match = {};
  split_words(sentence, scratch.words);
  if (!identify(scratch)) return;
  collect(std::clamp(least, 0.05, 1.0), scratch);
  compare(sentence, std::clamp(least, 0.05, 1.0), scratch, match);
}

}  // namespace rightsize
