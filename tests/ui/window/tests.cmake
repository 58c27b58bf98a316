# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(probing_test SOURCES ui/window/probing_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(space_test SOURCES ui/window/space_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(di_map_window_test SOURCES ui/window/di_map_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(erf_window_test SOURCES ui/window/erf_test.cpp LIBRARIES lamscope_ui analytic_loader)

lamscope_qt_test(restoration_window_test SOURCES ui/window/restoration_test.cpp LIBRARIES lamscope_ui analytic_loader)

lamscope_qt_test(accessibility_test SOURCES ui/window/accessibility_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(jobs_test SOURCES ui/window/jobs_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(workspaces_test SOURCES ui/window/workspaces_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(study_window_test SOURCES ui/window/study_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(study_files_window_test SOURCES ui/window/study_files_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(filters_window_test SOURCES ui/window/filters_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(features_window_test SOURCES ui/window/features_test.cpp LIBRARIES lamscope_ui analytic_loader)
lamscope_qt_test(report_view_test SOURCES ui/window/report_view_test.cpp LIBRARIES lamscope_ui)
lamscope_qt_test(low_memory_test SOURCES ui/window/low_memory_test.cpp LIBRARIES lamscope_ui)

lamscope_qt_test(files_test SOURCES ui/window/files_test.cpp LIBRARIES lamscope_ui analytic_loader GTest::gtest)
target_compile_definitions(files_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(files_test lamscope-cli)
lamscope_qt_test(stress_test SOURCES ui/window/stress_test.cpp LIBRARIES lamscope_ui analytic_loader GTest::gtest)
set_tests_properties(stress_test PROPERTIES LABELS "ui;thread")

# Qt and LibTorch do not meet in one source.
add_library(served_networks STATIC ui/window/served_networks.cpp core/model/remote/fake_server.cpp)
target_include_directories(served_networks PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(served_networks
  PUBLIC lamscope_model PRIVATE lamscope_warnings lamscope_bridge Asio::Asio LibTorch::LibTorch nlohmann_json::nlohmann_json)
lamscope_qt_test(connect_test SOURCES ui/window/connect_test.cpp LIBRARIES lamscope_ui analytic_loader served_networks)
if(LAMSCOPE_PYTHON)
  target_compile_definitions(connect_test PRIVATE LAMSCOPE_TEST_PYTHON="${LAMSCOPE_PYTHON}")
endif()
