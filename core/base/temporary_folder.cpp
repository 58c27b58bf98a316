// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

TemporaryFolder::TemporaryFolder(const std::string& purpose) {
    std::error_code none;
    const auto parent = std::filesystem::temp_directory_path(none);
    auto pattern = (parent / fmt::format("lamscope-{}-XXXXXX", purpose)).string();
    if (none || ::mkdtemp(pattern.data()) == nullptr) {
        const auto reason = none ? none : std::error_code(errno, std::generic_category());
        throw Error(ErrorCode::WriteFailed,
                    fmt::format("no temporary folder can be made as {}: {}; the variable TMPDIR "
                                "names another place",
                                pattern, reason.message()));
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace lamscope
