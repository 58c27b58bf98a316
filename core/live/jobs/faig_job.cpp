// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/faig_job.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "method/faig/filter_ranking.h"
#include "method/faig/filter_readout.h"

namespace lamscope {

namespace {

using FaigClock = std::chrono::steady_clock;

constexpr auto betweenFaigReports = std::chrono::milliseconds(100);

/// LR pixels around what is in view that its first picture is computed with.
constexpr int marginOfCoarse = 12;

/// Degraded images that are kept: a set of large ones would not fit into memory.
constexpr std::size_t mostKeptBytes = std::size_t{512} << 20;

std::size_t bytesOf(const FaigImages& images) {
    std::size_t values = images.hr.values().size() + images.clean.values().size();
    for (const auto& lr : images.lr) {
        values += lr.values().size();
    }
    return values * sizeof(float);
}

/// 0.5 + 10 · (changed − target): ten times the difference, as a picture around grey.
Image tenfoldDifference(const Image& changed, const Image& target) {
    Image difference(changed.width(), changed.height());
    constexpr float half = 0.5F;
    constexpr float factor = 10.0F;
    std::ranges::transform(changed.values(), target.values(), difference.values().begin(),
                           [](float a, float b) { return half + factor * (a - b); });
    return difference;
}

Rect grown(const Rect& rect, int margin, int width, int height) {
    const int left = std::max(rect.x - margin, 0);
    const int top = std::max(rect.y - margin, 0);
    return {left, top, std::min(rect.x + rect.width + margin, width) - left,
            std::min(rect.y + rect.height + margin, height) - top};
}

/// Empty where they do not meet.
Rect common(const Rect& one, const Rect& two) {
    const int left = std::max(one.x, two.x);
    const int top = std::max(one.y, two.y);
    return {left, top, std::max(std::min(one.x + one.width, two.x + two.width) - left, 0),
            std::max(std::min(one.y + one.height, two.y + two.height) - top, 0)};
}

Rect multiplied(const Rect& rect, int factor) {
    return {rect.x * factor, rect.y * factor, rect.width * factor, rect.height * factor};
}

}  // namespace

FaigOptions scoreOptions(FaigOptions options) {
    const FaigOptions plain;
    options.rank = plain.rank;
    options.of = plain.of;
    options.against = plain.against;
    options.mask = plain.mask;
    options.lambdas = plain.lambdas;
    options.biases = plain.biases;
    return options;
}

/// All that belongs to one setup.
class FaigJob::Work {
public:
    Work(const LiveState& state, const Sink& sink, std::int64_t given, FaigSetup wanted)
        : number(given)
        , setup(std::move(wanted))
        , state_(state)
        , sink_(sink) {}

    std::int64_t number;
    FaigSetup setup;

    void score() {
        wantsScores_ = true;
        begun_ = FaigClock::now();
        gradientsSinceBegun_ = 0;
    }
    void show(const FaigPictureRequest& request) {
        picture_ = request;
        hasCoarse_ = request.change.filters.empty();
        hasChanged_ = false;
    }
    void readOut(std::int64_t curvesNumber, std::vector<FaigCurveRequest> curves, std::vector<double> percents,
                 bool biases, std::size_t images) {
        endCurves(live::EndReason::Cancelled, {});
        if (curves.empty() || percents.empty()) {
            return;
        }
        images = std::min(images, this->images());
        if (images != curveImages_) {
            pixelIg_.clear();  // it is over other images
            curveImages_ = images;
        }
        curves_ = std::move(curves);
        percents_ = std::move(percents);
        curveBiases_ = biases;
        curvesNumber_ = curvesNumber;
        curveImage_ = 0;
        curveStep_ = 0;
        targets_.clear();
    }
    void sendWeights(std::size_t layer) {
        if (isOpen_) {
            sink_(live::FaigLayerWeights{number, layer, std::make_shared<const LayerWeights>(pair_->weightsOf(layer))});
        } else {
            layerWanted_ = layer;
        }
    }

    [[nodiscard]] bool hasWork() const { return picture_ || wantsScores_ || !curves_.empty() || layerWanted_; }
    [[nodiscard]] LivePriority priority() const {
        if (picture_ || layerWanted_) {
            return hasCoarse_ ? LivePriority::Images : LivePriority::CoarseMaps;
        }
        return wantsScores_ ? LivePriority::Checks : LivePriority::DiMaps;
    }

    void step(const std::stop_token& stop) {
        if (!isOpen_) {
            open();
        } else if (picture_) {
            stepPicture(stop);
        } else if (wantsScores_) {
            stepScores(stop);
        } else if (!curves_.empty()) {
            stepCurves(stop);
        }
    }

    void cancel() {
        refusePicture({});
        cancelRun();
    }
    void cancelRun() {
        endScores(live::EndReason::Cancelled, {});
        endCurves(live::EndReason::Cancelled, {});
    }

    /// The pair of another setup of the same networks, which ends with that.
    void takePair(Work& other) {
        other.scoring_.reset();
        other.pixelScoring_.reset();
        pair_ = std::move(other.pair_);
    }

    /// Nothing of it can be computed.
    void fail(const std::string& message) {
        const bool wasPicture = picture_.has_value();
        preparing_.reset();
        refusePicture(message);
        if (!pair_) {
            layerWanted_.reset();
        }
        if (!pair_ || !wasPicture) {
            const bool scores = wantsScores_;
            endScores(live::EndReason::Done, message);
            if (!pair_ || !scores) {
                endCurves(live::EndReason::Done, message);
            }
        }
    }

private:
    using Place = std::pair<std::size_t, std::size_t>;  ///< image, degradation

    [[nodiscard]] std::size_t images() const {
        return std::min(setup.images.size(), static_cast<std::size_t>(std::max(setup.options.images, 0)));
    }
    [[nodiscard]] std::size_t degradations() const { return setup.options.degradations.size(); }
    [[nodiscard]] int scale() const { return pair_->target().scale; }

    void open() {
        if (!pair_) {
            state_.sayProgress({"filters: loading both networks", 0, 0});
            pair_ = std::make_unique<FaigPair>(setup.baseline, setup.target, state_.device);
        }
        isOpen_ = true;
        sink_(live::FaigOpened{number, pair_->filters(), pair_->baseline(), pair_->target(), pair_->warnings(),
                               std::make_shared<const std::vector<double>>(filterChanges(*pair_)),
                               std::make_shared<const std::vector<double>>(weightChanges(*pair_))});
        if (layerWanted_) {
            sendWeights(*std::exchange(layerWanted_, std::nullopt));
        }
    }

    // --- images

    [[nodiscard]] bool has(std::size_t image) const { return images_.contains(image); }

    /// Reads and degrades an image in steps of its own: one reads, one an LR image degrades, one hashes the file.
    void prepare(std::size_t image) {
        const auto& scene = setup.images[image];
        const auto name = scene.image.stem().string();
        state_.sayProgress({fmt::format("filters: degrading {}", name), 0, 0});
        if (!preparing_ || preparing_->image != image) {
            auto loaded = readImage(scene.image, scene.reading);
            loaded.warnings.resize(loaded.warnings.size() - loaded.offers.size());
            preparing_ = Preparing{image, std::move(loaded.image), std::move(loaded.warnings), {}, {}};
            return;
        }
        auto& made = preparing_->made;
        if (made.lr.size() < degradations()) {
            auto options = setup.options;
            options.degradations = {setup.options.degradations[made.lr.size()]};
            auto one = degradedImages(preparing_->hr, name, scale(), options);
            if (made.lr.empty()) {
                made = std::move(one);
            } else {
                made.lr.push_back(std::move(one.lr.front()));
            }
            return;
        }
        if (preparing_->sha256.empty()) {
            preparing_->sha256 = sha256OfFile(scene.image);
        }
        auto done = std::move(*preparing_);
        preparing_.reset();
        const auto images = std::make_shared<const FaigImages>(std::move(done.made));
        keep(image, images);
        sink_(live::FaigImageReady{number, image, images, std::move(done.sha256), std::move(done.warnings)});
    }

    void keep(std::size_t image, std::shared_ptr<const FaigImages> made) {
        std::size_t bytes = bytesOf(*made);
        for (const auto& [each, kept] : images_) {
            bytes += bytesOf(*kept);
        }
        const std::size_t shown = shownPlace_ ? shownPlace_->first : image;
        for (auto at = images_.begin(); at != images_.end() && bytes > mostKeptBytes;) {
            if (at->first == shown) {
                ++at;
                continue;
            }
            bytes -= bytesOf(*at->second);
            at = images_.erase(at);
        }
        images_[image] = std::move(made);
    }

    // --- pictures

    void stepPicture(const std::stop_token& stop) {
        const auto image = picture_->image;
        const auto degradation = picture_->degradation;
        if (image >= images() || degradation >= degradations()) {
            refusePicture({});
            return;
        }
        if (!has(image)) {
            prepare(image);
            return;
        }
        const Place place(image, degradation);
        const auto prepared = images_.at(image);
        if (shownPlace_ != place) {
            shownPlace_ = place;
            shownTarget_ = nullptr;
            shownBaseline_ = nullptr;
            sink_(live::FaigImageReady{number, image, prepared, {}, {}});  // whoever looks may have dropped it
        }
        const auto& lr = prepared->lr[degradation];
        const Rect whole{0, 0, lr.width(), lr.height()};
        if (!hasCoarse_) {
            hasCoarse_ = true;
            const auto visible = common(picture_->visible, whole);
            const bool small =
                visible.width > 0 && visible.height > 0
                && std::int64_t{visible.width} * visible.height * 2 < std::int64_t{whole.width} * whole.height;
            if (small) {
                hasCoarse_ = sendCoarse(lr, visible, stop);
                return;
            }
        }
        if (!shownTarget_) {
            shownTarget_ = sendWhole(live::FaigPicture::Of::Target, *prepared, lr, stop);
        } else if (!hasChanged_) {
            if (picture_->change.filters.empty()) {
                sendPicture(live::FaigPicture::Of::Changed, *prepared, lr, shownTarget_);
                hasChanged_ = true;
            } else {
                hasChanged_ = sendWhole(live::FaigPicture::Of::Changed, *prepared, lr, stop) != nullptr;
            }
        } else if (!shownBaseline_) {
            shownBaseline_ = sendWhole(live::FaigPicture::Of::Baseline, *prepared, lr, stop);
        }
        if (shownTarget_ && hasChanged_ && shownBaseline_) {
            picture_.reset();
        }
    }

    /// @return whether it was sent: not when stopped.
    bool sendCoarse(const Image& lr, const Rect& visible, const std::stop_token& stop) {
        const auto seen = grown(visible, marginOfCoarse, lr.width(), lr.height());
        const auto sr = pair_->upscale(lr.cropped(seen), picture_->change, stop);
        if (!sr) {
            return false;
        }
        const Rect inside{visible.x - seen.x, visible.y - seen.y, visible.width, visible.height};
        auto part = std::make_shared<const Image>(sr->cropped(multiplied(inside, scale())));
        std::shared_ptr<const Image> difference;
        if (shownTarget_) {
            difference = std::make_shared<const Image>(
                tenfoldDifference(*part, shownTarget_->cropped(multiplied(visible, scale()))));
        }
        sink_(live::FaigPicture{.setup = number,
                                .number = picture_->number,
                                .image = picture_->image,
                                .degradation = picture_->degradation,
                                .of = live::FaigPicture::Of::Changed,
                                .change = picture_->change,
                                .place = visible,
                                .whole = false,
                                .sr = std::move(part),
                                .difference = std::move(difference)});
        return true;
    }

    /// @return the image that was sent; null when stopped.
    std::shared_ptr<const Image> sendWhole(live::FaigPicture::Of of, const FaigImages& prepared, const Image& lr,
                                           const std::stop_token& stop) {
        const auto computed = of == live::FaigPicture::Of::Baseline ? pair_->upscaleBaseline(lr, stop)
                              : of == live::FaigPicture::Of::Target ? pair_->upscale(lr, {}, stop)
                                                                    : pair_->upscale(lr, picture_->change, stop);
        if (!computed) {
            return nullptr;
        }
        auto sr = std::make_shared<const Image>(*computed);
        sendPicture(of, prepared, lr, sr);
        return sr;
    }

    void sendPicture(live::FaigPicture::Of of, const FaigImages& prepared, const Image& lr,
                     const std::shared_ptr<const Image>& sr) {
        std::shared_ptr<const Image> difference;
        if (of == live::FaigPicture::Of::Changed && shownTarget_) {
            difference = std::make_shared<const Image>(tenfoldDifference(*sr, *shownTarget_));
        }
        sink_(live::FaigPicture{.setup = number,
                                .number = picture_->number,
                                .image = picture_->image,
                                .degradation = picture_->degradation,
                                .of = of,
                                .change = picture_->change,
                                .place = {0, 0, lr.width(), lr.height()},
                                .whole = true,
                                .sr = sr,
                                .difference = std::move(difference),
                                .psnr = psnrOfSr(*sr, prepared.hr, scale())});
    }

    void refusePicture(const std::string& message) {
        if (picture_) {
            const auto refused = picture_->number;
            picture_.reset();
            sink_(live::FaigPictureFailed{number, refused, message});
        }
    }

    // --- scores

    void stepScores(const std::stop_token& stop) {
        for (std::size_t image = 0; image < images(); ++image) {
            for (std::size_t degradation = 0; degradation < degradations(); ++degradation) {
                if (!scored_.contains({image, degradation})) {
                    stepScore({image, degradation}, stop);
                    return;
                }
            }
        }
        endScores(live::EndReason::Done, {});
    }

    void stepScore(const Place& place, const std::stop_token& stop) {
        const auto [image, degradation] = place;
        if (!has(image)) {
            prepare(image);
            return;
        }
        const auto prepared = images_.at(image);
        const auto& lr = prepared->lr[degradation];
        if (!scoring_ || scoringOf_ != place) {
            scoring_ = std::make_unique<FaigScoring>(*pair_, lr, prepared->hr, setup.options);
            scoringOf_ = place;
            scoringImages_ = prepared;
        }
        if (!scoring_->finished()) {
            const int before = scoring_->done();
            if (!scoring_->next(stop)) {
                return;
            }
            gradientsSinceBegun_ += scoring_->done() - before;
            report();
            if (!scoring_->finished()) {
                return;
            }
        }
        // PSNRs take a step of their own: they are two SR images.
        if (!psnrTarget_) {
            if (const auto sr = pair_->upscale(lr, {}, stop)) {
                psnrTarget_ = psnrOfSr(*sr, prepared->hr, scale());
            }
            return;
        }
        const auto sr = pair_->upscaleBaseline(lr, stop);
        if (!sr) {
            return;
        }
        gradients_ += scoring_->done();
        ++scoredCount_;
        scored_[place] = true;
        sink_(live::FaigScored{number, image, degradation, scoring_->result(),
                               *std::exchange(psnrTarget_, std::nullopt), psnrOfSr(*sr, prepared->hr, scale())});
        scoring_.reset();
        scoringImages_.reset();
        reported_ = {};
        report();
    }

    void report() {
        const auto now = FaigClock::now();
        if (now - reported_ < betweenFaigReports) {
            return;
        }
        reported_ = now;
        const auto all = static_cast<double>(images() * degradations());
        // What is still to come is taken to need as many gradients as those that are finished.
        const double each = scoredCount_ > 0 ? static_cast<double>(gradients_) / static_cast<double>(scoredCount_)
                            : scoring_       ? expectedGradients()
                                             : 1.0;
        const double atWork = scoring_ ? std::min(scoring_->done() / std::max(each, 1.0), 1.0) : 0.0;
        const double done = (static_cast<double>(scoredCount_) + atWork) / std::max(all, 1.0);
        live::FaigProgressed progress{.setup = number, .what = nameOf(scoringOf_), .done = std::min(done, 1.0)};
        const std::chrono::duration<double> passed = now - begun_;
        if (gradientsSinceBegun_ >= 3) {
            const double left = (1.0 - progress.done) * all * each;
            progress.secondsLeft = passed.count() / static_cast<double>(gradientsSinceBegun_) * left;
        }
        state_.sayProgress({"filters: " + progress.what,
                            static_cast<std::int64_t>(gradients_) + (scoring_ ? scoring_->done() : 0),
                            static_cast<std::int64_t>(std::lround(all * each))});
        sink_(std::move(progress));
    }

    /// Before anything is finished: two levels, or all of a single one.
    [[nodiscard]] double expectedGradients() const {
        const auto levels = faigLevels(setup.options);
        return levels.empty() ? 1.0 : static_cast<double>(levels.size() > 1 ? levels[1] : levels.front());
    }

    [[nodiscard]] std::string nameOf(const Place& place) const {
        if (place.first >= setup.images.size() || place.second >= degradations()) {
            return {};
        }
        return fmt::format("{}, {}", setup.images[place.first].image.stem().string(),
                           setup.options.degradations[place.second].name);
    }

    void endScores(live::EndReason reason, std::string message) {
        if (std::exchange(wantsScores_, false)) {
            sink_(live::FaigEnded{number, reason, std::move(message)});
        } else if (!pair_ && !message.empty()) {
            sink_(live::FaigEnded{number, reason, std::move(message)});
        }
    }

    // --- curves

    /// Image by image: target first, whose gradients the others are compared with; then every curve at every share.
    void stepCurves(const std::stop_token& stop) {
        if (curveImage_ >= curveImages_) {
            endCurves(live::EndReason::Done, {});
            return;
        }
        const std::size_t curve = curveStep_ / percents_.size();
        const std::size_t percent = curveStep_ % percents_.size();
        // Only now: the curves before it need not wait for it.
        if (curves_[curve].rule == FilterRule::PixelIg && curves_[curve].order.empty()
            && !pixelIg_.contains(curves_[curve].degradation)) {
            stepPixelIg(curves_[curve].degradation, stop);
            return;
        }
        if (!has(curveImage_)) {
            prepare(curveImage_);
            return;
        }
        const auto prepared = images_.at(curveImage_);
        if (targets_.size() < degradations()) {
            if (auto sr = pair_->upscale(prepared->lr[targets_.size()], {}, stop)) {
                targets_.push_back(*std::move(sr));
            }
            return;
        }
        const auto& order = orderOf(curves_[curve]);
        const FilterChange change{.filters = topOf(order, percents_[percent]), .lambda = 0.0, .biases = curveBiases_};
        const auto& lr = prepared->lr[point_.psnr.size()];
        const auto sr = pair_->upscale(lr, change, stop);
        if (!sr) {
            return;
        }
        const auto plane = gradientPlaneOf(setup.options.preset, pair_->target());
        point_.gradientMse.push_back(plane ? gradientMse(targets_[point_.psnr.size()], *sr, *plane)
                                           : std::numeric_limits<double>::quiet_NaN());
        point_.psnr.push_back(psnrOfSr(*sr, prepared->hr, scale()));
        if (point_.psnr.size() < degradations()) {
            return;
        }
        point_.setup = number;
        point_.number = curvesNumber_;
        point_.curve = curve;
        point_.percent = percent;
        point_.image = curveImage_;
        sink_(std::exchange(point_, {}));
        ++curveStep_;
        sayCurves();
        if (curveStep_ == curves_.size() * percents_.size()) {
            curveStep_ = 0;
            targets_.clear();
            ++curveImage_;
        }
    }

    void sayCurves() {
        const auto each = curves_.size() * percents_.size();
        const auto done = curveImage_ * each + curveStep_;
        state_.sayProgress(
            {"filters: masking", static_cast<std::int64_t>(done), static_cast<std::int64_t>(each * curveImages_)});
    }

    [[nodiscard]] const std::vector<int>& orderOf(const FaigCurveRequest& curve) const {
        return curve.order.empty() ? pixelIg_.at(curve.degradation).order : curve.order;
    }

    void stepPixelIg(std::size_t degradation, const std::stop_token& stop) {
        if (pixelIgImage_ >= curveImages_) {
            const auto scores = std::make_shared<const std::vector<double>>(std::exchange(pixelIgSum_, {}));
            pixelIg_[degradation] = {orderByScore(*scores)};
            pixelIgImage_ = 0;
            sink_(live::FaigPixelIg{number, degradation, curveImages_, scores});
            return;
        }
        if (!has(pixelIgImage_)) {
            prepare(pixelIgImage_);
            return;
        }
        const auto prepared = images_.at(pixelIgImage_);
        if (!pixelScoring_) {
            pixelScoringImages_ = prepared;
            pixelScoring_ = std::make_unique<PixelIgScoring>(*pair_, prepared->clean, prepared->lr[degradation]);
        }
        state_.sayProgress({"filters: pixel IG", pixelScoring_->done(), pixelScoring_->planned()});
        if (const auto now = FaigClock::now(); now - reported_ >= betweenFaigReports) {
            reported_ = now;
            const double within = static_cast<double>(pixelScoring_->done()) / pixelScoring_->planned();
            sink_(live::FaigProgressed{
                .setup = number,
                .what = "pixel IG",
                .done = (static_cast<double>(pixelIgImage_) + within) / static_cast<double>(curveImages_)});
        }
        if (!pixelScoring_->next(stop) || !pixelScoring_->finished()) {
            return;
        }
        const auto scores = pixelScoring_->scores();
        pixelIgSum_.resize(scores.size());
        std::ranges::transform(scores, pixelIgSum_, pixelIgSum_.begin(), std::plus());
        pixelScoring_.reset();
        pixelScoringImages_.reset();
        ++pixelIgImage_;
    }

    void endCurves(live::EndReason reason, std::string message) {
        if (curves_.empty()) {
            return;
        }
        curves_.clear();
        targets_.clear();
        point_ = {};
        pixelScoring_.reset();
        pixelIgSum_.clear();
        pixelIgImage_ = 0;
        sink_(live::FaigCurvesEnded{number, curvesNumber_, reason, std::move(message)});
    }

    struct PixelIgOrder {
        std::vector<int> order{};
    };

    /// An image that is not degraded in all ways yet.
    struct Preparing {
        std::size_t image = 0;
        Image hr;
        std::vector<std::string> warnings;
        FaigImages made;
        std::string sha256;
    };

    const LiveState& state_;
    const Sink& sink_;
    std::unique_ptr<FaigPair> pair_;                                   // null before it is loaded
    bool isOpen_ = false;                                              // FaigOpened was sent
    std::map<std::size_t, std::shared_ptr<const FaigImages>> images_;  // by their places in the setup; some
    std::optional<Preparing> preparing_;

    std::optional<FaigPictureRequest> picture_;  // unset: none is wanted
    bool hasCoarse_ = false;                     // what is in view was sent, or need not be
    bool hasChanged_ = false;
    std::optional<Place> shownPlace_;
    std::shared_ptr<const Image> shownTarget_;    // SR of that place
    std::shared_ptr<const Image> shownBaseline_;  // the same

    bool wantsScores_ = false;
    std::map<Place, bool> scored_;
    std::shared_ptr<const FaigImages> scoringImages_;  // of `scoring_`, which looks at them
    std::unique_ptr<FaigScoring> scoring_;
    Place scoringOf_;
    std::optional<double> psnrTarget_;  // of the image whose scores are finished
    std::int64_t gradients_ = 0;        // of those that are finished
    std::size_t scoredCount_ = 0;
    std::int64_t gradientsSinceBegun_ = 0;
    FaigClock::time_point begun_;
    FaigClock::time_point reported_;

    std::vector<FaigCurveRequest> curves_;  // empty: none are wanted
    std::vector<double> percents_;
    std::int64_t curvesNumber_ = 0;
    bool curveBiases_ = false;
    std::size_t curveImages_ = 0;  // how many the curves and pixel IG are over
    std::size_t curveImage_ = 0;
    std::size_t curveStep_ = 0;   // curve by curve, share by share
    std::vector<Image> targets_;  // SR of the image by the target, one a degradation
    live::FaigCurvePoint point_;  // as far as it has come
    std::map<std::size_t, PixelIgOrder> pixelIg_;
    std::shared_ptr<const FaigImages> pixelScoringImages_;
    std::unique_ptr<PixelIgScoring> pixelScoring_;
    std::vector<double> pixelIgSum_;
    std::size_t pixelIgImage_ = 0;

    std::optional<std::size_t> layerWanted_;
};

FaigJob::FaigJob(const LiveState& state, Sink sink)
    : state_(state)
    , sink_(std::move(sink)) {}

FaigJob::~FaigJob() = default;

void FaigJob::use(std::int64_t number, const FaigSetup& setup) {
    if (work_ && work_->number == number && work_->setup == setup) {
        return;
    }
    auto work = std::make_unique<Work>(state_, sink_, number, setup);
    if (work_) {
        work_->cancel();
        if (work_->setup.baseline == setup.baseline && work_->setup.target == setup.target) {
            work->takePair(*work_);
        }
    }
    work_ = std::move(work);
}

void FaigJob::score() {
    if (work_) {
        work_->score();
    }
}

void FaigJob::show(const FaigPictureRequest& request) {
    if (work_) {
        work_->show(request);
    }
}

void FaigJob::readOut(std::int64_t number, std::vector<FaigCurveRequest> curves, std::vector<double> percents,
                      bool biases, std::size_t images) {
    if (work_) {
        work_->readOut(number, std::move(curves), std::move(percents), biases, images);
    }
}

void FaigJob::sendWeights(std::size_t layer) {
    if (work_) {
        work_->sendWeights(layer);
    }
}

bool FaigJob::hasWork() const {
    return work_ && work_->hasWork();
}

LivePriority FaigJob::priority() const {
    return work_->priority();
}

void FaigJob::step(const std::stop_token& stop) {
    try {
        work_->step(stop);
    } catch (const std::exception& error) {
        work_->fail(messageOf(error));
    }
}

void FaigJob::cancel() {
    if (work_) {
        work_->cancel();
    }
}

void FaigJob::cancelRun() {
    if (work_) {
        work_->cancelRun();
    }
}

void FaigJob::drop() {
    work_.reset();
}

}  // namespace lamscope
