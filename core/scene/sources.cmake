# SPDX-License-Identifier: GPL-3.0-or-later
# What is looked at and by which networks: the experiment that commands, sessions and results share, its JSON, and the
# blocks that the documents of all methods have.
lamscope_library(lamscope_scene
  HEADERS
    scene/degradation_json.h
    scene/document_blocks.h
    scene/experiment.h
    scene/experiment_file.h
    scene/geometry.h
    scene/grid_words.h
    scene/network_input.h
    scene/scene.h
  SOURCES
    scene/degradation_json.cpp
    scene/document_blocks.cpp
    scene/experiment.cpp
    scene/experiment_file.cpp
    scene/network_input.cpp
    scene/scene.cpp
  PUBLIC lamscope_model lamscope_degradation
  PRIVATE lamscope_frames fmt::fmt)
