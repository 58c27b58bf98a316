// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/lam/evaluation_window.h"
#include "model/sr_model.h"
#include "report/lam_json.h"
#include "scene/experiment.h"

namespace lamscope {

/// What a run needs beside its experiment: the machine, the files that are written, and what a figure asks for in
/// addition.
struct LamRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< where addLamArrays() will write; empty if it will not
    std::vector<double> gradientsAt{};             ///< α of the path at which gradients are kept beside the map
    /// How gradients are evaluated; without `batch` and `batches`: with those of BatchCalibration::defaultFile().
    EvaluationOptions evaluation{};
    /// Where the networks come from; empty: loadModel(), on the device. Throws as loadModel().
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load{};
    /// Gives the map of a patch of whole images (HR may be empty) where none is to be computed; empty: maps are
    /// computed.
    std::function<LamResult(const PlacedPatch& patch, const Image& lr, const Image& hr)> givenMap{};
};

/// Where a run stands.
struct LamRunProgress {
    std::size_t model = 0;     ///< index of the network at work; each image has them all, one image after the other
    std::size_t models = 0;    ///< networks times images
    std::string name;          ///< of that network
    std::int64_t done = 0;     ///< gradients
    std::int64_t planned = 0;  ///< the most that can be needed
};

/// What is done of the network at work, 0…1.
[[nodiscard]] inline double shareOf(const LamRunProgress& progress) {
    return progress.planned > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.planned) : 0.0;
}

using LamRunCallback = std::function<void(const LamRunProgress&)>;

/// Computes an experiment of the method LAM in steps: reads all images and the networks that are not hidden (so that
/// what is wrong shows before the long work), then scene by scene checks the patches and computes the map of each
/// network. The command line, figures and the sanity check all run this. A run that was stopped and goes on gives the
/// same results as one that was not. Not thread-safe.
class LamRun {
public:
    /// Throws Error(InvalidArgument) for an experiment without scenes, networks or patches, and as lamOptionsOf() and
    /// makePlan().
    explicit LamRun(Experiment experiment, LamRunSettings settings = {});
    LamRun(LamRun&&) noexcept;
    LamRun& operator=(LamRun&&) noexcept;
    ~LamRun();

    [[nodiscard]] bool finished() const;

    /// One step more: an image, a network, a level of a map, a part of a DI map. False when stopped: the next call goes
    /// on where this one was. Within one forward and backward pass a step returns when it is stopped, but for files
    /// that are read, and where batches are tried for the first evaluation of a size, for about a second.
    /// @param progress called on the calling thread between batches of nodes; must not throw; may be empty.
    /// Throws as readImage(), loadModel(), checkOutputFiles() (before the first map), computeLams(), computeDiMap():
    /// the run is of no use then.
    bool next(const std::stop_token& stop = {}, const LamRunCallback& progress = {});

    /// A document a scene. To be called once, when finished.
    [[nodiscard]] std::vector<LamDocument> take();

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// All steps of a LamRun. @return nullopt when stopped. Throws as LamRun.
[[nodiscard]] std::optional<std::vector<LamDocument>> runLam(const Experiment& experiment,
                                                             const LamRunSettings& settings = {},
                                                             const std::stop_token& stop = {},
                                                             const LamRunCallback& progress = {});

}  // namespace lamscope
