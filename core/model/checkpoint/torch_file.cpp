// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/torch_file.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "model/checkpoint/tensor_copy.h"
#include "model/checkpoint/torch_object.h"
#include "model/checkpoint/weight_set.h"

namespace lamscope::detail {

namespace {

/// Tied weights are stored once and named often, so tensors may hold more than the storages: up to twice as much, and
/// small ones anyway.
constexpr std::uint64_t tiedFactor = 2;
constexpr std::uint64_t tiedSlack = std::uint64_t{1} << 18U;

std::vector<std::int64_t> integersOf(const Pickle& pickle, NodeId id, std::string_view what) {
    const Node& node = pickle[id];
    const bool sequence = node.kind == NodeKind::Tuple || node.kind == NodeKind::List;
    const bool numbers =
        sequence && std::ranges::all_of(node.items, [&](NodeId item) { return pickle[item].kind == NodeKind::Int; });
    if (!numbers || node.items.size() > maxRank) {
        throw FormatError(fmt::format(
            "is damaged: the {} of one of its tensors are too many, or not numbers; use another copy", what));
    }
    std::vector<std::int64_t> values;
    std::ranges::transform(node.items, std::back_inserter(values), [&](NodeId item) { return pickle[item].integer; });
    return values;
}

class TensorLoader {
public:
    TensorLoader(const Pickle& pickle, StorageTable& storages, const Budget& budget)
        : pickle_(pickle)
        , storages_(storages)
        , budget_(budget)
        , left_(tiedFactor * storages.totalCount() + tiedSlack) {}

    TensorData load(NodeId tensor) {
        const NodeId arguments = tensorCall(pickle_, tensor).value().arguments;
        const std::vector<NodeId>& items = pickle_[arguments].items;
        if (items.size() < 4 || pickle_[items[1]].kind != NodeKind::Int || pickle_[items[1]].integer < 0) {
            throw FormatError("is damaged: one of its tensors is malformed; use another copy");
        }
        const StorageView view = storageView(pickle_, items[0]);
        const TensorLayout layout{.offset = static_cast<std::uint64_t>(pickle_[items[1]].integer),
                                  .shape = integersOf(pickle_, items[2], "sizes"),
                                  .strides = integersOf(pickle_, items[3], "strides")};
        const std::uint64_t count = checkedCount(layout.shape, view.count);
        if (count > left_) {
            throw FormatError(
                "names the same stored values far more often than networks do: it is damaged or not an honest model "
                "file, so use another copy");
        }
        left_ -= count;
        const Storage& storage = storages_.load(view);
        const std::size_t item = itemSize(storage.dtype);
        const auto bytes = storage.bytes.subspan(static_cast<std::size_t>(view.offset) * item,
                                                 static_cast<std::size_t>(view.count) * item);
        return copyTensor(storage.dtype, bytes, layout, budget_);
    }

private:
    const Pickle& pickle_;
    StorageTable& storages_;
    const Budget& budget_;
    std::uint64_t left_;
};

}  // namespace

Checkpoint assembleCheckpoint(const Pickle& object, StorageTable& storages, const std::string& weightSet,
                              Budget& budget) {
    WeightSet weights = selectWeights(object, weightSet, budget);
    Checkpoint checkpoint;
    checkpoint.nesting = std::move(weights.nesting);
    checkpoint.alternatives = std::move(weights.alternatives);
    checkpoint.prefix = std::move(weights.prefix);
    checkpoint.warnings = std::move(weights.warnings);
    budget.reserve(checkpoint.tensors, weights.tensors.size());
    TensorLoader loader(object, storages, budget);
    for (auto& [name, node] : weights.tensors) {
        try {
            checkpoint.tensors.emplace_back(std::move(name), loader.load(node));
        } catch (const FormatError& error) {
            throw FormatError(fmt::format("{} (tensor '{}')", error.what(), printable(name)));
        }
    }
    return checkpoint;
}

}  // namespace lamscope::detail
