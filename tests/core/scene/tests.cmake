# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(scene_test LABEL unit
  SOURCES
    core/scene/experiment_file_test.cpp
    core/scene/network_input_test.cpp
    core/scene/scene_test.cpp
  LIBRARIES lamscope_scene nlohmann_json::nlohmann_json)
