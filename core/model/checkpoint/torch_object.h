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

/// An upper bound on the number of entries of a dictionary, repeated keys included; 0 for other values.
[[nodiscard]] std::size_t entryCount(const Pickle& pickle, NodeId id);

/// Passes the entries of a dictionary to `accept`, in the file's order and with repeated keys, until `accept` returns
/// true. Returns whether `accept` returned true.
bool anyEntry(const Pickle& pickle, NodeId id, const std::function<bool(const DictEntry&)>& accept);

/// Passes all entries of a dictionary to `visit`, in the file's order and with repeated keys.
void forEachEntry(const Pickle& pickle, NodeId id, const std::function<void(const DictEntry&)>& visit);

/// The value of a text key; noNode if the key is absent. The last of equal keys counts, as in Python.
[[nodiscard]] NodeId dictValue(const Pickle& pickle, NodeId dictionary, std::string_view key);

/// The dictionary of an object's attributes; noNode if there is none, or if it has far more entries than any network's
/// module.
[[nodiscard]] NodeId attributesOf(const Pickle& pickle, NodeId id);

/// True for a whole pickled torch.nn.Module.
[[nodiscard]] bool isModule(const Pickle& pickle, NodeId id);

/// A call of one of PyTorch's functions that rebuild a tensor.
struct TensorCall {
    std::string_view function;  ///< of torch._utils: "_rebuild_tensor_v2", "_rebuild_qtensor"…
    NodeId arguments = noNode;  ///< a tuple
};

/// The call that makes `id`, looked up through Parameter and tensor subclasses; nullopt if `id` is not a tensor.
[[nodiscard]] std::optional<TensorCall> tensorCall(const Pickle& pickle, NodeId id);

/// The Python class of a value, for messages, e.g. "int" or "torch.nn.modules.conv.Conv2d".
[[nodiscard]] std::string describe(const Pickle& pickle, NodeId id);

}  // namespace lamscope::detail
