# SPDX-License-Identifier: GPL-3.0-or-later
# The exporter with a real PyTorch, where the Python found here has one (-DPython3_EXECUTABLE=… names another);
# TorchScript files made by LibTorch itself are tested in core_test.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
  add_test(NAME export_test
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/export_test.py $<TARGET_FILE:lamscope-cli>)
  set_tests_properties(export_test PROPERTIES LABELS cli TIMEOUT 600 SKIP_RETURN_CODE 77
    ENVIRONMENT "GOMP_SPINCOUNT=1000;PYTHONDONTWRITEBYTECODE=1")
endif()
