# SPDX-License-Identifier: GPL-3.0-or-later
# Errors, files, hashes, arrays and tables, without LibTorch and OpenCV.
lamscope_library(lamscope_base
  HEADERS
    base/atomic_file.h
    base/csv_field.h
    base/csv_rows.h
    base/error.h
    base/half_float.h
    base/json_text.h
    base/npy.h
    base/number_list.h
    base/option_table.h
    base/output_files.h
    base/portable_random.h
    base/sha256.h
    base/shell_word.h
    base/table_text.h
    base/temporary_folder.h
    base/version.h
  SOURCES
    base/atomic_file.cpp
    base/csv_rows.cpp
    base/json_text.cpp
    base/npy.cpp
    base/number_list.cpp
    base/option_table.cpp
    base/output_files.cpp
    base/sha256.cpp
    base/table_text.cpp
    base/temporary_folder.cpp
    base/version.cpp
  PUBLIC nlohmann_json::nlohmann_json
  PRIVATE OpenSSL::Crypto fmt::fmt)
set_source_files_properties(base/version.cpp PROPERTIES COMPILE_DEFINITIONS LAMSCOPE_VERSION="${PROJECT_VERSION}")
