// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lamscope {

/// Rules of an exported graph that a multiple and a smallest side do not express. At other sizes the graph may run and
/// be wrong: what the exporter took for constants of the network are those of its example. Copies may be used on
/// different threads.
struct SizeGuards {
    std::vector<std::string> texts = {};  ///< as torch.export writes them, for display
    std::pair<int, int> example = {};     ///< an LR width and height that satisfy all of them
    /// The first rule that an LR width and height violate, in words; nullopt where all hold. Null: there are none.
    std::function<std::optional<std::string>(int width, int height)> violated = {};

    /// Whether there are rules at all.
    explicit operator bool() const { return static_cast<bool>(violated); }
};

}  // namespace lamscope
