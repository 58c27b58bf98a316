// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/dtype.h"
#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

/// The most dimensions that a tensor may have.
inline constexpr std::size_t maxRank = 32;

/// Where the values of a tensor lie among stored values; offset and strides count values, not bytes.
struct TensorLayout {
    std::uint64_t offset = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
};

/// The number of values of a shape. Throws FormatError on negative sizes, on more than `limit` values, and on more than
/// `maxRank` dimensions.
[[nodiscard]] std::uint64_t checkedCount(const std::vector<std::int64_t>& shape, std::uint64_t limit);

/// Copies a strided tensor out of `stored` (whole values of type `dtype`) as contiguous float32. Throws FormatError if
/// a value lies outside of `stored`, if the tensor has more values than `stored`, or if its float32 values need more
/// memory than `budget` allows. Throws UnsupportedTensor for types that float32 cannot represent.
[[nodiscard]] TensorData copyTensor(DType dtype, std::span<const std::byte> stored, const TensorLayout& layout,
                                    const Budget& budget);

/// One sentence for each floating type other than float32 among the tensors.
[[nodiscard]] std::vector<std::string> conversionWarnings(const Checkpoint& checkpoint);

}  // namespace lamscope::detail
