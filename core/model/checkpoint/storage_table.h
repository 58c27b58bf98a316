// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "model/checkpoint/dtype.h"
#include "model/checkpoint/pickle.h"

namespace lamscope::detail {

/// One storage of a PyTorch file, as the pickle describes it.
struct Storage {
    DType dtype = DType::Float32;
    std::uint64_t count = 0;           ///< number of values
    std::span<const std::byte> bytes;  ///< empty until the container's reader provides them
    bool loaded = false;
};

/// The part of a storage that a persistent id gives to its tensors.
struct StorageView {
    std::string_view key;
    std::uint64_t offset = 0;  ///< in values
    std::uint64_t count = 0;   ///< number of values from `offset` on
};

/// All storages that a pickle refers to, by key.
class StorageTable {
public:
    /// Collects the references. Throws FormatError on malformed or contradictory ones.
    StorageTable(const Pickle& pickle, Budget& budget);

    [[nodiscard]] std::map<std::string_view, Storage>& all() noexcept { return storages_; }

    /// Called with the key and the storage when a tensor needs bytes that are not loaded. Must return count·itemSize
    /// bytes, which stay valid.
    std::function<std::span<const std::byte>(std::string_view, const Storage&)> provider;

    /// The type of the values that `view` names.
    [[nodiscard]] DType dtypeOf(const StorageView& view) const { return storages_.at(view.key).dtype; }

    /// The storage that `view` names, with its bytes loaded.
    [[nodiscard]] const Storage& load(const StorageView& view);

    /// The number of values in all storages together.
    [[nodiscard]] std::uint64_t totalCount() const;

private:
    std::map<std::string_view, Storage> storages_;
};

/// The storage that a persistent id names: ('storage', class, key, location, count[, view]). Throws FormatError if the
/// id is anything else.
[[nodiscard]] StorageView storageView(const Pickle& pickle, NodeId persistent);

}  // namespace lamscope::detail
