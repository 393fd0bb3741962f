#include "image/working_image.h"

#include <fmt/format.h>

#include <algorithm>

namespace rightsize {
namespace {

constexpr int kMaxFactor = 4096;  // 4096 * 4096 * 255 is below 2^32
constexpr std::int64_t kMaxPixels = 1 << 28;
constexpr std::ptrdiff_t kChannels = 3;
constexpr int kRowsAtOnce = 256;  // 256 * 255 is below 2^16

struct Blocks {
  int width, height;  // of a block
  int columns, rows;  // how many there are
};

int factor_of(const Image& image, int max_side) {
  if (max_side == 0) return 1;
  const int longer = std::max(image.width, image.height);
  return (longer - 1) / max_side + 1;
}

Blocks blocks_of(const Image& image, int factor) {
  Blocks blocks{};
  blocks.width = std::min(factor, image.width);
  blocks.height = std::min(factor, image.height);
  blocks.columns = image.width / blocks.width;
  blocks.rows = image.height / blocks.height;
  return blocks;
}

Status check(const Image& image, int factor) {
  const std::int64_t pixels = std::int64_t{image.width} * image.height;
  if (image.width < 1 || image.height < 1 ||
      image.rgb.size() != static_cast<std::uint64_t>(kChannels * pixels)) {
    return invalid_input(fmt::format("an image of {}x{} pixels cannot have {} bytes", image.width,
                                     image.height, image.rgb.size()));
  }
  const std::int64_t square = std::int64_t{factor} * factor;
  if (factor > kMaxFactor || pixels / square > kMaxPixels) {
    return limit_exceeded(fmt::format("an image of {}x{} pixels is too large for features",
                                      image.width, image.height));
  }
  return {};
}

void split(const Image& image, WorkingImage& working) {
  const std::uint8_t* pixel = image.rgb.data();
  for (std::size_t i = 0; i < working.red.pixels.size(); ++i, pixel += kChannels) {
    working.red.pixels[i] = pixel[0];
    working.green.pixels[i] = pixel[1];
    working.blue.pixels[i] = pixel[2];
  }
}

void add_rows(const std::uint8_t* first, std::ptrdiff_t stride, int rows, std::ptrdiff_t length,
              std::uint16_t* __restrict sums) {
  std::fill_n(sums, length, std::uint16_t{0});
  for (int k = 0; k < rows; ++k) {
    const std::uint8_t* row = first + k * stride;
    for (std::ptrdiff_t i = 0; i < length; ++i)
      sums[i] = static_cast<std::uint16_t>(sums[i] + row[i]);
  }
}

// Adds the columns of every block to its sums: all red ones, all green ones, all blue ones.
void add_columns(const std::uint16_t* column, const Blocks& blocks,
                 std::uint32_t* __restrict sums) {
  for (int x = 0; x < blocks.columns; ++x) {
    std::uint32_t red = 0;
    std::uint32_t green = 0;
    std::uint32_t blue = 0;
    for (int k = 0; k < blocks.width; ++k, column += kChannels) {
      red += column[0];
      green += column[1];
      blue += column[2];
    }
    sums[x] += red;
    sums[x + blocks.columns] += green;
    sums[x + 2 * std::ptrdiff_t{blocks.columns}] += blue;
  }
}

// floor(sum / count + 1/2) for sums up to 255 * count. What is multiplied lies at least half a unit
// off the multiples of the count, so rounding never carries it over one.
void write_means(const std::uint32_t* sums, int columns, std::uint32_t count,
                 std::uint8_t* __restrict means) {
  const double reciprocal = 1.0 / count;
  const std::uint32_t half = count / 2;
  const double shift = half + 0.5;
  for (int x = 0; x < columns; ++x) {
    means[x] = static_cast<std::uint8_t>(static_cast<int>((sums[x] + shift) * reciprocal));
  }
}

}  // namespace

Status Reducer::reduce(const Image& image, int max_side, WorkingImage& working) {
  const int factor = factor_of(image, max_side);
  if (Status status = check(image, factor); !status.ok()) return status;
  const Blocks blocks = blocks_of(image, factor);
  for (Plane* plane : {&working.red, &working.green, &working.blue}) {
    plane->resize(blocks.columns, blocks.rows);
  }
  if (factor == 1) {
    split(image, working);
    return {};
  }
  const std::ptrdiff_t stride = kChannels * image.width;
  const std::ptrdiff_t used = kChannels * blocks.columns * blocks.width;
  const auto count = static_cast<std::uint32_t>(blocks.width * blocks.height);
  column_sums_.resize(static_cast<std::size_t>(used));
  for (int y = 0; y < blocks.rows; ++y) {
    const std::uint8_t* row = image.rgb.data() + y * stride * blocks.height;
    block_sums_.assign(static_cast<std::size_t>(kChannels * blocks.columns), 0);
    for (int done = 0; done < blocks.height; done += kRowsAtOnce) {
      const int rows = std::min(kRowsAtOnce, blocks.height - done);
      add_rows(row + done * stride, stride, rows, used, column_sums_.data());
      add_columns(column_sums_.data(), blocks, block_sums_.data());
    }
    const std::uint32_t* sums = block_sums_.data();
    for (Plane* plane : {&working.red, &working.green, &working.blue}) {
      write_means(sums, blocks.columns, count, plane->row(y));
      sums += blocks.columns;
    }
  }
  return {};
}

void make_grey(const WorkingImage& working, Plane& grey) {
  grey.resize(working.red.width, working.red.height);
  const std::uint8_t* red = working.red.pixels.data();
  const std::uint8_t* green = working.green.pixels.data();
  const std::uint8_t* blue = working.blue.pixels.data();
  std::uint8_t* __restrict out = grey.pixels.data();
  const std::size_t size = grey.pixels.size();
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<std::uint8_t>(
        (red[i] * 9798 + green[i] * 19235 + blue[i] * 3735 + (1 << 14)) >> 15);
  }
}

}  // namespace rightsize
