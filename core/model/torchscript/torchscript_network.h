// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "model/exported/exported_network.h"
#include "model/model_card.h"
#include "model/model_spec.h"

namespace lamscope {

/// Loads a TorchScript archive (scripted or traced). What its card states (see readExportedCard()) and what runs on
/// a few sizes show is written to `card`: name, scale, mean, colour, size rules, warnings. A trace that works at one
/// size only gets that as its `fixedSize`.
/// Throws Error: BadFile (LibTorch cannot read the archive, an impossible card), UnsupportedModel (it does not map
/// [1, c, h, w] to [1, c, s*h, s*w] with the same whole s, c being 3 or 1).
[[nodiscard]] ExportedModel loadTorchScript(const std::filesystem::path& file, const ModelSettings& settings,
                                            ModelCard& card);

}  // namespace lamscope
