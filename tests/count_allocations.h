// Counts what a test or benchmark program allocates: replaces the global operator new, so exactly
// one source of the program includes this.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace rightsize::test {
inline std::atomic<std::int64_t> allocations = 0;
}

// Not inlined, because g++ 12 takes an inlined pair for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++rightsize::test::allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
