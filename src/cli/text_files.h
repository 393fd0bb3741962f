// Files and streams as commands read them; text files have one sentence a line.
#pragma once

#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "rightsize/status.h"

namespace rightsize::cli {

// Does the file begin as a run.db does?
bool is_database(const std::filesystem::path& path);
// All that a stream gives, such as stdin; fails where that is more than any file may hold.
Result<std::string> read_stream(std::istream& in, const std::string& name);

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
