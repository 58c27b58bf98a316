// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/tensor_copy.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

namespace {

constexpr std::int64_t maxSide = std::int64_t{1} << 40U;

[[noreturn]] void damagedTensor(std::string_view what) {
    throw FormatError(fmt::format("is damaged: one of its tensors {}; use another copy", what));
}

/// Throws unless all values that the layout reaches lie among the first `limit` stored ones.
void checkReach(const TensorLayout& layout, std::uint64_t limit) {
    std::uint64_t last = layout.offset;
    if (last >= limit) {
        damagedTensor("begins past the end of its storage");
    }
    for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
        const auto steps = static_cast<std::uint64_t>(layout.shape[axis] - 1);
        const auto stride = static_cast<std::uint64_t>(layout.strides[axis]);
        if (stride != 0 && steps > (limit - 1 - last) / stride) {
            damagedTensor("reaches past the end of its storage");
        }
        last += steps * stride;
    }
}

bool isContiguous(const TensorLayout& layout) {
    std::int64_t expected = 1;
    for (std::size_t axis = layout.shape.size(); axis-- > 0;) {
        if (layout.shape[axis] != 1 && layout.strides[axis] != expected) {
            return false;
        }
        expected *= layout.shape[axis];
    }
    return true;
}

/// Copies row by row; the index counts up like an odometer. checkReach() has ensured that all values lie inside.
void copyStrided(DType dtype, const std::byte* origin, const TensorLayout& layout, std::vector<float>& values) {
    const ValueReader read = readerOf(dtype);
    const auto itemBytes = static_cast<std::ptrdiff_t>(itemSize(dtype));
    const std::size_t outer = layout.shape.empty() ? 0 : layout.shape.size() - 1;
    const std::int64_t rowLength = layout.shape.empty() ? 1 : layout.shape.back();
    const std::int64_t rowStride = layout.shape.empty() ? 0 : layout.strides.back();
    std::vector<std::int64_t> index(outer, 0);
    std::int64_t start = 0;
    for (std::size_t done = 0; done < values.size();) {
        for (std::int64_t column = 0; column < rowLength; ++column) {
            values[done++] = read(origin + (start + column * rowStride) * itemBytes);
        }
        for (std::size_t axis = outer; axis-- > 0;) {
            if (layout.shape[axis] == 1) {  // the stride of a side of 1 may be any number
                continue;
            }
            start += layout.strides[axis];
            if (++index[axis] < layout.shape[axis]) {
                break;
            }
            start -= layout.strides[axis] * layout.shape[axis];
            index[axis] = 0;
        }
    }
}

}  // namespace

std::uint64_t checkedCount(const std::vector<std::int64_t>& shape, std::uint64_t limit) {
    if (shape.size() > maxRank) {
        damagedTensor(fmt::format("has {} dimensions", shape.size()));
    }
    if (std::ranges::any_of(shape, [](std::int64_t side) { return side < 0 || side > maxSide; })) {
        damagedTensor("has a side that is negative or far too long");
    }
    const bool empty = std::ranges::find(shape, 0) != shape.end();
    const std::uint64_t most = empty ? static_cast<std::uint64_t>(maxSide) : limit;
    std::uint64_t count = 1;
    for (const std::int64_t side : shape) {
        const std::uint64_t factor = side == 0 ? 1 : static_cast<std::uint64_t>(side);
        if (count > most / factor) {
            damagedTensor("has more values than its storage");
        }
        count *= factor;
    }
    return empty ? 0 : count;
}

TensorData copyTensor(DType dtype, std::span<const std::byte> stored, const TensorLayout& layout,
                      const Budget& budget) {
    const std::uint64_t available = stored.size() / itemSize(dtype);
    const std::uint64_t count = checkedCount(layout.shape, available);
    if (layout.strides.size() != layout.shape.size()
        || std::ranges::any_of(layout.strides, [](std::int64_t stride) { return stride < 0; })) {
        damagedTensor("has negative or missing strides");
    }
    if (readerOf(dtype) == nullptr) {
        const bool isComplex = dtype == DType::Complex64 || dtype == DType::Complex128;
        throw UnsupportedTensor(
            isComplex ? UnsupportedTensor::Kind::Complex : UnsupportedTensor::Kind::Refused,
            fmt::format("stores weights as {}, which is not supported: save them as float32", dtypeName(dtype)));
    }
    TensorData tensor{.shape = layout.shape, .values = {}, .dtype = dtypeName(dtype)};
    if (count == 0) {
        return tensor;
    }
    checkReach(layout, available);
    budget.checkSingle(static_cast<std::size_t>(count) * sizeof(float));
    tensor.values.resize(static_cast<std::size_t>(count));
    const std::byte* origin = stored.data() + layout.offset * itemSize(dtype);
    if (dtype == DType::Float32 && isContiguous(layout)) {
        std::memcpy(tensor.values.data(), origin, tensor.values.size() * sizeof(float));
    } else {
        copyStrided(dtype, origin, layout, tensor.values);
    }
    return tensor;
}

std::vector<std::string> conversionWarnings(const Checkpoint& checkpoint) {
    std::vector<std::string> warnings;
    for (const DType dtype : {DType::Float16, DType::BFloat16, DType::Float64}) {
        const auto count = std::ranges::count_if(
            checkpoint.tensors, [&](const auto& entry) { return entry.second.dtype == dtypeName(dtype); });
        if (count > 0) {
            warnings.push_back(fmt::format("{} of {} tensors are stored as {} and were converted to float32.", count,
                                           checkpoint.tensors.size(), dtypeName(dtype)));
        }
    }
    return warnings;
}

}  // namespace lamscope::detail
