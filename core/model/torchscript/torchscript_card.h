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

/// The name of the card among the extra files of a TorchScript archive.
constexpr std::string_view embeddedCardName = "lamscope.json";

/// The largest scale that a card may state or a network may turn out to have.
constexpr int largestTorchScriptScale = 8;

/// What the maker of a TorchScript archive states about the network. Written by packaging/export/lamscope_export.py;
/// the keys and their meaning are in docs/your-network.md.
struct TorchScriptCard {
    std::optional<std::string> name;
    std::optional<int> scale;
    std::optional<double> range;
    std::string rangeEvidence;  ///< which card states the range
    std::vector<double> mean;   ///< as ModelCard::mean
    std::optional<ModelCard::Colour> colour;
    int sizeMultiple = 1;
    int minimumSide = 1;
    std::optional<std::pair<int, int>> fixedSize;  ///< as ModelCard::fixedSize
    std::vector<std::string> warnings;
};

/// The card of the archive `file`: its own, `embedded` ("" when it has none), completed by the keys of a file beside it
/// (net.pt: net.lamscope.json). Unknown keys, and what the two say differently, become warnings.
/// Throws Error(BadFile) on a card that is not JSON or states something impossible.
[[nodiscard]] TorchScriptCard readTorchScriptCard(const std::filesystem::path& file, const std::string& embedded);

}  // namespace lamscope
