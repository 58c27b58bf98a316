# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(scenes_test LABEL unit
  SOURCES
    resources/scene_drawing_test.cpp
    resources/scenes_test.cpp
  LIBRARIES lamscope_scenes lamscope_files nlohmann_json::nlohmann_json)
target_compile_definitions(scenes_test PRIVATE LAMSCOPE_SCENES="${PROJECT_SOURCE_DIR}/resources/scenes")
