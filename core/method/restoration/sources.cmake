# SPDX-License-Identifier: GPL-3.0-or-later
# Restoration at scale 1: what networks remove of a degradation and what they spoil.
lamscope_library(lamscope_restoration
  HEADERS
    method/restoration/degraded_pair.h
    method/restoration/derain_document.h
    method/restoration/derain_options.h
    method/restoration/real_image.h
    method/restoration/restoration_measures.h
  SOURCES
    method/restoration/degraded_pair.cpp
    method/restoration/derain_document.cpp
    method/restoration/derain_options.cpp
    method/restoration/real_image.cpp
    method/restoration/restoration_measures.cpp
  PUBLIC lamscope_metrics lamscope_degradation lamscope_scene
  PRIVATE nlohmann_json::nlohmann_json fmt::fmt)
