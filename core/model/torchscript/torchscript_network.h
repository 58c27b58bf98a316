// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// A network from a TorchScript archive, and the value range that its card states.
struct TorchScriptModel {
    std::unique_ptr<Network> network;  ///< padded to the card's size multiple
    std::optional<double> range;
    std::string rangeEvidence;
};

/// Loads a TorchScript archive (scripted or traced). What its card states (see readTorchScriptCard()) and what runs on
/// a few sizes show is written to `card`: name, scale, mean, colour, size rules, warnings. A trace that works at one
/// size only gets that as its `fixedSize`.
/// Throws Error: BadFile (LibTorch cannot read the archive, an impossible card), UnsupportedModel (it does not map
/// [1, c, h, w] to [1, c, s*h, s*w] with the same whole s, c being 3 or 1).
[[nodiscard]] TorchScriptModel loadTorchScript(const std::filesystem::path& file, const ModelSettings& settings,
                                               ModelCard& card);

}  // namespace lamscope
