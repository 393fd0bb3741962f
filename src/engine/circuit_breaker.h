// A refusal runs nothing, and what does not run teaches nothing: a machine that was slow once would
// be taken for slow, and its requests refused, for ever. So after some refusals one request is let
// through all the same, and if it comes in time, so are the next ones, until their times are
// believed (a circuit breaker: M. T. Nygard, "Release It!", 2007).
//
// While the machine stays slow, one in kMostRefusals + 1 of the requests that would be refused
// comes late; once it is quick again, at most kMostRefusals more are refused before the next is
// tried.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rightsize {

class CircuitBreaker {
 public:
  static constexpr std::size_t kFewestRefusals = 2;
  static constexpr std::size_t kMostRefusals = 9;

  // A request is to be refused because of time. True: let it through.
  bool lets_through() noexcept {
    if (refused_ >= wait_) return true;
    ++refused_;
    return false;
  }

  // What became of a request that was let through.
  void learn(bool in_time) noexcept {
    if (in_time) {
      wait_ = kFewestRefusals;
      refused_ = wait_;
      return;
    }
    wait_ = std::min(2 * wait_, kMostRefusals);
    refused_ = 0;
    ++attempt_;
  }

  // Requests let through that came late, so that another one tries something else.
  std::size_t attempt() const noexcept { return attempt_; }

 private:
  std::size_t wait_ = kFewestRefusals;
  std::size_t refused_ = 0;
  std::size_t attempt_ = 0;
};

}  // namespace rightsize
