// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/checkpoint/pickle.h"

namespace lamscope::detail {

/// What PyTorch means by the inert values of a pickle.
struct DictEntry {
    NodeId key = noNode;
    NodeId value = noNode;
};

/// True for a dict, an OrderedDict, or another object on which items were set.
[[nodiscard]] bool isDictionary(const Pickle& pickle, NodeId id);

/// How many entries a dictionary has at most, repeated keys included; 0 for other values.
[[nodiscard]] std::size_t entryCount(const Pickle& pickle, NodeId id);

/// Shows the entries of a dictionary to `accept`, in the file's order and repeated keys included, until it returns
/// true. Tells whether it did.
bool anyEntry(const Pickle& pickle, NodeId id, const std::function<bool(const DictEntry&)>& accept);

/// Shows all of them.
void forEachEntry(const Pickle& pickle, NodeId id, const std::function<void(const DictEntry&)>& visit);

/// The value of a text key; noNode where it is absent. The last one wins, as in Python.
[[nodiscard]] NodeId dictValue(const Pickle& pickle, NodeId dictionary, std::string_view key);

/// The dictionary of attributes of an object; noNode if it has none, or far more than any network's module has.
[[nodiscard]] NodeId attributesOf(const Pickle& pickle, NodeId id);

/// True for a whole pickled torch.nn.Module.
[[nodiscard]] bool isModule(const Pickle& pickle, NodeId id);

/// A call of one of PyTorch's functions that rebuild a tensor.
struct TensorCall {
    std::string_view function;  ///< of torch._utils: "_rebuild_tensor_v2", "_rebuild_qtensor"…
    NodeId arguments = noNode;  ///< a tuple
};

/// The call that makes `id`, seen through Parameter and tensor subclasses; nothing if `id` is no tensor.
[[nodiscard]] std::optional<TensorCall> tensorCall(const Pickle& pickle, NodeId id);

/// What a value is, for messages: its Python class, e.g. "int" or "torch.nn.modules.conv.Conv2d".
[[nodiscard]] std::string describe(const Pickle& pickle, NodeId id);

}  // namespace lamscope::detail
