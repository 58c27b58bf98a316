// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/zip_archive.h"

namespace lamscope::detail {

/// How many bytes of a file sniff() looks at.
inline constexpr std::size_t sniffedBytes = 512;

/// Tells the container from a file's first bytes. TorchZip stands for every zip archive: containerOf() looks inside.
/// Throws FormatError where it is none.
[[nodiscard]] Container sniff(std::span<const std::byte> head);

/// TorchZip or TorchScript, from the names in the archive. Throws FormatError where it is neither.
[[nodiscard]] Container containerOf(const ZipArchive& archive);

}  // namespace lamscope::detail
