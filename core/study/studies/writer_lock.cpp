// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/writer_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

/// Whether the name still stands for the open file: the program that had it before removes it at its end.
bool isNamed(int descriptor, const std::filesystem::path& path) {
    struct stat opened {};
    struct stat named {};
    return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino
           && opened.st_dev == named.st_dev;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& file)
    : path_(file.string() + ".lock") {
    while (true) {
        descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
                           0666);  // NOLINT(cppcoreguidelines-pro-type-vararg): POSIX
        if (descriptor_ < 0) {
            throw Error(ErrorCode::WriteFailed, fmt::format("{}: cannot be written: {}", file.string(),
                                                            std::generic_category().message(errno)));
        }
        if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            const int reason = errno;
            close(descriptor_);
            throw Error(
                ErrorCode::WriteFailed,
                reason == EWOULDBLOCK
                    ? fmt::format("{}: another program writes this study now; wait for it, or give each run a "
                                  "file of its own with --task",
                                  file.string())
                    : fmt::format("{}: cannot be locked: {}", path_.string(), std::generic_category().message(reason)));
        }
        if (isNamed(descriptor_, path_)) {
            return;
        }
        close(descriptor_);
    }
}

WriterLock::~WriterLock() {
    unlink(path_.c_str());
    close(descriptor_);
}

}  // namespace lamscope
