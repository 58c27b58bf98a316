// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// A tensor of an archive. Its values are those of `record`, taken with strides; they lie inside the record. Tied
/// weights and views share one record.
struct StoredTensor {
    ScalarType type = ScalarType::Float;
    std::vector<std::int64_t> sizes = {};                       ///< at most 8
    std::vector<std::int64_t> strides = {};                     ///< in values, as many as sizes, none negative
    std::int64_t offset = 0;                                    ///< in values
    bool isParameter = false;                                   ///< else a buffer or a constant
    std::shared_ptr<const std::vector<std::byte>> record = {};  ///< little-endian; never null

    /// The number of values that the sizes say.
    [[nodiscard]] std::int64_t numel() const;
};

/// What an archive of torch.export holds. Plain data.
struct Pt2Archive {
    Program program;
    std::map<std::string, StoredTensor, std::less<>> tensors;  ///< weights and constants; all that the program binds
    std::string card;  ///< the text of extra/lamscope.json; empty where the archive has none
};

/// Reads an archive of torch.export (2.9 and newer). Nothing in it is unpickled or executed. What the operators are is
/// not looked at. Throws Error, naming the file: BadFile if it is damaged or no such archive, UnsupportedModel if it is
/// sound but cannot be used (pickled weights, an older layout, several inputs…).
[[nodiscard]] Pt2Archive readPt2(const std::filesystem::path& file);

/// The same from memory. Throws FormatError and UnsupportedProgram, which name no file.
[[nodiscard]] Pt2Archive readPt2(std::span<const std::byte> bytes);

}  // namespace lamscope::pt2
