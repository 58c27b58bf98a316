// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <ranges>
#include <string>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "error.h"

namespace lamscope {
namespace {

[[noreturn]] void throwWriteFailed(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::WriteFailed, fmt::format("'{}' could not be written: {}", path.string(), reason));
}

std::string errnoText(int number) {
    return std::generic_category().message(number);
}

/// A new file that is removed again unless it was renamed to its final name.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& target)
        : target_(target) {
        static std::atomic<unsigned> counter = 0;
        // The name does not contain the target's, which may already be as long as a name may be.
        do {
            path_ = target.parent_path() / fmt::format(".lamscope-{}-{}.tmp", ::getpid(), counter++);
            descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (descriptor_ < 0 && errno == EEXIST);
        if (descriptor_ < 0) {
            throwWriteFailed(target, fmt::format("no file can be created in its folder ({})", errnoText(errno)));
        }
    }

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    ~TemporaryFile() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        if (!path_.empty()) {
            ::unlink(path_.c_str());
        }
    }

    void write(std::span<const std::byte> content) {
        while (!content.empty()) {
            const auto written = ::write(descriptor_, content.data(), content.size());
            if (written < 0 && errno != EINTR) {
                throwWriteFailed(target_, errnoText(errno));
            }
            if (written > 0) {
                content = content.subspan(static_cast<std::size_t>(written));
            }
        }
    }

    void becomeTarget() {
        const int closed = ::close(descriptor_);
        descriptor_ = -1;
        if (closed != 0) {
            throwWriteFailed(target_, errnoText(errno));
        }
        if (::rename(path_.c_str(), target_.c_str()) != 0) {
            throwWriteFailed(target_, errnoText(errno));
        }
        path_.clear();
    }

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// The file to replace: `path`, or what it points at if it is a symbolic link.
std::filesystem::path resolvedTarget(const std::filesystem::path& path) {
    if (path.empty() || !path.has_filename()) {
        throwWriteFailed(path, "this is not the name of a file");
    }
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        // A dangling link is replaced by the file, like any name that is free.
        return path;
    }
    if (std::filesystem::is_directory(path, error)) {
        throwWriteFailed(path, "there is a folder of this name");
    }
    if (!std::filesystem::is_regular_file(path, error)) {
        throwWriteFailed(path, "what has this name is not a regular file");
    }
    auto target = std::filesystem::canonical(path, error);
    if (error) {
        throwWriteFailed(path, error.message());
    }
    return target;
}

}  // namespace

void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> content) {
    TemporaryFile file(resolvedTarget(path));
    file.write(content);
    file.becomeTarget();
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view content) {
    writeFileAtomically(path, std::as_bytes(std::span(content)));
}

class StagedFiles::File : public TemporaryFile {
    using TemporaryFile::TemporaryFile;
};

StagedFiles::StagedFiles() = default;

StagedFiles::~StagedFiles() {
    files_.clear();
    for (const auto& folder : madeFolders_ | std::views::reverse) {
        std::error_code ignored;
        std::filesystem::remove(folder, ignored);  // fails, as it should, where somebody put a file
    }
}

void StagedFiles::makeFolder(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> missing;
    std::error_code error;
    for (auto path = folder.lexically_normal(); !path.empty() && !std::filesystem::exists(path, error);
         path = path.parent_path()) {
        missing.push_back(path);
    }
    for (const auto& path : missing | std::views::reverse) {
        if (std::filesystem::create_directory(path, error)) {
            madeFolders_.push_back(path);
        }
    }
    if (!std::filesystem::is_directory(folder, error)) {
        throwWriteFailed(folder, error ? error.message() : "this folder cannot be made");
    }
}

void StagedFiles::add(const std::filesystem::path& path, std::span<const std::byte> content) {
    auto file = std::make_unique<File>(resolvedTarget(path));
    file->write(content);
    files_.push_back(std::move(file));
}

void StagedFiles::add(const std::filesystem::path& path, std::string_view content) {
    add(path, std::as_bytes(std::span(content)));
}

void StagedFiles::commit() {
    for (const auto& file : files_) {
        file->becomeTarget();
    }
    files_.clear();
    madeFolders_.clear();
}

}  // namespace lamscope
