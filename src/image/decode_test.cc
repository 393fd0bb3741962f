// Proves that decode_image gives the pixels that OpenCV (and for CMYK, Pillow) gives for every kind
// of JPEG, PNG and WebP file, turns photos upright, and answers bytes that are damaged, truncated,
// oversized or of another format with a clear error.
#include "image/decode.h"

#include <gtest/gtest.h>
#include <png.h>
#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace rightsize {
namespace {

using Bytes = std::vector<std::uint8_t>;

Result<Image> decode(const Bytes& bytes, const DecodeLimits& limits = {}) {
  return decode_image(std::as_bytes(std::span(bytes)), limits);
}

// ---- Pictures ----

// Smooth shapes and some noise, the same on every run.
cv::Mat test_picture(int width, int height, int channels = 3, int seed = 1) {
  cv::RNG random(static_cast<std::uint64_t>(seed));
  cv::Mat coarse(4, 4, CV_8UC(channels));
  random.fill(coarse, cv::RNG::UNIFORM, 0, 256);
  cv::Mat picture;
  cv::resize(coarse, picture, cv::Size(width, height), 0, 0, cv::INTER_CUBIC);
  cv::Mat noise(height, width, CV_8UC(channels));
  random.fill(noise, cv::RNG::UNIFORM, 0, 20);
  return picture + noise;
}

cv::Mat opencv_rgb(const Bytes& bytes) {
  cv::Mat picture = cv::imdecode(bytes, cv::IMREAD_COLOR);
  if (picture.empty()) return picture;
  cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
  return picture;
}

cv::Mat as_mat(const Image& image) {
  cv::Mat mat(image.height, image.width, CV_8UC3);
  EXPECT_EQ(image.rgb.size(), mat.total() * 3);
  std::copy(image.rgb.begin(), image.rgb.end(), mat.data);
  return mat;
}

void expect_same_as_opencv(const Bytes& bytes, double tolerance = 0) {
  const Result<Image> image = decode(bytes);
  ASSERT_TRUE(image.ok()) << image.status().message();
  const cv::Mat expected = opencv_rgb(bytes);
  ASSERT_EQ(image->width, expected.cols);
  ASSERT_EQ(image->height, expected.rows);
  EXPECT_LE(cv::norm(as_mat(*image), expected, cv::NORM_INF), tolerance);
}

void expect_error(const Bytes& bytes, StatusCode code, const std::string& text,
                  const DecodeLimits& limits = {}) {
  const Result<Image> image = decode(bytes, limits);
  ASSERT_FALSE(image.ok()) << "expected: " << text;
  EXPECT_EQ(image.status().code(), code);
  EXPECT_NE(image.status().message().find(text), std::string::npos)
      << "expected: " << text << "\nmessage: " << image.status().message();
}

// ---- Writing files ----

void append(Bytes& to, const Bytes& what) { to.insert(to.end(), what.begin(), what.end()); }
void append(Bytes& to, const std::string& what) { to.insert(to.end(), what.begin(), what.end()); }

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

Bytes encode_jpeg(const cv::Mat& picture, const JpegOptions& options = {}) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &data, &size);
  jpeg.image_width = static_cast<JDIMENSION>(picture.cols);
  jpeg.image_height = static_cast<JDIMENSION>(picture.rows);
  jpeg.input_components = picture.channels();
  jpeg.in_color_space = options.in_colours;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, options.file_colours);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  jpeg.comp_info[0].h_samp_factor = options.chroma_subsampling;
  jpeg.comp_info[0].v_samp_factor = options.chroma_subsampling;
  jpeg.restart_interval = static_cast<unsigned>(options.restart_interval);
  if (options.in_colours == JCS_CMYK) jpeg.write_Adobe_marker = options.adobe_marker ? TRUE : FALSE;
  if (options.progressive) jpeg_simple_progression(&jpeg);
  if (options.tables_only) {
    jpeg_write_tables(&jpeg);
  } else {
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
      JSAMPROW row = const_cast<JSAMPROW>(picture.ptr(static_cast<int>(jpeg.next_scanline)));
      jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
  }
  Bytes bytes(data, data + size);
  jpeg_destroy_compress(&jpeg);
  std::free(data);
  return bytes;
}

// TIFF data with an orientation and nothing else.
Bytes exif_tiff(int orientation, bool big_endian = false) {
  const auto value = static_cast<std::uint8_t>(orientation);
  if (big_endian) {
    return {'M', 'M', 0, 42, 0, 0, 0,     8, 0, 1, 0x01, 0x12, 0,
            3,   0,   0, 0,  1, 0, value, 0, 0, 0, 0,    0,    0};
  }
  return {'I', 'I', 42, 0, 8, 0,     0, 0, 1, 0, 0x12, 0x01, 3,
          0,   1,   0,  0, 0, value, 0, 0, 0, 0, 0,    0,    0};
}

Bytes with_exif(const Bytes& jpeg, const Bytes& tiff) {
  const std::size_t length = 2 + 6 + tiff.size();
  Bytes result = {0xFF,
                  0xD8,
                  0xFF,
                  0xE1,
                  static_cast<std::uint8_t>(length >> 8),
                  static_cast<std::uint8_t>(length & 255)};
  append(result, std::string("Exif\0\0", 6));
  append(result, tiff);
  result.insert(result.end(), jpeg.begin() + 2, jpeg.end());
  return result;
}

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
Bytes encode_png(int width, int height, const std::vector<Bytes>& rows, const PngOptions& options) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep data, std::size_t size) {
        Bytes& to = *static_cast<Bytes*>(png_get_io_ptr(writer));
        to.insert(to.end(), data, data + size);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height),
               options.bits, options.colour_type,
               options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!options.palette.empty()) {
    png_set_PLTE(png, info, options.palette.data(), static_cast<int>(options.palette.size()));
  }
  if (!options.palette_alpha.empty()) {
    png_set_tRNS(png, info, options.palette_alpha.data(),
                 static_cast<int>(options.palette_alpha.size()), nullptr);
  }
  if (options.transparent_grey) {
    png_color_16 grey{};
    grey.gray = 1;
    png_set_tRNS(png, info, nullptr, 0, &grey);
  }
  Bytes exif = options.exif;
  if (!exif.empty()) png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), exif.data());
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (const Bytes& row : rows) pointers.push_back(const_cast<png_bytep>(row.data()));
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::vector<Bytes> random_rows(int width, int height, int bits_per_pixel, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<Bytes> rows(static_cast<std::size_t>(height));
  for (Bytes& row : rows) {
    row.resize(static_cast<std::size_t>((width * bits_per_pixel + 7) / 8));
    for (std::uint8_t& byte : row) byte = static_cast<std::uint8_t>(random());
  }
  return rows;
}

Bytes random_png(const PngOptions& options, int width = 37, int height = 23) {
  const int channels = options.colour_type == PNG_COLOR_TYPE_RGB          ? 3
                       : options.colour_type == PNG_COLOR_TYPE_RGB_ALPHA  ? 4
                       : options.colour_type == PNG_COLOR_TYPE_GRAY_ALPHA ? 2
                                                                          : 1;
  return encode_png(width, height, random_rows(width, height, channels * options.bits), options);
}

std::uint32_t crc_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

void put_big_endian(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t k = 0; k < 4; ++k) {
    bytes[at + k] = static_cast<std::uint8_t>(value >> (24 - 8 * k));
  }
}

// The PNG with another width and height in its header.
Bytes with_png_size(Bytes png, std::uint32_t width, std::uint32_t height) {
  put_big_endian(png, 16, width);
  put_big_endian(png, 20, height);
  put_big_endian(png, 29, crc_of(std::span(png).subspan(12, 17)));
  return png;
}

std::string little_endian(std::size_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
  return text;
}

std::string riff_chunk(const std::string& name, std::string content) {
  const std::string size = little_endian(content.size(), 4);
  if (content.size() % 2 == 1) content += '\0';
  return name + size + content;
}

Bytes webp_file(const std::string& chunks) {
  const std::string file = riff_chunk("RIFF", "WEBP" + chunks);
  return {file.begin(), file.end()};
}

std::string webp_header(int flags, int width, int height) {
  return riff_chunk("VP8X", std::string(1, static_cast<char>(flags)) + std::string(3, '\0') +
                                little_endian(static_cast<std::size_t>(width - 1), 3) +
                                little_endian(static_cast<std::size_t>(height - 1), 3));
}

Bytes encode_webp(const cv::Mat& rgb, bool lossless) {
  std::uint8_t* data = nullptr;
  const int stride = static_cast<int>(rgb.step);
  const std::size_t size = lossless
                               ? WebPEncodeLosslessRGB(rgb.data, rgb.cols, rgb.rows, stride, &data)
                               : WebPEncodeRGB(rgb.data, rgb.cols, rgb.rows, stride, 80, &data);
  Bytes bytes(data, data + size);
  WebPFree(data);
  return bytes;
}

std::string image_chunk(const Bytes& webp) { return {webp.begin() + 12, webp.end()}; }

// ---- JPEG ----

TEST(DecodeJpeg, EqualsOpenCvToTheLastBit) {
  const std::vector<cv::Size> sizes = {{1, 1}, {3, 5}, {16, 16}, {17, 31}, {500, 375}};
  for (const cv::Size& size : sizes) {
    for (const int quality : {30, 94, 100}) {
      for (const int subsampling : {1, 2}) {
        for (const bool progressive : {false, true}) {
          SCOPED_TRACE(testing::Message() << size << " q" << quality << " subsampling "
                                          << subsampling << " progressive " << progressive);
          JpegOptions options;
          options.quality = quality;
          options.chroma_subsampling = subsampling;
          options.progressive = progressive;
          expect_same_as_opencv(encode_jpeg(test_picture(size.width, size.height), options));
        }
      }
    }
  }
}

TEST(DecodeJpeg, RestartMarkers) {
  JpegOptions options;
  options.restart_interval = 2;
  expect_same_as_opencv(encode_jpeg(test_picture(100, 60), options));
}

TEST(DecodeJpeg, RgbWithoutYcc) {
  JpegOptions options;
  options.file_colours = JCS_RGB;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(40, 30), options));
}

TEST(DecodeJpeg, GreyBecomesRgb) {
  JpegOptions options;
  options.in_colours = options.file_colours = JCS_GRAYSCALE;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(40, 30, 1), options));
}

// Pillow 13: image.convert("RGB") of a CMYK JPEG, with or without Adobe's marker, takes ink as
// stored inverted. The picture is of one colour, so that quality 100 keeps it.
TEST(DecodeJpeg, CmykAsPillowConvertsIt) {
  const cv::Scalar stored(200, 120, 30, 180);
  const std::array<int, 3> expected = {141, 85, 21};  // round(stored * black / 255)
  for (const J_COLOR_SPACE file_colours : {JCS_CMYK, JCS_YCCK}) {
    for (const bool adobe_marker : {true, false}) {
      if (file_colours == JCS_YCCK && !adobe_marker) continue;  // the marker is what tells YCCK
      SCOPED_TRACE(testing::Message() << file_colours << " marker " << adobe_marker);
      JpegOptions options;
      options.in_colours = JCS_CMYK;
      options.file_colours = file_colours;
      options.adobe_marker = adobe_marker;
      options.quality = 100;
      options.chroma_subsampling = 1;
      const Bytes jpeg = encode_jpeg(cv::Mat(16, 24, CV_8UC4, stored), options);
      const Result<Image> image = decode(jpeg);
      ASSERT_TRUE(image.ok()) << image.status().message();
      ASSERT_EQ(image->width, 24);
      ASSERT_EQ(image->height, 16);
      for (std::size_t i = 0; i < image->rgb.size(); ++i) {
        ASSERT_NEAR(image->rgb[i], expected[i % 3], file_colours == JCS_CMYK ? 0 : 2);
      }
    }
  }
}

// OpenCV divides by 256 and truncates where Pillow divides by 255 and rounds.
TEST(DecodeJpeg, CmykNearOpenCv) {
  JpegOptions options;
  options.in_colours = JCS_CMYK;
  options.file_colours = JCS_YCCK;
  options.chroma_subsampling = 1;
  expect_same_as_opencv(encode_jpeg(test_picture(50, 40, 4), options), 2);
}

TEST(DecodeJpeg, TwoComponentsAreRefused) {
  JpegOptions options;
  options.in_colours = options.file_colours = JCS_UNKNOWN;
  options.chroma_subsampling = 1;
  expect_error(encode_jpeg(test_picture(20, 20, 2), options), StatusCode::kInvalidInput,
               "JPEG with 2 unknown colour components");
}

TEST(DecodeJpeg, TruncatedAnywhereIsAnError) {
  for (const bool progressive : {false, true}) {
    JpegOptions options;
    options.progressive = progressive;
    const Bytes jpeg = encode_jpeg(test_picture(60, 45), options);
    for (std::size_t size = 3; size < jpeg.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated JPEG");
    }
  }
}

TEST(DecodeJpeg, BytesAfterTheEndAreIgnored) {
  Bytes jpeg = encode_jpeg(test_picture(60, 45));
  append(jpeg, "a preview, or whatever cameras put here");
  expect_same_as_opencv(jpeg);
}

TEST(DecodeJpeg, TablesWithoutImage) {
  JpegOptions options;
  options.tables_only = true;
  expect_error(encode_jpeg(test_picture(8, 8), options), StatusCode::kInvalidInput,
               "damaged or unusual JPEG");
}

TEST(DecodeJpeg, HugeHeaderIsRefusedBeforeAllocating) {
  Bytes jpeg = encode_jpeg(test_picture(64, 64));
  const Bytes start_of_frame = {0xFF, 0xC0, 0x00, 0x11, 0x08};
  const auto frame =
      std::search(jpeg.begin(), jpeg.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(frame, jpeg.end());
  std::fill_n(frame + 5, 4, std::uint8_t{0xF0});
  expect_error(jpeg, StatusCode::kLimitExceeded, "image of 61680x61680 pixels is over the limit");
}

TEST(DecodeJpeg, EndlessScansAreRefused) {
  JpegOptions options;
  options.progressive = true;
  Bytes jpeg = encode_jpeg(test_picture(16, 16), options);
  const Bytes start_of_scan = {0xFF, 0xDA};
  const auto last_scan =
      std::find_end(jpeg.begin(), jpeg.end(), start_of_scan.begin(), start_of_scan.end());
  const Bytes scan(last_scan, jpeg.end() - 2);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < 600; ++i) append(jpeg, scan);
  append(jpeg, Bytes{0xFF, 0xD9});
  expect_error(jpeg, StatusCode::kLimitExceeded, "progressive JPEG with more than 500 scans");
}

// ---- Orientation ----

TEST(Orientation, AllEightAreTurnedUprightAsByOpenCv) {
  const Bytes plain = encode_jpeg(test_picture(70, 41));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      SCOPED_TRACE(testing::Message() << orientation << " big endian " << big_endian);
      const Bytes jpeg = with_exif(plain, exif_tiff(orientation, big_endian));
      expect_same_as_opencv(jpeg);
      const Result<Image> image = decode(jpeg);
      ASSERT_TRUE(image.ok());
      EXPECT_EQ(image->width, orientation >= 5 ? 41 : 70);
    }
  }
}

// A row of three grey pixels, each orientation written down by hand.
TEST(Orientation, PngIsTurnedUpright) {
  PngOptions options;
  options.colour_type = PNG_COLOR_TYPE_GRAY;
  const std::vector<Bytes> rows = {{1, 2, 3}, {4, 5, 6}};
  const std::array<Bytes, 8> expected = {{{1, 2, 3, 4, 5, 6},
                                          {3, 2, 1, 6, 5, 4},
                                          {6, 5, 4, 3, 2, 1},
                                          {4, 5, 6, 1, 2, 3},
                                          {1, 4, 2, 5, 3, 6},
                                          {4, 1, 5, 2, 6, 3},
                                          {6, 3, 5, 2, 4, 1},
                                          {3, 6, 2, 5, 1, 4}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    options.exif = exif_tiff(orientation);
    const Result<Image> image = decode(encode_png(3, 2, rows, options));
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->width, orientation >= 5 ? 2 : 3);
    Bytes reds;
    for (std::size_t i = 0; i < image->rgb.size(); i += 3) reds.push_back(image->rgb[i]);
    EXPECT_EQ(reds, expected[static_cast<std::size_t>(orientation - 1)]);
  }
}

TEST(Orientation, WebpIsTurnedUpright) {
  const cv::Mat rgb = test_picture(20, 12);
  const Bytes tiff = exif_tiff(6);
  const Bytes file = webp_file(webp_header(0x08, 20, 12) + image_chunk(encode_webp(rgb, true)) +
                               riff_chunk("EXIF", std::string(tiff.begin(), tiff.end())));
  const Result<Image> image = decode(file);
  ASSERT_TRUE(image.ok()) << image.status().message();
  cv::Mat expected;
  cv::rotate(rgb, expected, cv::ROTATE_90_CLOCKWISE);
  ASSERT_EQ(image->width, 12);
  EXPECT_EQ(cv::norm(as_mat(*image), expected, cv::NORM_INF), 0);
}

TEST(Orientation, ValuesAndDataThatMakeNoSenseMeanUpright) {
  const Bytes plain = encode_jpeg(test_picture(30, 20));
  const Result<Image> expected = decode(plain);
  ASSERT_TRUE(expected.ok());
  std::vector<Bytes> damaged = {
      exif_tiff(0), exif_tiff(9), {}, {'I', 'I', 42, 0}, Bytes(200, 0xFF)};
  damaged.push_back(exif_tiff(6));
  damaged.back().resize(12);  // ends inside the entry
  for (const Bytes& tiff : damaged) {
    const Result<Image> image = decode(with_exif(plain, tiff));
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->rgb, expected->rgb);
  }
}

// ---- PNG ----

TEST(DecodePng, EveryKindEqualsOpenCv) {
  struct Kind {
    int colour_type;
    int bits;
  };
  const std::vector<Kind> kinds = {
      {PNG_COLOR_TYPE_GRAY, 1},        {PNG_COLOR_TYPE_GRAY, 2},
      {PNG_COLOR_TYPE_GRAY, 4},        {PNG_COLOR_TYPE_GRAY, 8},
      {PNG_COLOR_TYPE_GRAY, 16},       {PNG_COLOR_TYPE_RGB, 8},
      {PNG_COLOR_TYPE_RGB, 16},        {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
      {PNG_COLOR_TYPE_GRAY_ALPHA, 16}, {PNG_COLOR_TYPE_RGB_ALPHA, 8},
      {PNG_COLOR_TYPE_RGB_ALPHA, 16},  {PNG_COLOR_TYPE_PALETTE, 1},
      {PNG_COLOR_TYPE_PALETTE, 2},     {PNG_COLOR_TYPE_PALETTE, 4},
      {PNG_COLOR_TYPE_PALETTE, 8},
  };
  for (const Kind& kind : kinds) {
    for (const bool interlaced : {false, true}) {
      for (const bool transparent : {false, true}) {
        SCOPED_TRACE(testing::Message()
                     << "type " << kind.colour_type << " bits " << kind.bits << " interlaced "
                     << interlaced << " transparent " << transparent);
        PngOptions options;
        options.colour_type = kind.colour_type;
        options.bits = kind.bits;
        options.interlaced = interlaced;
        if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
          for (int i = 0; i < 1 << kind.bits; ++i) {
            const auto value = static_cast<png_byte>(i * 7);
            options.palette.push_back({value, static_cast<png_byte>(255 - value), 50});
          }
          if (transparent) options.palette_alpha = {0, 128};
        }
        options.transparent_grey = transparent && kind.colour_type == PNG_COLOR_TYPE_GRAY;
        expect_same_as_opencv(random_png(options));
      }
    }
  }
}

TEST(DecodePng, LosslessForRgb) {
  const cv::Mat rgb = test_picture(33, 21);
  std::vector<Bytes> rows;
  for (int y = 0; y < rgb.rows; ++y) rows.emplace_back(rgb.ptr(y), rgb.ptr(y) + rgb.cols * 3);
  const Result<Image> image = decode(encode_png(rgb.cols, rgb.rows, rows, {}));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(cv::norm(as_mat(*image), rgb, cv::NORM_INF), 0);
}

TEST(DecodePng, TruncatedAnywhereIsAnError) {
  for (const bool interlaced : {false, true}) {
    PngOptions options;
    options.interlaced = interlaced;
    const Bytes png = random_png(options);
    for (std::size_t size = 8; size < png.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated PNG");
    }
  }
}

TEST(DecodePng, WrongChecksumIsAnError) {
  Bytes png = random_png({});
  png[png.size() / 2] ^= 1;
  expect_error(png, StatusCode::kInvalidInput, "damaged PNG");
}

TEST(DecodePng, HugeHeaderIsRefusedBeforeAllocating) {
  const Bytes png = random_png({});
  expect_error(with_png_size(png, 50000, 50000), StatusCode::kLimitExceeded,
               "image of 50000x50000 pixels is over the limit of 100 million");
  DecodeLimits none;
  none.max_pixels = std::numeric_limits<std::uint64_t>::max();
  expect_error(with_png_size(png, 0x7FFFFFFF, 0x7FFFFFFF), StatusCode::kLimitExceeded,
               "larger than memory", none);
}

// ---- WebP ----

TEST(DecodeWebp, EqualsOpenCv) {
  for (const bool lossless : {false, true}) {
    for (const cv::Size& size : std::vector<cv::Size>{{1, 1}, {3, 5}, {130, 75}}) {
      SCOPED_TRACE(testing::Message() << size << " lossless " << lossless);
      expect_same_as_opencv(encode_webp(test_picture(size.width, size.height), lossless));
    }
  }
}

TEST(DecodeWebp, AlphaIsDropped) {
  Bytes webp;
  cv::imencode(".webp", test_picture(30, 20, 4), webp, {cv::IMWRITE_WEBP_QUALITY, 101});
  expect_same_as_opencv(webp);
}

TEST(DecodeWebp, TruncatedAnywhereIsAnError) {
  for (const bool lossless : {false, true}) {
    const Bytes webp = encode_webp(test_picture(40, 30), lossless);
    for (std::size_t size = 12; size < webp.size(); ++size) {
      SCOPED_TRACE(size);
      const Bytes start(webp.begin(), webp.begin() + static_cast<std::ptrdiff_t>(size));
      expect_error(start, StatusCode::kInvalidInput, "truncated WebP");
    }
  }
}

TEST(DecodeWebp, AnimationIsRefused) {
  const std::string frame = image_chunk(encode_webp(test_picture(16, 16), true));
  const std::string frame_header = std::string(6, '\0') + little_endian(15, 3) +
                                   little_endian(15, 3) + little_endian(100, 3) +
                                   std::string(1, '\0');
  const Bytes file =
      webp_file(webp_header(0x02, 16, 16) + riff_chunk("ANIM", std::string(6, '\0')) +
                riff_chunk("ANMF", frame_header + frame));
  expect_error(file, StatusCode::kInvalidInput, "animated WebP is not supported");
}

TEST(DecodeWebp, HugeHeaderIsRefusedBeforeAllocating) {
  Bytes webp = encode_webp(test_picture(16, 16), false);
  webp[26] = webp[28] = 0xFF;
  webp[27] = webp[29] = 0x3F;
  expect_error(webp, StatusCode::kLimitExceeded, "image of 16383x16383 pixels is over the limit");
}

// ---- All formats ----

TEST(Decode, EmptyFile) { expect_error({}, StatusCode::kInvalidInput, "empty file"); }

TEST(Decode, OtherFormatsAreNamedByTheirFirstBytes) {
  expect_error({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0}, StatusCode::kInvalidInput,
               "not a JPEG, PNG or WebP image (first bytes 47 49 46 38 39 61 01 00); convert it");
  expect_error({0xFF}, StatusCode::kInvalidInput, "(first bytes ff)");
  expect_error({0xFF, 0xD8}, StatusCode::kInvalidInput, "not a JPEG");
  Bytes wave;
  append(wave, std::string("RIFF\x10\0\0\0WAVEfmt ", 16));
  expect_error(wave, StatusCode::kInvalidInput, "not a JPEG");
}

TEST(Decode, LimitIsInclusive) {
  const Bytes jpeg = encode_jpeg(test_picture(30, 20));
  EXPECT_TRUE(decode(jpeg, {600}).ok());
  expect_error(jpeg, StatusCode::kLimitExceeded, "raise --max-pixels", {599});
}

// Damaged files may or may not decode; whatever comes out must be a whole image or a message.
TEST(Decode, DamagedBytesNeverDoHarm) {
  JpegOptions progressive;
  progressive.progressive = true;
  PngOptions interlaced;
  interlaced.interlaced = true;
  const std::vector<Bytes> files = {with_exif(encode_jpeg(test_picture(40, 30)), exif_tiff(6)),
                                    encode_jpeg(test_picture(40, 30), progressive),
                                    random_png(interlaced), encode_webp(test_picture(40, 30), true),
                                    encode_webp(test_picture(40, 30), false)};
  std::mt19937 random(7);
  for (const Bytes& file : files) {
    for (int round = 0; round < 500; ++round) {
      Bytes damaged = file;
      for (int flips = 0; flips < 1 + round % 8; ++flips) {
        damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
      }
      const Result<Image> image = decode(damaged, {1'000'000});
      if (image.ok()) {
        const auto pixels =
            static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height);
        EXPECT_EQ(image->rgb.size(), 3 * pixels);
      } else {
        EXPECT_FALSE(image.status().message().empty());
      }
    }
  }
}

}  // namespace
}  // namespace rightsize
