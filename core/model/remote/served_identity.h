// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "model/model_spec.h"

namespace lamscope {

/// What tells a network on a server from others.
struct ServedIdentity {
    std::string sha256;  ///< of its weights; empty where it has none
    std::string rules;   ///< what else decides its results, as text: id, scale, range, channels, LR sizes
};

/// As the server states it now. nullopt when stopped. Connects for it. Throws Error: ConnectionLost, ModelFailure,
/// InvalidArgument.
/// @param spec  of an address.
[[nodiscard]] std::optional<ServedIdentity> servedIdentity(const ModelSpec& spec, const std::stop_token& stop);

}  // namespace lamscope
