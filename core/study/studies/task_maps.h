// SPDX-License-Identifier: GPL-3.0-or-later
// The maps of a task in steps, and the images and networks that tasks share.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/low_resolution.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/lam.h"
#include "method/lam/patch_scan.h"
#include "model/sr_model.h"
#include "model/weights_watch.h"
#include "scene/network_input.h"
#include "study/run_maps.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_run.h"

namespace lamscope {

/// Images and networks of a plan as they are needed. Not thread-safe.
class StudyInputs {
public:
    /// `plan` must outlive this object.
    StudyInputs(const StudyPlan& plan, const StudyRunSettings& settings);
    StudyInputs(const StudyInputs&) = delete;
    StudyInputs& operator=(const StudyInputs&) = delete;

    [[nodiscard]] const StudyPlan& plan() const { return plan_; }
    [[nodiscard]] const EvaluationOptions& evaluation() const { return evaluation_; }

    /// Whether the image is there, as the plan found it. One image is, until another is read.
    [[nodiscard]] bool hasImage(std::size_t index) const { return read_ == index && isChecked_; }
    /// A step towards it: reads it, or compares its hash with the plan's. False when stopped. Throws what is wrong with
    /// it, each time.
    bool readImage(std::size_t index, const std::stop_token& stop);
    /// To be called while it is there.
    [[nodiscard]] const RunImages& image() const { return images_; }

    /// Whether the network is loaded. It stays loaded.
    [[nodiscard]] bool hasNetwork(std::size_t index) const { return networks_[index].model != nullptr; }
    /// Loads it. Throws what is wrong with it, each time.
    void loadNetwork(std::size_t index);
    /// To be called when it is loaded.
    [[nodiscard]] const SrModel& network(std::size_t index) const { return *networks_[index].model; }
    /// Throws Error(WeightsChanged) where its weights are others than those that were loaded.
    void checkWeights(std::size_t index) const;

private:
    struct Network {
        std::shared_ptr<const SrModel> model;
        std::string trouble;
        std::optional<WeightsWatch> weights{};  // since it was loaded
    };

    const StudyPlan& plan_;
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load_;
    BatchCalibration batches_;
    EvaluationOptions evaluation_;
    std::vector<Network> networks_;
    std::optional<std::size_t> read_;  // the image
    bool isChecked_ = false;           // it is the plan's
    RunImages images_;
};

/// The maps of the first patches of a task. Not thread-safe.
class TaskMaps {
public:
    using Take = std::function<void(std::size_t patch, const LamResult& map)>;
    using Refuse = std::function<void(std::size_t patch, const Patch& place, const std::string& why)>;

    /// @param most  no more patches than this.
    /// @param take  gets each map, with its patch's index, as soon as it is complete: a grid has more maps than memory
    ///              holds.
    /// @param refuse  gets patches that have no place in the image, and maps without numbers.
    /// `inputs` must outlive this object.
    TaskMaps(StudyInputs& inputs, const StudyTask& task, std::size_t most, Take take, Refuse refuse);
    TaskMaps(const TaskMaps&) = delete;
    TaskMaps& operator=(const TaskMaps&) = delete;

    [[nodiscard]] bool finished() const { return scan_ && scan_->finished(); }

    /// One step more: an image, a network, a level of the maps of one context. False when stopped: the next call goes
    /// on where this one was. A network of a known family is left within one layer, others within one pass. Throws what
    /// is wrong with all maps: this object is of no use then.
    bool next(const std::stop_token& stop, const LamsProgressCallback& report);

private:
    void begin();
    /// False when stopped.
    bool advance(const std::stop_token& stop, const LamsProgressCallback& report);

    StudyInputs& inputs_;
    StudyTask task_;
    std::size_t most_;
    Take take_;
    Refuse refuse_;
    LowResolutionPair pair_;            // set when the scan begins
    PixelMask mask_;                    // of rain, the same
    std::vector<std::size_t> indices_;  // of the patches that are scanned, among all
    std::optional<PatchScan> scan_;     // unset before it has begun
};

}  // namespace lamscope
