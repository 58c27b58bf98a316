// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of studies that are stopped within their tasks.
#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

#include "method/lam/lam_experiment.h"
#include "model/stoppable_evaluation.h"
#include "study/studies/study_run.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_steps_test {
namespace {

constexpr auto storedMaps = "SELECT hex(float16) FROM map ORDER BY result";

/// The unbroken run.
StudyRunOutcome runInto(const std::filesystem::path& file, const StudyDescription& study,
                        const StudyRunSettings& settings) {
    const auto plan = planStudy(study, file.parent_path());
    StudyStore store(file, StudyStore::Access::Write);
    return runStudy(plan, store, settings);
}

/// Takes the steps of a run as `next` says.
StudyRunOutcome stepInto(const std::filesystem::path& file, const StudyDescription& study,
                         const StudyRunSettings& settings, const std::function<void(StudyRun& run)>& next) {
    const auto plan = planStudy(study, file.parent_path());
    StudyStore store(file, StudyStore::Access::Write);
    StudyRun run(plan, store, settings);
    while (!run.finished() && !testing::Test::HasFatalFailure()) {
        next(run);
    }
    return run.outcome();
}

void expectSame(const std::filesystem::path& file, const std::filesystem::path& other) {
    EXPECT_EQ(test::resultsOf(file), test::resultsOf(other));
    EXPECT_EQ(test::rowsOf(file, storedMaps), test::rowsOf(other, storedMaps));
}

/// Settings whose network counts its evaluations.
StudyRunSettings counting(std::size_t& evaluations, const std::function<void()>& atEach = {}) {
    StudyRunSettings settings{.maps = true, .evaluation = {.batch = 1}};
    settings.load = [&evaluations, atEach](const ModelSpec& /*spec*/) {
        const auto formula = [&evaluations, atEach](const torch::Tensor& lr) {
            ++evaluations;
            if (atEach) {
                atEach();
            }
            return test::enlargeByCopying(lr.square(), 4) * (0.5 + lr.mean({1, 2, 3}, true));
        };
        return std::make_shared<const SrModel>(test::makeModel(formula, 4));
    };
    return settings;
}

TEST(StudySteps, WhatALockedStoreRefusesIsKeptLaterAndNotComputedAgain) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder, {64, 72}, {"bicubic"});
    std::size_t unbroken = 0;
    EXPECT_EQ(runInto(folder / "whole.sqlite", study, counting(unbroken)).done, 2U);

    const auto file = folder / "locked.sqlite";
    const auto plan = planStudy(study, folder.path());
    std::size_t evaluations = 0;
    {
        StudyStore store(file, StudyStore::Access::Write);
        store.setPatience(std::chrono::milliseconds(10));
        StudyRun run(plan, store, counting(evaluations));
        std::size_t refused = 0;
        {
            SQLite::Database other(file.string(), SQLite::OPEN_READWRITE);
            other.exec("BEGIN IMMEDIATE");
            constexpr std::size_t refusals = 3;
            while (refused < refusals && !run.finished()) {
                try {
                    run.next();
                } catch (const StoreLocked& error) {
                    EXPECT_EQ(error.code(), ErrorCode::WriteFailed);
                    ++refused;
                }
            }
            EXPECT_EQ(refused, refusals);
            EXPECT_EQ(run.outcome().done, 0U);
            other.exec("ROLLBACK");
        }
        while (!run.finished()) {
            run.next();
        }
        EXPECT_EQ(run.outcome().done, 2U);
        EXPECT_EQ(run.progress().maps, 2);
    }
    EXPECT_EQ(evaluations, unbroken);
    expectSame(file, folder / "whole.sqlite");
}

TEST(StudySteps, LostServerEndsTheRunAndIsNoFailureOfItsTasks) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder, {64, 72}, {"bicubic"});
    std::size_t unbroken = 0;
    EXPECT_EQ(runInto(folder / "whole.sqlite", study, counting(unbroken)).done, 2U);

    const auto file = folder / "lost.sqlite";
    std::size_t evaluations = 0;
    const auto lost = unbroken - 2;  // within the second task
    const auto settings = counting(evaluations, [&] {
        if (evaluations == lost) {
            throw Error(ErrorCode::ConnectionLost, "the server has closed the connection");
        }
    });
    const auto plan = planStudy(study, folder.path());
    StudyStore store(file, StudyStore::Access::Write);
    StudyRun run(plan, store, settings);
    test::expectError(ErrorCode::ConnectionLost, {"closed the connection"}, [&] {
        while (!run.finished()) {
            run.next();
        }
    });
    EXPECT_EQ(run.outcome().done, 1U);
    EXPECT_EQ(run.outcome().failed, 0U);
    EXPECT_EQ(run.outcome().left, 1U);
    EXPECT_EQ(runStudy(plan, store, settings).done, 2U);
    expectSame(file, folder / "whole.sqlite");
}

TEST(StudySteps, ServerThatIsNotThereLeavesNothingBehind) {
    const test::TemporaryFolder folder;
    const auto study =
        test::smallStudy(folder, {64}, {"lamscope+unix://" + (folder / "nobody.sock").string(), "bicubic"});
    const auto plan = planStudy(study, folder.path());
    StudyStore store(folder / "s.sqlite", StudyStore::Access::Write);
    test::expectError(ErrorCode::ConnectionLost, {"nobody.sock"}, [&] { StudyRun(plan, store); });
}

TEST(StudySteps, StoppedAtEachEvaluationItIsUnbrokenAndEvaluatesNothingTwice) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder, {64, 72});
    std::size_t unbroken = 0;
    EXPECT_EQ(runInto(folder / "whole.sqlite", study, counting(unbroken)).done, 4U);

    std::stop_source source;
    std::size_t evaluations = 0;
    std::size_t inStep = 0;
    std::size_t mostInStep = 0;
    const auto settings = counting(evaluations, [&] {
        ++inStep;
        source.request_stop();
    });
    const auto outcome = stepInto(folder / "parts.sqlite", study, settings, [&](StudyRun& run) {
        source = {};
        inStep = 0;
        run.next(source.get_token());
        mostInStep = std::max(mostInStep, inStep);
        ASSERT_LE(evaluations, unbroken);
    });
    EXPECT_EQ(outcome.done, 4U);
    EXPECT_EQ(evaluations, unbroken);
    EXPECT_EQ(mostInStep, 2U);  // image and baseline, which need no backward pass
    expectSame(folder / "parts.sqlite", folder / "whole.sqlite");
}

TEST(StudySteps, ANetworkOfLayersIsLeftWithinAnEvaluation) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder, {64}, {"bicubic"});
    std::size_t unbroken = 0;
    runInto(folder / "whole.sqlite", study, counting(unbroken));

    std::stop_source source;
    std::size_t evaluations = 0;
    const auto settings = counting(evaluations, [&] {
        if (evaluations % 2 == 1) {
            source.request_stop();
        }
        StoppableEvaluation::throwIfStopped();  // as a layer does
    });
    const auto outcome = stepInto(folder / "parts.sqlite", study, settings, [&](StudyRun& run) {
        source = {};
        const auto before = evaluations;
        run.next(source.get_token());
        ASSERT_LE(evaluations - before, 2U);
        ASSERT_LE(evaluations, 2 * unbroken);
    });
    EXPECT_EQ(outcome.done, 1U);
    expectSame(folder / "parts.sqlite", folder / "whole.sqlite");
}

TEST(StudySteps, AShippedNetworkThatIsStoppedAnywhereGivesTheSame) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"models/fsrcnn-s/fsrcnn-s_x4.safetensors"});
    study.patches = {PatchRule::Kind::Grid, 16, 18};
    LamOptions options;
    options.nodes = 9;
    setLamOptions(study.experiment, options);
    const StudyRunSettings settings{.maps = true, .evaluation = {.batch = 1}};
    EXPECT_EQ(runInto(folder / "whole.sqlite", study, settings).done, 1U);

    // Longer and longer, so that the run gets on however slow the machine is.
    std::chrono::duration<double> wait(1e-4);
    stepInto(folder / "parts.sqlite", study, settings, [&](StudyRun& run) {
        wait *= 1.05;
        std::stop_source source;
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(wait);
            source.request_stop();
        });
        run.next(source.get_token());
    });
    expectSame(folder / "parts.sqlite", folder / "whole.sqlite");
}

}  // namespace
}  // namespace lamscope::study_steps_test
