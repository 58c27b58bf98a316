# SPDX-License-Identifier: GPL-3.0-or-later
# What is looked at and by which networks: the experiment that commands, sessions and results share, and its JSON.
lamscope_library(lamscope_scene
  HEADERS
    scene/experiment.h
    scene/experiment_file.h
    scene/geometry.h
    scene/scene.h
  SOURCES
    scene/experiment.cpp
    scene/experiment_file.cpp
    scene/scene.cpp
  PUBLIC lamscope_model
  PRIVATE fmt::fmt)
