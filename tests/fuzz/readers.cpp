// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/readers.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz/allocation_gauge.h"
#include "fuzz/exported_programs.h"
#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/group_reading.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/sniff.h"
#include "model/checkpoint/torch_file.h"
#include "model/checkpoint/weight_group.h"
#include "model/remote/frame.h"
#include "model/remote/greeting.h"

namespace lamscope::test {

namespace {

using detail::FormatError;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::logic_error(what);
    }
}

/// A pickle without its storages: all of their bytes are zeros.
std::unique_ptr<detail::TensorFile> openPlainPickle(std::span<const std::byte> data) {
    detail::Budget budget = detail::Budget::forFile(data.size());
    detail::Pickle object = detail::readPickle(data, budget);
    detail::StorageTable storages(object, budget);
    std::uint64_t total = 0;
    for (const auto& [key, storage] : storages.all()) {
        total += storage.count * detail::itemSize(storage.dtype);
        if (total > data.size()) {
            throw FormatError("has storages that are larger than the file");
        }
    }
    const auto zeros = std::make_shared<std::vector<std::byte>>(data.size());
    storages.provider = [zeros](std::string_view /*key*/, const detail::Storage& storage) {
        return std::span<const std::byte>(*zeros).first(storage.count * detail::itemSize(storage.dtype));
    };
    return detail::makeTorchFile(Container::TorchZip, std::move(object), std::move(storages), budget,
                                 detail::findWeightSets, zeros);
}

std::unique_ptr<detail::TensorFile> open(Reader reader, std::span<const std::byte> data) {
    switch (reader) {
        case Reader::Pickle:
            return detail::isTorchLegacy(data) ? detail::openTorchLegacy(data) : openPlainPickle(data);
        case Reader::Zip: {
            detail::ZipArchive archive(data);
            return detail::containerOf(archive) == Container::TorchScript ? detail::openTorchScript(archive)
                                                                          : detail::openTorchZip(std::move(archive));
        }
        case Reader::Safetensors:
            return detail::openSafetensors(data);
        case Reader::Export:
        case Reader::Program:
        case Reader::Frame:
            break;  // not files of weights
    }
    throw std::logic_error("no such reader");
}

void checkResult(const GroupContent& content) {
    const Checkpoint& checkpoint = content.checkpoint;
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
    require(std::ranges::all_of(checkpoint.warnings, detail::isPlainText), "a warning cannot be shown");
    require(detail::isPlainText(content.refusal), "a refusal cannot be shown");
}

void describeAll(const detail::TensorFile& file) {
    for (std::size_t place = 0; place < file.dictionaries().size(); ++place) {
        for (std::size_t i = 0; i < file.dictionaries()[place].names.size(); ++i) {
            const detail::TensorHeader header = file.describe(place, i);
            require(detail::isPlainText(header.dtype) && !header.dtype.empty(), "a type cannot be shown");
            require(!header.shape || std::ranges::all_of(*header.shape, [](std::int64_t side) { return side >= 0; }),
                    "a negative side");
        }
    }
}

/// Reads the groups that come first in the search for a network, then the set that another name chooses.
void readSets(Reader reader, std::span<const std::byte> data) {
    constexpr std::size_t most = 4;
    const auto file = open(reader, data);
    const auto groups = detail::weightGroups(file->dictionaries(), file->budget());
    require(!groups.empty(), "a file without groups");
    describeAll(*file);
    std::string other;
    for (std::size_t i = 0; i < std::min(groups.size(), most); ++i) {
        const GroupContent content = detail::readGroup(*file, groups[i]);
        checkResult(content);
        other = content.checkpoint.alternatives.empty() ? other : content.checkpoint.alternatives.front();
    }
    if (!other.empty()) {
        const auto named = detail::groupsNamed(groups, other, file->dictionaries());
        checkResult(detail::readGroup(*file, named.front()));
    }
    const GroupContent usual = detail::readGroup(*file, detail::usualGroup(groups, ""));
    if (!usual.refusal.empty() || usual.checkpoint.tensors.empty()) {
        throw FormatError(usual.refusal.empty() ? "holds no weights" : usual.refusal);
    }
}

bool isShown(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
}

void checkGreeting(const remote::Greeting& greeting) {
    require(!greeting.networks.empty() && greeting.inFlight >= 1, "a greeting without a network");
    for (const auto& network : greeting.networks) {
        require(!network.id.empty() && isShown(network.id) && isShown(network.name), "a name cannot be shown");
        require(network.scale >= 1 && network.scale <= 8 && network.range > 0.0, "a scale or a range that is none");
        require(network.sizeMultiple >= 1 && network.minimumSide >= 1, "a size rule that is none");
    }
}

/// As a connection does: prefix, header, tensors, and what `hello` would be answered with. FormatError where it is
/// refused.
void readFrame(std::span<const std::byte> data) {
    try {
        if (data.size() < remote::prefixBytes) {
            throw remote::ProtocolError("is shorter than a prefix");
        }
        const auto prefix = remote::parsePrefix(data.first<remote::prefixBytes>(), remote::mostPayloadBytes);
        const auto rest = data.subspan(remote::prefixBytes);
        if (prefix.headerBytes > rest.size() || prefix.payloadBytes != rest.size() - prefix.headerBytes) {
            throw remote::ProtocolError("has not arrived");
        }
        const auto header = remote::parseHeader(rest.first(prefix.headerBytes));
        const auto tensors = remote::parseTensors(header, prefix.payloadBytes);
        std::uint64_t bytes = 0;
        for (const auto& tensor : tensors) {
            require(isShown(tensor.name), "a name cannot be shown");
            require(std::ranges::all_of(tensor.shape, [](std::int64_t side) { return side >= 0; }), "a negative side");
            bytes += tensor.bytes();
        }
        require(bytes == prefix.payloadBytes, "tensors that do not fit the payload");
        const auto again = remote::frameBefore(header, tensors);
        const auto written = std::as_bytes(std::span(again));
        require(
            remote::parsePrefix(written.first<remote::prefixBytes>(), remote::mostPayloadBytes).payloadBytes == bytes,
            "a frame that is not written as it was read");
        if (header.contains("protocol")) {
            checkGreeting(remote::greetingFrom(header));
        }
    } catch (const remote::ProtocolError& error) {
        throw FormatError(error.what());
    }
}

/// As feed(), without the model doctor's look at an archive.
bool readMeasured(Reader reader, std::span<const std::byte> bytes) {
    const AllocationGauge gauge;
    bool accepted = true;
    try {
        if (reader == Reader::Export || reader == Reader::Program) {
            checkExport(reader == Reader::Export ? pt2::readPt2(bytes) : withZeros(bytes));
        } else if (reader == Reader::Frame) {
            readFrame(bytes);
        } else {
            readSets(reader, bytes);
        }
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

}  // namespace

std::string_view nameOf(Reader reader) {
    switch (reader) {
        case Reader::Pickle:
            return "pickle";
        case Reader::Zip:
            return "zip";
        case Reader::Safetensors:
            return "safetensors";
        case Reader::Export:
            return "export";
        case Reader::Program:
            return "program";
        case Reader::Frame:
            return "frame";
    }
    return "";
}

bool feed(Reader reader, std::span<const std::byte> bytes) {
    if (reader == Reader::Export) {
        surveyExport(bytes);
    }
    return readMeasured(reader, bytes);
}

}  // namespace lamscope::test
