# SPDX-License-Identifier: GPL-3.0-or-later
set(programs lamscope-bench lamscope-cli lamscope-train)
if(LAMSCOPE_GUI)
  list(APPEND programs lamscope)
  lamscope_qt_test(window_picture_test SOURCES app/window_picture_test.cpp LIBRARIES Qt6::Gui lamscope_study)
  lamscope_qt_test(termination_test SOURCES app/termination_test.cpp LIBRARIES Qt6::Core lamscope_study)
  lamscope_test(x11_libraries_test LABEL unit SOURCES app/x11_libraries_test.cpp LIBRARIES lamscope_x11_libraries)
  foreach(test window_picture_test termination_test)
    target_compile_definitions(${test} PRIVATE LAMSCOPE_WINDOW="$<TARGET_FILE:lamscope>")
    add_dependencies(${test} lamscope)
  endforeach()
endif()

lamscope_test(programs_test LABEL cli SOURCES app/programs_test.cpp LIBRARIES)
add_dependencies(programs_test ${programs})
list(TRANSFORM programs REPLACE "(.+)" "\"$<TARGET_FILE:\\1>\"" OUTPUT_VARIABLE files)
list(JOIN files "," files)
target_compile_definitions(programs_test PRIVATE "LAMSCOPE_PROGRAMS=${files}")

# It must run on machines without Qt and without OpenCV's image files.
add_test(NAME bench_needs_little COMMAND sh -c
  "ldd '$<TARGET_FILE:lamscope-bench>' >needs.txt && grep -q libtorch_cpu needs.txt && ! grep -E 'Qt|imgcodecs|not found' needs.txt"
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
set_tests_properties(bench_needs_little PROPERTIES LABELS unit TIMEOUT 60)

lamscope_test(command_pages_test LABEL unit SOURCES cli/command_pages_test.cpp LIBRARIES lamscope_program_pages)

lamscope_test(lam_arguments_test LABEL unit
  SOURCES cli/lam_arguments_test.cpp
  LIBRARIES lamscope_lam_arguments lamscope_bench_command lamscope_study)

lamscope_test(cli_test LABEL cli
  SOURCES cli/cli_test.cpp cli/console_test.cpp cli/info_test.cpp
  LIBRARIES lamscope_files lamscope_console nlohmann_json::nlohmann_json)
target_compile_definitions(cli_test PRIVATE
  LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>" LAMSCOPE_FIGURES=$<BOOL:${LAMSCOPE_FIGURES}>)
add_dependencies(cli_test lamscope-cli)
