// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "model/exported/exported_network.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"
#include "model/pt2/interpreter.h"

namespace lamscope {

/// Which images of a batch a program evaluates at once.
enum class Batches {
    Whole,     ///< all
    OneByOne,  ///< each image by itself; a sink sees them one after the other
};

/// An exported program as a network of `channels` channels, on the CPU in float32.
[[nodiscard]] std::unique_ptr<Network> makePt2Network(pt2::Interpreter interpreter, int channels, Batches batches);

/// Loads a program of torch.export (.pt2). What its card states (see readExportedCard()), what the program records
/// about sizes, and what runs on a few sizes show is written to `card`: name, scale, mean, colour, size rules,
/// warnings. The sizes of a card are those at which its maker compared the program with the network; without one, the
/// program is taken to be right where the exporter's own rules hold, see SizeGuards. One gradient is computed, and
/// images of a batch of two are compared with the same images alone; where they differ, images are evaluated one by
/// one. Throws Error: BadFile (damaged, an impossible card), UnsupportedModel (operators or uses of them that are
/// refused, it does not map [1, c, h, w] to [1, c, s*h, s*w] with the same whole s, c being 3 or 1; no gradient).
[[nodiscard]] ExportedModel loadPt2(const std::filesystem::path& file, const ModelSettings& settings, ModelCard& card);

}  // namespace lamscope
