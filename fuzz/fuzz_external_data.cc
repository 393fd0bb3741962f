// Any bytes as an ONNX model: the files that it keeps weights in are listed, none of them outside
// its folder, or a message says what is wrong.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "model/external_data.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto files = rightsize::external_data(in);
  if (!files.ok()) {
    require(!files.status().message().empty());
    return 0;
  }
  for (const rightsize::ExternalData& file : *files) {
    const std::filesystem::path path = std::filesystem::path(file.location).lexically_normal();
    require(!path.is_absolute() && !path.empty() && *path.begin() != "..");
  }
  return 0;
}
