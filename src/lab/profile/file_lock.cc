#include "lab/profile/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace rightsize {
namespace {

Status cannot_lock(const std::filesystem::path& path, int error) {
  return io_error(fmt::format("{}: cannot make the lock file: {}", path.string(),
                              std::generic_category().message(error)));
}

// Not O_CREAT alone: in a sticky folder the kernel may refuse it for another user's existing file.
int open_or_make(const std::filesystem::path& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (;;) {
    int fd = ::open(path.c_str(), kFlags);
    if (fd >= 0 || errno != ENOENT) return fd;
    fd = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
}

// A file that was deleted or replaced between `open` and `flock` protects nothing.
bool is_still_at(int fd, const std::filesystem::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace

FileLock::FileLock(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

FileLock::FileLock(FileLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::optional<FileLock>> FileLock::try_lock(const std::filesystem::path& path, Kind kind) {
  const int operation = (kind == Kind::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  for (;;) {
    const int fd = open_or_make(path);
    if (fd < 0) return cannot_lock(path, errno);
    FileLock lock(fd, path);
    if (::flock(fd, operation) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return std::optional<FileLock>();
      return cannot_lock(path, errno);
    }
    if (is_still_at(fd, path)) return std::optional<FileLock>(std::move(lock));
  }
}

void FileLock::remove() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(std::exchange(fd_, -1));
}

Result<FileLock> lock_machine(FileLock::Kind kind, const std::function<void()>& waiting) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) {
    return io_error(
        fmt::format("the folder for temporary files cannot be used (set TMPDIR to another one): {}",
                    error.message()));
  }
  for (;;) {
    Result<std::optional<FileLock>> lock =
        FileLock::try_lock(folder / "rightsize-timing.lock", kind);
    if (!lock.ok()) return lock.status();
    if (lock->has_value()) return std::move(**lock);
    waiting();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace rightsize
