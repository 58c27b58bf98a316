// SPDX-License-Identifier: GPL-3.0-or-later
// Studies on a LiveEngine: what comes of them while other work interrupts, and how they end.
#include "live/jobs/study_job.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "live/job_handle.h"
#include "live/live_engine.h"
#include "model/stoppable_evaluation.h"
#include "study/studies/study_status.h"
#include "support/analytic_networks.h"
#include "support/evaluations.h"
#include "support/event_recorder.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_job_test {
namespace {

using live::EndReason;
using live::Idle;
using live::MapReady;
using live::NetworkLoaded;
using live::StudyEnded;
using live::StudyProgressed;
using testing::HasSubstr;

constexpr int studyScale = 4;
constexpr int widestOfStudy = 24;  // LR pixels of the study's images
constexpr int probeScale = 2;
constexpr int probeSide = 60;
constexpr int contextSide = 32;
constexpr NetworkId probed = 1;
constexpr auto resultMaps = "SELECT hex(float16) FROM map JOIN result ON result.id = map.result ORDER BY result.id";

bool isOfStudy(int width) {
    return width <= widestOfStudy;
}

class StudyJobTest : public testing::Test {
protected:
    StudyJobTest() {
        for (const auto* name : {"plain.pth", "layered.pth", "no-memory.pth"}) {
            folder_.write(name, name);
        }
        study_ = test::smallStudy(folder_, {64, 96}, {file("plain.pth"), file("layered.pth")});
        study_.patches = {PatchRule::Kind::Grid, 16, 30};
        LamOptions options;
        options.nodes = 27;
        options.tolerance = 1e-12;  // never met: levels of 3, 9 and 27 nodes
        setLamOptions(study_.experiment, options);

        probeOptions_.context = contextSide;
        engine_.setInput(image_, ImageRole::Lr, Reduction::Pillow);
        engine_.addNetwork(probed, {.file = "probed", .settings = {}});
    }

    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

    /// Networks by the stem of their file: of "layered", the evaluation can be left; the evaluation of "no-memory"
    /// fails. Nothing of it is known but that.
    SrModel load(const ModelSpec& spec) {
        const auto stem = spec.file.stem().string();
        ModelCard card;
        card.name = stem;
        card.architecture = "analytic";
        card.scale = stem == "probed" ? probeScale : studyScale;
        if (stem != "probed") {
            card.sha256 = sha256OfFile(spec.file);
        }
        const auto formula = [this, stem, scale = card.scale](const torch::Tensor& lr) -> torch::Tensor {
            evaluations_.add(static_cast<int>(lr.size(3)));
            if (stem == "layered") {
                StoppableEvaluation::throwIfStopped();
            } else if (stem == "no-memory") {
                throw std::bad_alloc();
            }
            return test::enlargeByCopying(lr.square(), scale) * (1.0 + lr.mean({1, 2, 3}, true));
        };
        const std::scoped_lock lock(mutex_);
        ++loads_[stem];
        return SrModel(std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(formula), card,
                                                                 torch::kCPU));
    }
    [[nodiscard]] int loadsOf(const std::string& stem) {
        const std::scoped_lock lock(mutex_);
        return loads_[stem];
    }

    LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.retainedBytes = 0;  // every node shows as an evaluation
        options.load = [this](const ModelSpec& spec, const std::string& /*device*/) { return load(spec); };
        return options;
    }

    [[nodiscard]] StudyJobRequest request() const {
        return {.description = study_, .folder = folder_.path(), .store = store_, .maps = true};
    }
    void start(std::int64_t run) {
        job_.tell([run, asked = request()](StudyJob& job) { job.start(run, asked); });
    }
    [[nodiscard]] std::optional<StudyEnded> ended(std::int64_t run) {
        return events_.waitFor<StudyEnded>([run](const StudyEnded& end) { return end.run == run; });
    }
    /// Runs the study to its end, which is its message.
    [[nodiscard]] std::string messageOfRun(std::int64_t run) {
        start(run);
        const auto end = ended(run);
        EXPECT_TRUE(end);
        EXPECT_EQ(end->reason, EndReason::Done);
        return end->message;
    }

    /// Once, at the study's n-th evaluation from here on.
    void atEvaluation(int n, const test::Evaluations::Hook& hook) {
        studyEvaluations_ = 0;
        evaluations_.at(
            [this, n](std::size_t /*number*/, int width) { return isOfStudy(width) && ++studyEvaluations_ == n; },
            hook);
    }
    /// A request for the map of a box that was not looked at before.
    void probe(bool moving = false) {
        const auto number = ++requests_;
        engine_.probe({.number = number,
                       .options = probeOptions_,
                       .targets = {{probed, {10 + static_cast<int>(number % 80), 20, 8}}},
                       .moving = moving});
    }
    [[nodiscard]] bool isIdle(std::int64_t number, std::size_t from = 0) {
        return events_.waitFor<Idle>([number](const Idle& idle) { return idle.request >= number; }, from).has_value();
    }

    /// The study as runStudy() computes it.
    [[nodiscard]] std::filesystem::path unbroken() {
        auto file = folder_ / "unbroken.sqlite";
        const auto plan = planStudy(study_, folder_.path());
        StudyStore store(file, StudyStore::Access::Write);
        const StudyRunSettings settings{
            .maps = true, .evaluation = {.batch = 1}, .load = [this](const ModelSpec& spec) {
                return std::make_shared<const SrModel>(load(spec));
            }};
        EXPECT_EQ(runStudy(plan, store, settings).done, 4U);
        return file;
    }
    void expectRowsOf(const std::filesystem::path& expected) {
        EXPECT_EQ(test::resultsOf(store_), test::resultsOf(expected));
        EXPECT_EQ(test::rowsOf(store_, resultMaps), test::rowsOf(expected, resultMaps));
    }

    const test::TemporaryFolder folder_;
    const std::filesystem::path store_ = folder_ / "study.sqlite";
    StudyDescription study_;
    LamOptions probeOptions_;
    const OpenedImage image_{.file = "test.png",
                             .sha256 = "",
                             .pixels = std::make_shared<const Image>(test::testImage(probeSide, probeSide))};
    std::atomic<std::int64_t> requests_{0};
    std::atomic<int> studyEvaluations_{0};
    std::mutex mutex_;
    std::map<std::string, int> loads_;  // by stem
    test::Evaluations evaluations_;
    test::EventRecorder events_;
    LiveEngine engine_{events_.sink(), engineOptions()};
    JobHandle<StudyJob> job_{engine_, events_.sink<StudyJob::Event>()};
};

TEST_F(StudyJobTest, WhatComesOfItIsWhatRunStudyGivesHoweverOftenTheBoxMoves) {
    const auto expected = unbroken();
    constexpr int interruptions = 40;
    std::atomic<int> done{0};
    std::function<void()> arm = [&] {
        atEvaluation(3, [&] {
            probe();
            if (++done < interruptions) {
                arm();
            }
        });
    };
    arm();
    start(5);
    const auto end = ended(5);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->reason, EndReason::Done);
    EXPECT_EQ(end->message, "");
    EXPECT_EQ(end->outcome.done, 4U);
    EXPECT_EQ(end->outcome.failed, 0U);
    EXPECT_EQ(end->outcome.left, 0U);
    EXPECT_EQ(done, interruptions);
    EXPECT_TRUE(
        events_.waitFor<MapReady>([](const MapReady& map) { return map.request == interruptions && map.finished; }));
    expectRowsOf(expected);
}

TEST_F(StudyJobTest, TheFirstMapOfABoxWaitsForOnePassAtMost) {
    std::vector<int> waited;  // evaluations of the study between a request and its first map
    constexpr int requests = 30;
    std::function<void()> arm = [&] {
        // All places of a task in turn, its beginning too.
        atEvaluation(1 + static_cast<int>(waited.size()) % 5, [&] {
            waited.push_back(0);
            probe();
            studyEvaluations_ = 0;
            evaluations_.at(
                [&](std::size_t /*number*/, int width) {
                    waited.back() += isOfStudy(width) ? 1 : 0;
                    return width == contextSide;
                },
                [&] {
                    if (std::ssize(waited) < requests) {
                        arm();
                    }
                });
        });
    };
    arm();
    start(1);
    ASSERT_TRUE(ended(1));
    ASSERT_EQ(waited.size(), requests);
    // Beside a pass that ends: the image is evaluated and the baseline, once each, neither with a backward pass.
    EXPECT_LE(*std::ranges::max_element(waited), 1);
    EXPECT_LE(std::ranges::count(waited, 1), 2);  // of two tasks; the others' networks are left within an evaluation
}

TEST_F(StudyJobTest, WhoStopsTheMapsOfTheBoxDoesNotEndIt) {
    const auto expected = unbroken();
    atEvaluation(70, [&] { engine_.stop(); });
    EXPECT_EQ(messageOfRun(1), "");
    EXPECT_EQ(ended(1)->outcome.done, 4U);
    expectRowsOf(expected);
    const auto said = events_.all<live::Progress>();
    EXPECT_TRUE(std::ranges::any_of(said, [](const live::Progress& progress) {
        return progress.what.starts_with("study: scene64.png") && !progress.stoppable;
    }));
}

TEST_F(StudyJobTest, PausedItGoesOnWithTheNextRun) {
    const auto expected = unbroken();
    atEvaluation(70, [&] { job_.tell([](StudyJob& job) { job.pause(); }); });
    start(1);
    const auto cancelled = ended(1);
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(cancelled->reason, EndReason::Cancelled);
    EXPECT_EQ(cancelled->message, "");
    EXPECT_EQ(std::ranges::count_if(evaluations_.widths(), isOfStudy), 70);
    // A task evaluates image, baseline and 27 nodes.
    EXPECT_EQ(cancelled->outcome.done, 2U);
    EXPECT_EQ(cancelled->outcome.left, 2U);
    EXPECT_EQ(statusOf(StudyStore(store_, StudyStore::Access::Read)).done, 2);

    EXPECT_EQ(messageOfRun(2), "");
    EXPECT_EQ(ended(2)->outcome.done, 4U);
    expectRowsOf(expected);
    EXPECT_EQ(messageOfRun(3), "");  // nothing is left
    EXPECT_EQ(ended(3)->outcome.done, 4U);
}

TEST_F(StudyJobTest, ANewRunCancelsTheOld) {
    atEvaluation(3, [&] { start(2); });
    start(1);
    ASSERT_TRUE(ended(2));
    EXPECT_EQ(ended(1)->reason, EndReason::Cancelled);
    EXPECT_EQ(ended(2)->reason, EndReason::Done);
    EXPECT_EQ(ended(2)->outcome.done, 4U);
}

TEST_F(StudyJobTest, OtherImagesAndNetworksDoNotConcernIt) {
    atEvaluation(3, [&] {
        engine_.setInput({.file = "other.png",
                          .sha256 = "",
                          .pixels = std::make_shared<const Image>(test::testImage(probeSide, probeSide))},
                         ImageRole::Lr, Reduction::Pillow);
        engine_.removeNetwork(probed);
    });
    EXPECT_EQ(messageOfRun(1), "");
    EXPECT_EQ(ended(1)->outcome.done, 4U);
}

TEST_F(StudyJobTest, RestsWhileTheBoxIsDragged) {
    atEvaluation(20, [&] {
        evaluations_.at({}, {});  // counts from here on
        probe(/*moving=*/true);
    });
    start(1);
    ASSERT_TRUE(isIdle(1));
    EXPECT_LE(std::ranges::count_if(evaluations_.widths(), isOfStudy), 1);
    EXPECT_TRUE(events_.all<StudyEnded>().empty());
    probe();  // the button is released
    const auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->outcome.done, 4U);
}

TEST_F(StudyJobTest, SaysWhatItIsAtAndWhatTheStoreHas) {
    ASSERT_EQ(messageOfRun(7), "");
    const auto events = events_.all<StudyProgressed>();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().progress.tasks, 4U);
    EXPECT_EQ(events.front().progress.image, "");
    std::size_t stored = 0;
    std::vector<std::string> order;
    for (const auto& event : events) {
        EXPECT_EQ(event.run, 7);
        stored += event.stored ? 1 : 0;
        EXPECT_EQ(event.progress.done, stored);
        auto at = std::filesystem::path(event.progress.image).stem().string() + " " + event.progress.network;
        if (order.empty() || order.back() != at) {
            order.push_back(std::move(at));
        }
    }
    EXPECT_EQ(stored, 4U);
    EXPECT_THAT(order,
                testing::ElementsAre(" ", "scene64 plain", "scene64 layered", "scene96 plain", "scene96 layered"));
    // 2 x 2 patches on 64 pixels a side, 3 x 3 on 96.
    EXPECT_EQ(events.back().progress.maps, 2 * (4 + 9));
}

TEST_F(StudyJobTest, WhatFailsDoesNotEndIt) {
    study_.experiment.networks.push_back({.spec = ModelSpec::parse(file("no-memory.pth"))});
    study_.experiment.networks.push_back({.spec = ModelSpec::parse(file("absent.pth"))});
    study_.experiment.scenes.push_back({.image = folder_.write("broken.png", "\x89PNG\r\n\x1a\n rest")});
    EXPECT_EQ(messageOfRun(1), "");
    const auto outcome = ended(1)->outcome;
    EXPECT_EQ(outcome.done, 4U);
    EXPECT_EQ(outcome.failed, 8U);
    std::vector<std::string> failures;
    for (const auto& event : events_.all<StudyProgressed>()) {
        if (event.stored && !event.progress.failure.empty()) {
            failures.push_back(event.progress.failure);
        }
    }
    ASSERT_EQ(failures.size(), 8U);
    EXPECT_THAT(failures[0], HasSubstr("memory"));
    EXPECT_THAT(failures[1], HasSubstr("absent.pth"));
    EXPECT_THAT(failures[4], HasSubstr("broken.png"));

    folder_.write("absent.pth", "it is there now");  // other tasks
    EXPECT_EQ(messageOfRun(2), "");
    EXPECT_EQ(ended(2)->outcome.done, 4U + 2U);
}

TEST_F(StudyJobTest, AnOpenNetworkServesItWhileItsFileIsTheSame) {
    engine_.addNetwork(2, ModelSpec::parse(file("plain.pth")));
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>([](const NetworkLoaded& loaded) { return loaded.id == 2; }));
    EXPECT_EQ(messageOfRun(1), "");
    EXPECT_EQ(loadsOf("plain"), 1);
    EXPECT_EQ(loadsOf("layered"), 1);
    folder_.write("plain.pth", "other weights");
    EXPECT_EQ(messageOfRun(2), "");
    EXPECT_EQ(ended(2)->outcome.failed, 0U);
    EXPECT_EQ(loadsOf("plain"), 2);
}

TEST_F(StudyJobTest, AStoreThatCannotBeWrittenIsSaidInWords) {
    std::int64_t run = 0;
    const auto messageInto = [&](const std::filesystem::path& store) {
        auto asked = request();
        asked.store = store;
        job_.tell([asked, number = ++run](StudyJob& job) { job.start(number, asked); });
        const auto end = ended(run);
        if (!end->message.empty()) {
            EXPECT_EQ(end->outcome.done + end->outcome.failed + end->outcome.left, 0U);
        }
        return end->message;
    };
    EXPECT_THAT(messageInto(folder_ / "absent" / "study.sqlite"), HasSubstr("cannot be written"));
    EXPECT_THAT(messageInto(folder_.write("text.sqlite", std::string(5000, 'x'))),
                HasSubstr("not the database of a study"));
    EXPECT_THAT(messageInto(folder_ / "scene64.png"), HasSubstr("scene64.png"));
    EXPECT_THAT(messageInto(folder_.write("own.json", "{}")), HasSubstr("which is read"));  // its description
    study_.lpips = LpipsFiles{.network = folder_.write("network", "n"), .linear = folder_.write("linear", "l")};
    EXPECT_THAT(messageInto(folder_ / "linear"), HasSubstr("which is read"));
    study_.lpips.reset();
    {
        const StudyStore other(store_, StudyStore::Access::Write);
        EXPECT_THAT(messageInto(store_), HasSubstr("another program writes"));
    }
    EXPECT_EQ(messageInto(folder_ / "made.sqlite"), "");
    study_.id = "another";
    EXPECT_THAT(messageInto(folder_ / "made.sqlite"), HasSubstr("another study"));
    study_.experiment.options["nodes"] = -1;
    EXPECT_THAT(messageInto(folder_ / "unmade.sqlite"), HasSubstr("nodes"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "unmade.sqlite"));
}

TEST_F(StudyJobTest, AStoreThatBreaksUnderwayEndsItInWords) {
    atEvaluation(20, [&] { test::change(store_, "DROP TABLE map"); });
    start(1);
    const auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->reason, EndReason::Done);
    EXPECT_THAT(end->message, HasSubstr("study.sqlite"));
    EXPECT_EQ(end->outcome.left, 4U);
    probe();  // the engine serves the box as before
    EXPECT_TRUE(events_.waitFor<MapReady>([](const MapReady& map) { return map.finished; }));
}

TEST_F(StudyJobTest, AnEngineThatGoesLeavesAStoreToGoOnWith) {
    const auto expected = unbroken();
    {
        test::EventRecorder events;
        LiveEngine engine(events.sink(), engineOptions());
        const JobHandle<StudyJob> job(engine, events.sink<StudyJob::Event>());
        job.tell([asked = request()](StudyJob& each) { each.start(1, asked); });
        ASSERT_TRUE(events.waitFor<StudyProgressed>([](const StudyProgressed& event) { return event.stored; }));
    }
    EXPECT_FALSE(std::filesystem::exists(file("study.sqlite.lock")));
    EXPECT_EQ(messageOfRun(2), "");
    expectRowsOf(expected);
}

TEST_F(StudyJobTest, EverythingElseIsMoreUrgent) {
    std::promise<LivePriority> priority;
    job_.tell([&](StudyJob& job) { priority.set_value(job.priority()); });
    EXPECT_LT(priority.get_future().get(), LivePriority::DiMaps);
}

}  // namespace
}  // namespace lamscope::study_job_test
