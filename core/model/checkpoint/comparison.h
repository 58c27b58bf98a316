// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/checkpoint/tensor_listing.h"

namespace lamscope {

class CheckpointFile;

/// A weight set that is compared.
struct ComparedSet {
    std::filesystem::path file;
    std::vector<std::string> nesting;  ///< the keys under which it lies, outermost first
    std::string prefix;                ///< taken off all names, e.g. "module."
    std::size_t tensors = 0;
    std::vector<std::string> warnings;  ///< complete sentences: what was chosen, left out, combined, converted
};

/// A tensor that both sets have, not alike.
struct OtherShape {
    std::string name;
    std::vector<std::int64_t> first;
    std::vector<std::int64_t> second;
};
struct OtherType {
    std::string name;
    std::string first;
    std::string second;
};

/// How far the values b of one set are from the values a of the other. Equal values, infinities and NaN included, are
/// at distance 0.
struct Distance {
    double largest = 0.0;  ///< max |a - b|, in the unit of the values; infinite where one of the two alone is finite
    /// The L2 norm of a - b over that of a; unset where it is not finite, as for zeros that became other values.
    std::optional<double> relative = 0.0;
};

/// The distance of a tensor that both sets have in the same shape.
struct TensorDistance {
    std::string name;
    std::vector<std::int64_t> shape;
    bool isCounter = false;  ///< holds no floating-point values, hence does not count in the distance in all
    Distance distance;
};

/// What tells two weight sets apart.
struct CheckpointComparison {
    ComparedSet first;
    ComparedSet second;
    std::vector<StoredTensor> missing;      ///< in the first set alone, in its order
    std::vector<StoredTensor> extra;        ///< in the second set alone, in its order
    std::vector<OtherShape> otherShapes;    ///< in the first set's order
    std::vector<OtherType> otherTypes;      ///< in the first set's order
    std::vector<TensorDistance> distances;  ///< floating-point tensors first; the farthest, relatively, first
    Distance all;                           ///< over all floating-point values of `distances` together

    /// True if the sets are the same network with the same values.
    [[nodiscard]] bool isEqual() const noexcept;
};

/// Compares a weight set of one file with one of another, or of the same file. Of all sets in the files, or of those
/// that the settings `firstSet` and `secondSet` name, the two with the most names in common are taken, prefixes aside;
/// of several such pairs the one with the fewest other names; then the ones that a loader would try first. So
/// `module.`, `netG.` and what a training class puts before its network's names tell nothing apart. Parts of two
/// networks (their bodies, say) are compared only if the networks have no name in common.
///
/// Values are read as a loader reads them: float32, parts of weights combined. Sums are in double. Throws
/// Error(BadFile) if a file cannot be read, and if tensors cannot be converted.
[[nodiscard]] CheckpointComparison compareCheckpoints(CheckpointFile& first, const std::string& firstSet,
                                                      CheckpointFile& second, const std::string& secondSet);

}  // namespace lamscope
