# SPDX-License-Identifier: GPL-3.0-or-later
# The process on its machine, without LibTorch.
lamscope_library(lamscope_runtime
  HEADERS
    runtime/busy_processes.h
    runtime/processors.h
    runtime/spinning.h
  SOURCES
    runtime/busy_processes.cpp
    runtime/processors.cpp
    runtime/spinning.cpp
  PRIVATE lamscope_base fmt::fmt)
# An object and no library, which the linker would leave out: nothing refers to it.
add_library(lamscope_start OBJECT runtime/start.cpp)
target_link_libraries(lamscope_start PUBLIC lamscope_runtime PRIVATE $<BUILD_INTERFACE:lamscope_warnings>)
set_target_properties(lamscope_start PROPERTIES AUTOMOC OFF)
