// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/bytes.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

/// Pickled values, each a string of opcodes that leaves one value on the stack.
namespace pickled {
std::string whole(const std::string& value);  ///< with protocol 2 and STOP
std::string text(const std::string& value);
std::string integer(std::int64_t value);
std::string none();
std::string boolean(bool value);
std::string tuple(const std::vector<std::string>& items);
std::string list(const std::vector<std::string>& items);
using Entries = std::vector<std::pair<std::string, std::string>>;  ///< plain key, pickled value
std::string dict(const Entries& entries);
std::string global(const std::string& module, const std::string& name);
std::string call(const std::string& callable, const std::vector<std::string>& arguments);
std::string orderedDict(const Entries& entries);         ///< REDUCE, then SETITEMS
std::string orderedDictPython2(const Entries& entries);  ///< REDUCE with a list of lists
std::string build(const std::string& object, const std::string& state);
std::string storage(const std::string& key, std::int64_t count, const std::string& type = "FloatStorage");
std::string tensor(const std::string& storage, std::int64_t offset, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides);
/// A contiguous float32 tensor that fills its storage.
std::string tensor(const std::string& key, const std::vector<std::int64_t>& shape);
std::string parameter(const std::string& tensor);
/// A whole module with these `_parameters`, `_buffers` and `_modules`.
std::string module(const Entries& parameters, const Entries& buffers, const Entries& modules);
}  // namespace pickled

using Storages = std::vector<std::pair<std::string, std::string>>;  ///< key, raw bytes

struct LegacyOptions {
    bool littleEndian = true;
    std::int64_t protocol = 1001;
    std::size_t itemSize = 4;
};

/// The bytes of a legacy PyTorch file around a pickled object.
std::string legacyFile(const std::string& object, const Storages& storages, const LegacyOptions& options = {});

struct ZipOptions {
    bool compress = false;
};

/// The bytes of a zip archive, written by libzip.
std::string zipFile(const std::vector<std::pair<std::string, std::string>>& entries, const ZipOptions& options = {});

/// The bytes of a PyTorch zip file around a pickled object.
std::string torchZip(const std::string& object, const Storages& storages, const std::string& root = "archive");

/// The message of the Error(BadFile) that `readCheckpoint` throws for a file with that content, which must name the
/// file; "" (and a test failure) if it throws nothing or anything else.
std::string rejection(std::string_view content, const std::string& weightSet = "");

}  // namespace lamscope::test
