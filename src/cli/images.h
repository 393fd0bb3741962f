// What commands on images share: which images the command line names, and their bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize::cli {

// Folders become the images below them, in order of name; a folder without any is warned of.
std::vector<std::string> expand(const std::vector<std::string>& arguments);

// The bytes of a file, or of stdin for "-".
Result<std::vector<std::byte>> read_image(const std::string& name);

// The name for messages and tables.
std::string shown_name(const std::string& name);

}  // namespace rightsize::cli
