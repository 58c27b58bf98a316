// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/weights_config.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "model/pt2/json_fields.h"

namespace lamscope::pt2 {

namespace {

using detail::printable;

constexpr std::size_t mostTensors = 50000;
constexpr std::int64_t mostValues = std::int64_t{1} << 31U;
constexpr std::int64_t mostRepeats = 64;  // a stride of 0 repeats values
constexpr std::uint64_t mostBytes = std::uint64_t{8} << 30U;

[[noreturn]] void damagedTensor(const std::string& name, std::string_view what) {
    throw FormatError(
        fmt::format("is damaged: its tensor '{}' {}; export it again, or use another copy", printable(name), what));
}

std::int64_t fixedFrom(const Json& json, std::string_view what, const std::string& name) {
    const Extent extent = extentFrom(json);
    if (!extent.isFixed() || *extent.value < 0) {
        damagedTensor(name, fmt::format("has {} that are symbolic or negative", what));
    }
    return *extent.value;
}

std::vector<std::int64_t> wholeNumbers(const Json& meta, const char* key, const std::string& name) {
    const Json& list = listIn(meta, key, mostItems);
    if (list.size() > highestRank) {
        damagedTensor(name, fmt::format("has {} dimensions, at most {} are read", list.size(), highestRank));
    }
    std::vector<std::int64_t> numbers;
    for (const Json& item : list) {
        numbers.push_back(fixedFrom(item, key, name));
    }
    return numbers;
}

/// Throws unless all values lie inside the record and their number is sensible.
void checkReach(const StoredTensor& tensor, const std::string& name) {
    std::int64_t count = 1;
    bool isEmpty = false;
    for (const std::int64_t size : tensor.sizes) {
        isEmpty = isEmpty || size == 0;
        const std::int64_t factor = std::max<std::int64_t>(size, 1);  // LibTorch multiplies the others, too
        if (factor > mostValues || count * factor > mostValues) {
            damagedTensor(name, "has more values than are read");
        }
        count *= factor;
    }
    if (isEmpty) {
        return;
    }
    const auto available = static_cast<std::int64_t>(tensor.record->size() / itemSize(tensor.type));
    if (available == 0) {
        throw UnsupportedProgram(fmt::format(
            "was saved without its weights (the record of '{}' is empty): export it with them", printable(name)));
    }
    if ((count - 1) / mostRepeats >= available) {
        damagedTensor(name, "repeats its stored values too often");
    }
    std::int64_t last = tensor.offset;
    for (std::size_t axis = 0; axis < tensor.sizes.size() && last < available; ++axis) {
        const std::int64_t steps = tensor.sizes[axis] - 1;
        const std::int64_t stride = tensor.strides[axis];
        if (stride != 0 && steps > (available - 1 - last) / stride) {
            last = available;
        } else {
            last += steps * stride;
        }
    }
    if (last >= available) {
        damagedTensor(name, fmt::format("reaches past the end of its record, which holds {} values", available));
    }
}

}  // namespace

void TensorTable::add(std::string_view config) {
    const Json parsed = parseJson(config, "the list of its tensors");
    const Json& entries = member(parsed, "config");
    if (!entries.is_object() || entries.size() > mostTensors) {
        damagedJson(fmt::format("the list of its tensors is not an object of at most {} tensors", mostTensors));
    }
    for (const auto& [key, entry] : entries.items()) {
        const std::string name = nameFrom(key);
        if (truthFrom(member(entry, "use_pickle"))) {
            throw UnsupportedProgram(
                fmt::format("stores '{}' as a pickle (a quantised tensor, another subclass of tensors, or an object), "
                            "which is not read: replace it by a plain tensor and export again",
                            printable(name)));
        }
        const Json& meta = member(entry, "tensor_meta");
        checkLayout(member(meta, "layout"));
        StoredTensor tensor{.type = scalarTypeFrom(member(meta, "dtype")),
                            .sizes = wholeNumbers(meta, "sizes", name),
                            .strides = wholeNumbers(meta, "strides", name),
                            .offset = fixedFrom(member(meta, "storage_offset"), "places in its record", name),
                            .isParameter = truthFrom(member(entry, "is_param")),
                            .record = recordOf(nameIn(entry, "path_name"))};
        if (tensor.strides.size() != tensor.sizes.size()) {
            damagedTensor(name, fmt::format("has {} sizes and {} strides", tensor.sizes.size(), tensor.strides.size()));
        }
        checkReach(tensor, name);
        totalBytes_ += static_cast<std::uint64_t>(tensor.numel()) * itemSize(tensor.type);
        if (totalBytes_ > mostBytes) {
            throw UnsupportedProgram("holds tensors of more than 8 GiB, which are not read");
        }
        tensors_.emplace(name, std::move(tensor));
    }
}

Record TensorTable::recordOf(const std::string& path) {
    if (path.find('/') != std::string::npos) {
        damagedJson(fmt::format("the record '{}' lies in another folder", printable(path)));
    }
    const auto [place, isNew] = read_.try_emplace(path);
    if (isNew) {
        place->second = records_(path);
    }
    return place->second;
}

}  // namespace lamscope::pt2
