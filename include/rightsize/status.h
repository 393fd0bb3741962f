// Status and Result: how every fallible call of the library reports failure.
//
// The library neither throws across its interface, prints nor aborts. A message names the file,
// line or field at fault and what to do about it; it is meant to be shown to the user as it is.
//
// Threading: values; distinct objects may be used from distinct threads.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace rightsize {

enum class StatusCode {
  kOk,
  kInvalidInput,   // the bytes or values given cannot be used: mend the input
  kNotFound,       // a file, model or item that was named does not exist
  kMismatch,       // two things that must belong together do not (checksum, zoo, schema version)
  kIoError,        // reading or writing failed (permissions, disk full)
  kLimitExceeded,  // a safety limit was hit (pixels, nesting, size)
  kUnreachable,    // no operating point is within the limits of the budget
  kRuntimeError,   // the inference runtime refused or failed
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure with "context: " in front of its message; an ok status stays ok.
  Status with_context(const std::string& context) const {
    return ok() ? *this : Status(code_, context + ": " + message_);
  }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status invalid_input(std::string message) {
  return {StatusCode::kInvalidInput, std::move(message)};
}
inline Status not_found(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }
inline Status mismatch(std::string message) { return {StatusCode::kMismatch, std::move(message)}; }
inline Status io_error(std::string message) { return {StatusCode::kIoError, std::move(message)}; }
inline Status limit_exceeded(std::string message) {
  return {StatusCode::kLimitExceeded, std::move(message)};
}
inline Status unreachable(std::string message) {
  return {StatusCode::kUnreachable, std::move(message)};
}
inline Status runtime_error(std::string message) {
  return {StatusCode::kRuntimeError, std::move(message)};
}

// Either a value or the Status that says why there is none. Reading the value of a failure is a
// programming error (asserted).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}        // NOLINT(google-explicit-constructor)
  Result(Status status) : state_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    assert(!std::get<Status>(state_).ok() && "a Result without value needs a failure");
  }

  bool ok() const { return std::holds_alternative<T>(state_); }
  Status status() const { return ok() ? Status() : std::get<Status>(state_); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    assert(ok());
    return std::get<T>(state_);
  }
  const T& value() const {
    assert(ok());
    return std::get<T>(state_);
  }

 private:
  std::variant<T, Status> state_;
};

}  // namespace rightsize
