# SPDX-License-Identifier: GPL-3.0-or-later
# The process on its machine, without LibTorch.
lamscope_library(lamscope_process
  HEADERS
    runtime/busy_processes.h
    runtime/processors.h
    runtime/spinning.h
  SOURCES
    runtime/busy_processes.cpp
    runtime/processors.cpp
    runtime/spinning.cpp
  PRIVATE lamscope_base fmt::fmt)
# An object library: nothing refers to start.cpp, and the linker would leave it out of a static library.
add_library(lamscope_start OBJECT runtime/start.cpp)
target_link_libraries(lamscope_start PUBLIC lamscope_process PRIVATE $<BUILD_INTERFACE:lamscope_warnings>)
set_target_properties(lamscope_start PROPERTIES AUTOMOC OFF)
# LibTorch and its device. The precompiled headers of this target serve all rooms above.
lamscope_library(lamscope_runtime
  HEADERS
    runtime/device.h
    runtime/evaluation_stopped.h
    runtime/process_memory.h
  SOURCES
    runtime/allocation_meter.cpp
    runtime/device.cpp
    runtime/gradients.cpp
    runtime/process_memory.cpp
    runtime/torch_errors.cpp
  PUBLIC lamscope_base lamscope_process
  PRIVATE LibTorch::LibTorch fmt::fmt ${CMAKE_DL_LIBS})
target_precompile_headers(lamscope_runtime PRIVATE runtime/torch_headers.h)
