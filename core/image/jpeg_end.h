// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lamscope::detail {

// Private to the library of image files.

/// Appends the end marker to a JPEG file that lacks it. nullopt if pixels are missing too. All scans of the file must
/// have begun (ImageHeader::endMissing). Decodes the file once.
[[nodiscard]] std::optional<std::vector<std::byte>> withEndMarker(std::span<const std::byte> file);

}  // namespace lamscope::detail
