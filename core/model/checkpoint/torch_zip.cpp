// SPDX-License-Identifier: GPL-3.0-or-later
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/checkpoint/merged_file.h"
#include "model/checkpoint/torch_file.h"

namespace lamscope::detail {

namespace {

/// The root folder of the archive, which holds data.pkl; with a slash at the end.
std::string rootOf(const ZipArchive& archive) {
    constexpr std::string_view pickleName = "/data.pkl";
    std::string root;
    for (const std::string& name : archive.names()) {
        if (!name.ends_with(pickleName) || name.find('/') != name.size() - pickleName.size()) {
            continue;
        }
        if (!root.empty()) {
            throw FormatError("is a zip archive with several models: extract it and open one of the files inside");
        }
        root = name.substr(0, name.size() - pickleName.size() + 1);
    }
    if (root.empty()) {
        throw FormatError(
            "is a zip archive, but not one that PyTorch wrote (it has no data.pkl): extract it and open the model file "
            "inside");
    }
    return root;
}

}  // namespace

void checkByteOrder(ZipArchive& archive, const std::string& root) {
    const std::string name = root + "byteorder";
    if (!archive.contains(name)) {
        return;
    }
    constexpr std::uint64_t longest = 16;
    std::string order = "?";
    if (archive.size(name) <= longest) {
        const std::vector<std::byte> content = archive.read(name);
        order.assign(reinterpret_cast<const char*>(content.data()), content.size());
    }
    if (order != "little") {
        throw FormatError(fmt::format(
            "was written with the byte order '{}', which is not supported: save it again on a little-endian machine",
            printable(order)));
    }
}

namespace {

/// The bytes of a pickle in an archive, and of the storages beside it.
struct ZippedPickle {
    ZipArchive archive;
    std::string folder;  ///< of the storages, with a slash at the end
    std::vector<std::byte> pickle;
    std::deque<std::vector<std::byte>> storages;

    /// @param name of the pickle without ".pkl", and of the folder.
    ZippedPickle(ZipArchive file, std::string_view name)
        : archive(std::move(file)) {
        const std::string root = rootOf(archive);
        checkByteOrder(archive, root);
        folder = fmt::format("{}{}/", root, name);
        pickle = archive.read(fmt::format("{}{}.pkl", root, name));
    }
    [[nodiscard]] std::string entryOf(std::string_view key) const { return folder + std::string(key); }
};

std::unique_ptr<TensorFile> openPickle(Container container, ZipArchive archive, std::string_view name,
                                       SetSearch findSets) {
    const auto content = std::make_shared<ZippedPickle>(std::move(archive), name);
    const std::uint64_t fileSize = content->archive.fileSize();
    Budget budget = Budget::forFile(static_cast<std::size_t>(fileSize));
    Pickle object = readPickle(content->pickle, budget);
    StorageTable storages(object, budget);
    std::uint64_t total = 0;
    for (const auto& [key, storage] : storages.all()) {
        const std::uint64_t size = content->archive.size(content->entryOf(key));
        total += size;
        if (size % itemSize(storage.dtype) != 0 || size / itemSize(storage.dtype) != storage.count) {
            throw FormatError(fmt::format(
                "is damaged: its storage '{}' should hold {} values of {} and has {} bytes; download or copy it again",
                printable(key), storage.count, dtypeName(storage.dtype), size));
        }
        if (total > fileSize) {
            throw FormatError("is damaged: its storages overlap; use another copy");
        }
    }
    storages.provider = [content = content.get()](std::string_view key, const Storage&) -> std::span<const std::byte> {
        return content->storages.emplace_back(content->archive.read(content->entryOf(key)));
    };
    return makeTorchFile(container, std::move(object), std::move(storages), budget, findSets, content);
}

}  // namespace

std::unique_ptr<TensorFile> openTorchZip(ZipArchive archive) {
    return openPickle(Container::TorchZip, std::move(archive), "data", findWeightSets);
}

std::unique_ptr<TensorFile> openTorchScript(const ZipArchive& archive) {
    std::vector<std::unique_ptr<TensorFile>> parts;
    parts.push_back(openPickle(Container::TorchScript, archive, "data", findScriptWeights));
    if (archive.contains(rootOf(archive) + "constants.pkl")) {
        parts.push_back(openPickle(Container::TorchScript, archive, "constants", findScriptConstants));
    }
    return join(Container::TorchScript, std::move(parts));
}

}  // namespace lamscope::detail
