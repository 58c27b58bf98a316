// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/readers.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "fuzz/allocation_gauge.h"
#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/sniff.h"
#include "model/checkpoint/torch_file.h"

namespace lamscope::test {

namespace {

using detail::FormatError;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::logic_error(what);
    }
}

Checkpoint readPlainPickle(std::span<const std::byte> data, const std::string& weightSet) {
    detail::Budget budget = detail::Budget::forFile(data.size());
    const detail::Pickle object = detail::readPickle(data, budget);
    detail::StorageTable storages(object, budget);
    std::uint64_t total = 0;
    for (const auto& [key, storage] : storages.all()) {
        total += storage.count * detail::itemSize(storage.dtype);
        if (total > data.size()) {
            throw FormatError("has storages that are larger than the file");
        }
    }
    const std::vector<std::byte> zeros(data.size());
    storages.provider = [&](std::string_view /*key*/, const detail::Storage& storage) {
        return std::span(zeros).first(storage.count * detail::itemSize(storage.dtype));
    };
    return detail::assembleCheckpoint(object, storages, weightSet, budget);
}

Checkpoint read(Reader reader, std::span<const std::byte> data, const std::string& weightSet) {
    switch (reader) {
        case Reader::Pickle:
            return detail::isTorchLegacy(data) ? detail::readTorchLegacy(data, weightSet)
                                               : readPlainPickle(data, weightSet);
        case Reader::Zip: {
            detail::ZipArchive archive(data);
            if (detail::containerOf(archive) != Container::TorchZip) {
                throw FormatError("is a TorchScript archive");
            }
            return detail::readTorchZip(archive, weightSet);
        }
        case Reader::Safetensors:
            return detail::readSafetensors(data);
    }
    throw std::logic_error("no such reader");
}

void checkResult(const Checkpoint& checkpoint) {
    require(!checkpoint.tensors.empty(), "a checkpoint without tensors");
    std::set<std::string_view> names;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        require(names.insert(name).second, "a name appears twice");
        require(!name.empty() && detail::isPlainText(name), "a name cannot be shown");
        require(std::ranges::all_of(tensor.shape, [](std::int64_t side) { return side >= 0; }), "a negative side");
        const std::int64_t count = std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                                                   std::multiplies<>());  // the sanitizer finds overflow
        require(count == tensor.numel(), "values that do not fit the shape");
        require(!tensor.dtype.empty(), "values without a type");
    }
    for (const std::string& warning : checkpoint.warnings) {
        require(detail::isPlainText(warning), "a warning cannot be shown");
    }
}

/// Reads the set that is chosen by default, then the first other one.
void readSets(Reader reader, std::span<const std::byte> data) {
    const Checkpoint checkpoint = read(reader, data, "");
    checkResult(checkpoint);
    if (!checkpoint.alternatives.empty()) {
        checkResult(read(reader, data, checkpoint.alternatives.front()));
    }
}

}  // namespace

std::string_view nameOf(Reader reader) {
    switch (reader) {
        case Reader::Pickle:
            return "pickle";
        case Reader::Zip:
            return "zip";
        case Reader::Safetensors:
            return "safetensors";
    }
    return "";
}

bool feed(Reader reader, std::span<const std::byte> bytes) {
    const AllocationGauge gauge;
    bool accepted = true;
    try {
        readSets(reader, bytes);
    } catch (const FormatError& error) {
        constexpr std::size_t longest = 4096;
        const std::string_view message = error.what();
        require(message.size() <= longest && detail::isPlainText(message), "a message cannot be shown");
        accepted = false;
    }
    // All in all: the budget, a copy of the stored bytes, the values as floats, tied ones twice, and an earlier set.
    const std::size_t largest = gauge.largest();
    const std::size_t peak = gauge.peak();
    if (largest > 2 * bytes.size() + mebibyte || peak > 24 * bytes.size() + 20 * mebibyte) {
        throw std::logic_error("a file of " + std::to_string(bytes.size()) + " bytes made the reader allocate "
                               + std::to_string(largest) + " at once and " + std::to_string(peak) + " in all");
    }
    return accepted;
}

}  // namespace lamscope::test
