// Text files, one sentence a line.
#pragma once

#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize::cli {

// A sentence and where it came from, for messages.
struct Sentence {
  std::string place;  // "help.en:12", "sentence 1"
  std::string text;
};

// Appends the lines of a stream; a carriage return at the end of a line does not belong to it.
Status read_lines(std::istream& in, const std::string& name, std::vector<Sentence>& sentences);
// Of a file, or of stdin for "-".
Status read_lines(const std::filesystem::path& path, std::vector<Sentence>& sentences);

}  // namespace rightsize::cli
