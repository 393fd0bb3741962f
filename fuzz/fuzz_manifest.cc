// Any text as a manifest: it is refused with a message, or it gives a zoo whose canonical form
// gives the same zoo again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/manifest.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// With the files that the seeds speak of.
std::filesystem::path make_folder() {
  const auto folder = std::filesystem::temp_directory_path() / "rightsize-fuzz-manifest";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "classes.tsv") << "cat\ta cat\ndog\ta dog\n3\tthree\n";
  std::ofstream(folder / "map.txt") << "dog\n-\n0\n2\n";
  std::ofstream(folder / "bad.txt") << "dog\tdog\n\xff\n\n";
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path = make_folder() / "zoo.toml";
  const std::string text(reinterpret_cast<const char*>(data), size);
  // Out of the folder lie files that never end.
  if (text.find('/') != std::string::npos) return 0;
  const rightsize::Result<rightsize::Zoo> zoo = rightsize::parse_manifest(text, path);
  if (!zoo.ok()) {
    require(!zoo.status().message().empty());
    return 0;
  }
  const std::string canonical = rightsize::canonical_json(*zoo);
  const rightsize::Result<rightsize::Zoo> again = rightsize::zoo_from_json(canonical);
  require(again.ok());
  require(again->classes == zoo->classes && again->models == zoo->models);
  require(rightsize::canonical_json(*again) == canonical);
  return 0;
}
