// What the tests of decoding share: pictures, the comparison with OpenCV, and writers of JPEG, PNG
// and WebP files of every kind, damaged ones included.
#pragma once

#include <gtest/gtest.h>
#include <png.h>

#include <cstdint>
#include <cstdio>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "image/decode.h"

namespace rightsize::test {

using Bytes = std::vector<std::uint8_t>;

Result<Image> decode(const Bytes& bytes, const DecodeLimits& limits = {});

// ---- Pictures ----

// Smooth shapes and some noise, the same on every run.
cv::Mat test_picture(int width, int height, int channels = 3, int seed = 1);

cv::Mat opencv_rgb(const Bytes& bytes);

cv::Mat as_mat(const Image& image);

void expect_same_as_opencv(const Bytes& bytes, double tolerance = 0);

void expect_error(const Bytes& bytes, StatusCode code, const std::string& text,
                  const DecodeLimits& limits = {});

// ---- Writing files ----

void append(Bytes& to, const Bytes& what);
void append(Bytes& to, const std::string& what);

struct JpegOptions {
  int quality = 94;
  int chroma_subsampling = 2;  // 1 (4:4:4) or 2 (4:2:0)
  bool progressive = false;
  bool tables_only = false;
  int restart_interval = 0;
  J_COLOR_SPACE in_colours = JCS_RGB;
  J_COLOR_SPACE file_colours = JCS_YCbCr;
  bool adobe_marker = true;  // of CMYK files
};

Bytes encode_jpeg(const cv::Mat& picture, const JpegOptions& options = {});

// TIFF data with an orientation and nothing else.
Bytes exif_tiff(int orientation, bool big_endian = false);

Bytes with_exif(const Bytes& jpeg, const Bytes& tiff);

struct PngOptions {
  int colour_type = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  bool interlaced = false;
  std::vector<png_color> palette;
  Bytes palette_alpha;
  bool transparent_grey = false;
  Bytes exif;
};

// `rows` holds the rows as PNG stores them.
Bytes encode_png(int width, int height, const std::vector<Bytes>& rows, const PngOptions& options);

std::vector<Bytes> random_rows(int width, int height, int bits_per_pixel, unsigned seed = 1);

Bytes random_png(const PngOptions& options, int width = 37, int height = 23);

std::uint32_t crc_of(std::span<const std::uint8_t> bytes);

void put_big_endian(Bytes& bytes, std::size_t at, std::uint32_t value);

// The PNG with another width and height in its header.
Bytes with_png_size(Bytes png, std::uint32_t width, std::uint32_t height);

std::string little_endian(std::size_t value, int bytes);

std::string riff_chunk(const std::string& name, std::string content);

Bytes webp_file(const std::string& chunks);

std::string webp_header(int flags, int width, int height);

Bytes encode_webp(const cv::Mat& rgb, bool lossless);

std::string image_chunk(const Bytes& webp);

}  // namespace rightsize::test
