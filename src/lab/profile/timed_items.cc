#include "lab/profile/timed_items.h"

#include <algorithm>
#include <utility>

#include "core/checksum.h"
#include "core/file.h"

namespace rightsize {

// splitmix64
std::uint64_t rank_of(std::int64_t item, int salt) {
  std::uint64_t x = static_cast<std::uint64_t>(item) +
                    0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(salt) + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

void sort_by_rank(std::vector<std::int64_t>& items, int salt) {
  std::sort(items.begin(), items.end(), [salt](std::int64_t a, std::int64_t b) {
    return std::pair(rank_of(a, salt), a) < std::pair(rank_of(b, salt), b);
  });
}

std::vector<std::int64_t> draw_timed_items(std::span<const StoredItem> items,
                                           const RunHeader& header, int wanted) {
  constexpr int kDrawSalt = -1;  // passes count from 0
  std::vector<std::int64_t> drawn;
  for (const StoredItem& item : items) {
    if (header.owns(item.id) && item.status == ItemStatus::kDecoded) drawn.push_back(item.id);
  }
  sort_by_rank(drawn, kDrawSalt);
  if (wanted > 0 && drawn.size() > static_cast<std::size_t>(wanted)) {
    drawn.resize(static_cast<std::size_t>(wanted));
  }
  return drawn;
}

Result<std::vector<std::byte>> read_unchanged(const DataSet& data,
                                              std::span<const StoredItem> items,
                                              std::int64_t item) {
  const auto index = static_cast<std::size_t>(item);
  Result<std::vector<std::byte>> bytes = bytes_of(data.items[index]);
  if (bytes.ok() && sha256(*bytes) != items[index].sha256) {
    return mismatch(data.items[index].where + ": has changed");
  }
  return bytes;
}

}  // namespace rightsize
