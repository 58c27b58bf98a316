// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace lamscope::test {

/// The folder of real test data: the environment variable LAMSCOPE_DATA, or `../shared/data` seen from the project's
/// root, which is the working directory of every test.
inline std::filesystem::path dataRoot() {
    const char* value = std::getenv("LAMSCOPE_DATA");  // NOLINT(concurrency-mt-unsafe): no test sets it
    return value != nullptr && *value != '\0' ? value : "../shared/data";
}

/// A file or folder of the test data, e.g. dataFile("weights/pan_x4.pth"). It need not exist: see LAMSCOPE_NEED_DATA.
inline std::filesystem::path dataFile(const std::filesystem::path& relative) {
    return dataRoot() / relative;
}

/// True where LAMSCOPE_REQUIRE_DATA=1 turns a missing data file into a failure.
inline bool dataRequired() {
    const char* value = std::getenv("LAMSCOPE_REQUIRE_DATA");  // NOLINT(concurrency-mt-unsafe): no test sets it
    return value != nullptr && std::string(value) == "1";
}

inline std::string missingData(const std::filesystem::path& path) {
    return "the test data " + path.string() + " is absent: set LAMSCOPE_DATA to the folder that holds it";
}

}  // namespace lamscope::test

// NOLINTBEGIN(cppcoreguidelines-macro-usage): skipping must return from the calling test
/// Declares `variable` as a path; skips the test where there is no such file, or fails it where
/// LAMSCOPE_REQUIRE_DATA=1. To be used at the top of a test (or of SetUp()).
#define LAMSCOPE_NEED_FILE(variable, file)                                      \
    const std::filesystem::path variable = (file);                              \
    if (!std::filesystem::exists(variable) && ::lamscope::test::dataRequired()) \
        GTEST_FAIL() << ::lamscope::test::missingData(variable);                \
    if (!std::filesystem::exists(variable))                                     \
    GTEST_SKIP() << ::lamscope::test::missingData(variable)

/// The same for a file of the test data.
#define LAMSCOPE_NEED_DATA(variable, relative) LAMSCOPE_NEED_FILE(variable, ::lamscope::test::dataFile(relative))
// NOLINTEND(cppcoreguidelines-macro-usage)
