// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/safetensors.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "model/checkpoint/safetensors_header.h"
#include "model/checkpoint/tensor_copy.h"

namespace lamscope::detail {

namespace {

constexpr std::uint64_t maxHeader = 100'000'000;
constexpr std::size_t lengthBytes = 8;

std::uint64_t headerLength(std::span<const std::byte> data) {
    std::uint64_t length = 0;
    std::memcpy(&length, data.data(), lengthBytes);
    return length;
}

/// Throws unless the tensors fill the buffer from its start to its end, without holes and without overlap.
void checkTiling(const std::vector<SafetensorsEntry>& entries, std::uint64_t bufferSize, Budget& budget) {
    std::vector<std::size_t> order;
    budget.reserve(order, entries.size());
    order.resize(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {},
                      [&](std::size_t index) { return std::pair(entries[index].begin, entries[index].end); });
    std::uint64_t position = 0;
    for (const std::size_t index : order) {
        const SafetensorsEntry& entry = entries[index];
        if (entry.begin != position || entry.end < entry.begin || entry.end > bufferSize) {
            throw FormatError(fmt::format(
                "is truncated or damaged: '{}' lies at bytes {} to {} where {} of {} should follow; download "
                "or copy it again",
                printable(entry.name), entry.begin, entry.end, position, bufferSize));
        }
        position = entry.end;
    }
    if (position != bufferSize) {
        throw FormatError(
            fmt::format("has {} bytes that belong to no tensor, so it is damaged; download or copy it again",
                        bufferSize - position));
    }
}

class SafetensorsFile : public TensorFile {
public:
    SafetensorsFile(std::vector<SafetensorsEntry> entries, std::span<const std::byte> buffer, const Budget& budget)
        : TensorFile(Container::Safetensors, budget)
        , entries_(std::move(entries))
        , buffer_(buffer) {
        TensorDictionary dictionary;
        this->budget().reserve(dictionary.names, entries_.size());
        std::ranges::transform(entries_, std::back_inserter(dictionary.names), &SafetensorsEntry::name);
        removeWrapperSegments(dictionary.names, this->budget());
        add(std::move(dictionary));
    }

    [[nodiscard]] std::uint64_t storedValues() const override { return buffer_.size(); }

    [[nodiscard]] TensorData load(std::size_t /*dictionary*/, std::size_t tensor) override {
        const SafetensorsEntry& entry = entries_.at(tensor);
        const std::uint64_t size = entry.end - entry.begin;
        const std::uint64_t item = itemSize(entry.dtype);
        const std::uint64_t count = checkedCount(entry.shape, size / item);
        if (count * item != size) {
            throw FormatError(
                fmt::format("is damaged: '{}' should have {} values of {} and has {} bytes; use another copy",
                            printable(entry.name), count, dtypeName(entry.dtype), size));
        }
        TensorLayout layout{.offset = 0, .shape = entry.shape, .strides = entry.shape};
        std::int64_t stride = 1;
        for (std::size_t axis = entry.shape.size(); axis-- > 0 && count > 0;) {
            layout.strides[axis] = stride;
            stride *= entry.shape[axis];
        }
        return copyTensor(entry.dtype,
                          buffer_.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(size)),
                          layout, budget());
    }

    [[nodiscard]] TensorHeader describe(std::size_t /*dictionary*/, std::size_t tensor) const override {
        const SafetensorsEntry& entry = entries_.at(tensor);
        static_cast<void>(checkedCount(entry.shape, entry.end - entry.begin));
        return {.shape = entry.shape, .dtype = dtypeName(entry.dtype)};
    }

private:
    std::vector<SafetensorsEntry> entries_;
    std::span<const std::byte> buffer_;
};

}  // namespace

bool isSafetensors(std::span<const std::byte> head) {
    return head.size() > lengthBytes && head[lengthBytes] == std::byte{'{'} && headerLength(head) >= 2
           && headerLength(head) <= maxHeader;
}

std::unique_ptr<TensorFile> openSafetensors(std::span<const std::byte> data) {
    if (!isSafetensors(data) || headerLength(data) > data.size() - lengthBytes) {
        throw FormatError("is truncated: it ends inside its header; download or copy it again");
    }
    const auto header = data.subspan(lengthBytes, static_cast<std::size_t>(headerLength(data)));
    const auto buffer = data.subspan(lengthBytes + header.size());
    Budget budget = Budget::forFile(data.size());
    std::vector<SafetensorsEntry> entries = parseSafetensorsHeader(header, budget);
    checkTiling(entries, buffer.size(), budget);
    if (entries.empty()) {
        throw FormatError("holds no tensors; use another file");
    }
    return std::make_unique<SafetensorsFile>(std::move(entries), buffer, budget);
}

}  // namespace lamscope::detail
