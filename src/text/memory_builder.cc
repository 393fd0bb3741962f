#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>

#include "core/file.h"
#include "text/memory_answer.h"
#include "text/memory_file.h"
#include "text/translation_memory.h"

namespace rightsize {
namespace {

struct ChosenPair {
  SentencePair pair;
  std::size_t count = 0;   // of it
  std::size_t others = 0;  // of its source with other translations
};

// The pairs that are kept, by first appearance of their source.
std::vector<ChosenPair> choose_pairs(std::span<const SentencePair> pairs) {
  struct Translations {
    std::vector<std::pair<std::string, std::size_t>> counts;  // by first appearance
    std::size_t pairs = 0;
  };
  std::unordered_map<std::string, std::size_t> places;
  std::vector<std::string> sources;
  std::vector<Translations> translations;
  std::vector<MemoryWord> words;
  for (const SentencePair& pair : pairs) {
    split_words(pair.source, words);
    if (words.empty() || words.size() > kMostWords || pair.target.empty()) continue;
    const auto [found, is_new] = places.try_emplace(pair.source, sources.size());
    if (is_new) {
      sources.push_back(pair.source);
      translations.emplace_back();
    }
    ++translations[found->second].pairs;
    auto& counts = translations[found->second].counts;
    const auto known = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& one) { return one.first == pair.target; });
    if (known == counts.end()) {
      counts.emplace_back(pair.target, 1);
    } else {
      ++known->second;
    }
  }
  std::vector<ChosenPair> chosen;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto& counts = translations[i].counts;
    const auto best =
        std::max_element(counts.begin(), counts.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    chosen.push_back(
        {{sources[i], best->first}, best->second, translations[i].pairs - best->second});
  }
  return chosen;
}

class Builder {
 public:
  explicit Builder(std::vector<ChosenPair> pairs) : pairs_(std::move(pairs)) {
    for (const ChosenPair& pair : pairs_) add(pair);
    sort_vocabulary();
    fill_postings();
    fill_buckets();
    fill_frames();
  }

  std::string bytes() const {
    MemoryHeader header;
    header.entries = static_cast<std::uint32_t>(entries_.size());
    header.vocabulary = static_cast<std::uint32_t>(terms_.size());
    header.buckets = static_cast<std::uint32_t>(buckets_.size());
    header.frames = static_cast<std::uint32_t>(frames_.size());
    header.entry_words = words_.size();
    header.postings = postings_.size();
    header.characters = characters_.size();
    std::string body;
    append(body, entries_.data(), entries_.size() * sizeof(MemoryEntry));
    append(body, terms_.data(), terms_.size() * sizeof(MemoryTerm));
    append(body, buckets_.data(), buckets_.size() * sizeof(std::uint32_t));
    append(body, frames_.data(), frames_.size() * sizeof(std::uint32_t));
    append(body, words_.data(), words_.size() * sizeof(std::uint32_t));
    append(body, postings_.data(), postings_.size() * sizeof(std::uint32_t));
    append(body, characters_.data(), characters_.size());
    header.checksum = checksum_of(body.data(), body.size());
    std::string result;
    append(result, &header, sizeof header);
    return result + body;
  }

 private:
  static void append(std::string& to, const void* data, std::size_t size) {
    if (size > 0) to.append(static_cast<const char*>(data), size);
    to.resize(aligned(to.size()), '\0');
  }

  std::uint32_t store(std::string_view text) {
    const auto place = static_cast<std::uint32_t>(characters_.size());
    characters_ += text;
    return place;
  }

  void add(const ChosenPair& chosen) {
    const SentencePair& pair = chosen.pair;
    MemoryEntry entry;
    entry.count = static_cast<std::uint32_t>(chosen.count);
    entry.others = static_cast<std::uint32_t>(chosen.others);
    entry.source = store(pair.source);
    entry.source_size = static_cast<std::uint32_t>(pair.source.size());
    entry.target = store(pair.target);
    entry.target_size = static_cast<std::uint32_t>(pair.target.size());
    entry.words = static_cast<std::uint32_t>(words_.size());
    std::vector<MemoryWord> words;
    split_words(pair.source, words);
    entry.word_count = static_cast<std::uint32_t>(words.size());
    for (const MemoryWord& word : words) {
      std::string form;
      append_normal_form(word, form);
      words_.push_back(
          forms_.try_emplace(form, static_cast<std::uint32_t>(forms_.size())).first->second);
    }
    entries_.push_back(entry);
  }

  // Terms are numbered in the order of their bytes, so that they can be searched.
  void sort_vocabulary() {
    std::vector<std::uint32_t> place(forms_.size());
    for (const auto& [form, first_number] : forms_) {
      place[first_number] = static_cast<std::uint32_t>(terms_.size());
      terms_.push_back({store(form), static_cast<std::uint32_t>(form.size()), 0, 0});
    }
    for (std::uint32_t& word : words_) word = place[word];
  }

  void fill_postings() {
    std::vector<std::vector<std::uint32_t>> lists(terms_.size());
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      for (std::size_t w = 0; w < entries_[e].word_count; ++w) {
        auto& list = lists[words_[entries_[e].words + w]];
        if (list.empty() || list.back() != e) list.push_back(static_cast<std::uint32_t>(e));
      }
    }
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      terms_[t].postings = static_cast<std::uint32_t>(postings_.size());
      terms_[t].count = static_cast<std::uint32_t>(lists[t].size());
      postings_.insert(postings_.end(), lists[t].begin(), lists[t].end());
    }
  }

  // Open addressing.
  static void insert(std::string_view key, std::uint32_t entry,
                     std::vector<std::uint32_t>& buckets) {
    std::size_t at = hash_of(key) & (buckets.size() - 1);
    while (buckets[at] != kNoEntry) at = (at + 1) & (buckets.size() - 1);
    buckets[at] = entry;
  }
  static std::vector<std::uint32_t> buckets_for(std::size_t entries) {
    return std::vector<std::uint32_t>(std::bit_ceil(2 * entries + 2), kNoEntry);
  }

  // By the source as it stands.
  void fill_buckets() {
    buckets_ = buckets_for(entries_.size());
    for (std::uint32_t e = 0; e < entries_.size(); ++e) insert(pairs_[e].pair.source, e, buckets_);
  }

  // Of entries that differ in values alone the first that may answer stands for all.
  void fill_frames() {
    std::map<std::string, std::vector<std::uint32_t>> alike;
    for (std::uint32_t e = 0; e < entries_.size(); ++e) {
      const std::vector<MemoryValue> values = find_values(pairs_[e].pair.source);
      if (!values.empty()) alike[frame_of(pairs_[e].pair.source, values)].push_back(e);
    }
    frames_ = buckets_for(alike.size());
    for (const auto& [frame, members] : alike) {
      const auto first = std::find_if(members.begin(), members.end(), [&](std::uint32_t e) {
        return is_trusted(pairs_[e].pair.source, entries_[e]);
      });
      if (first != members.end() && !is_contradicted(*first, members)) {
        insert(frame, *first, frames_);
      }
    }
  }

  // Does putting in another entry's values give something else than its translation? Then what the
  // values are changes more than themselves.
  bool is_contradicted(std::uint32_t entry, const std::vector<std::uint32_t>& alike) const {
    return std::any_of(alike.begin(), alike.end(), [&](std::uint32_t other) {
      const auto& [source, target] = pairs_[entry].pair;
      const auto adapted = adapt_translation(source, target, pairs_[other].pair.source);
      return adapted && *adapted != pairs_[other].pair.target;
    });
  }

  std::vector<ChosenPair> pairs_;
  std::map<std::string, std::uint32_t> forms_;
  std::vector<MemoryEntry> entries_;
  std::vector<MemoryTerm> terms_;
  std::vector<std::uint32_t> buckets_;
  std::vector<std::uint32_t> frames_;
  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> postings_;
  std::string characters_;
};

}  // namespace

std::string memory_bytes(std::span<const SentencePair> pairs) {
  return Builder(choose_pairs(pairs)).bytes();
}

Status build_memory(std::span<const SentencePair> pairs, const std::filesystem::path& file) {
  std::uint64_t size = 0;
  for (const SentencePair& pair : pairs) size += 2 * pair.source.size() + pair.target.size();
  if (size > std::numeric_limits<std::uint32_t>::max() / 2) {
    return limit_exceeded("a translation memory holds at most 2 GiB of text");
  }
  return write_checked(file, memory_bytes(pairs), [&](std::string_view content) {
    return TranslationMemory::over(std::as_bytes(std::span(content)), file.string()).status();
  });
}

}  // namespace rightsize
