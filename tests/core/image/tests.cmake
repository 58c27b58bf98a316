# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(image_test LABEL unit
  SOURCES
    core/image/colour_test.cpp
    core/image/degradation_test.cpp
    core/image/image_decoders_test.cpp
    core/image/image_file_test.cpp
    core/image/image_kinds_test.cpp
    core/image/image_reading_test.cpp
    core/image/image_test.cpp
    core/image/orientation_test.cpp
    core/image/rain_test.cpp
    core/image/resize_test.cpp
    core/image/tiff_image_test.cpp
  LIBRARIES lamscope_files lamscope_degradation opencv_core opencv_imgproc opencv_imgcodecs PNG::PNG TIFF::TIFF PkgConfig::lcms2 ZLIB::ZLIB nlohmann_json::nlohmann_json fmt::fmt)
