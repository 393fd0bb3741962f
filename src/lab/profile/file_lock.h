// Locks between processes. They vanish with the process that holds them, however it ends.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "rightsize/status.h"

namespace rightsize {

// A lock on a file that is made where it does not exist; released by the destructor.
class FileLock {
 public:
  enum class Kind { kShared, kExclusive };

  // Nothing where another process (or another FileLock of this one) holds it in the way.
  static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& path, Kind kind);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  // Deletes the file and lets go. For exclusive locks.
  void remove();

 private:
  FileLock(int fd, std::filesystem::path path);
  int fd_;
  std::filesystem::path path_;
};

// Keeps the timing phase of one profile from being disturbed by others on this machine: phases that
// use all cores hold it shared, a timing phase holds it alone. Waits for it, calling `waiting`
// about ten times a second. The file is rightsize-timing.lock in the folder for temporary files.
Result<FileLock> lock_machine(FileLock::Kind kind, const std::function<void()>& waiting);

}  // namespace rightsize
