// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "model/checkpoint/storage_table.h"
#include "model/checkpoint/tensor_file.h"
#include "model/checkpoint/weight_set.h"
#include "model/checkpoint/zip_archive.h"

namespace lamscope::detail {

/// True if `head` begins like a legacy PyTorch file: with a pickle of its magic number.
[[nodiscard]] bool isTorchLegacy(std::span<const std::byte> head);

/// Opens a legacy file: five pickles, then raw storages up to the end of the file. `data` must outlive the result.
/// Throws FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openTorchLegacy(std::span<const std::byte> data);

/// Throws FormatError if an archive of PyTorch, whose entries lie under `root`, says that its values are not
/// little-endian.
void checkByteOrder(ZipArchive& archive, const std::string& root);

/// Opens a zip file of PyTorch: data.pkl and one stored entry per storage. Throws FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openTorchZip(ZipArchive archive);

/// Opens a TorchScript archive as data: the parameters and buffers of its module, and under the key "CONSTANTS" the
/// tensors that its code refers to by that name (of a frozen network, its weights). The code is not read. Throws
/// FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openTorchScript(const ZipArchive& archive);

/// Finds the tensors of a pickled object.
using SetSearch = std::vector<WeightSet> (*)(const Pickle& pickle, Budget& budget);

/// Finds the weights in the pickled object, and their values in the storages; used for all containers of PyTorch.
/// `keepAlive` owns the bytes to which `object` and `storages` refer, unless the caller keeps them.
[[nodiscard]] std::unique_ptr<TensorFile> makeTorchFile(Container container, Pickle object, StorageTable storages,
                                                        Budget budget, SetSearch findSets = findWeightSets,
                                                        std::shared_ptr<void> keepAlive = nullptr);

}  // namespace lamscope::detail
