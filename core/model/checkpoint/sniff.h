// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "model/checkpoint/checkpoint.h"

namespace lamscope::detail {

/// How many bytes of a file sniff() looks at.
inline constexpr std::size_t sniffedBytes = 512;

/// Tells the container from a file's first bytes; opens the file again only for the directory of a zip archive. Throws
/// FormatError where it is none.
[[nodiscard]] Container sniff(const std::filesystem::path& file, std::span<const std::byte> head);

}  // namespace lamscope::detail
