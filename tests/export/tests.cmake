# SPDX-License-Identifier: GPL-3.0-or-later
# The exporter with a real PyTorch; TorchScript files made by LibTorch itself are tested in core_test.
if(LAMSCOPE_PYTHON)
  add_test(NAME export_test
    COMMAND ${LAMSCOPE_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/export_test.py $<TARGET_FILE:lamscope-cli>)
  add_test(NAME export_pt2_test COMMAND ${LAMSCOPE_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/export_pt2_test.py)
  set_tests_properties(export_test export_pt2_test PROPERTIES LABELS cli TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "GOMP_SPINCOUNT=1000;PYTHONDONTWRITEBYTECODE=1")
endif()
