// Whole files: read with a clear error, written so that a reader never sees half of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& path);
Result<std::string> read_text(const std::filesystem::path& path);

// Writes beside the target, flushes to disk, then renames. On failure the target is as it was and
// the temporary file is gone. A link stays a link, and its target is replaced; a pipe or a device
// is written to as it is.
Status write_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace rightsize
