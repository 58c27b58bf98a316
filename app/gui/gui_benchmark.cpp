// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui_benchmark.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/output_files.h"
#include "bench/benchmark.h"
#include "event_loop_watch.h"
#include "event_wait.h"
#include "filters_benchmark.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "scene/document_blocks.h"
#include "view/view_grid.h"
#include "workspaces/probe/probe_workspace.h"
#include "workspaces/study/study_workspace.h"

namespace lamscope {

namespace {

constexpr int positionsPerNetwork = 20;
constexpr int clicksPerNetwork = 4;
constexpr int unitRepeats = 9;
/// Of a finer map: 16 cells, or 27 midpoints; fewer where the first maps are within the tolerance.
constexpr int fewestFineNodes = 16;
constexpr std::chrono::seconds longestWait{120};

struct NetworkTimes {
    ModelCard card;
    double unitMs = 0.0;
    int firstNodes = 0;
    int fineNodes = 0;
    std::vector<double> first;  // ms
    std::vector<double> fine;   // ms
};

class GuiBenchmark {
public:
    GuiBenchmark(const ui::MainWindowOptions& options, const QStringList& files)
        : window_(options) {
        window_.resize(1400, 900);
        window_.show();
        window_.files().open(files);
        window_.workspaces().open("probe");  // where a study was opened, that is in front
        require(waitUntil([this] { return allLoaded(); }), "the image or a network could not be loaded");
        waitUntil([this] { return !window_.session().progress().busy; });
    }

    void openImage(const std::filesystem::path& file) {
        window_.files().open({QString::fromStdString(file.string())});
        const auto isOpen = [this, &file] { return window_.session().image().file == file; };
        require(waitUntil([&] { return isOpen() && allLoaded(); }), "the image could not be opened");
        waitUntil([this] { return !window_.session().progress().busy; });
    }

    /// Drags in the pane of each network in turn, which thereby is the selected one.
    std::vector<NetworkTimes> run(const std::map<std::string, double>& unitsMs) {
        if (!watch_.isRunning()) {
            watch_.start();
        }
        std::vector<NetworkTimes> all;
        std::vector<NetworkId> ids;
        for (const auto& entry : window_.session().networks()) {
            ids.push_back(entry.id);
        }
        for (const auto id : ids) {
            NetworkTimes times;
            times.card = window_.session().network(id)->card;
            times.unitMs = unitsMs.at(times.card.sha256);
            drag(id, times);
            all.push_back(std::move(times));
        }
        return all;
    }

    /// The study among the opened files; null where there is none.
    [[nodiscard]] ui::StudyController* study() {
        auto* workspace = dynamic_cast<ui::StudyWorkspace*>(window_.workspaces().find(QStringLiteral("study")));
        return workspace == nullptr || workspace->study().tasks() == 0 ? nullptr : &workspace->study();
    }

    /// Runs the study behind the box, from now on.
    void startStudy(ui::StudyController& study) {
        window_.workspaces().open("probe");
        study.run();
        require(waitUntil([&] { return study.progress() && study.isRunning(); }), "the study did not begin");
    }

    [[nodiscard]] std::optional<SliderTimes> runFilters() { return measureFilterSlider(window_); }
    [[nodiscard]] const std::vector<double>& eventLoop() const { return watch_.milliseconds(); }
    [[nodiscard]] const Image& image() { return *window_.session().image().pixels; }
    [[nodiscard]] ui::Session& session() { return window_.session(); }

private:
    static void require(bool met, const char* message) {
        if (!met) {
            throw Error(ErrorCode::InvalidArgument, message);
        }
    }

    static bool waitUntil(const std::function<bool()>& condition) {
        return lamscope::waitUntil(condition, longestWait);
    }

    [[nodiscard]] bool allLoaded() {
        auto& session = window_.session();
        const auto& networks = session.networks();
        return session.hasImage() && !networks.empty() && std::ranges::all_of(networks, [](const auto& entry) {
                   return entry.state == ui::NetworkEntry::State::Ready && entry.finished;
               });
    }

    static void send(QWidget& view, QEvent::Type type, QPointF position) {
        const bool held = type != QEvent::MouseButtonRelease;
        QApplication::postEvent(&view, new QMouseEvent(type, position, view.mapToGlobal(position),
                                                       type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                                                       held ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier));
    }

    void drag(NetworkId id, NetworkTimes& times) {
        auto& session = window_.session();
        session.select(id);
        const auto panes = window_.probe().grid().panes();
        const auto pane = std::ranges::find(panes, id, [](const ui::ImagePane* candidate) { return candidate->id(); });
        require(pane != panes.end(), "a network has no pane");
        auto& view = (*pane)->view();

        // A track through the middle of the image that never leaves it: slanted, with steps of a few pixels.
        const double width = session.gridWidth();
        const double height = session.gridHeight();
        for (int i = 0; i < positionsPerNetwork; ++i) {
            const double share = 0.2 + 0.6 * i / (positionsPerNetwork - 1);
            const QPointF target(width * share, height * (0.3 + 0.4 * share));
            const auto box = session.box();
            const QPointF grip(box.x + box.size / 2.0, box.y + box.size / 2.0);
            if (i == 0) {
                send(view, QEvent::MouseButtonPress, view.fromScene(grip));
            }
            const auto before = window_.controller().requestNumber();
            QElapsedTimer timer;
            int nodes = 0;
            const auto arrived =
                QObject::connect(&window_.controller(), &ui::LiveController::mapArrived, &window_,
                                 [&](int network, qint64 request, int count) {
                                     if (network == id && request > before && nodes == 0) {
                                         nodes = count;
                                         times.first.push_back(static_cast<double>(timer.nsecsElapsed()) * 1e-6);
                                     }
                                 });
            timer.start();
            send(view, QEvent::MouseMove, view.fromScene(target));
            require(waitUntil([&] { return nodes != 0; }), "no map arrived");
            QObject::disconnect(arrived);
            times.firstNodes = nodes;
        }
        // At rest at several places: a click brings the box there.
        send(view, QEvent::MouseButtonRelease, {});
        for (int i = 0; i < clicksPerNetwork; ++i) {
            const double share = 0.3 + 0.1 * i;
            const QPointF target = view.fromScene({width * share, height * 0.6});
            const auto before = window_.controller().requestNumber();
            bool fine = false;
            double latest = 0.0;  // ms, of a map that may be fine enough already
            QElapsedTimer timer;
            const auto arrived = QObject::connect(&window_.controller(), &ui::LiveController::mapArrived, &window_,
                                                  [&](int network, qint64 request, int count) {
                                                      if (network == id && request > before && !fine) {
                                                          times.fineNodes = count;
                                                          latest = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
                                                          fine = count >= fewestFineNodes;
                                                      }
                                                  });
            timer.start();
            send(view, QEvent::MouseButtonPress, target);
            send(view, QEvent::MouseButtonRelease, target);
            const auto isEnough = [&] { return fine || (latest > 0.0 && session.network(id)->finished); };
            require(waitUntil(isEnough), "no finer map arrived");
            times.fine.push_back(latest);
            QObject::disconnect(arrived);
        }
    }

    ui::MainWindow window_;
    EventLoopWatch watch_;
};

/// One forward and backward pass of each network on the image, in ms, by the model's hash.
std::map<std::string, double> measureUnits(ui::Session& session) {
    std::map<std::string, double> units;
    for (const auto& entry : session.networks()) {
        const auto model = loadModel(entry.spec);
        auto patch = session.patchFor(entry);
        auto lam = session.options();
        lam.patch = patch;
        const auto region = checkedContext(entry.card, *entry.lr, nullptr, makePlan(lam), patch);
        patch.x -= region.x * entry.card.scale;
        patch.y -= region.y * entry.card.scale;
        units[entry.card.sha256] =
            1000.0 * measureForwardBackward(model, entry.lr->cropped(region), patch, unitRepeats);
    }
    return units;
}

/// Of the first map of each network while a study runs, without one and what that makes, as lines for a person. Fills
/// `document`, if there is one, alike.
std::string besideStudy(const std::vector<NetworkTimes>& alone, const std::vector<NetworkTimes>& beside,
                        nlohmann::ordered_json& document) {
    std::string text = fmt::format("{:<16}{:>36}\n", "network", "first map beside the study (median)");
    for (std::size_t i = 0; i < alone.size(); ++i) {
        const double before = percentile(alone[i].first, 0.5);
        const double now = percentile(beside[i].first, 0.5);
        text += fmt::format("{:<16}{:>19.1f} ms, {:>8.2f} times\n", alone[i].card.name, now, now / before);
        document["results"][i]["first_map_beside_study"] = {
            {"median_ms", now}, {"p95_ms", percentile(beside[i].first, 0.95)}, {"ratio", now / before}};
    }
    return text;
}

nlohmann::ordered_json latencyJson(const std::vector<double>& ms, int nodes, double unitMs) {
    return {{"nodes", nodes},
            {"median_ms", percentile(ms, 0.5)},
            {"p95_ms", percentile(ms, 0.95)},
            {"median_units", percentile(ms, 0.5) / unitMs}};
}

/// Of the filters' slider, as lines for a person. Fills `document` alike.
std::string filtersText(const SliderTimes& times, nlohmann::ordered_json& document) {
    const double first = percentile(times.first, 0.5);
    document["filters"] = {
        {"forward_ms", times.forwardMs},
        {"visible", {times.width, times.height}},
        {"first_picture",
         {{"median_ms", first},
          {"p95_ms", percentile(times.first, 0.95)},
          {"median_forwards", first / times.forwardMs}}},
        {"event_loop", {{"p99_ms", percentile(times.eventLoop, 0.99)}, {"max_ms", percentile(times.eventLoop, 1.0)}}}};
    return fmt::format(
        "filters, slider of λ: first picture after {:.1f} ms (p95 {:.1f}), {:.2f} forward passes of the {}x{} LR "
        "pixels in view; event loop blocked {:.1f} ms at the 99th percentile, {:.1f} ms at most\n",
        first, percentile(times.first, 0.95), first / times.forwardMs, times.width, times.height,
        percentile(times.eventLoop, 0.99), percentile(times.eventLoop, 1.0));
}

QStringList defaultFiles() {
    const auto folder = qEnvironmentVariable("LAMSCOPE_DATA", QStringLiteral("../shared/data"));
    QStringList files{folder + QStringLiteral("/images/lam_demo/1.png")};
    for (const auto* name : {"imdn_x4", "rfdn_aim_x4", "pan_x4", "carn_m"}) {
        auto file = QStringLiteral("%1/weights/%2.pth").arg(folder, QLatin1String(name));
        files << (QLatin1String(name) == QLatin1String("carn_m") ? file + QStringLiteral(":scale=4") : file);
    }
    return files;
}

}  // namespace

int runGuiBenchmark(ui::MainWindowOptions options, const QStringList& files, const std::string& json,
                    const QSize& size) {
    const QTemporaryDir state;  // a run measures the defaults, not somebody's settings
    options.stateFolder = state.path();
    try {
        setComputeThreads(options.threads.value_or(0));
        const auto opened = files.isEmpty() ? defaultFiles() : files;
        checkOutputFiles(std::vector<std::filesystem::path>{json}, ui::filesNamedBy(opened));
        GuiBenchmark benchmark(options, opened);
        if (!size.isEmpty()) {
            const auto file = std::filesystem::path(state.path().toStdString()) / "scene.png";
            const auto scene = drawScene(std::max(size.width(), size.height()));
            writeImage(file, scene.cropped({0, 0, size.width(), size.height()}));
            benchmark.openImage(file);
        }
        const auto units = measureUnits(benchmark.session());
        const auto results = benchmark.run(units);
        const auto& loop = benchmark.eventLoop();

        std::string text = fmt::format("{:<16}{:>9}  {:>28}  {:>28}\n", "network", "unit", "first map (median, p95)",
                                       "finer map (median, p95)");
        nlohmann::ordered_json document;
        document["lamscope"] = programJson("cpu");
        document["results"] = nlohmann::ordered_json::array();
        for (const auto& times : results) {
            const double first = percentile(times.first, 0.5);
            const double fine = percentile(times.fine, 0.5);
            text += fmt::format("{:<16}{:>6.1f} ms  {:>7.1f} {:>7.1f} ms {:>5.2f} u  {:>8.1f} {:>8.1f} ms {:>5.1f} u\n",
                                times.card.name, times.unitMs, first, percentile(times.first, 0.95),
                                first / times.unitMs, fine, percentile(times.fine, 0.95), fine / times.unitMs);
            document["results"].push_back({{"model", modelJson(times.card)},
                                           {"first_map", latencyJson(times.first, times.firstNodes, times.unitMs)},
                                           {"map27", latencyJson(times.fine, times.fineNodes, times.unitMs)}});
        }
        document["event_loop"] = {{"p99_ms", percentile(loop, 0.99)}, {"max_ms", percentile(loop, 1.0)}};
        text += fmt::format(
            "event loop blocked: {:.1f} ms at the 99th percentile, {:.1f} ms at most\n"
            "u: one forward and backward pass of that network\n",
            percentile(loop, 0.99), percentile(loop, 1.0));
        if (auto* study = benchmark.study()) {
            benchmark.startStudy(*study);
            text += besideStudy(results, benchmark.run(units), document);
            text += fmt::format("tasks of the study that ended meanwhile: {}\n", study->progress()->done);
        }
        if (const auto filters = benchmark.runFilters()) {
            text += filtersText(*filters, document);
        }
        if (json == "-") {
            std::cerr << text;
            std::cout << dumpJson(document);
        } else {
            std::cout << text;
            if (!json.empty()) {
                writeFileAtomically(json, std::string_view(dumpJson(document)));
            }
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "lamscope: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace lamscope
