// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/filter_index.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

FilterIndex::FilterIndex(std::vector<FilterLayer> layers)
    : layers_(std::move(layers)) {
    for (auto& layer : layers_) {
        layer.firstFilter = size_;
        size_ += layer.filters();
    }
}

FilterPlace FilterIndex::place(int filter) const {
    if (filter < 0 || filter >= size_) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("there is no filter {}: this network has the filters 0 to {}", filter, size_ - 1));
    }
    const auto after = std::ranges::upper_bound(layers_, filter, {}, &FilterLayer::firstFilter);
    const auto& layer = *std::prev(after);
    const int within = filter - layer.firstFilter;
    return {.layer = static_cast<std::size_t>(std::distance(layers_.begin(), after)) - 1,
            .out = within / layer.in,
            .in = within % layer.in};
}

}  // namespace lamscope
