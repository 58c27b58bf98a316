// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "model/network.h"

namespace lamscope {

/// Loads a TorchScript archive (scripted or traced). Throws Error(BadFile) when LibTorch cannot read it.
[[nodiscard]] std::unique_ptr<Network> loadTorchScript(const std::filesystem::path& file);

/// SR side / LR side, found by running the network on two sizes. Throws Error(UnsupportedModel) when it does not map
/// [1, 3, h, w] to [1, 3, s*h, s*w] with the same whole s.
[[nodiscard]] int measureScale(const Network& network, const std::filesystem::path& file);

}  // namespace lamscope
