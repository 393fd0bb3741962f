#include "lab/energy/sysfs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace rightsize {

namespace fs = std::filesystem;

// One `read`, not a stream: this is called a thousand times a second.
Result<std::string> read_sysfs_text(const fs::path& file) {
  const auto failure = [&](int error) {
    const std::string text =
        fmt::format("{}: {}", file.string(), std::generic_category().message(error));
    return error == ENOENT ? not_found(text) : io_error(text);
  };
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failure(errno);
  std::array<char, 256> buffer{};
  const ssize_t length = ::read(fd, buffer.data(), buffer.size());
  const int error = errno;
  ::close(fd);
  if (length < 0) return failure(error);
  std::string text(buffer.data(), static_cast<std::size_t>(length));
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

Result<std::int64_t> read_sysfs_number(const fs::path& file) {
  const Result<std::string> text = read_sysfs_text(file);
  if (!text.ok()) return text.status();
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < 0) {
    return invalid_input(fmt::format("{}: '{}' is no measured value", file.string(), *text));
  }
  return value;
}

std::vector<fs::path> sysfs_entries(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace rightsize
