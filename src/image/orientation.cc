#include "image/orientation.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "image/codecs.h"

namespace rightsize {
namespace {

constexpr std::array<std::uint8_t, 6> kExifLead = {'E', 'x', 'i', 'f', 0, 0};

struct Unref {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

// JPEG stores the lead, PNG and most WebP files do not; libexif wants it.
std::vector<std::uint8_t> with_lead(std::span<const std::byte> exif) {
  const std::uint8_t* octets = as_octets(exif);
  std::vector<std::uint8_t> result;
  if (exif.size() < kExifLead.size() || !std::equal(kExifLead.begin(), kExifLead.end(), octets)) {
    result.assign(kExifLead.begin(), kExifLead.end());
  }
  result.insert(result.end(), octets, octets + exif.size());
  return result;
}

// Where the pixel (x, y) of the upright image lies in the stored one: start + x * right + y * down,
// in bytes.
struct Walk {
  std::ptrdiff_t start = 0;
  std::ptrdiff_t right = 0;
  std::ptrdiff_t down = 0;
};

bool is_transposed(int orientation) { return orientation >= 5; }

Walk walk_for(const Image& image, int orientation) {
  const std::ptrdiff_t pixel = 3;
  const std::ptrdiff_t row = pixel * image.width;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Walk walk;
  walk.start = (from_right ? row - pixel : 0) + (from_bottom ? row * (image.height - 1) : 0);
  walk.right = from_right ? -pixel : pixel;
  walk.down = from_bottom ? -row : row;
  if (is_transposed(orientation)) std::swap(walk.right, walk.down);
  return walk;
}

}  // namespace

int exif_orientation(std::span<const std::byte> exif) {
  const std::vector<std::uint8_t> bytes = with_lead(exif);
  if (bytes.size() > std::numeric_limits<unsigned>::max()) return kUpright;
  const std::unique_ptr<ExifData, Unref> data(exif_data_new());
  if (data == nullptr) return kUpright;
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_load_data(data.get(), bytes.data(), static_cast<unsigned>(bytes.size()));

  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->data == nullptr || entry->format != EXIF_FORMAT_SHORT ||
      entry->size < 2) {
    return kUpright;
  }
  const int value = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return value >= 1 && value <= 8 ? value : kUpright;
}

Image turn_upright(Image image, int orientation) {
  if (orientation == kUpright) return image;
  const Walk walk = walk_for(image, orientation);
  Image upright;
  upright.width = is_transposed(orientation) ? image.height : image.width;
  upright.height = is_transposed(orientation) ? image.width : image.height;
  upright.rgb.resize(image.rgb.size());

  // In tiles, so that the side that is read across rows stays in the cache.
  constexpr int kTile = 32;
  for (int top = 0; top < upright.height; top += kTile) {
    const int bottom = std::min(top + kTile, upright.height);
    for (int left = 0; left < upright.width; left += kTile) {
      const int right = std::min(left + kTile, upright.width);
      for (int y = top; y < bottom; ++y) {
        const std::uint8_t* from =
            image.rgb.data() + walk.start + y * walk.down + left * walk.right;
        std::uint8_t* to =
            upright.rgb.data() + 3 * (static_cast<std::ptrdiff_t>(y) * upright.width + left);
        for (int x = left; x < right; ++x, to += 3) {
          std::memcpy(to, from + (x - left) * walk.right, 3);
        }
      }
    }
  }
  return upright;
}

}  // namespace rightsize
