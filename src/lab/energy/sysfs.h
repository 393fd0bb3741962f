// The small text files in which the kernel shows its sensors: one value each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

// The file's text without the line's end. kIoError where the file may not be read, kNotFound where
// there is none.
Result<std::string> read_sysfs_text(const std::filesystem::path& file);

// A whole number that is not negative; anything else in the file is kInvalidInput.
Result<std::int64_t> read_sysfs_number(const std::filesystem::path& file);

// The entries of `folder` whose names start with `prefix`, in the order of their names; none where
// there is no such folder.
std::vector<std::filesystem::path> sysfs_entries(const std::filesystem::path& folder,
                                                 const std::string& prefix);

}  // namespace rightsize
