// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "image/image_reading.h"
#include "model/model_card.h"

namespace lamscope {

/// A set of patches as a document describes it.
struct FeatureSet {
    std::string name;                     ///< unique in the document
    std::optional<std::string> recipe{};  ///< what made it of HR patches; unset for a folder
    std::filesystem::path folder{};       ///< that it was read from; empty for a recipe
    std::size_t patches = 0;
    int width = 0;  ///< of a patch, LR pixels
    int height = 0;
};

/// Where the patches of a document come from, beside its sets.
struct FeatureSource {
    std::vector<std::filesystem::path> images{};  ///< HR images that patches were cut from; empty for folders
    std::string reduce{};                         ///< by whose rules HR patches were reduced; empty for folders
    ImageReading reading{};
    std::string device;  ///< "cpu" or "cuda"
    int threads = 0;
};

/// A set as the documents of this folder state it: name, recipe, patches, patch_side (one number, or width and height).
[[nodiscard]] nlohmann::ordered_json setJson(const FeatureSet& set);

/// Adds images, reduce, how files were read, device and threads.
void addSource(nlohmann::ordered_json& options, const FeatureSource& source);

/// The colours that a network works on, as tables say it: RGB or Y.
[[nodiscard]] std::string coloursText(const ModelCard& card);

/// What the program says beside the numbers: of the document, then of each network, whose name comes first.
/// @param results each with `card` and `warnings`.
template <typename Result>
[[nodiscard]] std::vector<std::string> warningsOfAll(std::vector<std::string> warnings,
                                                     const std::vector<Result>& results) {
    for (const auto& named : results) {
        for (const auto* list : {&named.card.warnings, &named.warnings}) {
            for (const auto& warning : *list) {
                warnings.push_back(named.card.name + ": " + warning);
            }
        }
    }
    return warnings;
}

/// A text as part of a file's name: what names cannot hold becomes '_'.
[[nodiscard]] std::string fileNamePart(std::string text);

}  // namespace lamscope
