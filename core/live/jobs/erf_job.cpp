// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/erf_job.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"
#include "scene/grid_words.h"

namespace lamscope {

void ErfJob::start(std::int64_t run, const std::vector<ErfTarget>& targets, const ErfOptions& options) {
    cancel();
    run_ = run;
    options_ = options;
    isAtOnePlace_ = std::ranges::any_of(targets, [](const ErfTarget& target) { return target.at.has_value(); });
    for (const auto& target : targets) {
        fields_.push_back({.target = target});
    }
}

void ErfJob::forget(NetworkId id) {
    std::erase_if(fields_, [id](const Field& field) { return field.target.id == id; });
}

void ErfJob::end(live::EndReason reason) {
    if (run_ == 0) {
        return;
    }
    fields_.clear();
    sink_(live::ErfEnded{std::exchange(run_, 0), reason});
}

void ErfJob::step(const std::stop_token& stop) {
    for (auto& field : fields_) {
        if (!field.measurement && !field.over) {
            try {
                begin(field);
            } catch (const std::exception& error) {
                fail(field, error);
            }
        }
    }
    const auto progressOf = [](const Field& field) {
        const auto planned = static_cast<double>(std::max<std::size_t>(field.places.size(), 1));
        return std::tuple(field.over, static_cast<double>(field.measured) / planned);
    };
    const auto next = std::ranges::min_element(fields_, {}, progressOf);
    if (next == fields_.end() || next->over) {
        end(live::EndReason::Done);
        return;
    }
    sayProgress();
    try {
        advance(*next, stop);
    } catch (const std::exception& error) {
        fail(*next, error);
    }
}

void ErfJob::begin(Field& field) const {
    const auto* network = state_.usable(field.target.id);
    field.input = state_.input;
    if (network == nullptr) {
        throw Error(ErrorCode::InvalidArgument, "it has no input image");
    }
    const auto& card = network->model->card();
    field.lr = network->input.lr;
    field.gradients = centreOf(options_) == ErfCentre::Cell ? std::int64_t{card.scale} * card.scale : 1;
    auto frame = erfFrame(options_.side);
    if (field.target.at) {
        field.places = {*field.target.at};
        const auto placed = erfCropAround(*field.lr, card, options_.side, *field.target.at);
        frame = placed.frame;
        field.place = placed.place;
    } else {
        field.places = erfPlacesOver(*field.lr, card.scale, options_.side, options_.images);
        if (field.places.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the {3} image of {1}x{2} pixels does not hold {0}x{0}, choose a smaller side",
                                    options_.side, field.lr->width(), field.lr->height(), gridWords(card.scale).input));
        }
    }
    field.measurement = std::make_unique<ErfMeasurement>(*network->model, options_, frame);
}

void ErfJob::advance(Field& field, const std::stop_token& stop) const {
    const auto& card = state_.networks.at(field.target.id).model->card();
    const auto& [x, y] = field.places[field.measured];
    auto crop = field.target.at ? erfCropAround(*field.lr, card, options_.side, {x, y}).crop
                                : *erfCrop(*field.lr, card.scale, options_.side, std::pair(x, y));
    crop.lr.file = fmt::format("around the {} pixel ({}, {})", gridWords(card.scale).output, x, y);
    // One crop at a time: a newer request waits for one pass.
    if (!field.measurement->add({&crop, 1}, stop)) {
        return;
    }
    ++field.measured;
    field.over = field.measured == field.places.size();
    auto result = field.measurement->result(field.places.size());
    if (field.over && !result) {
        throw Error(ErrorCode::ModelFailure, field.measurement->whyNoResult());
    }
    if (field.over) {
        addErfWarnings(*result, card);
        field.measurement.reset();
    }
    if (result) {
        sink_(live::ErfReady{.run = run_,
                             .target = field.target,
                             .input = field.input,
                             .options = options_,
                             .place = field.place,
                             .result = std::make_shared<const ErfResult>(*std::move(result)),
                             .finished = field.over});
    }
}

void ErfJob::fail(Field& field, const std::exception& error) const {
    field.over = true;
    field.measurement.reset();
    sink_(live::ErfFailed{run_, field.target, field.input, options_, messageOf(error)});
}

void ErfJob::sayProgress() const {
    live::ErfMeasuring progress{.run = run_};
    for (const auto& field : fields_) {
        progress.done += field.gradients * static_cast<std::int64_t>(field.measured);
        progress.planned += field.gradients * static_cast<std::int64_t>(field.places.size());
    }
    state_.sayProgress({"receptive field", progress.done, progress.planned});
    sink_(progress);
}

}  // namespace lamscope
