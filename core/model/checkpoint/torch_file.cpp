// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/torch_file.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "model/checkpoint/tensor_copy.h"
#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

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

/// What is wrong with tensors that PyTorch rebuilds by `function`, and what to do.
std::string refusalOf(std::string_view function) {
    if (function == "_rebuild_qtensor") {
        return "stores quantised tensors, which run only in PyTorch's integer operators and have no gradients: save "
               "the "
               "state_dict() of the network in floating point, from before its quantisation or through dequantize()";
    }
    if (function.starts_with("_rebuild_sparse")) {
        return "stores sparse tensors: make them dense with to_dense() and save the state_dict() again";
    }
    if (function.starts_with("_rebuild_meta")) {
        return "stores tensors of the device 'meta', which have no values: load the weights before you save them";
    }
    if (function.starts_with("_rebuild_nested")) {
        return "stores nested tensors: save them one by one";
    }
    if (function.starts_with("_rebuild_device_tensor_from_numpy")) {
        return "stores tensors of another device as NumPy arrays: call cpu() on the network before you save its "
               "state_dict()";
    }
    if (function.starts_with("_rebuild_wrapper_subclass")) {
        return "stores tensors of a class of their own (distributed, or quantised by a library): save the state_dict() "
               "with full tensors of floating point";
    }
    return fmt::format(
        "stores tensors that PyTorch rebuilds with '{}', which is not supported: save the state_dict() as "
        "float32",
        printable(function));
}

/// A type's name in a file, which may be any text.
std::string typeNamed(std::string_view name) {
    return name.empty() ? "an unknown type" : printable(name);
}

/// The type of a tensor whose type has no storage class. The type follows the arguments of _rebuild_tensor_v2.
std::string newTypeOf(const Pickle& pickle, const std::vector<NodeId>& arguments) {
    constexpr std::size_t place = 6;
    const bool given = arguments.size() > place && pickle[arguments[place]].kind == NodeKind::Global;
    return typeNamed(given ? std::string_view(pickle[pickle[arguments[place]].items[1]].text) : std::string_view());
}

/// Whether the function rebuilds a strided tensor from a storage, an offset, sizes and strides.
bool isStrided(std::string_view function) {
    return function == "_rebuild_tensor" || function == "_rebuild_tensor_v2" || function == "_rebuild_tensor_v3"
           || function == "_rebuild_qtensor";
}

/// A kind of tensors in a word, by the function that rebuilds them: "sparse_tensor".
std::string kindOf(std::string_view function) {
    return typeNamed(function.substr(std::string_view("_rebuild_").size()));
}

class TorchFile : public TensorFile {
public:
    TorchFile(Container container, Pickle object, StorageTable storages, const Budget& budget, SetSearch findSets,
              std::shared_ptr<void> keepAlive)
        : TensorFile(container, budget)
        , keepAlive_(std::move(keepAlive))
        , pickle_(std::move(object))
        , storages_(std::move(storages)) {
        for (WeightSet& set : findSets(pickle_, this->budget())) {
            TensorDictionary dictionary{.nesting = std::move(set.nesting), .names = {}, .warnings = {}};
            dictionary.warnings = std::move(set.warnings);
            std::vector<NodeId>& nodes = nodes_.emplace_back();
            this->budget().reserve(dictionary.names, set.tensors.size());
            this->budget().reserve(nodes, set.tensors.size());
            for (auto& [name, node] : set.tensors) {
                dictionary.names.push_back(std::move(name));
                nodes.push_back(node);
            }
            removeWrapperSegments(dictionary.names, this->budget());
            add(std::move(dictionary));
        }
    }

    [[nodiscard]] std::uint64_t storedValues() const override { return storages_.totalCount(); }

    [[nodiscard]] TensorData load(std::size_t dictionary, std::size_t tensor) override {
        const TensorCall call = tensorCall(pickle_, nodes_.at(dictionary).at(tensor)).value();
        const std::vector<NodeId>& items = pickle_[call.arguments].items;
        if (call.function == "_rebuild_tensor_v3") {
            throw UnsupportedTensor(UnsupportedTensor::Kind::Refused,
                                    fmt::format("stores weights as {}, which is not supported: convert them to float32 "
                                                "with float() and save them again",
                                                newTypeOf(pickle_, items)));
        }
        if (call.function != "_rebuild_tensor_v2" && call.function != "_rebuild_tensor") {
            throw UnsupportedTensor(UnsupportedTensor::Kind::Refused, refusalOf(call.function));
        }
        if (items.size() < 4 || pickle_[items[1]].kind != NodeKind::Int || pickle_[items[1]].integer < 0) {
            throw FormatError("is damaged: one of its tensors is malformed; use another copy");
        }
        const StorageView view = storageView(pickle_, items[0]);
        const TensorLayout layout{.offset = static_cast<std::uint64_t>(pickle_[items[1]].integer),
                                  .shape = integersOf(pickle_, items[2], "sizes"),
                                  .strides = integersOf(pickle_, items[3], "strides")};
        static_cast<void>(checkedCount(layout.shape, view.count));
        const Storage& storage = storages_.load(view);
        const std::size_t item = itemSize(storage.dtype);
        const auto bytes = storage.bytes.subspan(static_cast<std::size_t>(view.offset) * item,
                                                 static_cast<std::size_t>(view.count) * item);
        return copyTensor(storage.dtype, bytes, layout, budget());
    }

    [[nodiscard]] TensorHeader describe(std::size_t dictionary, std::size_t tensor) const override {
        const TensorCall call = tensorCall(pickle_, nodes_.at(dictionary).at(tensor)).value();
        const std::vector<NodeId>& items = pickle_[call.arguments].items;
        if (!isStrided(call.function) || items.size() < 4) {
            return {.shape = std::nullopt, .dtype = kindOf(call.function)};
        }
        const StorageView view = storageView(pickle_, items[0]);
        auto shape = integersOf(pickle_, items[2], "sizes");
        static_cast<void>(checkedCount(shape, view.count));
        return {.shape = std::move(shape),
                .dtype = call.function == "_rebuild_tensor_v3" ? newTypeOf(pickle_, items)
                                                               : dtypeName(storages_.dtypeOf(view))};
    }

private:
    std::shared_ptr<void> keepAlive_;
    Pickle pickle_;
    StorageTable storages_;
    std::vector<std::vector<NodeId>> nodes_;
};

}  // namespace

std::unique_ptr<TensorFile> makeTorchFile(Container container, Pickle object, StorageTable storages, Budget budget,
                                          SetSearch findSets, std::shared_ptr<void> keepAlive) {
    return std::make_unique<TorchFile>(container, std::move(object), std::move(storages), budget, findSets,
                                       std::move(keepAlive));
}

}  // namespace lamscope::detail
