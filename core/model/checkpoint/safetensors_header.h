// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint/dtype.h"
#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

/// One tensor as a safetensors header describes it. The offsets are in bytes from the end of the header.
struct SafetensorsEntry {
    std::string name;
    DType dtype = DType::Float32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// Decodes the JSON of a safetensors header, without its metadata. Throws FormatError on anything but the format's own
/// structure, on repeated names, and beyond `budget`.
[[nodiscard]] std::vector<SafetensorsEntry> parseSafetensorsHeader(std::span<const std::byte> json, Budget& budget);

}  // namespace lamscope::detail
