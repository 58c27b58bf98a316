// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "method/lam/evaluation_window.h"
#include "model/sr_model.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_store.h"

namespace lamscope {

/// What a run needs beside its plan.
struct StudyRunSettings {
    std::string device = "cpu";  ///< as returned by resolveDevice()
    std::size_t machine = 0;     ///< which share of dealTasks() is computed here, 0…machines − 1
    std::size_t machines = 1;
    bool maps = false;         ///< also keep the maps themselves; tasks that were done without them are done again
    bool retryFailed = false;  ///< compute failed tasks again
    /// How gradients are evaluated; without `batch` and `batches`: with those of BatchCalibration::defaultFile().
    EvaluationOptions evaluation{};
    /// Where the networks come from; empty: loadModel(), on the device. Throws as loadModel().
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load{};
};

/// Where a run stands. Tasks are those of this machine.
struct StudyRunProgress {
    std::size_t tasks = 0;
    std::size_t done = 0;               ///< with those of earlier runs
    std::size_t failed = 0;             ///< the same
    std::int64_t maps = 0;              ///< of this run
    double seconds = 0.0;               ///< that this run was at work
    std::optional<double> secondsLeft;  ///< by the estimated costs; unset before the first task is done
    std::string image;                  ///< at work
    std::string network;                ///< at work
    std::string failure;                ///< why the task that has just ended failed; empty where it did not
};

using StudyRunCallback = std::function<void(const StudyRunProgress&)>;

/// How a run ended.
struct StudyRunOutcome {
    std::size_t done = 0;
    std::size_t failed = 0;
    std::size_t left = 0;  ///< not 0 where it was stopped
};

/// Computes the tasks of a plan that the store does not have yet, image by image, and keeps each in the store when it
/// is done, in a transaction of its own: a run that ends in any way loses at most the task at work, and the next goes
/// on. Maps are those of LamRun, of which a task keeps rows while it is at work: memory does not grow with the number
/// of patches but for these. The patches of one image share forward passes, and networks stay loaded.
///
/// What goes wrong with an image or a network is kept as the failure of its tasks, and the rest goes on: an image that
/// cannot be read, a network that cannot be loaded, has no memory or gives NaN, a patch outside of the image, a file
/// that has changed since the plan was made. Maps of other patches of the task are kept. Not so where a network runs on
/// a server that is gone, or in which it is trained: that ends the run, and the task is as if it had not begun.
///
/// In steps: runStudy() takes all of them at once. A run that was stopped and goes on gives the same results, to the
/// last bit, as one that was not. Not thread-safe.
class StudyRun {
public:
    /// `plan` and `store` must outlive this object. Throws Error as checkReadable() and Lpips() do, and
    /// Error(ConnectionLost) where a server did not answer when the plan was made, before anything is kept; and as
    /// keepPlan() and the other functions of study_records.h do.
    StudyRun(const StudyPlan& plan, StudyStore& store, StudyRunSettings settings = {});
    StudyRun(StudyRun&&) noexcept;
    StudyRun& operator=(StudyRun&&) noexcept;
    ~StudyRun();

    /// Whether no task is left.
    [[nodiscard]] bool finished() const;

    /// One step more: an image, a network, a level of the maps of one context. False when stopped: the next call goes
    /// on where this one was. Within one forward and backward pass a step returns when it is stopped, but for an image
    /// that is read and a network that is loaded, and where batches are tried for the first evaluation of a size.
    /// @param progress called on the calling thread before and after each task and between batches of gradients; must
    ///                 not throw; may be empty.
    /// Throws Error(ConnectionLost, WeightsChanged) of a server's network; the next call begins the task anew. Throws
    /// Error as the functions of study_records.h do: what cannot be kept ends the run. After StoreLocked the
    /// next call tries again to keep it, and computes nothing twice.
    bool next(const std::stop_token& stop = {}, const StudyRunCallback& progress = {});

    /// Where it stands.
    [[nodiscard]] StudyRunProgress progress() const;
    /// How it would end now.
    [[nodiscard]] StudyRunOutcome outcome() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// All steps of a StudyRun.
/// @param progress as of StudyRun::next(); also called when the run begins.
/// Throws as StudyRun.
[[nodiscard]] StudyRunOutcome runStudy(const StudyPlan& plan, StudyStore& store, const StudyRunSettings& settings = {},
                                       const std::stop_token& stop = {}, const StudyRunCallback& progress = {});

/// Times a map of each network on the first image that can be read, by computing its first patches.
/// @return the seconds as StudyDescription::secondsPerMap has them, with the measures of quality; without the networks
/// that failed. Nullopt when stopped. Throws Error as Lpips() does.
[[nodiscard]] std::optional<std::map<std::string, double>> timeNetworks(
    const StudyPlan& plan, const StudyRunSettings& settings = {}, const std::stop_token& stop = {},
    const std::function<void(const std::string& network)>& progress = {});

/// Seconds that all tasks take together, by their costs.
[[nodiscard]] double estimatedSeconds(const StudyPlan& plan);

}  // namespace lamscope
