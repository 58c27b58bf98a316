// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps (CEM; Hu et al., TPAMI 2025): does the true content of a block of the input help a region of the
// output, or harm it? A block is replaced by foreign content; its effect is what the PSNR of the region loses. No
// gradient is needed, so that any network will do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/cem/cem_grid.h"
#include "method/cem/cem_numbers.h"
#include "method/cem/cem_options.h"
#include "method/cem/interventions.h"
#include "model/sr_model.h"

namespace lamscope {

/// What a network restores, and how foreign content comes into it. Both images are rounded to 8 bits.
struct CemInput {
    std::shared_ptr<const Image> lr{};
    std::shared_ptr<const Image> hr{};  ///< scale times the size; a map needs it
    std::shared_ptr<const Image>
        rain{};                     ///< of a network that removes it (scale 1): added to what is pasted; null: none
    std::optional<double> noise{};  ///< of a network that removes it (scale 1): its standard deviation in levels of
                                    ///< 0…255, drawn afresh on what is pasted
};

/// The largest effect on the published scale of colours, dB: 2.5 for super-resolution, 1 for denoising, 2 for
/// deraining.
[[nodiscard]] double shownLimit(const CemInput& input);

/// The estimates of a map so far, and what they rest on. Plain data, safe to copy between threads.
struct CemResult {
    CemPlace place;
    double shownLimit = 0.0;       ///< dB
    double psnrOrigin = 0.0;       ///< of the ROI with the image as it is, dB
    std::vector<CemBlock> blocks;  ///< row-major. Effects of coarse draws stand where fine ones are to come.
    /// P of every draw, dB: blocks x draws; NaN where it was not run or the output is not finite.
    std::vector<double> coarsePsnr;
    std::vector<double> finePsnr;
    int coarseDraws = 0;                  ///< of each block
    int fineDraws = 0;                    ///< the same
    int evaluatedBlocks = 0;              ///< all others cannot have an effect
    int fineBlocks = 0;                   ///< known when the coarse draws are done
    CemCounts outside{};                  ///< of the blocks that do not overlap the ROI
    std::array<int, 3> countsOfficial{};  ///< negative, positive, zero as the published scripts count
    std::int64_t forwards = 0;
    std::int64_t nonfiniteOutputs = 0;  ///< draws whose ROI is not finite; they do not count
    double seconds = 0.0;               ///< wall time of the evaluations
    std::vector<std::string> warnings{};
};

/// The draws of a block with the lowest PSNR, that harmed most, worst first, at most `most`; fine ones where there are.
[[nodiscard]] std::vector<CemDraw> mostHarmful(const CemResult& result, std::size_t block, std::size_t most);

/// A causal effect map in steps: whoever calls chooses when to go on, and may look at the map in between. It grows from
/// the ROI outwards, first by coarse draws, then by fine ones in rounds. What comes out does not depend on when it was
/// stopped. Not thread-safe.
class CemScan {
public:
    /// @param model  must outlive this object. @param roi  SR pixels.
    /// Throws Error(InvalidArgument): as checkCemOptions() and cemPlace(); without HR, or with HR or rain of another
    /// size; without patches, or with some that do not fit.
    CemScan(const SrModel& model, CemInput input, std::shared_ptr<const CemInterventions> interventions,
            const CemOptions& options, const Patch& roi);
    CemScan(const CemScan&) = delete;
    CemScan& operator=(const CemScan&) = delete;
    ~CemScan();

    enum class Phase { Origin, Coarse, Fine, Finished };

    [[nodiscard]] Phase phase() const;
    [[nodiscard]] bool finished() const { return phase() == Phase::Finished; }
    /// Fine draws that every block with an effect has: 0, then those of the rounds (6, 12, 25, 50 of 50), after each of
    /// which the map is complete.
    [[nodiscard]] int roundsDraws() const;
    /// Of this phase: forward passes that are done, and all.
    [[nodiscard]] std::int64_t done() const;
    [[nodiscard]] std::int64_t planned() const;

    /// Evaluates one batch. @return false when stopped, within one layer of a native network; the next call evaluates
    /// that batch anew. Throws Error: InvalidArgument (the ROI is reproduced exactly, so that its PSNR is infinite; a
    /// record of another number of draws), ModelFailure, OutOfMemory, WeightsChanged, ConnectionLost.
    bool next(const std::stop_token& stop = {});

    /// The map so far; blocks without a draw are NaN.
    [[nodiscard]] CemResult result() const;

    [[nodiscard]] const CemPlace& place() const;
    /// The LR image (all of it) with a block replaced, as the network gets it.
    [[nodiscard]] Image replaced(const CemDraw& draw) const;
    /// Which patch that is: an index of the interventions.
    [[nodiscard]] std::size_t patchOf(const CemDraw& draw) const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// Called on the calling thread after each batch; must not throw.
using CemCallback = std::function<void(const CemScan& scan)>;

/// All steps of a CemScan. @return nullopt when stopped. Throws as CemScan.
[[nodiscard]] std::optional<CemResult> computeCem(const SrModel& model, const CemInput& input,
                                                  std::shared_ptr<const CemInterventions> interventions,
                                                  const CemOptions& options, const Patch& roi,
                                                  const std::stop_token& stop = {}, const CemCallback& progress = {});

}  // namespace lamscope
