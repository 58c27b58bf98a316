// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/storage_table.h"
#include "model/checkpoint/zip_archive.h"

namespace lamscope::detail {

/// True if `head` begins like a legacy PyTorch file: a pickle of its magic number.
[[nodiscard]] bool isTorchLegacy(std::span<const std::byte> head);

/// Reads a whole legacy file: five pickles, then raw storages up to its very end. Throws FormatError.
[[nodiscard]] Checkpoint readTorchLegacy(std::span<const std::byte> data, const std::string& weightSet);

/// Reads a zip file of PyTorch: data.pkl and one stored entry per storage. Throws FormatError.
[[nodiscard]] Checkpoint readTorchZip(ZipArchive& archive, const std::string& weightSet);

/// What both containers share: picks the weights out of the pickled object and fetches their values.
[[nodiscard]] Checkpoint assembleCheckpoint(const Pickle& object, StorageTable& storages, const std::string& weightSet,
                                            Budget& budget);

}  // namespace lamscope::detail
