// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "method/restoration/restoration_measures.h"
#include "model/model_card.h"
#include "scene/experiment.h"

namespace lamscope {

/// One network's result with what names it in files.
struct NamedLamResult {
    ModelCard card;  ///< its `name` is unique within the document, see makeNamesUnique()
    LamResult result;
    std::filesystem::path attributionFile;  ///< where addLamArrays() put it; empty if it did not
    std::filesystem::path mapFile;
    std::optional<RestorationMeasures> restoration{};  ///< of the whole image; for tables for people
};

/// One network's DI map.
struct NamedDiMap {
    ModelCard card;  ///< as in NamedLamResult
    DiMap map;
    std::filesystem::path file;  ///< where addLamArrays() put it; empty if it did not
};

/// What came of an experiment on one image.
struct LamDocument {
    /// What was asked for, with the hashes of the files as they were found; exactly one scene.
    Experiment experiment{.scenes = std::vector<Scene>(1)};
    int lrWidth = 0;
    int lrHeight = 0;
    std::string device;  ///< "cpu" or "cuda"
    int threads = 0;
    LamPlan plan;  ///< as it was used: of the results, the patch that of the first; without any, of the DI maps
    std::vector<std::string> warnings;    ///< about the image files
    std::vector<NamedLamResult> results;  ///< network by network, patch by patch
    std::vector<NamedDiMap> grids;        ///< of the experiment's grid

    [[nodiscard]] const Scene& scene() const { return experiment.scenes.front(); }
};

/// The document in the format of the command line (`lam --json`), ending with a newline; with the experiment as
/// jsonOf() gives it, files named as they were given. Numbers that are not finite or not defined become null.
[[nodiscard]] std::string toJson(const LamDocument& document);

/// The same as JSON, for documents of methods that say more about the same maps.
[[nodiscard]] nlohmann::ordered_json jsonOf(const LamDocument& document);

/// True when the results are of more than one patch: the network's name alone then names none of them.
[[nodiscard]] bool hasSeveralPatches(const LamDocument& document);

/// That DI at scale 1 and at other scales cannot be compared, where the document has both; otherwise empty.
[[nodiscard]] std::string scalesNote(const LamDocument& document);

/// What the program says beside the numbers: about the image files, then scalesNote(), then about each network and its
/// results, whose names come first.
[[nodiscard]] std::vector<std::string> warningsOf(const LamDocument& document);

/// Adds NAME.attribution.npy (3 x h x w float32, signed) and NAME.map.npy (h x w float32) of every network in `folder`,
/// which is made if need be, and notes the paths in the results; with several patches NAME.X_Y.… of each, with a DI map
/// NAME.di.npy (rows x columns float32, NaN where a cell's DI is not defined). Throws Error(WriteFailed).
void addLamArrays(StagedFiles& files, LamDocument& document, const std::filesystem::path& folder);

/// The files that addLamArrays() writes for networks of these names, which are unique.
[[nodiscard]] std::vector<std::filesystem::path> lamArrayFiles(const std::vector<std::string>& names,
                                                               const std::vector<Patch>& patches, bool withDiMaps,
                                                               const std::filesystem::path& folder);

}  // namespace lamscope
