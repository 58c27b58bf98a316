# SPDX-License-Identifier: GPL-3.0-or-later
# What is drawn without widgets.
lamscope_ui_library(lamscope_ui_pictures
  SOURCES
    view/area_layer.cpp
    view/areas_of_interest.cpp
    view/colour_map.cpp
    view/contours.cpp
    view/derived_pictures.cpp
    view/di_map_layer.cpp
    view/erf_layer.cpp
    view/filter_map_picture.cpp
    view/image_layer.cpp
    view/layers.cpp
    view/map_layer.cpp
    view/pane_layer.cpp
    view/pane_layers.cpp
    view/pane_picture.cpp
    view/pyramid.cpp
    view/restoration_layer.cpp
    view/restoration_pictures.cpp
    view/sr_error.cpp
    view/sr_error_layer.cpp
  PUBLIC Qt6::Gui lamscope_ui_session lamscope_metrics)
lamscope_ui_resources(lamscope_ui_pictures colour_maps PREFIX /colour_maps BASE ${PROJECT_SOURCE_DIR}/resources/colour_maps
  FILES
    ${PROJECT_SOURCE_DIR}/resources/colour_maps/blue-white-red.txt
    ${PROJECT_SOURCE_DIR}/resources/colour_maps/inferno.txt
    ${PROJECT_SOURCE_DIR}/resources/colour_maps/magma.txt
    ${PROJECT_SOURCE_DIR}/resources/colour_maps/viridis.txt
    ${PROJECT_SOURCE_DIR}/resources/colour_maps/white-red.txt)

if(NOT LAMSCOPE_GUI)
  return()
endif()
lamscope_ui_library(lamscope_ui_view
  SOURCES
    view/box_editing.cpp
    view/box_follower.cpp
    view/colour_bar.cpp
    view/elided_label.cpp
    view/image_pane.cpp
    view/image_view.cpp
    view/input_controls.cpp
    view/overview.cpp
    view/pane_arrangement.cpp
    view/pane_header.cpp
    view/view_grid.cpp
    view/view_transform.cpp
  PUBLIC Qt6::Widgets lamscope_ui_pictures)
