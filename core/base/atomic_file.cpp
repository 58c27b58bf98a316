// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/atomic_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {
namespace {

[[noreturn]] void throwWriteFailed(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::WriteFailed, fmt::format("'{}' could not be written: {}", path.string(), reason));
}

std::string errnoText(int number) {
    return std::generic_category().message(number);
}

constexpr std::string_view hiddenStart = ".lamscope-";
constexpr std::string_view hiddenEnd = ".tmp";
std::atomic<unsigned> hiddenNames = 0;  // that this process has given

/// The name of a new temporary file in `folder`; no other call in this process gives the same name. The name does not
/// contain the target's name, which may already be as long as the file system allows.
std::filesystem::path hiddenName(const std::filesystem::path& folder) {
    return folder / fmt::format("{}{}-{}{}", hiddenStart, ::getpid(), hiddenNames++, hiddenEnd);
}

/// Who made a file of a hiddenName().
struct HiddenNameParts {
    ::pid_t process = 0;
    unsigned number = 0;
};

std::optional<HiddenNameParts> hiddenNameParts(std::string_view name) {
    if (!name.starts_with(hiddenStart) || !name.ends_with(hiddenEnd)
        || name.size() < hiddenStart.size() + hiddenEnd.size()) {
        return std::nullopt;
    }
    name.remove_prefix(hiddenStart.size());
    name.remove_suffix(hiddenEnd.size());
    HiddenNameParts parts;
    const auto* const end = name.data() + name.size();
    const auto process = std::from_chars(name.data(), end, parts.process);
    if (process.ec != std::errc() || parts.process < 1 || process.ptr == end || *process.ptr != '-') {
        return std::nullopt;
    }
    const auto number = std::from_chars(process.ptr + 1, end, parts.number);
    return number.ec == std::errc() && number.ptr == end ? std::optional(parts) : std::nullopt;
}

std::atomic<int> commits = 0;
static_assert(std::atomic<int>::is_always_lock_free, "it is read in signal handlers");

/// Counts a commit() as running during this object's life.
class CommitMark {
public:
    CommitMark() { ++commits; }
    CommitMark(const CommitMark&) = delete;
    CommitMark& operator=(const CommitMark&) = delete;
    ~CommitMark() { --commits; }
};

/// A new file. The destructor removes the file unless takeName() has renamed it.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& target)
        : target_(target) {
        do {
            path_ = hiddenName(target.parent_path());
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

    /// Closes the file. The system may have delayed writes; their failure is reported here.
    void close() {
        const int closed = ::close(descriptor_);
        descriptor_ = -1;
        if (closed != 0) {
            throwWriteFailed(target_, errnoText(errno));
        }
    }

    void takeName() {
        if (::rename(path_.c_str(), target_.c_str()) != 0) {
            throwWriteFailed(target_, errnoText(errno));
        }
        path_.clear();
    }

    [[nodiscard]] const std::filesystem::path& target() const { return target_; }

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// The file to replace: `path`, or the target of `path` if `path` is a symbolic link.
std::filesystem::path resolvedTarget(const std::filesystem::path& path) {
    if (path.empty() || !path.has_filename()) {
        throwWriteFailed(path, "this is not the name of a file");
    }
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        // A dangling link is replaced itself: its name counts as free.
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
    file.close();
    file.takeName();
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view content) {
    writeFileAtomically(path, std::as_bytes(std::span(content)));
}

bool isAbandonedFile(const std::filesystem::path& path) {
    std::error_code error;
    const auto made = hiddenNameParts(path.filename().string());
    if (!made || std::filesystem::symlink_status(path, error).type() != std::filesystem::file_type::regular) {
        return false;
    }
    if (made->process == ::getpid()) {
        return made->number >= hiddenNames;  // of an earlier process with this number, as is usual in containers
    }
    return ::kill(made->process, 0) != 0 && errno == ESRCH;
}

/// An output file that can undo commit(): the replaced file gets its name back.
class StagedFiles::File : public TemporaryFile {
public:
    using TemporaryFile::TemporaryFile;

    void replaceTarget() {
        keepOld();
        takeName();
        replaced_ = true;
    }

    /// Undoes replaceTarget(), also after replaceTarget() threw. False when the system refuses: the old file then stays
    /// at keptAt(), or, where keptAt() is empty, the new file stays.
    [[nodiscard]] bool restoreTarget() noexcept {
        if (old_.empty()) {
            return !replaced_ || ::unlink(target().c_str()) == 0;
        }
        if (::rename(old_.c_str(), target().c_str()) != 0) {
            return false;
        }
        dropOld();  // rename() does nothing when both names belong to one file: the second name is still there
        return true;
    }

    void dropOld() noexcept {
        if (!old_.empty()) {
            ::unlink(old_.c_str());
            old_.clear();
        }
    }

    [[nodiscard]] const std::filesystem::path& keptAt() const { return old_; }

private:
    void keepOld() {
        std::error_code error;
        const auto type = std::filesystem::symlink_status(target(), error).type();
        if (type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::directory) {
            return;  // nothing to keep; a folder is not kept, since no file can be renamed over a folder
        }
        auto path = hiddenName(target().parent_path());
        // With a second name (a hard link) the target's name always has a file. Not every file system has hard links.
        if (::link(target().c_str(), path.c_str()) != 0 && ::rename(target().c_str(), path.c_str()) != 0) {
            throwWriteFailed(target(), errnoText(errno));
        }
        old_ = std::move(path);
    }

    std::filesystem::path old_;
    bool replaced_ = false;
};

StagedFiles::StagedFiles() = default;

StagedFiles::~StagedFiles() {
    discard();
}

void StagedFiles::discard() noexcept {
    files_.clear();
    while (!madeFolders_.empty()) {
        std::error_code ignored;
        std::filesystem::remove(madeFolders_.back(), ignored);  // fails, as it must, if the folder is not empty
        madeFolders_.pop_back();
    }
}

void StagedFiles::makeFolder(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> missing;
    std::error_code error;
    for (auto path = folder.lexically_normal(); !path.empty() && !std::filesystem::exists(path, error);
         path = path.parent_path()) {
        missing.push_back(path);
    }
    while (!missing.empty()) {
        if (std::filesystem::create_directory(missing.back(), error)) {
            madeFolders_.push_back(missing.back());
        }
        missing.pop_back();
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

bool StagedFiles::isCommitting() noexcept {
    return commits > 0;
}

void StagedFiles::commit() {
    const CommitMark mark;
    try {
        for (const auto& file : files_) {
            file->close();
        }
        for (const auto& file : files_) {
            file->replaceTarget();
        }
    } catch (const Error& error) {
        std::string message = error.what();
        // In reverse order: two files may have been added under one name.
        std::for_each(files_.rbegin(), files_.rend(), [&](const auto& file) {
            if (!file->restoreTarget()) {
                message += file->keptAt().empty()
                               ? fmt::format("; '{}' could not be removed again", file->target().string())
                               : fmt::format("; what '{}' held is now in '{}'", file->target().string(),
                                             file->keptAt().string());
            }
        });
        discard();
        throw Error(error.code(), message);
    }
    for (const auto& file : files_) {
        file->dropOld();
    }
    files_.clear();
    madeFolders_.clear();
}

}  // namespace lamscope
