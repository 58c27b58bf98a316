// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "model/model_spec.h"

namespace lamscope {

/// The SHA-256 of the weights of a network that runs on a server, as that states it now; empty where it has none.
/// nullopt when stopped. Connects for it. Throws Error: ConnectionLost, ModelFailure, InvalidArgument.
/// @param spec  of an address.
[[nodiscard]] std::optional<std::string> remoteWeightsHash(const ModelSpec& spec, const std::stop_token& stop);

}  // namespace lamscope
