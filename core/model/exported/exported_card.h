// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/model_card.h"

namespace lamscope {

/// The name of the card among the extra files of an exported network.
constexpr std::string_view embeddedCardName = "lamscope.json";

/// The largest scale that a card may state or a network may turn out to have.
constexpr int largestExportedScale = 8;

/// What the maker of an exported network (TorchScript, .pt2) states about it. Written by
/// packaging/export/lamscope_export.py; the keys and their meaning are in docs/your-network.md.
struct ExportedCard {
    std::optional<std::string> name;
    std::optional<int> scale;
    std::optional<double> range;
    std::string rangeEvidence;  ///< which card states the range
    std::vector<double> mean;   ///< as ModelCard::mean
    std::optional<ModelCard::Colour> colour;
    int sizeMultiple = 1;
    int minimumSide = 1;
    std::optional<std::pair<int, int>> fixedSize;  ///< as ModelCard::fixedSize
    std::optional<bool> anyBatch;     ///< whether batches of any length may be evaluated at once, or single images only
    std::vector<std::string> guards;  ///< as SizeGuards::texts(); a graph is right at sizes that satisfy all of them
    /// Whether the sizes above, stated or left out, say where a graph is right: the card in the file has "batch", as
    /// the exporter's always has, or a card has "guards" or "fixed_size".
    bool statesSizes = false;
    std::vector<std::string> warnings;
};

/// The card of the exported network `file`: its own, `embedded` ("" when it has none), completed by the keys of a file
/// beside it (net.pt: net.lamscope.json). Unknown keys, and what the two say differently, become warnings.
/// Throws Error(BadFile) on a card that is not JSON or states something impossible.
[[nodiscard]] ExportedCard readExportedCard(const std::filesystem::path& file, const std::string& embedded);

}  // namespace lamscope
