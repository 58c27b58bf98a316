// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/lam/lam_options.h"
#include "model/model_spec.h"
#include "model/sr_model.h"

namespace lamscope {

struct StudyBenchmarkOptions {
    std::vector<ModelSpec> models{};
    int images = 4;
    int patchesPerSide = 4;      ///< patches of an image: this squared
    int side = 64;               ///< of an image, LR pixels at the scale of the first network
    LamOptions lam{};            ///< `patch` is unused
    std::string device = "cpu";  ///< as returned by resolveDevice()
    /// Where the networks come from; empty: loadModel(), on the device. Throws as loadModel().
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load{};
};

/// Seconds of the same maps, as a study and one by one.
struct StudyTime {
    double study = 0.0;
    double separate = 0.0;

    [[nodiscard]] double ratio() const { return study / separate; }
};

struct StudyNetworkTime {
    std::string network;
    StudyTime shared;  ///< all patches of an image; the study's without planning and opening the store
};

struct StudyBenchmark {
    int images = 0;
    int patches = 0;  ///< of an image
    int side = 0;     ///< LR pixels
    int context = 0;  ///< LR pixels; 0: the whole image
    int nodes = 0;    ///< where `refined`, the most
    bool refined = false;
    std::vector<StudyNetworkTime> networks{};
    StudyTime shared{};                  ///< all patches of an image at once
    std::vector<double> sharedRatios{};  ///< of each image
    StudyTime single{};                  ///< one patch an image: what a study adds to the cost of a map
    std::vector<double> singleRatios{};  ///< of each image
};

/// What a study costs against the same maps computed one by one, in one run: for each image, in turns and in
/// alternating order, a study of all networks on a grid of patches that spans the image, the same maps by computeLam()
/// with networks and image in memory, and a study of one patch. A study's seconds are all of planStudy(), StudyStore
/// and runStudy(): hashes, reading the image, the comparisons of SR and HR, the file. Networks stay loaded from image
/// to image.
///
/// Patches share forward passes where they share the context: on images whose LR side is at most the side of the
/// context they all do (the paper's test set, 256 x 256 HR pixels at x4, with the context of 64), on larger ones few
/// do.
/// @param progress called with a line about what is measured next; may be empty.
/// @return nullopt when stopped. Throws as loadModel() and computeLam(); Error(ModelFailure) where a task of a study
/// fails, Error(InvalidArgument) for a network that is named twice, and where the images would be parts of a scene
/// above largestDrawnScene; what no scale makes possible is refused before networks are loaded.
[[nodiscard]] std::optional<StudyBenchmark> measureStudy(const StudyBenchmarkOptions& options,
                                                         const std::stop_token& stop = {},
                                                         const std::function<void(const std::string&)>& progress = {});

/// The document of `bench --study --json`, with a final newline.
[[nodiscard]] std::string toJson(const StudyBenchmark& benchmark);
/// The same as lines for a person.
[[nodiscard]] std::string toText(const StudyBenchmark& benchmark);

}  // namespace lamscope
