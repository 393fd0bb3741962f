#include "core/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <random>
#include <string>
#include <system_error>

namespace rightsize {
namespace {

std::string reason_of(int error) { return std::generic_category().message(error); }

Status write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(reason_of(errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  // Pipes and devices have nothing to flush.
  if (::fsync(fd) != 0 && errno != EINVAL) return io_error(reason_of(errno));
  return {};
}

// Into what is no file, such as a pipe or /dev/stdout: there is nothing to be kept whole, and it
// must not be replaced by a file.
Status write_directly(const std::filesystem::path& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return io_error(reason_of(errno));
  const Status status = write_all(fd, content);
  const bool closed = ::close(fd) == 0;
  return status.ok() && !closed ? io_error(reason_of(errno)) : status;
}

// Where a link leads to; what is no link leads to itself.
std::filesystem::path resolved(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, error))) return path;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

// A new file beside `path`, with the permissions that every new file gets: the process's mask is
// applied by the system and not touched here, as other threads make files meanwhile.
int open_beside(const std::filesystem::path& path, std::string& temporary) {
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary = path.string() + "." + std::to_string(random());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

Status replace_file(const std::filesystem::path& path, std::string_view content) {
  std::string temporary;
  const int fd = open_beside(path, temporary);
  if (fd < 0) return io_error(reason_of(errno));
  Status status = write_all(fd, content);
  if (::close(fd) != 0 && status.ok()) status = io_error(reason_of(errno));
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = io_error(reason_of(errno));
  }
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

template <typename Container>
Result<Container> read_whole(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return invalid_input(path.string() + ": is a folder, a file is needed");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return not_found(path.string() + ": cannot be opened: " + reason_of(errno));
  Container content;
  std::array<char, 1 << 16> buffer{};
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto* begin = reinterpret_cast<const typename Container::value_type*>(buffer.data());
    content.insert(content.end(), begin, begin + in.gcount());
  }
  if (!in.eof()) return io_error(path.string() + ": cannot be read to its end");
  return content;
}

}  // namespace

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& path) {
  return read_whole<std::vector<std::byte>>(path);
}

Result<std::string> read_text(const std::filesystem::path& path) {
  return read_whole<std::string>(path);
}

Status write_atomically(const std::filesystem::path& path, std::string_view content) {
  std::error_code error;
  const std::filesystem::file_status target = std::filesystem::status(path, error);
  const bool special = std::filesystem::exists(target) &&
                       !std::filesystem::is_regular_file(target) &&
                       !std::filesystem::is_directory(target);
  const Status status =
      special ? write_directly(path, content) : replace_file(resolved(path), content);
  return status.with_context(path.string() + ": cannot be written");
}

}  // namespace rightsize
