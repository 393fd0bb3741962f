#include "image/decode_test_support.h"

#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>

namespace rightsize::test {

Result<Image> decode(const Bytes& bytes, const DecodeLimits& limits) {
  return decode_image(std::as_bytes(std::span(bytes)), limits);
}

cv::Mat test_picture(int width, int height, int channels, int seed) {
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

void expect_same_as_opencv(const Bytes& bytes, double tolerance) {
  const Result<Image> image = decode(bytes);
  ASSERT_TRUE(image.ok()) << image.status().message();
  const cv::Mat expected = opencv_rgb(bytes);
  ASSERT_EQ(image->width, expected.cols);
  ASSERT_EQ(image->height, expected.rows);
  EXPECT_LE(cv::norm(as_mat(*image), expected, cv::NORM_INF), tolerance);
}

void expect_error(const Bytes& bytes, StatusCode code, const std::string& text,
                  const DecodeLimits& limits) {
  const Result<Image> image = decode(bytes, limits);
  ASSERT_FALSE(image.ok()) << "expected: " << text;
  EXPECT_EQ(image.status().code(), code);
  EXPECT_NE(image.status().message().find(text), std::string::npos)
      << "expected: " << text << "\nmessage: " << image.status().message();
}

void append(Bytes& to, const Bytes& what) { to.insert(to.end(), what.begin(), what.end()); }

void append(Bytes& to, const std::string& what) { to.insert(to.end(), what.begin(), what.end()); }

Bytes encode_jpeg(const cv::Mat& picture, const JpegOptions& options) {
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

Bytes exif_tiff(int orientation, bool big_endian) {
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

std::vector<Bytes> random_rows(int width, int height, int bits_per_pixel, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Bytes> rows(static_cast<std::size_t>(height));
  for (Bytes& row : rows) {
    row.resize(static_cast<std::size_t>((width * bits_per_pixel + 7) / 8));
    for (std::uint8_t& byte : row) byte = static_cast<std::uint8_t>(random());
  }
  return rows;
}

Bytes random_png(const PngOptions& options, int width, int height) {
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

}  // namespace rightsize::test
