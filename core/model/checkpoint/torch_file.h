// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "model/checkpoint/storage_table.h"
#include "model/checkpoint/tensor_file.h"
#include "model/checkpoint/zip_archive.h"

namespace lamscope::detail {

/// True if `head` begins like a legacy PyTorch file: a pickle of its magic number.
[[nodiscard]] bool isTorchLegacy(std::span<const std::byte> head);

/// Opens a legacy file, whose bytes must outlive the result: five pickles, then raw storages up to its very end. Throws
/// FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openTorchLegacy(std::span<const std::byte> data);

/// Opens a zip file of PyTorch: data.pkl and one stored entry per storage. Throws FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openTorchZip(ZipArchive archive);

/// What both containers share: finds the weights in the pickled object, and their values in the storages. `keepAlive`
/// owns what these refer to, if they do not own it themselves.
[[nodiscard]] std::unique_ptr<TensorFile> makeTorchFile(Container container, Pickle object, StorageTable storages,
                                                        Budget budget, std::shared_ptr<void> keepAlive = nullptr);

}  // namespace lamscope::detail
