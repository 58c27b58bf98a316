# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(image_test LABEL unit
  SOURCES
    core/image/atomic_file_test.cpp
    core/image/colour_test.cpp
    core/image/image_file_test.cpp
    core/image/image_kinds_test.cpp
    core/image/image_test.cpp
    core/image/npy_test.cpp
    core/image/orientation_test.cpp
    core/image/output_files_test.cpp
    core/image/resize_test.cpp
    core/image/sha256_test.cpp
    core/image/tiff_image_test.cpp
  LIBRARIES lamscope_files lamscope_base opencv_core opencv_imgcodecs)
