// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/faithfulness.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "method/faithfulness/mixed_images.h"
#include "method/lam/path_image.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;
using Value = MixedImages::Value;

void checkAttribution(const Attribution& attribution, const Image& lr) {
    const auto refuse = [](const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); };
    const auto values = static_cast<std::int64_t>(attribution.values.size());
    if (attribution.width != lr.width() || attribution.height != lr.height()
        || values != std::int64_t{attribution.colours} * lr.width() * lr.height()) {
        refuse(fmt::format("the attribution is of {}x{} LR pixels, the context of {}x{}", attribution.width,
                           attribution.height, lr.width(), lr.height()));
    }
    if (!std::ranges::all_of(attribution.values, [](double value) { return std::isfinite(value); })) {
        refuse("the attribution holds NaN or infinite values, so that it cannot be judged");
    }
    if (std::ranges::all_of(attribution.ofPixels(), [](double value) { return value == 0.0; })) {
        refuse("the attribution is zero everywhere, so that there is nothing to judge; choose another patch");
    }
}

/// Pixels in the order in which they are replaced, and how much of that the network can see.
struct OrderedPixels {
    PixelOrder kind = PixelOrder::Map;
    std::optional<int> seed{};
    std::vector<std::size_t> inWindow{};  ///< those that matter, as indices into the window
    std::vector<std::size_t> counts{};    ///< of these at each step
};

/// A mixed image that is evaluated for a step of a curve, for a square, or as an end.
struct Mixture {
    enum class Kind { Image, Baseline, Step, Square };
    Kind kind = Kind::Image;
    std::size_t curve = 0;
    std::size_t index = 0;  ///< of the step or square
};

std::vector<std::int32_t> orderedPixels(const FaithfulnessInput& input, int scale, PixelOrder order,
                                        std::optional<int> seed) {
    const auto& lr = input.lr;
    switch (order) {
        case PixelOrder::Map:
            return orderByMap(mapOf(input.attribution));
        case PixelOrder::Radial:
            return orderByDistance(input.plan.options.patch, scale, lr.width(), lr.height());
        case PixelOrder::Random:
            return randomPixelOrder(seed.value_or(0), lr.values().size() / Image::channels);
    }
    return {};
}

constexpr std::size_t orderOf(std::size_t curve) {
    return curve / 2;
}

constexpr Replacement replacementOf(std::size_t curve) {
    return curve % 2 == 0 ? Replacement::Insertion : Replacement::Deletion;
}

}  // namespace

class FaithfulnessMeasurement::Inside {
public:
    Inside(const SrModel& model, FaithfulnessInput input, const FaithfulnessOptions& options,
           const EvaluationOptions& evaluation)
        : model_(model)
        , input_(checked(model, std::move(input), options))
        , options_(options)
        , evaluation_(evaluation)
        , images_(model, input_.lr, input_.hr, input_.plan, evaluation)
        , plan_(sensitivityPlan(input_.plan, model.hasSecantRules())) {
        addMixture({.kind = Mixture::Kind::Image});
        addMixture({.kind = Mixture::Kind::Baseline});
        if (options_.parts.curves) {
            counts_ = stepCounts(std::int64_t{input_.lr.width()} * input_.lr.height(), options_.points);
            addOrder(PixelOrder::Map);
            addOrder(PixelOrder::Radial);
        }
        if (options_.parts.infidelity) {
            addSquares();
        }
        for (int number = 0; options_.parts.curves && number < options_.random; ++number) {
            addOrder(PixelOrder::Random, number);
        }
        if (options_.parts.sensitivity) {
            for (const double radius : options_.radii) {
                sensitivity_.push_back({.radius = radius});
            }
        }
    }

    [[nodiscard]] bool finished() const { return mixed_ == mixtures_.size() && maps_ == mapsPlanned(); }

    bool next(const std::stop_token& stop) {
        if (finished()) {
            return true;
        }
        const auto start = Clock::now();
        const bool complete = mixed_ < mixtures_.size() ? evaluateBatch(stop) : computeMap(stop);
        seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
        return complete;
    }

    [[nodiscard]] FaithfulnessProgress progress() const {
        const auto ofMap = 2 * std::int64_t{plan_.gradients()};
        return {static_cast<std::int64_t>(mixed_) + ofMap * static_cast<std::int64_t>(maps_),
                static_cast<std::int64_t>(mixtures_.size()) + ofMap * static_cast<std::int64_t>(mapsPlanned())};
    }

    [[nodiscard]] FaithfulnessResult result() const {
        FaithfulnessResult result;
        result.ends = {image_.detector, baseline_.detector};
        for (std::size_t curve = 0; curve < own_.size(); ++curve) {
            auto measured = curveSoFar(curve);
            if (!measured.detector.empty()) {
                result.curves.push_back(std::move(measured));
            }
        }
        result.randomInsertion = spreadOf(result.curves, Replacement::Insertion);
        result.randomDeletion = spreadOf(result.curves, Replacement::Deletion);
        if (!squares_.empty() && squaresDone_ == squares_.size()) {
            result.infidelity = infidelityOf(predicted_, lost_);
            result.infidelity->square = options_.square;
            result.infidelity->stride = options_.stride;
        }
        std::ranges::copy_if(sensitivity_, std::back_inserter(result.sensitivity),
                             [](const SensitivityMax& each) { return each.draws > 0; });
        for (const double value : input_.attribution.values) {
            result.attributionSum += value;
        }
        const double expected = result.ends.image - result.ends.baseline;
        if (expected != 0.0 && std::isfinite(expected)) {
            result.completenessError = (result.attributionSum - expected) / expected;
        }
        result.window = images_.window();
        result.forwards = static_cast<std::int64_t>(mixed_) + forwardsOfMaps_;
        result.backwards = backwards_;
        result.nonfiniteOutputs = nonfinite_;
        result.finished = finished();
        result.seconds = seconds_;
        addWarnings(result);
        return result;
    }

private:
    /// Throws as the constructor of FaithfulnessMeasurement.
    static FaithfulnessInput checked(const SrModel& model, FaithfulnessInput input,
                                     const FaithfulnessOptions& options) {
        checkFaithfulnessOptions(options);
        input.plan.context = 0;
        input.plan.options.context = 0;
        static_cast<void>(checkedContext(model.card(), input.lr, input.hr.empty() ? nullptr : &input.hr, input.plan,
                                         input.plan.options.patch));
        checkAttribution(input.attribution, input.lr);
        return input;
    }

    void addMixture(const Mixture& mixture) { mixtures_.push_back(mixture); }

    /// The curves of an order, without the steps whose mixed image is an end or, for the network, that of the step
    /// before.
    void addOrder(PixelOrder kind, std::optional<int> seed = std::nullopt) {
        const auto pixels = orderedPixels(input_, model_.card().scale, kind, seed);
        OrderedPixels order{.kind = kind, .seed = seed};
        std::size_t replaced = 0;
        for (const auto count : counts_) {
            for (; replaced < static_cast<std::size_t>(count); ++replaced) {
                if (const auto index = images_.inWindow(pixels[replaced])) {
                    order.inWindow.push_back(*index);
                }
            }
            order.counts.push_back(order.inWindow.size());
        }
        for (int k = 0; k < 2; ++k) {
            const auto curve = own_.size();
            own_.emplace_back(order.counts.size());
            for (std::size_t step = 0; step < order.counts.size(); ++step) {
                if (isOwnStep(order, step)) {
                    addMixture({.kind = Mixture::Kind::Step, .curve = curve, .index = step});
                }
            }
        }
        orders_.push_back(std::move(order));
    }

    [[nodiscard]] static bool isOwnStep(const OrderedPixels& order, std::size_t step) {
        const auto count = order.counts[step];
        return count > 0 && count < order.inWindow.size() && (step == 0 || order.counts[step - 1] != count);
    }

    /// Squares in which nothing matters lose nothing.
    void addSquares() {
        const int width = input_.lr.width();
        const auto pixels = input_.attribution.ofPixels();
        for (const auto& square : squaresOf(width, input_.lr.height(), options_.square, options_.stride)) {
            auto& inWindow = squares_.emplace_back();
            double sum = 0.0;
            for (int y = square.y; y < square.y + square.height; ++y) {
                for (int x = square.x; x < square.x + square.width; ++x) {
                    const auto pixel = y * width + x;
                    sum += pixels[static_cast<std::size_t>(pixel)];
                    if (const auto index = images_.inWindow(pixel)) {
                        inWindow.push_back(*index);
                    }
                }
            }
            predicted_.push_back(sum);
            lost_.push_back(0.0);
            if (inWindow.empty()) {
                ++squaresDone_;
            } else {
                addMixture({.kind = Mixture::Kind::Square, .index = squares_.size() - 1});
            }
        }
    }

    static void replace(std::vector<double>& target, const std::vector<double>& source, std::size_t index) {
        const auto plane = source.size() / Image::channels;
        for (auto i = index; i < source.size(); i += plane) {
            target[i] = source[i];
        }
    }

    [[nodiscard]] std::vector<double> mixed(const Mixture& mixture) {
        if (mixture.kind == Mixture::Kind::Image || mixture.kind == Mixture::Kind::Baseline) {
            return mixture.kind == Mixture::Kind::Image ? images_.image() : images_.baseline();
        }
        if (mixture.kind == Mixture::Kind::Square) {
            auto values = images_.image();
            for (const auto index : squares_[mixture.index]) {
                replace(values, images_.baseline(), index);
            }
            return values;
        }
        const bool inserts = replacementOf(mixture.curve) == Replacement::Insertion;
        const auto& order = orders_[orderOf(mixture.curve)];
        const auto count = order.counts[mixture.index];
        // Steps of a curve follow each other, unless a stop has come between them.
        if (step_.values.empty() || step_.curve != mixture.curve || step_.count > count) {
            step_ = {.curve = mixture.curve, .values = inserts ? images_.baseline() : images_.image()};
        }
        for (; step_.count < count; ++step_.count) {
            replace(step_.values, inserts ? images_.image() : images_.baseline(), order.inWindow[step_.count]);
        }
        return step_.values;
    }

    bool evaluateBatch(const std::stop_token& stop) {
        const auto count = std::min(images_.imagesAtOnce(), mixtures_.size() - mixed_);
        std::vector<std::vector<double>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            batch.push_back(mixed(mixtures_[mixed_ + i]));
        }
        const auto values = images_.evaluate(batch, stop);
        if (!values) {
            return false;
        }
        for (const auto& value : *values) {
            take(mixtures_[mixed_++], value);
        }
        return true;
    }

    void take(const Mixture& mixture, const Value& value) {
        nonfinite_ += std::isfinite(value.detector) ? 0 : 1;
        switch (mixture.kind) {
            case Mixture::Kind::Image:
                image_ = value;
                break;
            case Mixture::Kind::Baseline:
                baseline_ = value;
                break;
            case Mixture::Kind::Step:
                own_[mixture.curve][mixture.index] = value;
                break;
            case Mixture::Kind::Square:
                lost_[mixture.index] = image_.detector - value.detector;
                ++squaresDone_;
                break;
        }
    }

    [[nodiscard]] ReplacementCurve curveSoFar(std::size_t curve) const {
        const auto& order = orders_[orderOf(curve)];
        ReplacementCurve result{.order = order.kind,
                                .seed = order.seed,
                                .kind = replacementOf(curve),
                                .pixels = counts_,
                                .auc = notDefined,
                                .halfFraction = notDefined,
                                .overshoot = notDefined};
        for (const auto count : counts_) {
            result.fraction.push_back(static_cast<double>(count) / static_cast<double>(counts_.back()));
        }
        const bool inserts = result.kind == Replacement::Insertion;
        constexpr std::size_t ends = 2;
        Value value = inserts ? baseline_ : image_;
        for (std::size_t step = 0; step < counts_.size() && mixed_ >= ends; ++step) {
            if (isOwnStep(order, step)) {
                if (!own_[curve][step]) {
                    break;
                }
                value = *own_[curve][step];
            } else if (order.counts[step] == order.inWindow.size()) {
                value = inserts ? image_ : baseline_;
            }
            result.detector.push_back(value.detector);
            if (!input_.hr.empty()) {
                result.psnr.push_back(value.psnr);
            }
        }
        if (result.complete()) {
            summarise(result, {image_.detector, baseline_.detector});
        }
        return result;
    }

    /// Of the image itself, and of its perturbations.
    [[nodiscard]] std::size_t mapsPlanned() const {
        return sensitivity_.empty() ? 0 : 1 + sensitivity_.size() * static_cast<std::size_t>(options_.draws);
    }

    bool computeMap(const std::stop_token& stop) {
        const auto draws = static_cast<std::size_t>(options_.draws);
        const auto number = maps_ == 0 ? 0 : maps_ - 1;
        const int draw = static_cast<int>(number % draws);
        auto& found = sensitivity_[number / draws];
        const auto image = maps_ == 0 ? input_.lr : perturbed(input_.lr, found.radius, draw);
        const auto map =
            computeLam(model_, image, input_.hr.empty() ? nullptr : &input_.hr, plan_, stop, {}, evaluation_);
        if (!map) {
            return false;
        }
        forwardsOfMaps_ += plan_.gradients();
        backwards_ += plan_.gradients();
        if (maps_ == 0) {
            base_ = map->attribution;
            static_cast<void>(relativeMove(base_, base_));  // refuses one that vanishes
        } else {
            const double move = relativeMove(base_, map->attribution);
            if (found.draws == 0 || move > found.value) {
                found.value = move;
                found.worstDraw = draw;
            }
            ++found.draws;
        }
        ++maps_;
        return true;
    }

    void addWarnings(FaithfulnessResult& result) const {
        constexpr std::size_t ends = 2;
        if (mixed_ >= ends && !result.ends.differ() && options_.parts.curves) {
            result.warnings.push_back(fmt::format(
                "image and baseline have the same detector value but for rounding ({:g} and {:g}): the curves' numbers "
                "are not defined",
                result.ends.image, result.ends.baseline));
        }
        if (nonfinite_ > 0) {
            result.warnings.push_back(fmt::format(
                "the network's output is NaN or infinite for {} mixed images: curves have gaps there", nonfinite_));
        }
    }

    const SrModel& model_;
    FaithfulnessInput input_;
    FaithfulnessOptions options_;
    EvaluationOptions evaluation_;
    MixedImages images_;
    LamPlan plan_;  // of the sensitivity's maps

    std::vector<std::int64_t> counts_;  // replaced pixels at each step
    std::vector<OrderedPixels> orders_;
    std::vector<std::vector<std::size_t>> squares_;  // the pixels that matter, as indices into the window
    std::vector<Mixture> mixtures_;
    std::size_t mixed_ = 0;  // of `mixtures_`
    struct {
        std::size_t curve = 0;
        std::size_t count = 0;
        std::vector<double> values{};
    } step_;  // the latest

    Value image_{notDefined, notDefined};
    Value baseline_{notDefined, notDefined};
    /// Of the curves, insertion and deletion of each order, at the steps with a mixed image of their own.
    std::vector<std::vector<std::optional<Value>>> own_;
    std::vector<double> predicted_;  // of the squares
    std::vector<double> lost_;
    std::size_t squaresDone_ = 0;
    std::int64_t nonfinite_ = 0;

    std::vector<SensitivityMax> sensitivity_;
    std::vector<float> base_;  // attribution of the image
    std::size_t maps_ = 0;     // that are done
    std::int64_t forwardsOfMaps_ = 0;
    std::int64_t backwards_ = 0;
    double seconds_ = 0.0;
};

FaithfulnessInput faithfulnessInput(const LamResult& result, const LamPlan& plan, int scale) {
    FaithfulnessInput input{.lr = result.lr, .hr = result.hr, .plan = plan, .attribution = attributionOf(result)};
    input.plan.options.patch = patchIn(result.context, result.patch, scale);
    return input;
}

Image mixedImage(const FaithfulnessInput& input, int scale, const ReplacementCurve& curve, std::size_t step) {
    const auto baseline = pathImage(input.lr, input.hr, input.plan.options, 0.0);
    const bool inserts = curve.kind == Replacement::Insertion;
    auto mixed = inserts ? baseline : input.lr;
    const auto& source = inserts ? input.lr : baseline;
    const auto order = orderedPixels(input, scale, curve.order, curve.seed);
    for (std::int64_t i = 0; i < curve.pixels[step]; ++i) {
        const auto pixel = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
        for (int c = 0; c < Image::channels; ++c) {
            mixed.plane(c)[pixel] = source.plane(c)[pixel];
        }
    }
    return mixed;
}

const ReplacementCurve* FaithfulnessResult::curve(PixelOrder order, Replacement kind) const {
    const auto found = std::ranges::find_if(curves, [&](const ReplacementCurve& each) {
        return order != PixelOrder::Random && each.order == order && each.kind == kind && each.complete();
    });
    return found == curves.end() ? nullptr : &*found;
}

FaithfulnessMeasurement::FaithfulnessMeasurement(const SrModel& model, FaithfulnessInput input,
                                                 const FaithfulnessOptions& options,
                                                 const EvaluationOptions& evaluation)
    : inside_(std::make_unique<Inside>(model, std::move(input), options, evaluation)) {}
FaithfulnessMeasurement::FaithfulnessMeasurement(FaithfulnessMeasurement&&) noexcept = default;
FaithfulnessMeasurement& FaithfulnessMeasurement::operator=(FaithfulnessMeasurement&&) noexcept = default;
FaithfulnessMeasurement::~FaithfulnessMeasurement() = default;

bool FaithfulnessMeasurement::finished() const {
    return inside_->finished();
}

bool FaithfulnessMeasurement::next(const std::stop_token& stop) {
    return inside_->next(stop);
}

FaithfulnessProgress FaithfulnessMeasurement::progress() const {
    return inside_->progress();
}

FaithfulnessResult FaithfulnessMeasurement::result() const {
    return inside_->result();
}

std::optional<FaithfulnessResult> measureFaithfulness(const SrModel& model, FaithfulnessInput input,
                                                      const FaithfulnessOptions& options, const std::stop_token& stop,
                                                      const FaithfulnessCallback& progress,
                                                      const EvaluationOptions& evaluation) {
    FaithfulnessMeasurement measurement(model, std::move(input), options, evaluation);
    while (!measurement.finished()) {
        if (!measurement.next(stop)) {
            return std::nullopt;
        }
        if (progress) {
            progress(measurement.progress());
        }
    }
    return measurement.result();
}

}  // namespace lamscope
