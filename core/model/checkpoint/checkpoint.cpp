// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/format_error.h"
#include "model/checkpoint/group_reading.h"
#include "model/checkpoint/merged_file.h"
#include "model/checkpoint/model_files.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/sniff.h"
#include "model/checkpoint/torch_file.h"
#include "model/checkpoint/weight_group.h"

namespace lamscope {

namespace {

using detail::FormatError;
using detail::TensorFile;

/// The size of a regular file that is not empty, bytes. Throws FormatError for anything else.
std::uintmax_t checkedSize(const std::filesystem::path& file) {
    std::error_code failure;
    const auto status = std::filesystem::status(file, failure);
    if (status.type() == std::filesystem::file_type::not_found) {
        throw FormatError("does not exist: check the path");
    }
    if (status.type() == std::filesystem::file_type::directory) {
        throw FormatError("is a folder: give a model file inside it");
    }
    if (status.type() != std::filesystem::file_type::regular) {
        throw FormatError("is not a regular file: copy the weights to one");
    }
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    if (failure) {
        throw FormatError(fmt::format("cannot be examined ({})", failure.message()));
    }
    if (size == 0) {
        throw FormatError("is empty: download or copy it again");
    }
    return size;
}

/// The first `limit` bytes of a file; the whole file if it is shorter.
class FileBytes {
public:
    FileBytes(const std::filesystem::path& file, std::uintmax_t limit)
        : bytes_(static_cast<std::size_t>(std::min(checkedSize(file), limit))) {
        std::ifstream stream(file, std::ios::binary);
        if (!stream) {
            throw FormatError("cannot be opened: check that you may read it");
        }
        stream.read(reinterpret_cast<char*>(bytes_.data()), static_cast<std::streamsize>(bytes_.size()));
        if (static_cast<std::size_t>(stream.gcount()) != bytes_.size()) {
            throw FormatError("cannot be read to its end: check the disk, or copy it again");
        }
    }

    [[nodiscard]] std::span<const std::byte> span() const noexcept { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

Container sniffFile(const std::filesystem::path& file) {
    const Container container = detail::sniff(FileBytes(file, detail::sniffedBytes).span());
    return container == Container::TorchZip ? detail::containerOf(detail::ZipArchive(file)) : container;
}

/// An opened file with the bytes that it refers to.
struct OpenedFile {
    std::unique_ptr<FileBytes> bytes;
    std::unique_ptr<TensorFile> tensors;
};

OpenedFile openFile(const std::filesystem::path& file) {
    constexpr auto everything = static_cast<std::uintmax_t>(-1);
    OpenedFile opened;
    const Container container = sniffFile(file);
    switch (container) {
        case Container::TorchLegacy:
            opened.bytes = std::make_unique<FileBytes>(file, everything);
            opened.tensors = detail::openTorchLegacy(opened.bytes->span());
            return opened;
        case Container::TorchZip:
            opened.tensors = detail::openTorchZip(detail::ZipArchive(file));
            return opened;
        case Container::TorchScript:
        case Container::ExportedProgram:
            break;
        case Container::Safetensors:
            opened.bytes = std::make_unique<FileBytes>(file, everything);
            opened.tensors = detail::openSafetensors(opened.bytes->span());
            return opened;
    }
    throw FormatError(
        fmt::format("is a {} archive, which holds a program and not only weights: save the network's state_dict() "
                    "instead",
                    toString(container)));
}

/// Runs `work` and turns every failure into an Error that names the file.
template <typename Work>
auto naming(const std::filesystem::path& file, const Work& work) {
    const auto failed = [&](std::string_view predicate) {
        return Error(ErrorCode::BadFile, fmt::format("The file '{}' {}.", file.string(), predicate));
    };
    try {
        return work();
    } catch (const FormatError& error) {
        throw failed(error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        throw failed(fmt::format("cannot be examined ({})", error.code().message()));
    } catch (const std::bad_alloc&) {
        throw failed("does not fit into the memory that is free: close other programs or use a smaller model");
    }
}

}  // namespace

std::string toString(Container container) {
    switch (container) {
        case Container::TorchLegacy:
            return "PyTorch (legacy)";
        case Container::TorchZip:
            return "PyTorch (zip)";
        case Container::TorchScript:
            return "TorchScript";
        case Container::ExportedProgram:
            return "torch.export";
        case Container::Safetensors:
            return "safetensors";
    }
    return "unknown";
}

struct CheckpointFile::Content {
    std::filesystem::path name;  ///< as given, for messages
    std::vector<OpenedFile> parts;
    std::unique_ptr<TensorFile> merged;  ///< set if there are several parts
    TensorFile* tensors = nullptr;
    std::vector<WeightGroup> groups;
};

CheckpointFile::CheckpointFile(const std::filesystem::path& file)
    : content_(std::make_unique<Content>()) {
    content_->name = file;
    for (const auto& part : modelFiles(file)) {
        naming(part, [&] { content_->parts.push_back(openFile(part)); });
    }
    naming(file, [&] {
        content_->tensors = content_->parts.front().tensors.get();
        if (content_->parts.size() > 1) {
            std::vector<TensorFile*> parts;
            std::ranges::transform(content_->parts, std::back_inserter(parts),
                                   [](const OpenedFile& opened) { return opened.tensors.get(); });
            content_->merged = detail::merge(parts);
            content_->tensors = content_->merged.get();
        }
        content_->groups = detail::weightGroups(content_->tensors->dictionaries(), content_->tensors->budget());
    });
}

CheckpointFile::~CheckpointFile() = default;

std::vector<WeightGroup> CheckpointFile::groups(const std::string& weightSet) const {
    return naming(content_->name, [&] {
        return weightSet.empty() ? content_->groups
                                 : detail::groupsNamed(content_->groups, weightSet, content_->tensors->dictionaries());
    });
}

GroupContent CheckpointFile::read(const WeightGroup& group) {
    return naming(content_->name, [&] { return detail::readGroup(*content_->tensors, group); });
}

const TensorData* Checkpoint::find(std::string_view name) const noexcept {
    const auto found =
        std::ranges::find(tensors, name, [](const auto& entry) { return std::string_view(entry.first); });
    return found == tensors.end() ? nullptr : &found->second;
}

Container sniffContainer(const std::filesystem::path& file) {
    return naming(file, [&] { return sniffFile(file); });
}

Checkpoint readCheckpoint(const std::filesystem::path& file, const std::string& weightSet) {
    CheckpointFile opened(file);
    const std::vector<WeightGroup> groups = opened.groups(weightSet);
    return naming(file, [&] {
        GroupContent content = opened.read(detail::usualGroup(groups, weightSet));
        if (!content.refusal.empty()) {
            throw FormatError(content.refusal);
        }
        if (content.checkpoint.tensors.empty()) {
            throw FormatError("holds no weights but counters and tables: save the network's state_dict() instead");
        }
        return std::move(content.checkpoint);
    });
}

}  // namespace lamscope
