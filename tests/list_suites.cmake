# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a suite of a GoogleTest program a test of ctest. gtest_discover_tests() of CMake makes each case one, and a
# program with LibTorch takes half a second to start: with 1600 cases that is 14 minutes of a processor.
#
# cmake -D PROGRAM=… -D DIRECTORY=… -D PROPERTIES=… -D OUTPUT=… -P list_suites.cmake
execute_process(
  COMMAND ${PROGRAM} --gtest_list_tests
  WORKING_DIRECTORY ${DIRECTORY} OUTPUT_VARIABLE cases TIMEOUT 60 COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE ";" "" cases "${cases}")
string(REPLACE "\n" ";" cases "${cases}")
# The end of the output of a suite of which every case was skipped, and none failed.
set(skipped
  "\\[  PASSED  \\] 0 tests\\.\n\\[  SKIPPED \\] [0-9]+ tests?, listed below:\n(\\[  SKIPPED \\] [^\n]*\n)+$")
set(tests "")
foreach(case IN LISTS cases)
  # A suite stands at the start of a line and ends in a dot; its cases are indented.
  if(case MATCHES "^([^ .]+)\\.")
    set(suite ${CMAKE_MATCH_1})
    string(APPEND tests
      "add_test([[${suite}]] [[${PROGRAM}]] [[--gtest_filter=${suite}.*]])\n"
      "set_tests_properties([[${suite}]] PROPERTIES WORKING_DIRECTORY [[${DIRECTORY}]] ${PROPERTIES}\n"
      "  SKIP_REGULAR_EXPRESSION [==[${skipped}]==])\n")
  endif()
endforeach()
if(tests STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} has no tests")
endif()
file(WRITE ${OUTPUT} "${tests}")
