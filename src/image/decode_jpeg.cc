#include <fmt/format.h>

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it first
#include <cstring>
#include <span>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "core/passing.h"
#include "image/codecs.h"
#include "image/orientation.h"

namespace rightsize {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
// Real progressive files have about ten scans. Each may cost the time of the whole image (a
// nanosecond or so a pixel) and next to no bytes, so their number has to be bounded: a small image
// may have many, no image fewer than twice as many as real ones have.
int most_scans(std::uint64_t pixels) {
  constexpr std::uint64_t kScannedPixels = 1'000'000'000;
  return static_cast<int>(
      std::clamp<std::uint64_t>(kScannedPixels / std::max<std::uint64_t>(pixels, 1), 20, 500));
}

// Product of two values in [0, 255] divided by 255, rounded: Pillow's MULDIV255.
int product_of_parts(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Pillow's conversion, which like OpenCV's takes every CMYK JPEG for Adobe's kind: ink is stored
// inverted, 255 is none.
void convert_cmyk_row(const std::uint8_t* cmyk, std::size_t width, std::uint8_t* rgb) {
  for (std::size_t x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int light = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      rgb[c] = static_cast<std::uint8_t>(light - product_of_parts(255 - cmyk[c], light));
    }
  }
}

// One decompression. libjpeg reports an error by calling back; the callback may not return, so it
// jumps to the `attempt` that is under way. Steps of an attempt must not own anything.
class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    jpeg_.client_data = this;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Status read_header() {
    return attempt([this] {
      jpeg_create_decompress(&jpeg_);
      progress_.progress_monitor = on_progress;
      jpeg_.progress = &progress_;
      jpeg_mem_src(&jpeg_, as_octets(bytes_), bytes_.size());
      jpeg_save_markers(&jpeg_, kExifMarker, 0xFFFF);
      jpeg_read_header(&jpeg_, TRUE);
    });
  }

  std::uint32_t width() const { return jpeg_.image_width; }
  std::uint32_t height() const { return jpeg_.image_height; }
  int components() const { return jpeg_.num_components; }
  bool has_known_colours() const { return jpeg_.jpeg_color_space != JCS_UNKNOWN; }

  int orientation() const {
    for (jpeg_saved_marker_ptr marker = jpeg_.marker_list; marker != nullptr;
         marker = marker->next) {
      const auto data = std::as_bytes(std::span(marker->data, marker->data_length));
      if (data.size() >= 6 && std::memcmp(data.data(), "Exif\0\0", 6) == 0) {
        return exif_orientation(data);
      }
    }
    return kUpright;
  }

  Status read_pixels(Image& image) {
    const std::size_t width = jpeg_.image_width;
    const bool is_cmyk = jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
    std::vector<std::uint8_t> cmyk(is_cmyk ? 4 * width : 0);
    most_scans_ = most_scans(std::uint64_t{width} * height());
    return attempt([&image, &cmyk, width, is_cmyk, this] {
      jpeg_.out_color_space = is_cmyk ? JCS_CMYK : JCS_EXT_RGB;
      jpeg_start_decompress(&jpeg_);
      while (jpeg_.output_scanline < jpeg_.output_height) {
        std::uint8_t* rgb = image.rgb.data() + 3 * width * jpeg_.output_scanline;
        JSAMPROW row = is_cmyk ? cmyk.data() : rgb;
        jpeg_read_scanlines(&jpeg_, &row, 1);
        if (is_cmyk) convert_cmyk_row(cmyk.data(), width, rgb);
      }
      jpeg_finish_decompress(&jpeg_);
    });
  }

 private:
  template <typename Step>
  Status attempt(Step step) {
    if (setjmp(jump_) != 0) return failure();
    step();
    return {};
  }

  Status failure() {
    if (too_many_scans_) {
      return limit_exceeded(fmt::format(
          "progressive JPEG with more than {} scans, too many for {}x{} pixels; save it "
          "again as an ordinary JPEG",
          most_scans_, width(), height()));
    }
    if (truncated_) {
      return invalid_input(
          fmt::format("truncated JPEG: the image goes on after the last of {} bytes; fetch the "
                      "file again",
                      bytes_.size()));
    }
    if (errors_.msg_code == JERR_OUT_OF_MEMORY) {
      return passing_fault("not enough memory to decode the JPEG; scale it down");
    }
    char text[JMSG_LENGTH_MAX] = {};
    errors_.format_message(common(), text);
    return invalid_input(fmt::format("damaged or unusual JPEG: {}; save it again", text));
  }

  j_common_ptr common() { return reinterpret_cast<j_common_ptr>(&jpeg_); }
  static JpegReader& reader_of(j_common_ptr common) {
    return *static_cast<JpegReader*>(common->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr common) {
    std::longjmp(reader_of(common).jump_, 1);
  }

  // Warnings (level -1) are tolerated, but for the end of the data inside the image.
  static void on_message(j_common_ptr common, int level) {
    if (level >= 0 || common->err->msg_code != JWRN_JPEG_EOF) return;
    reader_of(common).truncated_ = true;
    on_error(common);
  }

  static void on_progress(j_common_ptr common) {
    JpegReader& reader = reader_of(common);
    if (reader.jpeg_.input_scan_number <= reader.most_scans_) return;
    reader.too_many_scans_ = true;
    on_error(common);
  }

  std::span<const std::byte> bytes_;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  bool truncated_ = false;
  bool too_many_scans_ = false;
  int most_scans_ = 0;
};

}  // namespace

Result<Image> decode_jpeg(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  JpegReader reader(bytes);
  if (Status status = reader.read_header(); !status.ok()) return status;
  if (!reader.has_known_colours()) {
    return invalid_input(fmt::format("JPEG with {} unknown colour components; convert it to RGB",
                                     reader.components()));
  }
  Result<Image> image = allocate_image(reader.width(), reader.height(), limits);
  if (!image.ok()) return image;
  const int orientation = reader.orientation();  // libjpeg forgets it with the last row
  if (Status status = reader.read_pixels(*image); !status.ok()) return status;
  return turn_upright(*std::move(image), orientation);
}

}  // namespace rightsize
