// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "method/faithfulness/faithfulness_options.h"
#include "metrics/lpips.h"
#include "scene/experiment.h"
#include "study/studies/patch_rule.h"

namespace lamscope {

/// What a study computes: all networks of an experiment on all its scenes. Plain data: no file that it names has been
/// touched.
struct StudyDescription {
    /// Tells studies apart: results of different studies are not merged. Stays when the description is edited.
    std::string id;
    Experiment experiment;
    PatchRule patches;
    /// Seconds that one map takes, by the hash of the network's file (by name where it has none), on the machine where
    /// they were measured; of the whole image, for 256 x 256 SR pixels. They decide how tasks are dealt to machines,
    /// which all must deal alike.
    std::map<std::string, double> secondsPerMap{};
    std::optional<LpipsFiles> lpips{};                  ///< unset: LPIPS is not measured
    std::optional<FaithfulnessOptions> faithfulness{};  ///< of every map; unset: it is not measured

    friend bool operator==(const StudyDescription&, const StudyDescription&) = default;
};

/// An id for a new study, from what it is made of.
[[nodiscard]] std::string newStudyId(const StudyDescription& description);

/// Throws Error(InvalidArgument) where nothing can be computed: without images or without networks that are shown, and
/// where an image has no place though the rule is a list of places.
void checkDescription(const StudyDescription& description);

/// The images, networks and weights of LPIPS that it names: for checkOutputFiles().
[[nodiscard]] std::vector<std::filesystem::path> filesOf(const StudyDescription& description);

/// The text of the file, for a file in `folder`: files are named relative to it. Ends with a newline.
[[nodiscard]] std::string toJson(const StudyDescription& description, const std::filesystem::path& folder);

/// Reads it. Throws Error(BadFile), naming the file and what is wrong: JSON that is none, a member that is missing,
/// unknown or of the wrong type (a misspelt one would otherwise count as its default), options as lamOptionsOf() and
/// makePlan(), and what checkDescription() refuses.
[[nodiscard]] StudyDescription readStudyDescription(const std::filesystem::path& file);
/// The same for its text, without checkDescription().
/// @param file    that it comes from, which errors name.
/// @param folder  to which it names files.
[[nodiscard]] StudyDescription studyDescriptionFromText(const std::string& text, const std::filesystem::path& file,
                                                        const std::filesystem::path& folder);

/// Writes it whole or not at all. Throws Error: WriteFailed, and InvalidArgument as checkDescription().
void writeStudyDescription(const StudyDescription& description, const std::filesystem::path& file);

}  // namespace lamscope
