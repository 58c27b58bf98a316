// SPDX-License-Identifier: GPL-3.0-or-later
// What the functions that read and write a store share.
#pragma once

#include <SQLiteCpp/Exception.h>
#include <filesystem>

#include "base/error.h"

namespace lamscope {

/// Says in words what the database refused. `WriteFailed` for a full disk and what may not be written or is locked,
/// otherwise `BadFile`.
[[noreturn]] void throwStoreError(const std::filesystem::path& file, const SQLite::Exception& error);

/// Runs `work`, whose database errors become ours.
template <typename Work>
auto storeAccess(const std::filesystem::path& file, const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throwStoreError(file, error);
    }
}

}  // namespace lamscope
