#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "core/passing.h"
#include "image/codecs.h"
#include "image/orientation.h"

namespace rightsize {
namespace {

// The image data is not affected: this bounds EXIF data, the only large chunk that is kept.
constexpr png_alloc_size_t kMaxChunkBytes = 8 << 20;
constexpr png_uint_32 kAnyExtent = 0x7fffffff;  // allocate_image applies the limits instead

// One decompression. libpng reports an error by jumping to the `attempt` that is under way. Steps
// of an attempt must not own anything.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) : rest_(bytes), size_(bytes.size()) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ != nullptr) return;
    png_destroy_read_struct(&png_, nullptr, nullptr);
    throw std::bad_alloc();
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Status read_header() {
    return attempt([this] {
      png_set_read_fn(png_, this, on_read);
      png_set_user_limits(png_, kAnyExtent, kAnyExtent);
      png_set_chunk_malloc_max(png_, kMaxChunkBytes);
      // Profiles and texts would be inflated for nothing; of the optional chunks only EXIF matters.
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      static constexpr png_byte kExif[5] = "eXIf";
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT, kExif, 1);
      png_read_info(png_, info_);
    });
  }

  std::uint32_t width() const { return png_get_image_width(png_, info_); }
  std::uint32_t height() const { return png_get_image_height(png_, info_); }

  Status read_pixels(Image& image) {
    return attempt([&image, this] {
      ask_for_rgb();
      const int passes = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
      const std::size_t row_bytes = 3 * static_cast<std::size_t>(image.width);
      if (png_get_rowbytes(png_, info_) != row_bytes) png_error(png_, "unexpected row size");
      for (int pass = 0; pass < passes; ++pass) {
        std::uint8_t* row = image.rgb.data();
        for (int y = 0; y < image.height; ++y, row += row_bytes) png_read_row(png_, row, nullptr);
      }
      png_read_end(png_, info_);
    });
  }

  int orientation() const {
    png_uint_32 size = 0;
    png_bytep data = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &data) == 0) return kUpright;
    return exif_orientation(std::as_bytes(std::span(data, size)));
  }

 private:
  template <typename Step>
  Status attempt(Step step) {
    if (setjmp(png_jmpbuf(png_)) != 0) return failure();
    step();
    return {};
  }

  Status failure() const {
    if (truncated_) {
      return invalid_input(
          fmt::format("truncated PNG: the image goes on after the last of {} bytes; fetch the "
                      "file again",
                      size_));
    }
    if (std::strstr(message_, "ut of memory") != nullptr ||
        std::strstr(message_, "insufficient memory") != nullptr) {
      return passing_fault("not enough memory to decode the PNG; scale it down");
    }
    return invalid_input(fmt::format("damaged PNG: {}; save it again", message_));
  }

  // Of 16 bits the upper 8 are taken, as OpenCV and Pillow do.
  void ask_for_rgb() {
    png_set_strip_16(png_);
    png_set_expand(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
  }

  static PngReader& reader_of(png_voidp pointer) { return *static_cast<PngReader*>(pointer); }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    char(&kept)[kMessageBytes] = reader_of(png_get_error_ptr(png)).message_;
    std::strncpy(kept, message, kMessageBytes - 1);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    PngReader& reader = reader_of(png_get_io_ptr(png));
    if (count > reader.rest_.size()) {
      reader.truncated_ = true;
      png_error(png, "truncated");
    }
    std::memcpy(to, reader.rest_.data(), count);
    reader.rest_ = reader.rest_.subspan(count);
  }

  static constexpr std::size_t kMessageBytes = 128;

  std::span<const std::byte> rest_;  // not yet read
  std::size_t size_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool truncated_ = false;
  char message_[kMessageBytes] = {};  // no string: it is written before a jump
};

}  // namespace

Result<Image> decode_png(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  PngReader reader(bytes);
  if (Status status = reader.read_header(); !status.ok()) return status;
  Result<Image> image = allocate_image(reader.width(), reader.height(), limits);
  if (!image.ok()) return image;
  if (Status status = reader.read_pixels(*image); !status.ok()) return status;
  return turn_upright(*std::move(image), reader.orientation());
}

}  // namespace rightsize
