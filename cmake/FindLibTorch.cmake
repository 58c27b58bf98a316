# Finds LibTorch without its own TorchConfig.cmake, which asks for a whole CUDA toolkit.
#
# Accepts, in this order: the folder LAMSCOPE_LIBTORCH (a CMake or environment variable: an unzipped
# official LibTorch or the `torch` folder of a Python installation), then what packaging/install-deps
# has put into the cache (LAMSCOPE_CACHE, by default ~/.cache/lamscope).
#
# Defines LibTorch_FOUND, LibTorch_VERSION, LibTorch_DIRECTORY and the target LibTorch::LibTorch.

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../packaging/libtorch-requirements.txt" _libtorch_pinned REGEX "^torch==")
string(REGEX REPLACE "^torch==([0-9.]+).*" "\\1" _libtorch_pinned "${_libtorch_pinned}")

if(NOT LAMSCOPE_LIBTORCH AND DEFINED ENV{LAMSCOPE_LIBTORCH})
  set(LAMSCOPE_LIBTORCH "$ENV{LAMSCOPE_LIBTORCH}")
endif()
if(DEFINED ENV{LAMSCOPE_CACHE})
  set(_libtorch_cache "$ENV{LAMSCOPE_CACHE}")
else()
  set(_libtorch_cache "$ENV{HOME}/.cache/lamscope")
endif()

if(LAMSCOPE_LIBTORCH)
  set(_libtorch_candidates "${LAMSCOPE_LIBTORCH}")
else()
  set(_libtorch_candidates "${_libtorch_cache}/libtorch-${_libtorch_pinned}/torch")
endif()

unset(LibTorch_DIRECTORY)
foreach(_candidate IN LISTS _libtorch_candidates)
  if(EXISTS "${_candidate}/include/torch/csrc/api/include/torch/torch.h" AND EXISTS "${_candidate}/lib/libtorch_cpu.so")
    set(LibTorch_DIRECTORY "${_candidate}")
    break()
  endif()
endforeach()

if(LibTorch_DIRECTORY)
  file(STRINGS "${LibTorch_DIRECTORY}/include/torch/headeronly/version.h" _libtorch_version_lines
       REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" _libtorch_version_lines "${_libtorch_version_lines}")
  string(REPLACE ";" "." LibTorch_VERSION "${_libtorch_version_lines}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch
  REQUIRED_VARS LibTorch_DIRECTORY
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
    "looked in ${_libtorch_candidates}. Run packaging/install-deps, or set LAMSCOPE_LIBTORCH to an unzipped LibTorch")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  # Beside LibTorch's headers lies a newer fmt than the library that programs are linked with. The library's own headers
  # go first.
  find_path(FMT_HEADERS fmt/format.h PATHS /usr/include REQUIRED)
  set(_libtorch_fmt_first "${CMAKE_BINARY_DIR}/fmt_first")
  file(MAKE_DIRECTORY "${_libtorch_fmt_first}")
  file(CREATE_LINK "${FMT_HEADERS}/fmt" "${_libtorch_fmt_first}/fmt" SYMBOLIC)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${LibTorch_DIRECTORY}/lib/libc10.so")
  add_library(LibTorch::LibTorch SHARED IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_DIRECTORY}/lib/libtorch_cpu.so"
    INTERFACE_LINK_LIBRARIES LibTorch::c10
    INTERFACE_INCLUDE_DIRECTORIES
      "${_libtorch_fmt_first};${LibTorch_DIRECTORY}/include;${LibTorch_DIRECTORY}/include/torch/csrc/api/include")
endif()
