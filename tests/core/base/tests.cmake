# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(base_test LABEL unit
  SOURCES
    core/base/atomic_file_test.cpp
    core/base/csv_rows_test.cpp
    core/base/half_float_test.cpp
    core/base/npy_test.cpp
    core/base/option_table_test.cpp
    core/base/output_files_test.cpp
    core/base/portable_random_test.cpp
    core/base/sha256_test.cpp
  LIBRARIES lamscope_base)
