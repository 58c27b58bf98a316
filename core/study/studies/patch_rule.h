// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "image/low_resolution.h"
#include "method/lam/lam_options.h"
#include "scene/scene.h"

namespace lamscope {

/// Which patches of an image a study looks at.
struct PatchRule {
    enum class Kind {
        Centre,  ///< the one in the middle of the image
        List,    ///< those of each scene of the experiment
        Grid,    ///< every one of a grid over the SR image, as `lam --grid` places it
    };
    Kind kind = Kind::Centre;
    int size = 16;   ///< side, SR pixels; unused by List
    int stride = 0;  ///< of Grid, SR pixels

    friend bool operator==(const PatchRule&, const PatchRule&) = default;
};

[[nodiscard]] nlohmann::ordered_json jsonOf(const PatchRule& rule);

/// The inverse. Throws Error(BadFile) saying what is wrong: an unknown rule or member, a number out of its range.
[[nodiscard]] PatchRule patchRuleFromJson(const nlohmann::ordered_json& json);

/// The patches in the SR pixels of a network. The middle is that of the HR image where there is one, before it is
/// cropped to a multiple of the scale, so that networks of all scales look at the same place.
/// @param hrWidth, hrHeight  of the HR image as it was read; 0 where the image is LR.
/// Throws Error(InvalidArgument) where nothing of that size fits.
[[nodiscard]] std::vector<Patch> patchesOf(const PatchRule& rule, const Scene& scene, const LowResolutionPair& pair,
                                           int networkScale, DetectorKind detector, int hrWidth, int hrHeight);

/// A place of one image.
struct ListedPatch {
    std::string image;  ///< the file's name, with or without its ending
    Box box;
};

/// Reads the places that a list names. CSV: a header line `image,x,y` or `image,x,y,size`, then a line a patch; columns
/// after these are not read. JSON: an array of objects with these members. `size` is 16 where it is missing. Throws
/// Error(BadFile), naming the file, what was found and what is expected.
[[nodiscard]] std::vector<ListedPatch> readPatchList(const std::filesystem::path& file);

/// Whether a name is that of the scene's image, or of the HR image of a pair: a file's name, with or without its
/// ending.
[[nodiscard]] bool hasImageNamed(const Scene& scene, const std::string& name);

/// Gives each scene its places and leaves out the scenes that have none. Throws Error(BadFile), naming the list, for an
/// image that is not among the scenes, or stands for several.
void placeListed(std::vector<Scene>& scenes, const std::vector<ListedPatch>& patches,
                 const std::filesystem::path& list);

}  // namespace lamscope
