// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "image/image.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/lam_options.h"
#include "model/sr_model.h"

namespace lamscope {

/// Patches side by side over an SR image, row by row.
struct PatchGrid {
    int columns = 0;
    int rows = 0;
    std::vector<Patch> patches;  ///< columns x rows, SR pixels
};

/// As many patches of `size` x `size` as fit with what the detector reads around them, `stride` SR pixels apart. Throws
/// Error(InvalidArgument): a stride below 1, no patch that fits, more than 100000 patches.
[[nodiscard]] PatchGrid patchGrid(int srWidth, int srHeight, DetectorKind detector, int size, int stride);

/// What LAM says of one patch of a DI map.
struct DiMapCell {
    Patch patch;  ///< SR pixels of the whole image
    IntegrationRule rule = IntegrationRule::RightEndpoints;
    int nodes = 0;                               ///< on the path; 0: not computed yet
    std::optional<double> diffusionIndex{};      ///< as in LamResult; nullopt where the map is not defined
    std::optional<std::int64_t> mass95Pixels{};  ///< the same
    std::optional<double> radiusPixels{};        ///< the same
    std::optional<double> completenessError{};   ///< the same
};

/// Diffusion index and its companions for every patch of a grid over an image. Plain data.
struct DiMap {
    int stride = 0;  ///< SR pixels from one patch to the next
    int columns = 0;
    int rows = 0;
    int coarseStep = 1;            ///< the cells that are computed first lie so many apart
    std::vector<DiMapCell> cells;  ///< columns x rows, row by row

    [[nodiscard]] const DiMapCell& at(int column, int row) const;
    /// What stands for a cell: its own values, before they are there those of the coarse cell nearby; nullptr while
    /// there is neither.
    [[nodiscard]] const DiMapCell* shownAt(int column, int row) const;
    /// The cell whose patch is closest to a place in SR pixels.
    [[nodiscard]] const DiMapCell& nearest(double x, double y) const;
};

/// How far a DI map has come.
struct DiMapProgress {
    std::int64_t gradientsDone = 0;
    std::int64_t gradientsPlanned = 0;  ///< the most that can be needed
    const DiMap* map = nullptr;         ///< set when cells have changed; valid during the call
};

using DiMapCallback = std::function<void(const DiMapProgress&)>;

/// The plan that a network follows for the cells of a DI map: where the preset is exact and neither nodes nor a
/// tolerance are given, with 7 cells, or with the rule of midpoints 9 nodes. Throws as makePlan().
/// @param hasSecantRules  of the network.
[[nodiscard]] LamPlan diMapPlan(LamOptions options, bool hasSecantRules);

/// Computes a DI map in steps, coarse to fine: a few of the grid's cells at 3 nodes first, then all, group by group.
/// Forward passes are shared by the patches of one context. Each cell's numbers are those of computeLam() with the same
/// options, up to the rounding of float32. Not thread-safe.
class DiMapScan {
public:
    /// @param model   must outlive this object.
    /// @param options the patch gives the size of all patches, its place is unused. Nodes and tolerance as in
    ///                diMapPlan().
    /// @param stride  SR pixels, at least 1.
    /// @param hr      the clean image for the path Rain, as for computeLam(); may be null for others.
    /// Throws Error(InvalidArgument): options, an image too small for one patch, a grid of more than 100000 patches,
    /// and as checkImages().
    DiMapScan(const SrModel& model, std::shared_ptr<const Image> lr, const LamOptions& options, int stride,
              const EvaluationOptions& evaluation = {}, std::shared_ptr<const Image> hr = nullptr);
    ~DiMapScan();
    DiMapScan(const DiMapScan&) = delete;
    DiMapScan& operator=(const DiMapScan&) = delete;

    [[nodiscard]] const DiMap& map() const;
    [[nodiscard]] bool finished() const;
    /// The options each cell is computed with; the patch is that of the first.
    [[nodiscard]] const LamOptions& options() const;
    /// The most gradients that can be needed.
    [[nodiscard]] std::int64_t gradientsPlanned() const;

    /// Goes on until cells have changed; then `progress` is called with the map. False when stopped, after which it can
    /// be called again and goes on where it was. Throws as computeLam().
    bool next(const std::stop_token& stop = {}, const DiMapCallback& progress = {});

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// The whole scan; nullopt when stopped.
[[nodiscard]] std::optional<DiMap> computeDiMap(const SrModel& model, const Image& lr, const LamOptions& options,
                                                int stride, const std::stop_token& stop = {},
                                                const DiMapCallback& progress = {},
                                                const EvaluationOptions& evaluation = {},
                                                std::shared_ptr<const Image> hr = nullptr);

}  // namespace lamscope
