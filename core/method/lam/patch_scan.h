// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "image/image.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"

namespace lamscope {

/// A map of a scan.
struct ScannedMap {
    std::size_t patch = 0;  ///< index among the patches that were given
    LamResult result;
};

/// The maps of several patches of one image in steps: computeLams() takes all steps at once. A computation that was
/// stopped and goes on gives the same results, to the last bit, as one that was not. Not thread-safe.
class PatchScan {
public:
    /// Parameters as for computeLams(); `model`, `lr` and `hr` must outlive this object.
    PatchScan(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
              std::span<const PlacedPatch> patches, const EvaluationOptions& evaluation = {});
    ~PatchScan();
    PatchScan(const PatchScan&) = delete;
    PatchScan& operator=(const PatchScan&) = delete;

    [[nodiscard]] bool finished() const;

    /// Computes one level of the patches of one context. False when stopped: the next call goes on where this one was.
    /// Throws as computeLams().
    bool next(const std::stop_token& stop = {}, const LamsProgressCallback& progress = {});

    /// The maps that are complete and were not taken before. Whoever takes them after each step holds those of one
    /// group of patches at a time, see groupPatches().
    [[nodiscard]] std::vector<ScannedMap> takeComplete();

    /// The maps, in the order of the patches. To be called once, when finished, where none was taken before.
    [[nodiscard]] std::vector<LamResult> take();

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace lamscope
