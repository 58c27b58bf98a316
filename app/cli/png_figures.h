// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <strings.h>
#include <vector>

#include <fmt/format.h>

#include "program.h"

namespace lamscope::cli {

/// Of commands whose pictures are PNG files alone. Throws UsageError that names the first file of another ending.
inline void expectPngFigures(const std::vector<std::string>& figures) {
    for (const std::filesystem::path file : figures) {
        if (strcasecmp(file.extension().c_str(), ".png") != 0) {
            throw UsageError(fmt::format("--figure: '{}' must end in .png", file.string()));
        }
    }
}

}  // namespace lamscope::cli
