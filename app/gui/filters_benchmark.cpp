// SPDX-License-Identifier: GPL-3.0-or-later
#include "filters_benchmark.h"

#include <QAction>
#include <QElapsedTimer>
#include <QSlider>
#include <chrono>
#include <functional>

#include "base/error.h"
#include "event_loop_watch.h"
#include "event_wait.h"
#include "model/sr_model.h"
#include "study/shipped_files.h"
#include "workspaces/filters/filters_workspace.h"

namespace lamscope {

namespace {

constexpr int sliderMoves = 24;
constexpr int forwardRepeats = 9;
constexpr std::chrono::seconds patience{120};

double millisecondsOf(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) * 1e-6;
}

void waitFor(const std::function<bool()>& condition, const char* message) {
    if (!waitUntil(condition, patience)) {
        throw Error(ErrorCode::InvalidArgument, message);
    }
}

/// Of the network that the pictures are of, on the part of its LR image that is in view.
double forwardMs(const ModelSpec& spec, const Image& visible) {
    const auto model = loadModel(spec);
    std::vector<double> times;
    for (int i = 0; i <= forwardRepeats; ++i) {
        QElapsedTimer timer;
        timer.start();
        static_cast<void>(model.upscaleAtOnce(visible));
        if (i > 0) {  // the first also allocates
            times.push_back(millisecondsOf(timer));
        }
    }
    return percentile(times, 0.5);
}

}  // namespace

std::optional<SliderTimes> measureFilterSlider(ui::MainWindow& window) {
    if (shippedPairs().empty()) {
        return std::nullopt;
    }
    window.workspaces().open("filters");
    auto* workspace = dynamic_cast<ui::FiltersWorkspace*>(window.workspaces().find(QStringLiteral("filters")));
    auto* slider = window.findChild<QSlider*>(QStringLiteral("lambda"));
    if (workspace == nullptr || slider == nullptr) {
        throw Error(ErrorCode::InvalidArgument, "the window has no workspace of filters");
    }
    auto& filters = workspace->filters();
    workspace->runSample();
    const auto isShown = [&] {
        const auto& shown = filters.pictures();
        return shown.changed && shown.change == filters.shownChange() && !shown.part;
    };
    waitFor([&] { return filters.ranked() && !filters.isRunning() && !filters.isReadingOut() && isShown(); },
            "the sample of the filters did not end");

    SliderTimes times;
    EventLoopWatch watch;
    watch.start();
    slider->setSliderDown(true);
    Rect place;
    for (int i = 1; i <= sliderMoves; ++i) {
        QElapsedTimer timer;
        timer.start();
        slider->setValue(slider->minimum() + (slider->maximum() - slider->minimum()) * i / (sliderMoves + 1));
        const auto isAnswered = [&] { return filters.pictures().change == filters.shownChange(); };
        waitFor(isAnswered, "no picture of a λ arrived");
        times.first.push_back(millisecondsOf(timer));
        place = filters.pictures().part ? filters.pictures().partPlace : Rect();
        waitFor(isShown, "no whole picture of a λ arrived");
    }
    slider->setSliderDown(false);
    times.eventLoop = watch.milliseconds();

    const auto& pictures = filters.pictures();
    const auto& lr = pictures.images->lr.at(pictures.degradation);
    const auto visible = place.width > 0 ? lr.cropped(place) : lr;
    times.width = visible.width();
    times.height = visible.height();
    times.forwardMs = forwardMs(*filters.state().target, visible);
    return times;
}

}  // namespace lamscope
