// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_progress.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "study/studies/study_status.h"

namespace lamscope::cli {

namespace {

std::optional<double> mapsPerSecond(const StudyRunProgress& state) {
    return state.seconds > 0.0 && state.maps > 0 ? std::optional(static_cast<double>(state.maps) / state.seconds)
                                                 : std::nullopt;
}

std::string jsonLine(const StudyRunProgress& state) {
    const nlohmann::ordered_json json{
        {"tasks", state.tasks},
        {"done", state.done},
        {"failed", state.failed},
        {"maps", state.maps},
        {"maps_per_second", valueOrNull(mapsPerSecond(state))},
        {"seconds", state.seconds},
        {"seconds_left", valueOrNull(state.secondsLeft)},
        {"image", state.image},
        {"network", state.network},
        {"failure", state.failure.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(state.failure)}};
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void StudyProgressLine::show(const StudyRunProgress& state) {
    const auto ended = state.done + state.failed;
    const bool isNews = !begun_ || ended != ended_;
    begun_ = true;
    ended_ = ended;
    if (json_) {
        if (isNews) {
            line_.say(jsonLine(state));
        }
        return;
    }
    if (isNews && !state.failure.empty()) {
        line_.say(fmt::format("failed: {} by {}: {}", state.image, state.network, state.failure));
    }
    if (isNews) {
        showLine(state);
    }
}

void StudyProgressLine::showLine(const StudyRunProgress& state) {
    auto text = fmt::format("{} of {} tasks", ended_, state.tasks);
    if (const auto rate = mapsPerSecond(state)) {
        text += fmt::format(", {:.3g} maps a second", *rate);
    }
    if (state.secondsLeft && ended_ < state.tasks) {
        text += fmt::format(", {} left", durationText(*state.secondsLeft));
    }
    line_.show(text, state.tasks > 0 ? static_cast<double>(ended_) / static_cast<double>(state.tasks) : -1.0);
}

}  // namespace lamscope::cli
