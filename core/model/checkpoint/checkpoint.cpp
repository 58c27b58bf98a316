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
    std::unique_ptr<FileBytes> bytes = nullptr;
    std::unique_ptr<TensorFile> tensors = nullptr;
};

OpenedFile openFile(const std::filesystem::path& file, Programs programs) {
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
            if (programs == Programs::Refused) {
                break;
            }
            opened.tensors = detail::openTorchScript(detail::ZipArchive(file));
            return opened;
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

StoredTensor storedTensor(const TensorFile& file, std::size_t dictionary, std::size_t tensor) {
    const std::string& name = file.dictionaries()[dictionary].names[tensor];
    try {
        auto [shape, dtype] = file.describe(dictionary, tensor);
        return {.name = name, .shape = std::move(shape), .dtype = std::move(dtype)};
    } catch (const FormatError& error) {
        throw FormatError(fmt::format("{} (tensor '{}')", error.what(), detail::printable(name)));
    }
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

std::string nameInDocuments(Container container) {
    switch (container) {
        case Container::TorchLegacy:
            return "torch-legacy";
        case Container::TorchZip:
            return "torch-zip";
        case Container::TorchScript:
            return "torchscript";
        case Container::ExportedProgram:
            return "torch-export";
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

    Content(std::filesystem::path file, std::vector<OpenedFile> opened)
        : name(std::move(file))
        , parts(std::move(opened)) {
        naming(name, [&] {
            tensors = parts.front().tensors.get();
            if (parts.size() > 1) {
                std::vector<TensorFile*> all;
                std::ranges::transform(parts, std::back_inserter(all),
                                       [](const OpenedFile& part) { return part.tensors.get(); });
                merged = detail::merge(all);
                tensors = merged.get();
            }
            groups = detail::weightGroups(tensors->dictionaries(), tensors->budget());
        });
    }
};

CheckpointFile::CheckpointFile(const std::filesystem::path& file, Programs programs) {
    std::vector<OpenedFile> parts;
    for (const auto& part : modelFiles(file)) {
        naming(part, [&] { parts.push_back(openFile(part, programs)); });
    }
    content_ = std::make_unique<Content>(file, std::move(parts));
}

CheckpointFile::CheckpointFile(const std::filesystem::path& file, std::unique_ptr<TensorFile> tensors) {
    std::vector<OpenedFile> parts;
    parts.push_back({.bytes = nullptr, .tensors = std::move(tensors)});
    content_ = std::make_unique<Content>(file, std::move(parts));
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

std::vector<std::string> CheckpointFile::names(const WeightGroup& group) const {
    std::vector<std::string> names;
    for (const std::string& name : content_->tensors->dictionaries().at(group.dictionary).names) {
        if (detail::contains(group, name)) {
            names.push_back(name.substr(group.prefix.size()));
        }
    }
    return names;
}

const std::filesystem::path& CheckpointFile::path() const {
    return content_->name;
}

TensorListing CheckpointFile::listing() const {
    const TensorFile& file = *content_->tensors;
    TensorListing listing{.file = content_->name, .container = file.container(), .sets = {}};
    naming(content_->name, [&] {
        for (std::size_t place = 0; place < file.dictionaries().size(); ++place) {
            const detail::TensorDictionary& dictionary = file.dictionaries()[place];
            StoredSet set{.nesting = dictionary.nesting, .tensors = {}, .warnings = dictionary.warnings};
            for (std::size_t i = 0; i < dictionary.names.size(); ++i) {
                set.tensors.push_back(storedTensor(file, place, i));
            }
            listing.sets.push_back(std::move(set));
        }
    });
    return listing;
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
