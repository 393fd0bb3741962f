#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "core/passing.h"

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

template <typename Container>
Result<Container> read_up_to(InputFile& file, std::size_t most) {
  Container content;
  std::array<std::byte, 1 << 16> buffer{};
  while (content.size() < most) {
    const std::span<std::byte> room(buffer.data(), std::min(buffer.size(), most - content.size()));
    const Result<std::size_t> count = file.read(room);
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    const auto* begin = reinterpret_cast<const typename Container::value_type*>(buffer.data());
    content.insert(content.end(), begin, begin + *count);
  }
  return content;
}

// Of a file that was just written.
Status read_back(const std::filesystem::path& path, std::size_t size, const ContentCheck& check) {
  const Result<std::string> content = read_begin(path, size + 1);
  if (!content.ok()) return content.status();
  return check(*content).with_context("what was to be written cannot be read again");
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

Status replace_file(const std::filesystem::path& path, std::string_view content,
                    const ContentCheck& check) {
  std::string temporary;
  const int fd = open_beside(path, temporary);
  if (fd < 0) return io_error(reason_of(errno));
  Status status = write_all(fd, content);
  if (::close(fd) != 0 && status.ok()) status = io_error(reason_of(errno));
  if (status.ok() && check) status = read_back(temporary, content.size(), check);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = io_error(reason_of(errno));
  }
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

Status not_ordinary(const std::string& name) {
  return invalid_input(name +
                       ": is a device, a pipe or a socket; the path of an ordinary file is needed");
}

Status check_kind(const struct stat& facts, const std::string& name) {
  if (S_ISREG(facts.st_mode)) return {};
  if (S_ISDIR(facts.st_mode)) return invalid_input(name + ": is a folder, a file is needed");
  return not_ordinary(name);
}

// Nothing is wrong with the file itself: the process, the machine or a mount is short of something.
bool may_pass(int error) {
  constexpr std::array kPassing = {EMFILE, ENFILE, ENOMEM,    ENOBUFS,  EIO,     ESTALE,
                                   ENODEV, EAGAIN, ETIMEDOUT, ENOTCONN, ENOLINK, EREMOTEIO};
  return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end();
}

Status open_failure(const std::filesystem::path& path, int error) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    if (Status status = check_kind(facts, path.string()); !status.ok()) return status;
  }
  const std::string message = path.string() + ": cannot be opened: " + reason_of(error);
  return may_pass(error) ? passing_fault(message) : not_found(message);
}

template <typename Container>
Result<Container> read_whole(const std::filesystem::path& path) {
  try {
    Result<InputFile> file = InputFile::open(path);
    if (!file.ok()) return file.status();
    const Status too_large = limit_exceeded(
        fmt::format("{}: is larger than {} MiB", path.string(), kMostFileBytes >> 20));
    if (file->size() > kMostFileBytes) return too_large;
    Result<Container> content = read_up_to<Container>(*file, kMostFileBytes + 1);
    const bool grew = content.ok() && content->size() > kMostFileBytes;
    return grew ? Result<Container>(too_large) : content;
  } catch (const std::bad_alloc&) {
    return passing_fault(path.string() + ": there is not enough memory to read it");
  }
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes to would hold the program here.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return open_failure(path, errno);
  InputFile file(descriptor, 0, path.string());
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) return open_failure(path, errno);
  if (Status status = check_kind(facts, file.name_); !status.ok()) return status;
  file.size_ = static_cast<std::uint64_t>(facts.st_size);
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      name_(std::move(other.name_)) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::size_t> InputFile::read(std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    const std::string message = name_ + ": cannot be read to its end: " + reason_of(errno);
    return may_pass(errno) ? passing_fault(message) : invalid_input(message);
  }
}

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& path) {
  return read_whole<std::vector<std::byte>>(path);
}

Result<std::string> read_text(const std::filesystem::path& path) {
  return read_whole<std::string>(path);
}

Result<std::string> read_begin(const std::filesystem::path& path, std::size_t most) {
  Result<InputFile> file = InputFile::open(path);
  if (!file.ok()) return file.status();
  return read_up_to<std::string>(*file, most);
}

Status write_checked(const std::filesystem::path& path, std::string_view content,
                     const ContentCheck& check) {
  std::error_code error;
  const std::filesystem::file_status target = std::filesystem::status(path, error);
  const bool special = std::filesystem::exists(target) &&
                       !std::filesystem::is_regular_file(target) &&
                       !std::filesystem::is_directory(target);
  Status status;
  if (special) {  // nothing can be read back from there
    if (check) status = check(content);
    if (status.ok()) status = write_directly(path, content);
  } else {
    status = replace_file(resolved(path), content, check);
  }
  return status.with_context(path.string() + ": cannot be written");
}

Status write_atomically(const std::filesystem::path& path, std::string_view content) {
  return write_checked(path, content, {});
}

}  // namespace rightsize
