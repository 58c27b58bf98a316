// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/temporary_folder.h"

namespace lamscope::test {

/// A temporary folder in which tests write files.
class TemporaryFolder : public lamscope::TemporaryFolder {
public:
    TemporaryFolder()
        : lamscope::TemporaryFolder("test") {}

    /// Writes a file and returns its path.
    std::filesystem::path write(const std::string& name, std::string_view content) const {
        auto file = path() / name;
        std::ofstream stream(file, std::ios::binary);
        stream.write(content.data(), static_cast<std::streamsize>(content.size()));
        if (!stream.flush()) {
            throw std::runtime_error("the test file " + file.string() + " cannot be written");
        }
        return file;
    }

    /// Files and folders in it, hidden ones included; what lies in its folders does not count.
    [[nodiscard]] std::size_t fileCount() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path()), std::filesystem::directory_iterator()));
    }
};

/// The bytes of a file; none if it cannot be read.
inline std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace lamscope::test
