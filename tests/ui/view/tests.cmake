# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(ui_view_layers_test
  SOURCES ui/view/layers_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_geometry_test
  SOURCES ui/view/geometry_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_grid_test
  SOURCES ui/view/view_grid_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_pane_test
  SOURCES ui/view/image_pane_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_di_map_test
  SOURCES ui/view/di_map_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_erf_layer_test
  SOURCES ui/view/erf_layer_test.cpp
  LIBRARIES lamscope_ui_view)
lamscope_qt_test(ui_view_large_image_test
  SOURCES ui/view/large_image_test.cpp
  LIBRARIES lamscope_ui_view)
