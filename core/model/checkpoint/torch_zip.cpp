// SPDX-License-Identifier: GPL-3.0-or-later
#include <deque>
#include <string_view>

#include <fmt/format.h>

#include "model/checkpoint/torch_file.h"

namespace lamscope::detail {

namespace {

/// The archive's one root folder, with its slash: the place of data.pkl.
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

}  // namespace

Checkpoint readTorchZip(ZipArchive& archive, const std::string& weightSet) {
    const std::string root = rootOf(archive);
    checkByteOrder(archive, root);
    const std::vector<std::byte> bytes = archive.read(root + "data.pkl");
    Budget budget = Budget::forFile(static_cast<std::size_t>(archive.fileSize()));
    const Pickle object = readPickle(bytes, budget);
    StorageTable storages(object, budget);

    const auto entryOf = [&](std::string_view key) { return root + "data/" + std::string(key); };
    std::uint64_t total = 0;
    for (const auto& [key, storage] : storages.all()) {
        const std::uint64_t size = archive.size(entryOf(key));
        total += size;
        if (size % itemSize(storage.dtype) != 0 || size / itemSize(storage.dtype) != storage.count) {
            throw FormatError(fmt::format(
                "is damaged: its storage '{}' should hold {} values of {} and has {} bytes; download or copy it again",
                printable(key), storage.count, dtypeName(storage.dtype), size));
        }
        if (total > archive.fileSize()) {
            throw FormatError("is damaged: its storages overlap; use another copy");
        }
    }
    std::deque<std::vector<std::byte>> contents;
    storages.provider = [&](std::string_view key, const Storage&) -> std::span<const std::byte> {
        return contents.emplace_back(archive.read(entryOf(key)));
    };
    Checkpoint checkpoint = assembleCheckpoint(object, storages, weightSet, budget);
    checkpoint.container = Container::TorchZip;
    return checkpoint;
}

}  // namespace lamscope::detail
