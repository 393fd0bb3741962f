# Warnings are errors in all of our own code.
add_library(rightsize_warnings INTERFACE)
target_compile_options(rightsize_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2
  -Wno-missing-field-initializers)  # designated initialisers rely on defaults
# g++ 12 reports false positives in its own library and in fmt with these two at -O2 and above.
target_compile_options(rightsize_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>)
