# SPDX-License-Identifier: GPL-3.0-or-later
# The Python side of the bridge with a real PyTorch (tests/python.cmake); the C++ side is tested in core/model/remote.
if(LAMSCOPE_PYTHON)
  foreach(name protocol network program)
    add_test(NAME bridge_${name}_test
      COMMAND ${LAMSCOPE_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/${name}_test.py
        $<$<STREQUAL:${name},program>:$<TARGET_FILE:lamscope-cli>>
      COMMAND_EXPAND_LISTS)
    set_tests_properties(bridge_${name}_test PROPERTIES LABELS cli TIMEOUT 600 SKIP_RETURN_CODE 77
      ENVIRONMENT "GOMP_SPINCOUNT=1000;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()
