// The file of a translation memory, little-endian: a header, then arrays one after the other, each
// aligned to 8 bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rightsize {

static_assert(std::endian::native == std::endian::little, "the file is mapped as it is");

inline constexpr std::uint64_t kMemoryMagic = 0x314D'545A'5352ULL;  // "RSZTM1"
inline constexpr std::uint32_t kMemoryVersion = 2;
inline constexpr std::uint32_t kNoEntry = 0xFFFFFFFFU;

struct MemoryHeader {
  std::uint64_t magic = kMemoryMagic;
  std::uint32_t version = kMemoryVersion;
  std::uint32_t entries = 0;
  std::uint32_t vocabulary = 0;  // distinct normal forms of words
  std::uint32_t buckets = 0;     // of the exact table, a power of two
  std::uint32_t frames = 0;      // buckets of the table by frame, a power of two
  std::uint32_t unused = 0;
  std::uint64_t entry_words = 0;  // words of all entries
  std::uint64_t postings = 0;
  std::uint64_t characters = 0;  // bytes of all texts
  std::uint64_t checksum = 0;    // of everything behind the header
};

// A stored pair: places in the characters and in the words, and how often the source came with this
// translation and with others.
struct MemoryEntry {
  std::uint32_t source = 0;
  std::uint32_t source_size = 0;
  std::uint32_t target = 0;
  std::uint32_t target_size = 0;
  std::uint32_t words = 0;
  std::uint32_t word_count = 0;
  std::uint32_t count = 0;
  std::uint32_t others = 0;
};

// A normal form and the entries that have it.
struct MemoryTerm {
  std::uint32_t text = 0;
  std::uint32_t size = 0;
  std::uint32_t postings = 0;
  std::uint32_t count = 0;
};

constexpr std::uint64_t aligned(std::uint64_t size) { return (size + 7) & ~std::uint64_t{7}; }

// FNV-1a over 8 bytes at a time.
inline std::uint64_t checksum_of(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (std::size_t at = 0; at < size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, size - at < 8 ? size - at : 8);
    hash = (hash ^ word) * 0x100000001B3ULL;
    hash ^= hash >> 29U;
  }
  return hash;
}

inline std::uint64_t hash_of(std::string_view text) {
  return checksum_of(text.data(), text.size());
}

}  // namespace rightsize
