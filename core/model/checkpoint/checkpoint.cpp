// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "error.h"
#include "model/checkpoint/format_error.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/sniff.h"
#include "model/checkpoint/tensor_copy.h"
#include "model/checkpoint/torch_file.h"

namespace lamscope {

namespace {

using detail::FormatError;

/// The size of a file that can be read; anything else is named.
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

/// The first `limit` bytes of a file, or all of it.
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

Checkpoint readZip(const std::filesystem::path& file, const std::string& weightSet) {
    detail::ZipArchive archive(file);
    return detail::readTorchZip(archive, weightSet);
}

Checkpoint readFile(const std::filesystem::path& file, const std::string& weightSet) {
    constexpr auto everything = static_cast<std::uintmax_t>(-1);
    switch (sniffFile(file)) {
        case Container::TorchLegacy:
            return detail::readTorchLegacy(FileBytes(file, everything).span(), weightSet);
        case Container::TorchZip:
            return readZip(file, weightSet);
        case Container::TorchScript:
            break;
        case Container::Safetensors:
            if (!weightSet.empty()) {
                throw FormatError(fmt::format(
                    "has no weight set called '{}': safetensors files hold a single set without a name, so do not ask "
                    "for one",
                    detail::printable(weightSet)));
            }
            return detail::readSafetensors(FileBytes(file, everything).span());
    }
    throw FormatError(
        "is a TorchScript archive, which holds a program and not only weights: save the network's state_dict() "
        "instead");
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
        case Container::Safetensors:
            return "safetensors";
    }
    return "unknown";
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
    return naming(file, [&] {
        Checkpoint checkpoint = readFile(file, weightSet);
        std::ranges::move(detail::conversionWarnings(checkpoint), std::back_inserter(checkpoint.warnings));
        return checkpoint;
    });
}

}  // namespace lamscope
