# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(runtime_test LABEL unit
  SOURCES
    core/runtime/busy_processes_test.cpp
    core/runtime/processors_test.cpp
    core/runtime/spinning_test.cpp
  LIBRARIES lamscope_base)
