// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// A tensor of a model file, without its values.
struct StoredTensor {
    std::string name;                                ///< in its set; valid UTF-8 without control characters
    std::optional<std::vector<std::int64_t>> shape;  ///< empty for a single value; none for sparse and nested tensors
    std::string dtype;                               ///< as TensorData::dtype, also of types that are not converted

    /// The number of values; 0 where there is no shape.
    [[nodiscard]] std::int64_t numel() const {
        return shape ? std::accumulate(shape->begin(), shape->end(), std::int64_t{1}, std::multiplies<>()) : 0;
    }

    friend bool operator==(const StoredTensor&, const StoredTensor&) = default;
};

/// The tensors of one dictionary, or of one whole module, of a model file.
struct StoredSet {
    std::vector<std::string> nesting;   ///< the keys under which it lies, outermost first; empty at the top
    std::vector<StoredTensor> tensors;  ///< in the file's order; of .pt2 by name
    std::vector<std::string> warnings;  ///< complete sentences about entries that are not tensors
};

/// The tensors of a model file, of whatever network. States of optimisers are left out; the wrapper segments that
/// CheckpointFile takes out of the middle of names are left out of these, too.
struct TensorListing {
    std::filesystem::path file;  ///< as given
    Container container = Container::TorchZip;
    std::vector<StoredSet> sets;  ///< at least one
};

}  // namespace lamscope
