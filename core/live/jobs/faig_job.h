// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_events.h"
#include "live/live_job.h"
#include "method/faig/faig_images.h"
#include "method/faig/faig_pair.h"
#include "method/faig/faig_scores.h"
#include "scene/scene.h"

namespace lamscope {

/// What scores are computed of. Plain data.
struct FaigSetup {
    ModelSpec baseline;
    ModelSpec target;
    std::vector<Scene> images;  ///< HR
    FaigOptions options;        ///< as scoreOptions()

    friend bool operator==(const FaigSetup&, const FaigSetup&) = default;
};

/// The options that scores depend on: without ranking, masks and re-weighting.
[[nodiscard]] FaigOptions scoreOptions(FaigOptions options);

/// The SR of one LR image by the pair. The parts that are known are not computed again, but of the changed network at
/// least one picture is sent, or FaigPictureFailed: every request that no newer one has replaced is answered.
struct FaigPictureRequest {
    std::int64_t number = 0;  ///< larger for newer requests
    std::size_t image = 0;
    std::size_t degradation = 0;
    FilterChange change{};
    /// LR pixels that are in view, as far as they lie in the image: their SR by the changed target comes first, seen
    /// from a little around them. Empty: the whole at once.
    Rect visible{};
};

/// A curve of readouts over the share of masked filters.
struct FaigCurveRequest {
    FilterRule rule = FilterRule::Faig;
    std::uint64_t seed = 0;       ///< of the random rule
    std::vector<int> order{};     ///< of all filters; empty: of pixel IG, which is computed first
    std::size_t degradation = 0;  ///< whose pixel IG it is
};

namespace live {

/// The pair is loaded.
struct FaigOpened {
    std::int64_t setup = 0;  ///< the number of the setup that events belong to
    FilterIndex filters;
    ModelCard baseline;
    ModelCard target;
    std::vector<std::string> warnings;
    std::shared_ptr<const std::vector<double>> changes;        ///< filterChanges()
    std::shared_ptr<const std::vector<double>> weightChanges;  ///< weightChanges()
};

/// An image is degraded.
struct FaigImageReady {
    std::int64_t setup = 0;
    std::size_t image = 0;
    std::shared_ptr<const FaigImages> images;
    std::string sha256;                 ///< of the HR file; empty: as before, and so are the warnings
    std::vector<std::string> warnings;  ///< about the file
};

struct FaigProgressed {
    std::int64_t setup = 0;
    std::string what;   ///< e.g. "baby, blur"; "pixel IG" while curves are computed
    double done = 0.0;  ///< 0…1 of the scores, or of pixel IG
    std::optional<double> secondsLeft{};
};

/// The scores of an image.
struct FaigScored {
    std::int64_t setup = 0;
    std::size_t image = 0;
    std::size_t degradation = 0;
    std::shared_ptr<const FaigScores> scores;
    double psnrTarget = 0.0;    ///< dB, RGB, border = scale
    double psnrBaseline = 0.0;  ///< the same
};

/// Nothing more comes of the scores, or of the setup where it cannot be used.
struct FaigEnded {
    std::int64_t setup = 0;
    EndReason reason = EndReason::Done;
    std::string message;  ///< why it failed; empty where it did not
};

/// An SR image.
struct FaigPicture {
    enum class Of { Target, Baseline, Changed };

    std::int64_t setup = 0;
    std::int64_t number = 0;  ///< of the request
    std::size_t image = 0;
    std::size_t degradation = 0;
    Of of = Of::Target;
    FilterChange change{};  ///< of Changed
    Rect place;             ///< LR pixels
    bool whole = true;      ///< of the LR image; otherwise a part of it, whose edges see no further
    std::shared_ptr<const Image> sr;
    std::shared_ptr<const Image> difference;  ///< of Changed: 0.5 + 10 · (changed − target); null: no target yet
    std::optional<double> psnr{};             ///< of the whole, as FaigScored::psnrTarget
};

/// The request for pictures cannot be served: an error, or, without a message, cancelled or a place that is none of the
/// setup's.
struct FaigPictureFailed {
    std::int64_t setup = 0;
    std::int64_t number = 0;
    std::string message;
};

/// One image of the readouts of a curve at all its shares.
struct FaigCurvePoint {
    std::int64_t setup = 0;
    std::int64_t number = 0;  ///< of the request for curves
    std::size_t curve = 0;    ///< index among the requests
    std::size_t percent = 0;  ///< index among the shares
    std::size_t image = 0;
    std::vector<double> psnr;         ///< one a degradation, dB, RGB, border = scale
    std::vector<double> gradientMse;  ///< the same, x1000, on gradientPlaneOf(); NaN: not defined
};

struct FaigCurvesEnded {
    std::int64_t setup = 0;
    std::int64_t number = 0;
    EndReason reason = EndReason::Done;
    std::string message;
};

/// The rival's scores of a degradation, sum over images.
struct FaigPixelIg {
    std::int64_t setup = 0;
    std::size_t degradation = 0;
    std::size_t images = 0;  ///< how many
    std::shared_ptr<const std::vector<double>> scores;
};

/// The weights of a layer.
struct FaigLayerWeights {
    std::int64_t setup = 0;
    std::size_t layer = 0;
    std::shared_ptr<const LayerWeights> weights;
};

}  // namespace live

/// Scores of the filters of a pair of networks, their SR images with filters changed, and curves of masks, in steps of
/// a gradient or an SR image each. Pictures that are in view come first, then scores, then curves. The pair is loaded
/// for the job alone: weights of the engine's networks are never changed. It reads its images itself, so that what the
/// probe has open does not concern it.
class FaigJob final : public LiveJob {
public:
    using Event = std::variant<live::FaigOpened, live::FaigImageReady, live::FaigProgressed, live::FaigScored,
                               live::FaigEnded, live::FaigPicture, live::FaigPictureFailed, live::FaigCurvePoint,
                               live::FaigCurvesEnded, live::FaigPixelIg, live::FaigLayerWeights>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    FaigJob(const LiveState& state, Sink sink);
    ~FaigJob() override;

    /// What everything else is about from now on. With the same number and an equal setup nothing changes; otherwise
    /// what was computed is dropped, but for the pair where the networks are the same, and all of it is said again.
    /// @param number above 0, which events carry.
    void use(std::int64_t number, const FaigSetup& setup);
    /// Computes the scores that are not there yet; FaigEnded follows.
    void score();
    /// Takes the place of an earlier request. The same image and degradation are not degraded anew.
    void show(const FaigPictureRequest& request);
    /// Computes curves, image by image, when there is nothing else. Takes the place of an earlier request.
    /// @param biases see FilterChange::biases. @param images the first of the setup that they are over, and pixel IG.
    void readOut(std::int64_t number, std::vector<FaigCurveRequest> curves, std::vector<double> percents, bool biases,
                 std::size_t images);
    void sendWeights(std::size_t layer);

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override;
    void step(const std::stop_token& stop) override;
    /// Ends scores, curves and pictures; what is computed stays.
    void cancel() override;
    /// Ends scores and curves alone.
    void cancelRun();
    /// Forgets the setup and all of it, also the networks.
    void drop();

private:
    class Work;

    const LiveState& state_;
    Sink sink_;
    std::unique_ptr<Work> work_;  // null before the first setup
};

}  // namespace lamscope
