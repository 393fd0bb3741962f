find_package(PkgConfig REQUIRED)

# The deciding part: checksums and a JSON reader.
pkg_check_modules(MD REQUIRED IMPORTED_TARGET libmd)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
if(NOT RIGHTSIZE_ENGINE)
  return()
endif()

# The engine and the program: image codecs, a TOML reader. ONNX Runtime is needed for its headers
# alone; the library is loaded at run time.
find_package(Threads REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
find_package(tomlplusplus REQUIRED)
find_package(ONNXRuntime REQUIRED)

if(RIGHTSIZE_LAB)
  find_package(SQLite3 3.40 REQUIRED)
  find_package(OpenCV REQUIRED COMPONENTS core ml)  # fits the classifiers of premodels
endif()
find_package(CLI11 2.1 REQUIRED)

# Programs in the build tree find ONNX Runtime's shared library where the set-up put it.
if(ONNXRuntime_LIBRARY_FILE)
  cmake_path(GET ONNXRuntime_LIBRARY_FILE PARENT_PATH ONNXRuntime_LIBRARY_DIR)
  list(APPEND CMAKE_BUILD_RPATH "${ONNXRuntime_LIBRARY_DIR}")
endif()
