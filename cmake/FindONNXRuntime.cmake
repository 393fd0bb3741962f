# Gives ONNXRuntime::Headers (the library itself is loaded at run time, see src/model/) and
# ONNXRuntime_LIBRARY_FILE, the shared library that programs in the build tree use by default.
# ONNXRUNTIME_ROOT is a folder with include/ and lib/, as scripts/setup lays it.
include(FindPackageHandleStandardArgs)
set(ONNXRUNTIME_ROOT "${PROJECT_SOURCE_DIR}/build/deps/onnxruntime" CACHE PATH
    "folder with include/ and lib/ of ONNX Runtime")
find_path(ONNXRuntime_INCLUDE_DIR onnxruntime_cxx_api.h
          HINTS "${ONNXRUNTIME_ROOT}/include" PATH_SUFFIXES onnxruntime NO_CMAKE_FIND_ROOT_PATH)
find_file(ONNXRuntime_LIBRARY_FILE libonnxruntime.so.1
          HINTS "${ONNXRUNTIME_ROOT}/lib" PATHS /usr/lib /usr/local/lib NO_CMAKE_FIND_ROOT_PATH)
find_package_handle_standard_args(ONNXRuntime REQUIRED_VARS ONNXRuntime_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup first, or set ONNXRUNTIME_ROOT")
if(ONNXRuntime_FOUND AND NOT TARGET ONNXRuntime::Headers)
  add_library(ONNXRuntime::Headers INTERFACE IMPORTED)
  target_include_directories(ONNXRuntime::Headers SYSTEM INTERFACE "${ONNXRuntime_INCLUDE_DIR}")
endif()
mark_as_advanced(ONNXRuntime_INCLUDE_DIR ONNXRuntime_LIBRARY_FILE)
