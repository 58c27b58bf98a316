// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/output_files.h"

#include <map>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

bool isFile(const std::filesystem::path& path) {
    return !path.empty() && path != "-";
}

/// The absolute path, with all existing symbolic links resolved.
std::filesystem::path destination(const std::filesystem::path& path) {
    std::error_code error;
    auto canonical = std::filesystem::weakly_canonical(path, error);
    return error ? std::filesystem::absolute(path, error).lexically_normal() : canonical;
}

/// Device and inode number: equal for all names and links of one existing file.
using Identity = std::pair<dev_t, ino_t>;

std::optional<Identity> identityOf(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(Identity{status.st_dev, status.st_ino}) : std::nullopt;
}

std::vector<std::filesystem::path> filesOf(const std::filesystem::path& input) {
    std::error_code error;
    if (!std::filesystem::is_directory(input, error)) {
        return {input};
    }
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(input, error), end; !error && entry != end; entry.increment(error)) {
        files.push_back(entry->path());
    }
    return files;
}

}  // namespace

void checkOutputFiles(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs) {
    std::map<std::filesystem::path, std::filesystem::path> targets;
    for (const auto& output : outputs) {
        if (!isFile(output)) {
            continue;
        }
        const auto [other, inserted] = targets.emplace(destination(output), output);
        if (!inserted) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("'{}' and '{}' would be written to the same file; give them different names",
                                    other->second.string(), output.string()));
        }
    }
    std::map<Identity, std::filesystem::path> files;
    for (const auto& input : inputs) {
        for (const auto& file : filesOf(input)) {
            if (const auto identity = identityOf(file)) {
                files.emplace(*identity, file);
            }
        }
    }
    for (const auto& [target, output] : targets) {
        const auto identity = identityOf(output);
        const auto file = identity ? files.find(*identity) : files.end();
        if (file != files.end()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("'{}' would be written over '{}', which is read; choose another name or folder for "
                                    "the output",
                                    output.string(), file->second.string()));
        }
    }
}

}  // namespace lamscope
