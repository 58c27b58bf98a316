// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/archive.h"

#include <algorithm>
#include <functional>
#include <new>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/torch_file.h"
#include "model/checkpoint/zip_archive.h"
#include "model/pt2/json_fields.h"
#include "model/pt2/weights_config.h"

namespace lamscope::pt2 {

namespace {

using detail::printable;
using detail::ZipArchive;

constexpr std::size_t mostMembers = 10000;
constexpr std::string_view exportAgain = "export again with torch 2.9 or newer";

std::string textOf(ZipArchive& archive, const std::string& name) {
    const auto bytes = archive.read(name);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Throws unless all members are stored and none hides another.
void checkMembers(const ZipArchive& archive) {
    if (archive.names().size() > mostMembers) {
        throw FormatError(fmt::format("has {} members, at most {} are read", archive.names().size(), mostMembers));
    }
    std::uint64_t total = 0;
    for (const std::string& name : archive.names()) {
        total += archive.size(name);
    }
    if (total > archive.fileSize()) {
        throw FormatError("is damaged: its members overlap; use another copy");
    }
}

/// The folder of all members, with a slash at the end: the one of `archive_format`.
std::string rootOf(const ZipArchive& archive) {
    constexpr std::string_view formatName = "/archive_format";
    if (archive.contains("serialized_exported_program.json")) {
        throw UnsupportedProgram(
            fmt::format("was written by torch 2.1 to 2.7, whose weights are pickled: {}", exportAgain));
    }
    std::string root;
    for (const std::string& name : archive.names()) {
        if (!name.ends_with(formatName) || name.find('/') != name.size() - formatName.size()) {
            continue;
        }
        if (!root.empty()) {
            throw FormatError("is a zip archive of several programs: extract it and open one of the files inside");
        }
        root = name.substr(0, name.size() - formatName.size() + 1);
    }
    if (root.empty()) {
        throw FormatError("is not an archive of torch.export: it has no archive_format");
    }
    return root;
}

/// Throws unless the small member says what is expected.
void requireText(ZipArchive& archive, const std::string& name, std::string_view expected) {
    constexpr std::uint64_t longest = 16;
    const std::string found = archive.size(name) <= longest ? textOf(archive, name) : "?";
    if (found != expected) {
        throw UnsupportedProgram(fmt::format("is an archive whose {} is '{}', and only '{}' is read: {}",
                                             name.substr(name.find('/') + 1), printable(found), expected, exportAgain));
    }
}

/// NAME of the only `models/NAME.json`.
std::string programName(const ZipArchive& archive, const std::string& root) {
    constexpr std::string_view ending = ".json";
    const std::string folder = root + "models/";
    std::vector<std::string> found;
    for (const std::string& name : archive.names()) {
        if (name.starts_with(folder) && name.ends_with(ending)) {
            found.push_back(name.substr(folder.size(), name.size() - folder.size() - ending.size()));
        }
    }
    if (found.size() == 1) {
        return found.front();
    }
    const bool isNative = std::ranges::any_of(
        archive.names(), [&](const std::string& name) { return name.starts_with(root + "data/aotinductor/"); });
    if (found.empty() && isNative) {
        throw UnsupportedProgram(
            "holds native code of AOTInductor alone, which runs on one kind of machine and gives no gradient: save the "
            "exported program itself with torch.export.save()");
    }
    throw UnsupportedProgram(fmt::format(
        "holds {} programs, and one is needed: save the network alone with torch.export.save()", found.size()));
}

/// Adds the tensors of a folder, "weights" or "constants".
void readTensors(ZipArchive& archive, const std::string& folder, const std::string& config, const std::string& pickle,
                 std::map<std::string, StoredTensor, std::less<>>& tensors) {
    if (!archive.contains(config)) {
        if (archive.contains(pickle)) {
            throw UnsupportedProgram(
                fmt::format("was written by torch 2.8, whose weights are pickled: {}", exportAgain));
        }
        throw FormatError(fmt::format("is damaged: its entry '{}' is missing; use another copy", printable(config)));
    }
    std::uint64_t bytesBefore = 0;
    for (const auto& [name, tensor] : tensors) {
        bytesBefore += static_cast<std::uint64_t>(tensor.numel()) * itemSize(tensor.type);
    }
    const auto recordAt = [&](const std::string& path) {
        return std::make_shared<const std::vector<std::byte>>(archive.read(folder + path));
    };
    TensorTable table(recordAt, bytesBefore);
    table.add(textOf(archive, config));
    tensors.merge(table.take());
}

Pt2Archive readArchive(ZipArchive archive) {
    checkMembers(archive);
    const std::string root = rootOf(archive);
    requireText(archive, root + "archive_format", "pt2");
    requireText(archive, root + "archive_version", "0");
    detail::checkByteOrder(archive, root);
    const std::string name = programName(archive, root);
    Pt2Archive result;
    result.program = parseProgram(textOf(archive, fmt::format("{}models/{}.json", root, name)));
    for (const auto* kind : {"weights", "constants"}) {
        const std::string folder = fmt::format("{}data/{}/", root, kind);
        readTensors(archive, folder, fmt::format("{}{}_{}_config.json", folder, name, kind),
                    fmt::format("{}{}.pt", folder, name), result.tensors);
    }
    for (const BoundInput& input : result.program.bound) {
        if (!result.tensors.contains(input.tensor)) {
            throw FormatError(fmt::format("is damaged: it has no tensor '{}'; export it again, or use another copy",
                                          printable(input.tensor)));
        }
    }
    if (const std::string card = root + "extra/lamscope.json"; archive.contains(card)) {
        result.card = textOf(archive, card);
    }
    return result;
}

}  // namespace

std::int64_t StoredTensor::numel() const {
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Pt2Archive readPt2(const std::filesystem::path& file) {
    const auto failed = [&](ErrorCode code, std::string_view predicate) {
        return Error(code, fmt::format("The file '{}' {}.", file.string(), predicate));
    };
    if (sniffContainer(file) != Container::ExportedProgram) {
        throw failed(ErrorCode::BadFile, "is not an archive of torch.export");
    }
    try {
        return readArchive(ZipArchive(file));
    } catch (const UnsupportedProgram& error) {
        throw failed(ErrorCode::UnsupportedModel, error.what());
    } catch (const FormatError& error) {
        throw failed(ErrorCode::BadFile, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        throw failed(ErrorCode::BadFile, fmt::format("cannot be examined ({})", error.code().message()));
    } catch (const std::bad_alloc&) {
        throw failed(ErrorCode::BadFile, "does not fit into the memory that is free: close other programs");
    }
}

Pt2Archive readPt2(std::span<const std::byte> bytes) {
    return readArchive(ZipArchive(bytes));
}

}  // namespace lamscope::pt2
