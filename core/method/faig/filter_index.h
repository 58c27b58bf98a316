// SPDX-License-Identifier: GPL-3.0-or-later
// The filters of a network under one number each. A filter is the slice of a convolution's weight that leads from one
// input channel to one output channel: kernel height x kernel width values. Biases and layers that are no convolutions
// have none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lamscope {

/// A convolution and its filters.
struct FilterLayer {
    std::string key;           ///< of the weight in the file, e.g. "body.0.conv1.weight"
    int out = 0;               ///< output channels; of a transposed convolution with groups, those of one group
    int in = 0;                ///< input channels; of a convolution with groups, those of one group
    int kernelHeight = 0;      ///< any size
    int kernelWidth = 0;       ///< any size
    bool transposed = false;   ///< the file has it as [in, out, height, width]; otherwise [out, in, height, width]
    int firstFilter = 0;       ///< number of its filter [out 0][in 0]
    std::string biasKey = {};  ///< of its bias in the file; empty: it has none

    [[nodiscard]] int filters() const { return out * in; }

    friend bool operator==(const FilterLayer&, const FilterLayer&) = default;
};

/// Where a filter lies.
struct FilterPlace {
    std::size_t layer = 0;  ///< index in FilterIndex::layers()
    int out = 0;
    int in = 0;

    friend bool operator==(const FilterPlace&, const FilterPlace&) = default;
};

/// All filters of a network: layers in the order of the file, in each row-major [out][in], also where the file has
/// [in][out]. Plain data, safe to copy between threads.
class FilterIndex {
public:
    FilterIndex() = default;
    /// Numbers the filters; `firstFilter` of the layers is set.
    explicit FilterIndex(std::vector<FilterLayer> layers);

    [[nodiscard]] const std::vector<FilterLayer>& layers() const { return layers_; }
    /// How many filters there are.
    [[nodiscard]] int size() const { return size_; }
    /// Throws Error(InvalidArgument) for a number outside 0…size() − 1.
    [[nodiscard]] FilterPlace place(int filter) const;
    /// The inverse.
    [[nodiscard]] int at(const FilterPlace& place) const {
        const auto& layer = layers_[place.layer];
        return layer.firstFilter + place.out * layer.in + place.in;
    }

    friend bool operator==(const FilterIndex&, const FilterIndex&) = default;

private:
    std::vector<FilterLayer> layers_;
    int size_ = 0;
};

}  // namespace lamscope
