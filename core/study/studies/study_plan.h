// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "method/lam/lam_options.h"
#include "model/model_spec.h"
#include "scene/scene.h"
#include "study/studies/study_description.h"

namespace lamscope {

/// Part of every task's key: raised when the same task gives other numbers than before, so that it is computed again.
inline constexpr int studyResultVersion = 1;

/// An image of a study as it was found.
struct StudyImage {
    Scene scene;                    ///< with the hash of its file
    std::string referenceSha256{};  ///< of the HR image of a pair; empty where there is none
    std::string key{};              ///< SHA-256 over what networks get of it
    std::string trouble{};          ///< why it cannot be read; empty where it can
    int width = 0;                  ///< of the SR image, pixels; 0 where costs do not depend on it
    int height = 0;                 ///< the same
};

/// A network of a study as it was found.
struct StudyNetwork {
    ModelSpec spec;
    std::string name{};     ///< unique in the study
    std::string sha256{};   ///< of its file; empty for one that has none
    std::string key{};      ///< SHA-256 over weights and settings, but for the name
    std::string trouble{};  ///< why its file cannot be read; empty where it can
};

/// One network on the patches of one image.
struct StudyTask {
    std::size_t image = 0;    ///< index among the images
    std::size_t network = 0;  ///< index among the networks
    std::string key{};        ///< SHA-256 over image, network, options, patches and studyResultVersion
    double cost = 0.0;        ///< seconds, estimated
};

/// A study unfolded.
struct StudyPlan {
    StudyDescription description;
    std::string descriptionText{};   ///< as its file states it, without tokens
    std::filesystem::path folder{};  ///< that of its file, to which the text names files
    LamPlan lam{};
    /// As they are used, with the rule of patches, the hashes of the weights of LPIPS where it is measured and, where
    /// the rule of integration is left open, what networks without secant rules get.
    nlohmann::ordered_json options{};
    std::string optionsKey{};
    std::vector<StudyImage> images{};
    std::vector<StudyNetwork> networks{};  ///< those that are not hidden
    std::vector<StudyTask> tasks{};        ///< image by image; each key once
};

/// Reads the hashes of all files and gives each task its key. What cannot be read is a trouble of its image or network,
/// not an error, but for weights of LPIPS. Sizes of images are read where costs depend on them: of grids, and where
/// networks see whole images. In steps, a file a step: planStudy() takes all of them at once. Not thread-safe.
class StudyPlanning {
public:
    /// @param folder  that of the description: its text names files relative to it.
    /// Throws Error(InvalidArgument) as checkDescription(), lamOptionsOf() and makePlan(). Reads no file.
    StudyPlanning(const StudyDescription& description, const std::filesystem::path& folder);

    [[nodiscard]] bool finished() const;
    /// Looks at one file more: of weights of LPIPS, then an image, then a network. False when stopped, also within a
    /// file that is hashed: the next call goes on with the same one. Throws Error(BadFile) for weights of LPIPS that
    /// cannot be read, as they concern every task.
    bool next(const std::stop_token& stop = {});
    /// To be called once, when finished.
    [[nodiscard]] StudyPlan take();

private:
    [[nodiscard]] bool hasLpipsHashes() const;

    StudyPlan plan_;                // without tasks
    std::vector<ModelSpec> specs_;  // of all networks
    std::size_t lpipsHashes_ = 0;   // that are among the options
};

/// All steps of a StudyPlanning.
[[nodiscard]] StudyPlan planStudy(const StudyDescription& description, const std::filesystem::path& folder);
/// The same, which can be stopped: nullopt then.
[[nodiscard]] std::optional<StudyPlan> planStudy(const StudyDescription& description,
                                                 const std::filesystem::path& folder, const std::stop_token& stop);

/// To be called before a store takes the plan over, whose results would all no longer be planned. Throws Error(BadFile)
/// where none of the images, or none of the networks, can be read, naming the first.
void checkReadable(const StudyPlan& plan);

/// To be called before a share of the plan is computed: keys and costs of what cannot be read here are others than on a
/// machine that reads it, and so is the dealing. Throws Error(BadFile) naming the first such file.
void checkShares(const StudyPlan& plan);

/// The names that networks have in a study, each once, in the order of `specs`.
[[nodiscard]] std::vector<std::string> namesInStudy(std::span<const ModelSpec> specs);

/// By what the seconds of a network are known in StudyDescription::secondsPerMap.
[[nodiscard]] std::string timeKeyOf(const StudyNetwork& network);

/// Seconds of a map as StudyDescription::secondsPerMap states them, from a measured time.
[[nodiscard]] double statedSecondsPerMap(double seconds, const LamPlan& plan, int srWidth, int srHeight);

/// Deals tasks to `count` machines: the most expensive first, each to the machine with the least to do so far. The
/// same for the same costs. @return for each task its machine, 0…count − 1.
[[nodiscard]] std::vector<std::size_t> dealTasks(std::span<const double> costs, std::size_t count);

}  // namespace lamscope
