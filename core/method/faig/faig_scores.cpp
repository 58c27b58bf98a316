// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_scores.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "integrate/nodes.h"
#include "method/faig/faig_integral.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Evaluates; false when stopped. Exceptions become Errors that say what to do.
template <typename Work>
bool stoppably(const std::stop_token& stop, const torch::Tensor& lr, const Work& work) {
    if (stop.stop_requested()) {
        return false;
    }
    try {
        const StoppableEvaluation stoppable(stop);
        work();
        return true;
    } catch (const EvaluationStopped&) {
        return false;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("not enough memory for a gradient in all weights with an LR image of {}x{} ({}); "
                                    "use smaller images",
                                    lr.size(3), lr.size(2), briefMessage(error)));
        }
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("the gradient in all weights failed: {}", briefMessage(error)));
    }
}

/// Sets what is not finite to 0; returns how many there were.
std::int64_t removeNonfinite(torch::Tensor& values) {
    const auto bad = values.numel() - values.isfinite().sum().item<std::int64_t>();
    if (bad > 0) {
        values.nan_to_num_(0.0, 0.0, 0.0);
    }
    return bad;
}

Nodes nodesFor(const FaigOptions& options, int count) {
    return options.preset == FaigPreset::Official ? uniformLeftEndpoints(count) : uniformMidpoints(count);
}

double estimateOf(const std::vector<double>& coarse, const std::vector<double>& fine) {
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < fine.size(); ++i) {
        difference += std::abs(fine[i] - coarse[i]);
        sum += fine[i];
    }
    return sum > 0.0 ? 0.5 * difference / sum : 0.0;
}

template <typename Scoring>
bool runAll(Scoring& scoring, const std::stop_token& stop, const std::function<void(int, int)>& progress) {
    while (!scoring.finished()) {
        if (!scoring.next(stop)) {
            return false;
        }
        if (progress) {
            progress(scoring.done(), scoring.planned());
        }
    }
    return true;
}

}  // namespace

TensorList WeightPath::at(std::span<const double> alpha) const {
    const auto type = pair_.model().implementation().type();
    const auto n = std::ssize(alpha);
    const auto places = torch::tensor(std::vector<double>(alpha.begin(), alpha.end()), torch::kFloat64).to(type);
    TensorList points;
    for (const auto i : pair_.path()) {
        std::vector<std::int64_t> shape{n};
        const auto one = pair_.weights()[i].target.sizes();
        shape.insert(shape.end(), one.begin(), one.end());
        std::vector<std::int64_t> thin(shape.size(), 1);
        thin.front() = n;
        points.push_back(places.view(thin).expand(shape));
    }
    return points;
}

TensorList WeightPath::increment(double begin, double end) const {
    const auto number = torch::scalar_tensor(end - begin, torch::kFloat64);
    TensorList increments;
    for (const auto i : pair_.path()) {
        increments.push_back(number.expand(pair_.weights()[i].target.sizes()));
    }
    return increments;
}

bool LossGradients::sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                           const std::stop_token& stop, const Take& take) {
    GradientSample sample;
    const bool complete = stoppably(stop, lr_, [&] {
        pair_.set(places.front().begin);
        auto [value, gradient] = pair_.gradientOf(pair_.path(), [&] { return pair_.lossNow(lr_, hr_); });
        sample.value = value;
        for (std::size_t k = 0; k < gradient.size(); ++k) {
            auto attribution = pair_.difference(pair_.path()[k]);
            attribution.mul_(gradient[k]);
            gradient[k].reset();
            sample.nonfinite += removeNonfinite(attribution);
            sample.gradient.push_back(attribution.to(torch::kCPU));
        }
    });
    if (!complete) {
        return false;
    }
    std::vector<GradientSample> samples;
    samples.push_back(std::move(sample));
    take(functionals.front(), std::move(samples));
    return true;
}

FaigScoring::State::State(FaigPair::Implementation& pair, torch::Tensor lr, torch::Tensor hr,
                          const FaigOptions& options)
    : pair_(pair)
    , options_(options)
    , levels_(faigLevels(options))
    , lr_(std::move(lr))
    , hr_(std::move(hr))
    , path_(pair)
    , gradients_(pair, lr_, hr_)
    , refinement_(path_, gradients_, 1, 1,
                  {.count = levels_.size(),
                   .nodes = [this](std::size_t level) { return nodesFor(options_, levels_.at(level)); },
                   .nested = true}) {}

void FaigScoring::State::measureLosses() {
    const at::NoGradGuard noGradients;
    pair_.set(0.0);
    const auto target = pair_.lossNow(lr_, hr_).item<double>();
    pair_.set(1.0);
    losses_ = {target, pair_.lossNow(lr_, hr_).item<double>()};
}

bool FaigScoring::State::next(const std::stop_token& stop) {
    const auto start = Clock::now();
    if (!losses_ && !stoppably(stop, lr_, [this] { measureLosses(); })) {
        return false;
    }
    // One gradient alone: the source is stopped once it has given it.
    std::stop_source one;
    const std::stop_callback both(stop, [&one] { one.request_stop(); });
    const int before = done_;
    const bool levelIsDone = refinement_.next(one.get_token(), [&](std::int64_t done) {
        done_ = static_cast<int>(done);
        one.request_stop();
    });
    seconds_ += secondsSince(start);
    if (levelIsDone) {
        result_ = std::make_shared<const FaigScores>(scoresNow());
        const auto& error = result_->estimatedError;
        if (options_.preset == FaigPreset::Exact && error && *error < options_.tolerance) {
            refinement_.finish(0);
        }
    }
    return levelIsDone || done_ > before;
}

FaigScores FaigScoring::State::scoresNow() const {
    const auto& level = refinement_.level(0);
    FaigScores result;
    result.scores.assign(static_cast<std::size_t>(pair_.filters().size()), 0.0);
    for (std::size_t layer = 0; layer < pair_.filters().layers().size(); ++layer) {
        const auto onPath = std::ranges::find(pair_.path(), pair_.weightOf(layer));
        if (onPath != pair_.path().end()) {
            const auto index = static_cast<std::size_t>(std::distance(pair_.path().begin(), onPath));
            pair_.addScores(layer, level.attribution[index], result.scores);
        }
    }
    std::tie(result.lossTarget, result.lossBaseline) = *losses_;
    result.attributionSum = level.cumulative.back();
    const double expected = result.lossBaseline - result.lossTarget;
    if (expected != 0.0 && std::isfinite(expected)) {
        result.completenessError = (result.attributionSum - expected) / expected;
    }
    if (result_) {
        result.estimatedError = estimateOf(result_->scores, result.scores);
    }
    result.nodes = static_cast<int>(level.nodes.size());
    result.nonfiniteGradients = level.nonfiniteGradients;
    result.seconds = seconds_;
    result.warnings = refinement_.warnings();
    return result;
}

std::vector<LayerAttribution> FaigScoring::State::attributions() const {
    if (!finished() || !result_) {
        throw Error(ErrorCode::InvalidArgument, "attributions are there once the scores are finished");
    }
    std::vector<LayerAttribution> all;
    for (std::size_t layer = 0; layer < pair_.filters().layers().size(); ++layer) {
        const auto weight = pair_.weightOf(layer);
        const auto& shape = pair_.weights()[weight].target.sizes();
        LayerAttribution one{.key = pair_.weights()[weight].key, .shape = shape.vec(), .values = {}};
        const auto onPath = std::ranges::find(pair_.path(), weight);
        const auto index = static_cast<std::size_t>(std::distance(pair_.path().begin(), onPath));
        const auto values = (onPath == pair_.path().end() ? torch::zeros(shape, torch::kFloat64)
                                                          : refinement_.level(0).attribution[index])
                                .to(torch::kFloat64)
                                .contiguous();
        one.values.assign(values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
        all.push_back(std::move(one));
    }
    return all;
}

FaigScoring::FaigScoring(FaigPair& pair, const Image& lr, const Image& hr, const FaigOptions& options) {
    checkFaigOptions(options);
    pair.checkSizes(lr, hr);
    state_ = std::make_unique<State>(pair.implementation(), tensorOf(lr), tensorOf(hr), options);
}

FaigScoring::~FaigScoring() = default;

bool FaigScoring::next(const std::stop_token& stop) {
    return state_->next(stop);
}

bool FaigScoring::run(const std::stop_token& stop, const std::function<void(int, int)>& progress) {
    return runAll(*this, stop, progress);
}

bool FaigScoring::finished() const {
    return state_->finished();
}

int FaigScoring::done() const {
    return state_->done();
}

int FaigScoring::planned() const {
    return state_->planned();
}

std::shared_ptr<const FaigScores> FaigScoring::result() const {
    return state_->result();
}

std::vector<LayerAttribution> FaigScoring::attributions() const {
    return state_->attributions();
}

PixelIgScoring::State::State(FaigPair::Implementation& pair, torch::Tensor clean, torch::Tensor degraded)
    : pair_(pair)
    , clean_(std::move(clean))
    , degraded_(std::move(degraded)) {
    for (std::size_t layer = 0; layer < pair_.filters().layers().size(); ++layer) {
        weights_.push_back(pair_.weightOf(layer));
    }
}

bool PixelIgScoring::State::next(const std::stop_token& stop) {
    return stoppably(stop, clean_, [this] {
        pair_.set(FilterChange{});
        const auto& inside = pair_.model().implementation();
        const double alpha = static_cast<double>(done_) / (nodes - 1);
        const auto input = inside.toInput(at::lerp(clean_, degraded_, alpha));
        auto [value, gradient] = pair_.gradientOf(weights_, [&] { return inside.forward(input).sum(); });
        for (std::size_t k = 0; k < gradient.size(); ++k) {
            if (sums_.size() <= k) {
                sums_.push_back(torch::zeros_like(gradient[k]));
            }
            sums_[k].add_(gradient[k]);
        }
        ++done_;
    });
}

std::vector<double> PixelIgScoring::State::scores() const {
    if (done_ < nodes) {
        return {};
    }
    std::vector<double> scores(static_cast<std::size_t>(pair_.filters().size()), 0.0);
    for (std::size_t layer = 0; layer < sums_.size(); ++layer) {
        pair_.addScores(layer, sums_[layer], scores);
    }
    return scores;
}

PixelIgScoring::PixelIgScoring(FaigPair& pair, const Image& clean, const Image& degraded) {
    if (clean.width() != degraded.width() || clean.height() != degraded.height()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a path from the clean to the degraded LR needs two images of one size, found {}x{} "
                                "and {}x{}",
                                clean.width(), clean.height(), degraded.width(), degraded.height()));
    }
    state_ = std::make_unique<State>(pair.implementation(), tensorOf(clean), tensorOf(degraded));
}

PixelIgScoring::~PixelIgScoring() = default;

bool PixelIgScoring::next(const std::stop_token& stop) {
    return state_->next(stop);
}

bool PixelIgScoring::run(const std::stop_token& stop, const std::function<void(int, int)>& progress) {
    return runAll(*this, stop, progress);
}

int PixelIgScoring::done() const {
    return state_->done();
}

int PixelIgScoring::planned() const {
    return State::nodes;
}

std::vector<double> PixelIgScoring::scores() const {
    return state_->scores();
}

std::vector<double> filterChanges(const FaigPair& pair) {
    const auto& inside = pair.implementation();
    std::vector<double> scores(static_cast<std::size_t>(inside.filters().size()), 0.0);
    for (std::size_t layer = 0; layer < inside.filters().layers().size(); ++layer) {
        const auto& weight = inside.weights()[inside.weightOf(layer)];
        inside.addScores(layer, weight.target.to(torch::kFloat64) - weight.baseline, scores);
    }
    return scores;
}

std::vector<double> weightChanges(const FaigPair& pair) {
    const auto& inside = pair.implementation();
    auto scores = filterChanges(pair);
    std::vector<double> sizes(scores.size(), 0.0);
    for (std::size_t layer = 0; layer < inside.filters().layers().size(); ++layer) {
        inside.addScores(layer, inside.weights()[inside.weightOf(layer)].baseline.to(torch::kFloat64), sizes);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        scores[i] = scores[i] > 0.0 ? scores[i] / sizes[i] : 0.0;
    }
    return scores;
}

}  // namespace lamscope
