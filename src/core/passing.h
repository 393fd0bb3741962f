// Faults that may pass: no memory, too many open files, a mount that is away. They say nothing
// about the input at hand; the same call may succeed later. Their code is StatusCode::kIoError,
// which no fault of an input has.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "rightsize/status.h"

namespace rightsize {

inline Status passing_fault(std::string message) { return io_error(std::move(message)); }
inline bool is_passing(const Status& status) { return status.code() == StatusCode::kIoError; }

// Of an exception of another library, where it is caught.
inline Status status_of(const std::exception& error) {
  const std::string_view what = error.what();
  const auto says = [&](const char* words) { return what.find(words) != std::string_view::npos; };
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr || says("bad_alloc") ||
                      says("bad allocation") || says("Failed to allocate memory") ||
                      says("Insufficient memory");
  return memory ? passing_fault("there is not enough memory") : runtime_error(std::string(what));
}

}  // namespace rightsize
