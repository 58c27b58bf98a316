// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/zip_archive.h"

namespace lamscope::detail {

/// Number of bytes of a file that sniff() needs.
inline constexpr std::size_t sniffedBytes = 512;

/// Finds the container by a file's first bytes. TorchZip stands for every zip archive: containerOf() looks inside.
/// Throws FormatError if the bytes are of no known container.
[[nodiscard]] Container sniff(std::span<const std::byte> head);

/// TorchZip, TorchScript or ExportedProgram, by the names in the archive. Throws FormatError if the archive is none.
[[nodiscard]] Container containerOf(const ZipArchive& archive);

}  // namespace lamscope::detail
