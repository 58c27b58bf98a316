// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/zip_archive.h"

#include <string_view>

#include <fmt/format.h>
#include <zip.h>

#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

namespace {

struct CloseEntry {
    void operator()(zip_file_t* entry) const noexcept { zip_fclose(entry); }
};

[[noreturn]] void failed(std::string_view entry, std::string_view what) {
    throw FormatError(
        fmt::format("is damaged: its zip entry '{}' {}; download or copy it again", printable(entry), what));
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const noexcept {
    zip_discard(archive);
}

ZipArchive::ZipArchive(const std::filesystem::path& file)
    : fileSize_(std::filesystem::file_size(file)) {
    int code = 0;
    archive_.reset(zip_open(file.string().c_str(), ZIP_RDONLY, &code));
    if (archive_ == nullptr) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string reason = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw FormatError(fmt::format(
            "begins like a zip archive but is truncated or damaged ({}); download or copy it again", reason));
    }
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t index = 0; index < count; ++index) {
        const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(index), ZIP_FL_ENC_RAW);
        names_.emplace_back(name != nullptr ? name : "");
    }
}

bool ZipArchive::contains(const std::string& name) const {
    return zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW) >= 0;
}

std::uint64_t ZipArchive::size(const std::string& name) const {
    zip_stat_t entry;
    zip_stat_init(&entry);
    if (zip_stat(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW, &entry) != 0) {
        failed(name, "is missing");
    }
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((entry.valid & needed) != needed) {
        failed(name, "has no size");
    }
    if (entry.comp_method != ZIP_CM_STORE
        || ((entry.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && entry.encryption_method != ZIP_EM_NONE)) {
        throw FormatError(
            fmt::format("was packed again by another program (its zip entry '{}' is compressed or encrypted): use the "
                        "file as PyTorch saved it",
                        printable(name)));
    }
    if (entry.size != entry.comp_size || entry.size > fileSize_) {
        failed(name, "announces more bytes than the file has");
    }
    return entry.size;
}

std::vector<std::byte> ZipArchive::read(const std::string& name) {
    const std::uint64_t bytes = size(name);
    if (bytes > fileSize_ - read_) {
        failed(name, "overlaps other entries");
    }
    read_ += bytes;
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW));
    if (entry == nullptr) {
        failed(name, "cannot be opened");
    }
    std::vector<std::byte> content(static_cast<std::size_t>(bytes));
    std::size_t done = 0;
    while (done < content.size()) {
        const zip_int64_t got = zip_fread(entry.get(), content.data() + done, content.size() - done);
        if (got <= 0) {
            failed(name, "ends early");
        }
        done += static_cast<std::size_t>(got);
    }
    std::byte beyond{};
    if (zip_fread(entry.get(), &beyond, 1) != 0) {  // libzip compares the checksum at the end
        failed(name, "does not match its checksum");
    }
    return content;
}

}  // namespace lamscope::detail
