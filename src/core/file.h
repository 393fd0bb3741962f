// Files: opened in one place, read with a clear error, written so that a reader never sees half of
// one.
//
// Only ordinary files are opened: a device or a pipe may give bytes without end, or none for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightsize/status.h"

namespace rightsize {

// No file that is read as a whole is larger; what is not read to its end may be.
inline constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;

// An ordinary file, open to be read from its begin.
class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  // As many bytes as there are, up to the size of `buffer`; 0 at the end.
  Result<std::size_t> read(std::span<std::byte> buffer);
  std::uint64_t size() const { return size_; }  // when it was opened
  int descriptor() const { return descriptor_; }

 private:
  InputFile(int descriptor, std::uint64_t size, std::string name)
      : descriptor_(descriptor), size_(size), name_(std::move(name)) {}
  int descriptor_;
  std::uint64_t size_;
  std::string name_;
};

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& path);
Result<std::string> read_text(const std::filesystem::path& path);
// The first `most` bytes, or fewer where the file is shorter.
Result<std::string> read_begin(const std::filesystem::path& path, std::size_t most);

// Writes beside the target, flushes to disk, then renames. On failure the target is as it was and
// the temporary file is gone. A link stays a link, and its target is replaced; a pipe or a device
// is written to as it is.
Status write_atomically(const std::filesystem::path& path, std::string_view content);

// The same for a file that this program reads again: what was written is read back and given to
// `check`, and the target is replaced only where that finds nothing wrong.
using ContentCheck = std::function<Status(std::string_view content)>;
Status write_checked(const std::filesystem::path& path, std::string_view content,
                     const ContentCheck& check);

}  // namespace rightsize
