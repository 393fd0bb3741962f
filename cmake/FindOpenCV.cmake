# OpenCV out of Debian's per-module packages (libopencv-core-dev and so on). OpenCV's own
# OpenCVConfig.cmake comes with the whole of libopencv-dev alone, 270 packages more, and refuses to
# work unless every module is there. The laboratory fits classifiers with it; tests and benchmarks
# compare the image path with it. The device library does without.
#   find_package(OpenCV REQUIRED COMPONENTS core imgproc)
# gives the targets opencv_core, opencv_imgproc and the variables OpenCV_LIBS, OpenCV_INCLUDE_DIRS.
include(FindPackageHandleStandardArgs)
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(OpenCV_INCLUDE_DIRS "${OpenCV_INCLUDE_DIR}")
set(OpenCV_LIBS "")

if(OpenCV_INCLUDE_DIR)
  file(STRINGS "${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp" _opencv_version
       REGEX "^#define CV_VERSION_(MAJOR|MINOR|REVISION) +[0-9]+")
  string(REGEX REPLACE "[^0-9;]" "" _opencv_version "${_opencv_version}")
  list(JOIN _opencv_version "." OpenCV_VERSION)
  unset(_opencv_version)
endif()

foreach(_opencv_module IN LISTS OpenCV_FIND_COMPONENTS)
  find_library(OpenCV_${_opencv_module}_LIBRARY opencv_${_opencv_module})
  mark_as_advanced(OpenCV_${_opencv_module}_LIBRARY)
  if(OpenCV_INCLUDE_DIR AND OpenCV_${_opencv_module}_LIBRARY
     AND EXISTS "${OpenCV_INCLUDE_DIR}/opencv2/${_opencv_module}.hpp")
    set(OpenCV_${_opencv_module}_FOUND TRUE)
    list(APPEND OpenCV_LIBS opencv_${_opencv_module})
    if(NOT TARGET opencv_${_opencv_module})
      # SYSTEM by being imported: its headers warn in C++20.
      add_library(opencv_${_opencv_module} SHARED IMPORTED)
      set_target_properties(opencv_${_opencv_module} PROPERTIES
        IMPORTED_LOCATION "${OpenCV_${_opencv_module}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endif()
endforeach()
unset(_opencv_module)

find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR VERSION_VAR OpenCV_VERSION
                                  HANDLE_COMPONENTS)
mark_as_advanced(OpenCV_INCLUDE_DIR)
