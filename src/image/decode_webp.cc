#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstdint>
#include <memory>
#include <span>

#include "core/passing.h"
#include "image/codecs.h"
#include "image/orientation.h"

namespace rightsize {
namespace {

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

Status failure(VP8StatusCode code, std::size_t size) {
  switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return invalid_input(
          fmt::format("truncated WebP: the image goes on after the last of {} bytes; fetch the "
                      "file again",
                      size));
    case VP8_STATUS_OUT_OF_MEMORY:
      return passing_fault("not enough memory to decode the WebP image; scale it down");
    default:
      return invalid_input(fmt::format("damaged WebP (status {} of libwebp); save it again",
                                       static_cast<int>(code)));
  }
}

int webp_orientation(std::span<const std::byte> bytes) {
  const WebPData data{as_octets(bytes), bytes.size()};
  const std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer(WebPDemux(&data));
  if (demuxer == nullptr) return kUpright;
  int orientation = kUpright;
  WebPChunkIterator chunk{};
  if (WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk) != 0) {
    orientation = exif_orientation(std::as_bytes(std::span(chunk.chunk.bytes, chunk.chunk.size)));
  }
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

Result<Image> decode_webp(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  WebPDecoderConfig config{};
  if (WebPInitDecoderConfig(&config) == 0) {
    return runtime_error("the libwebp at run time does not fit the one that this was built with");
  }
  VP8StatusCode code = WebPGetFeatures(as_octets(bytes), bytes.size(), &config.input);
  if (code != VP8_STATUS_OK) return failure(code, bytes.size());
  if (config.input.has_animation != 0) {
    return invalid_input("animated WebP is not supported; save one frame of it as an image");
  }
  Result<Image> image = allocate_image(static_cast<std::uint32_t>(config.input.width),
                                       static_cast<std::uint32_t>(config.input.height), limits);
  if (!image.ok()) return image;

  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image->rgb.data();
  config.output.u.RGBA.stride = 3 * image->width;
  config.output.u.RGBA.size = image->rgb.size();
  code = WebPDecode(as_octets(bytes), bytes.size(), &config);
  if (code != VP8_STATUS_OK) return failure(code, bytes.size());
  return turn_upright(*std::move(image), webp_orientation(bytes));
}

}  // namespace rightsize
