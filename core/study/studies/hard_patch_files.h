// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/atomic_file.h"
#include "study/studies/hard_patches.h"

namespace lamscope {

/// The table of minedFolder, a line a sub-image. Its first columns are a list of patches that readPatchList() reads:
/// the middle 16 x 16 patches, named by the file of the whole image.
inline constexpr const char* minedTable = "hard_patches.csv";
/// How the table was made.
inline constexpr const char* minedDocument = "mining.json";

/// Makes sure that a folder can take what is mined: images of two runs in it would be taken for one set. Files that a
/// killed run has left there, see isAbandonedFile(), are removed. Throws Error(InvalidArgument) where it holds anything
/// else or is no folder, Error(BadFile) where it cannot be read.
void checkMinedFolder(const std::filesystem::path& folder);

/// mineHardPatches() into files: the sub-images as PNG, NUMBER_STEM_X_Y_HR.png with the number 1 for the hardest, of 8
/// bits, or 16 where the image has more; minedTable, which tells where they come from; minedDocument. The folder is
/// made if need be.
/// @param device  stated in minedDocument.
/// @return nullopt when stopped. Throws as mineHardPatches(), checkMinedFolder() and StagedFiles.
[[nodiscard]] std::optional<MinedPatches> addMinedFolder(
    StagedFiles& files, std::span<const SrModel> models, std::span<const Scene> scenes, const MiningOptions& options,
    const std::filesystem::path& folder, const std::string& device, const std::stop_token& stop = {},
    const std::function<void(const MiningProgress&)>& progress = {});

}  // namespace lamscope
