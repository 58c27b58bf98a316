// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/packed_map.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <zlib.h>

#include "base/error.h"
#include "base/half_float.h"

namespace lamscope {

PackedMap packMap(std::span<const double> values, int height, int width) {
    std::vector<std::uint16_t> halves;
    halves.reserve(values.size());
    for (const double value : values) {
        halves.push_back(halfFromFloat(static_cast<float>(value)));
    }
    const auto bytes = halves.size() * sizeof(std::uint16_t);
    auto size = compressBound(bytes);
    std::string blob(size, '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): zlib's type of bytes
    if (compress(reinterpret_cast<Bytef*>(blob.data()), &size, reinterpret_cast<const Bytef*>(halves.data()), bytes)
        != Z_OK) {
        throw Error(ErrorCode::OutOfMemory, "a map could not be packed for want of memory");
    }
    blob.resize(size);
    blob.shrink_to_fit();
    return {.height = height, .width = width, .float16 = std::move(blob)};
}

std::optional<std::vector<float>> unpackMap(const PackedMap& map) {
    std::vector<std::uint16_t> halves(static_cast<std::size_t>(std::max(map.height, 0))
                                      * static_cast<std::size_t>(std::max(map.width, 0)));
    auto size = static_cast<uLongf>(halves.size() * sizeof(std::uint16_t));
    const auto expected = size;
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): zlib's type of bytes
    const int outcome = uncompress(reinterpret_cast<Bytef*>(halves.data()), &size,
                                   reinterpret_cast<const Bytef*>(map.float16.data()), map.float16.size());
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    if (outcome != Z_OK || size != expected) {
        return std::nullopt;
    }
    std::vector<float> values;
    values.reserve(halves.size());
    std::ranges::transform(halves, std::back_inserter(values), floatFromHalf);
    return values;
}

}  // namespace lamscope
