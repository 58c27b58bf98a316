// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/restoration_job.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/psnr_ssim.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

std::optional<double> finiteOrUnset(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> ssimOf(const Image& image, const Image& clean) {
    constexpr int window = 11;
    return std::min(image.width(), image.height()) < window
               ? std::nullopt
               : std::optional(compareImages(image, clean, Channel::Rgb, /*border=*/0).ssim);
}

void checkFinite(const Image& output) {
    if (!std::ranges::all_of(output.values(), [](float value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::ModelFailure, "its output has values that are not finite");
    }
}

/// What a user with a wrong value range should read.
std::vector<std::string> rangeWarnings(const Image& output) {
    const auto [low, high] = std::ranges::minmax(output.values());
    constexpr float lowest = -0.5F;
    constexpr float highest = 1.5F;
    if (low >= lowest && high <= highest) {
        return {};
    }
    return {fmt::format("its output goes from {:.3g} to {:.3g} where 0 to 1 is usual; is the value range right?", low,
                        high)};
}

}  // namespace

bool RestorationJob::isMeasurable(NetworkId id) const {
    const auto* network = state_.usable(id);
    return network != nullptr && network->model->card().scale == 1 && network->input.hr && network->hasSr();
}

NetworkId RestorationJob::next() const {
    const auto found = std::ranges::find_if(wanted_, [this](NetworkId id) {
        if (!isMeasurable(id)) {
            return false;
        }
        const auto own = measurements_.find(id);
        return own == measurements_.end() || !own->second.over
               || own->second.weights != state_.networks.at(id).srWeights;
    });
    return found == wanted_.end() ? 0 : *found;
}

bool RestorationJob::wantsBlur() const {
    return !noBlurs_ && blurs_.size() < blurLineSigmas().size()
           && std::ranges::any_of(wanted_, [this](NetworkId id) { return isMeasurable(id); });
}

bool RestorationJob::hasWork() const {
    return !state_.moving && !state_.awaitsRequest && (next() != 0 || wantsBlur());
}

void RestorationJob::inputChanged() {
    measurements_.clear();
    pair_.reset();
    blurs_.clear();
    noBlurs_ = false;
}

void RestorationJob::makePair(const ScaledInput& input) {
    if (!pair_) {
        const auto source =
            isInputItself(input.of.recipe(), /*scale=*/1) ? DegradationSource::Files : DegradationSource::Recipe;
        pair_ = degradedPair(*input.lr, *input.hr, input.rain.get(), source);
        pairOf_ = input.of;
    }
}

void RestorationJob::step(const std::stop_token& stop) {
    const auto id = next();
    if (id == 0) {
        try {
            addBlur();
        } catch (const std::exception&) {
            noBlurs_ = true;  // the networks' points are there without it
        }
        return;
    }
    try {
        measureNetwork(id, stop);
    } catch (const std::exception& error) {
        auto& own = measurements_[id];
        const auto& network = state_.networks.at(id);
        own = {.weights = network.srWeights, .over = true};
        sink_(live::RestorationFailed{id, network.input.of, messageOf(error)});
    }
}

void RestorationJob::measureNetwork(NetworkId id, const std::stop_token& stop) {
    const auto& network = state_.networks.at(id);
    const auto& clean = *network.input.hr;
    const auto& model = *network.model;
    auto& own = measurements_[id];
    if (!own.restoredClean || own.weights != network.srWeights) {
        state_.sayProgress({fmt::format("{}: restoration", model.card().name), 0, 0});
        own = {.restoredClean = std::make_unique<TiledImage>(model.card(), clean.width(), clean.height()),
               .weights = network.srWeights};
    }
    const auto begin = Clock::now();
    const auto done =
        own.restoredClean->next(clean, [&](const Image& part) { return model.upscaleAtOnce(part, stop); });
    own.spent += Clock::now() - begin;
    if (done && own.restoredClean->finished()) {
        finish(id, own.restoredClean->take());
    }
}

void RestorationJob::finish(NetworkId id, const Image& restoredClean) {
    const auto& network = state_.networks.at(id);
    const auto& input = network.input;
    makePair(input);
    checkFinite(*network.sr);
    checkFinite(restoredClean);
    const auto ofClean = clippedImage(restoredClean);
    const auto moments = momentsOf(*pair_, clippedImage(*network.sr), &ofClean);
    auto& own = measurements_[id];
    DerainImage image{.file = input.of.pixels->file, .measures = restorationMeasures({&moments, 1})};
    auto output = *network.sr;
    for (float& value : output.values()) {
        value = std::clamp(value, 0.0F, 1.0F);
    }
    image.ssim = ssimOf(output, *input.hr);
    image.psnrInput = finiteOrUnset(peakSignalToNoise(*input.lr, *input.hr, Channel::Rgb));
    image.seconds = own.spent.count();
    own.restoredClean.reset();
    own.over = true;
    auto warnings = rangeWarnings(*network.sr);
    if (!pair_->isAdditive()) {
        warnings.emplace_back(
            "the input is darker than the reference in more than 1 % of the pixels: this is not additive rain; E_R is "
            "measured, the transmission is not");
    }
    sink_(live::RestorationMeasured{id, input.of, std::make_shared<const DerainImage>(std::move(image)),
                                    std::move(warnings)});
}

void RestorationJob::addBlur() {
    const auto sigma = blurLineSigmas()[blurs_.size()];
    state_.sayProgress({"blur line", 0, 0});
    const auto found = std::ranges::find_if(wanted_, [this](NetworkId id) { return isMeasurable(id); });
    makePair(state_.networks.at(*found).input);
    const auto moments = blurMomentsOf(*pair_, sigma);
    blurs_.push_back({.sigma = sigma, .measures = restorationMeasures({&moments, 1})});
    if (blurs_.size() == blurLineSigmas().size()) {
        sink_(live::BlurLineMeasured{pairOf_, blurs_});
    }
}

}  // namespace lamscope
