// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/storage_table.h"

#include <fmt/format.h>

#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

constexpr std::uint64_t maxCount = std::uint64_t{1} << 48U;
constexpr std::size_t maxKeyLength = 256;

/// The tuple of a persistent id that names a storage; nullptr if the id names something else, e.g. a class.
const Node* storageTuple(const Pickle& pickle, NodeId persistent) {
    const Node& node = pickle[persistent];
    if (node.kind != NodeKind::Persistent) {
        return nullptr;
    }
    const Node& id = pickle[node.items[0]];
    const bool fits = id.kind == NodeKind::Tuple && id.items.size() >= 5 && pickle[id.items[0]].kind == NodeKind::Text
                      && pickle[id.items[0]].text == "storage";
    return fits ? &id : nullptr;
}

std::uint64_t countOf(const Pickle& pickle, NodeId id) {
    const Node& node = pickle[id];
    if (node.kind != NodeKind::Int || node.integer < 0 || static_cast<std::uint64_t>(node.integer) > maxCount) {
        throw FormatError("is damaged: the size of one of its storages is not a sensible number; use another copy");
    }
    return static_cast<std::uint64_t>(node.integer);
}

DType statedType(const Pickle& pickle, NodeId id) {
    const Node& node = pickle[id];
    if (node.kind == NodeKind::Global) {
        if (const auto dtype = dtypeOfStorageClass(pickle[node.items[1]].text); dtype) {
            return *dtype;
        }
    }
    throw FormatError(
        fmt::format("stores values as {}, which is not supported: save its weights as float32", describe(pickle, id)));
}

}  // namespace

StorageTable::StorageTable(const Pickle& pickle, Budget& budget) {
    for (NodeId id = 0; id < pickle.nodes.size(); ++id) {
        const Node* parts = storageTuple(pickle, id);
        if (parts == nullptr) {
            continue;
        }
        const Node& key = pickle[parts->items[2]];
        if (key.kind != NodeKind::Text || key.text.size() > maxKeyLength) {
            throw FormatError("is damaged: one of its storages has no usable name; use another copy");
        }
        Storage storage;
        storage.dtype = statedType(pickle, parts->items[1]);
        storage.count = countOf(pickle, parts->items[4]);
        budget.charge(2 * sizeof(Storage));
        const auto [place, inserted] = storages_.emplace(key.text, storage);
        if (!inserted && (place->second.dtype != storage.dtype || place->second.count != storage.count)) {
            throw FormatError(fmt::format("is damaged: it describes its storage '{}' in two ways; use another copy",
                                          printable(key.text)));
        }
    }
}

const Storage& StorageTable::load(const StorageView& view) {
    Storage& storage = storages_.at(view.key);
    if (!storage.loaded) {
        storage.bytes = provider(view.key, storage);
        storage.loaded = true;
    }
    return storage;
}

std::uint64_t StorageTable::totalCount() const {
    std::uint64_t total = 0;
    for (const auto& [key, storage] : storages_) {
        total += storage.count;
    }
    return total;
}

StorageView storageView(const Pickle& pickle, NodeId persistent) {
    const Node* parts = storageTuple(pickle, persistent);
    if (parts == nullptr) {
        throw FormatError("is damaged: one of its tensors has no storage; use another copy");
    }
    StorageView view{.key = pickle[parts->items[2]].text, .offset = 0, .count = countOf(pickle, parts->items[4])};
    if (parts->items.size() > 5 && pickle[parts->items[5]].kind != NodeKind::None) {
        const Node& part = pickle[parts->items[5]];  // (key, offset, count), in files of PyTorch 0.3 and older
        if (part.kind != NodeKind::Tuple || part.items.size() != 3) {
            throw FormatError("is damaged: a view into one of its storages is malformed; use another copy");
        }
        const std::uint64_t offset = countOf(pickle, part.items[1]);
        const std::uint64_t count = countOf(pickle, part.items[2]);
        if (offset > view.count || count > view.count - offset) {
            throw FormatError(fmt::format(
                "is damaged: a view reaches past the end of its storage '{}'; use another copy", printable(view.key)));
        }
        view.offset = offset;
        view.count = count;
    }
    return view;
}

}  // namespace lamscope::detail
