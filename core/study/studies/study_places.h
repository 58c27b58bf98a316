// SPDX-License-Identifier: GPL-3.0-or-later
// Single results of a study, to look at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/low_resolution.h"
#include "model/model_spec.h"
#include "scene/scene.h"
#include "study/studies/study_description.h"
#include "study/studies/study_store.h"

namespace lamscope {

/// One row of `result`.
struct StudyPlace {
    std::int64_t result = 0;       ///< its number in the store
    std::int64_t image = 0;        ///< its number in the store
    std::string imageFile;         ///< as the store names it
    std::string network;           ///< its name in the study
    std::optional<Patch> patch{};  ///< SR pixels; unset where the task failed before it had one
    std::optional<double> di{};
    std::optional<double> psnrY{};
    std::optional<double> psnrPatch{};
    std::string error{};  ///< why there is no map; empty where there is one
};

/// The results of planned tasks, by image, network and patch.
/// @param network  of this network alone; empty: of all.
/// @param image    of this image alone.
/// @param most     no more rows than this.
/// Throws Error(BadFile, WriteFailed) as the store does.
[[nodiscard]] std::vector<StudyPlace> placesOf(const StudyStore& store, const std::string& network,
                                               std::optional<std::int64_t> image, std::size_t most);

/// The description of the study that the store holds. Files that it names relatively are relative to
/// StudyStore::descriptionFolder(). Throws Error(BadFile) where the store holds none, or one that cannot be read.
[[nodiscard]] StudyDescription descriptionIn(const StudyStore& store);

/// The scene of an image, and the spec of a network, as the description has them: to open them. Nullopt where the
/// description no longer names them.
[[nodiscard]] std::optional<Scene> sceneOf(const StudyDescription& description, const std::string& imageFile);
[[nodiscard]] std::optional<ModelSpec> networkOf(const StudyDescription& description, const std::string& network);

/// The places of the named networks in a description, which stay when numbers come in. Networks that it does not name
/// follow, by their names.
[[nodiscard]] std::map<std::string, std::size_t> placesOfNetworks(const StudyDescription& description,
                                                                  const std::vector<std::string>& networks);

}  // namespace lamscope
