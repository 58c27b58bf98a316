// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong around a study while it runs: each ends in words, and nothing that was computed is lost.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <functional>
#include <optional>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "study/studies/study_merge.h"
#include "support/expect_error.h"
#include "support/run_study.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace {

/// Seconds by which the wall clock is set back; the next look at it sets it back further.
std::atomic<std::int64_t> setBack{0};
constexpr std::int64_t setBackStep = 3600;
std::atomic<bool> clockRunsBack{false};

}  // namespace

// They take the place of the C library's in this program and in the libraries that it loads.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const auto outcome = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME && clockRunsBack) {
        now->tv_sec -= setBack += setBackStep;
    }
    return static_cast<int>(outcome);
}

extern "C" time_t time(time_t* found) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (found != nullptr) {
        *found = now.tv_sec;
    }
    return now.tv_sec;
}

extern "C" int gettimeofday(timeval* found, void* /*zone*/) noexcept {
    timespec now{};
    const int outcome = clock_gettime(CLOCK_REALTIME, &now);
    *found = {now.tv_sec, now.tv_nsec / 1000};
    return outcome;
}

namespace lamscope::study_faults_test {
namespace {

using test::resultsOf;
using test::runInto;
using test::statusOfFile;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

constexpr auto shipped = "models/fsrcnn-s/fsrcnn-s_x4.safetensors";
constexpr auto another = "models/edsr-s/edsr-s_x4.safetensors";

/// A study of two images by bicubic enlargement and a network's file.
class StudyFaults : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::copy_file(shipped, network_);
        study_ = test::smallStudy(folder_, {64, 72}, {"bicubic", network_.string()});
        runInto(folder_ / "whole.sqlite", study_);
    }

    /// Runs the study; `fault` happens once so many tasks are done.
    StudyRunOutcome runWith(std::size_t done, const std::function<void()>& fault) {
        bool happened = false;
        return runInto(file_, study_, {}, {}, [&](const StudyRunProgress& state) {
            if (!happened && state.done >= done) {
                happened = true;
                fault();
            }
        });
    }

    void putBack() const {
        std::filesystem::copy_file(shipped, network_, std::filesystem::copy_options::overwrite_existing);
    }

    [[nodiscard]] std::vector<std::string> failures() const {
        std::vector<std::string> reasons;
        std::ranges::transform(statusOfFile(file_).failures, std::back_inserter(reasons), &StudyFailure::error);
        return reasons;
    }

    void expectWhole() const { EXPECT_EQ(resultsOf(file_), resultsOf(folder_ / "whole.sqlite")); }

    test::TemporaryFolder folder_;
    std::filesystem::path network_ = folder_ / "net.safetensors";
    std::filesystem::path file_ = folder_ / "study.sqlite";
    StudyDescription study_;
};

TEST_F(StudyFaults, ANetworkRemovedBeforeItIsLoadedFailsAlone) {
    const auto outcome = runWith(0, [&] { std::filesystem::remove(network_); });
    EXPECT_EQ(outcome.done, 2U);
    EXPECT_EQ(outcome.failed, 2U);
    EXPECT_THAT(failures(), AllOf(testing::SizeIs(2), Each(HasSubstr("net.safetensors"))));
    putBack();
    EXPECT_EQ(runInto(file_, study_, {.retryFailed = true}).done, 4U);
    expectWhole();
}

TEST_F(StudyFaults, ANetworkRemovedAfterThatIsNotMissed) {
    EXPECT_EQ(runWith(2, [&] { std::filesystem::remove(network_); }).done, 4U);
    expectWhole();
}

TEST_F(StudyFaults, ANetworkReplacedInMidRunIsNotMistakenForTheFormerOne) {
    runWith(0,
            [&] { std::filesystem::copy_file(another, network_, std::filesystem::copy_options::overwrite_existing); });
    EXPECT_THAT(failures(), AllOf(testing::SizeIs(2), Each(HasSubstr("has changed since the run began"))));
    putBack();
    EXPECT_EQ(runInto(file_, study_, {.retryFailed = true}).done, 4U);
    expectWhole();
}

TEST_F(StudyFaults, AnImageRemovedInMidRunFailsAlone) {
    const auto image = folder_ / "scene72.png";
    const auto kept = folder_ / "kept.png";
    const auto outcome = runWith(1, [&] { std::filesystem::rename(image, kept); });
    EXPECT_EQ(outcome.done, 2U);
    EXPECT_THAT(failures(), AllOf(testing::SizeIs(2), Each(HasSubstr("scene72.png"))));
    std::filesystem::rename(kept, image);
    EXPECT_EQ(runInto(file_, study_, {.retryFailed = true}).done, 4U);
    expectWhole();
}

TEST_F(StudyFaults, TheHrImageOfAPairReplacedInMidRunIsNotMistakenForTheFormerOne) {
    auto& scene = study_.experiment.scenes.back();
    const auto hr = folder_ / "hr.png";
    writeImage(hr, drawScene(72));
    scene.reference = hr;
    scene.image = folder_ / "lr.png";
    writeImage(scene.image, makeLowResolution(drawScene(72), 4, Reduction::Pillow).lr);
    scene.role = ImageRole::Lr;
    scene.gridScale = 0;
    runWith(0, [&] { writeImage(hr, Image(72, 72)); });
    EXPECT_THAT(failures(), AllOf(testing::SizeIs(2), Each(HasSubstr("hr.png: has changed since the run began"))));
}

TEST_F(StudyFaults, ResultsOfANetworkThatIsGoneForAWhileStay) {
    runInto(file_, study_);
    std::filesystem::remove(network_);
    EXPECT_EQ(runInto(file_, study_).failed, 2U);
    putBack();
    std::int64_t maps = 0;
    const auto outcome = runInto(file_, study_, {}, {}, [&](const StudyRunProgress& state) { maps = state.maps; });
    EXPECT_EQ(outcome.done, 4U);
    EXPECT_EQ(maps, 0);
    expectWhole();
}

TEST_F(StudyFaults, ResultsOfAnImageThatIsGoneForAWhileStayAlsoInAMergedFile) {
    const auto image = folder_ / "scene72.png";
    const auto kept = folder_ / "kept.png";
    const auto merged = folder_ / "merged.sqlite";
    runInto(file_, study_);
    std::filesystem::rename(image, kept);
    EXPECT_EQ(runInto(file_, study_).failed, 2U);  // its tasks are others while its content is not known
    {
        StudyStore store(merged, StudyStore::Access::Write);
        static_cast<void>(mergeShards(store, {file_}));
    }
    std::filesystem::rename(kept, image);
    for (const auto& file : {file_, merged}) {
        std::int64_t maps = 0;
        const auto outcome = runInto(file, study_, {}, {}, [&](const StudyRunProgress& state) { maps = state.maps; });
        EXPECT_EQ(outcome.done, 4U) << file;
        EXPECT_EQ(maps, 0) << file;
        EXPECT_EQ(resultsOf(file), resultsOf(folder_ / "whole.sqlite")) << file;
    }
}

/// A study of which each task needs more room in the file.
class StudyWithoutRoom : public testing::Test {
protected:
    void SetUp() override {
        study_ = test::smallStudy(folder_);
        study_.patches = {PatchRule::Kind::Grid, 16, 16};
        runInto(folder_ / "whole.sqlite", study_);
    }

    /// Runs it until the system refuses to write, from two tasks on, and again afterwards.
    void expectNothingIsLost(const std::string& words, const std::function<void(StudyStore&)>& fault,
                             const std::function<void()>& remedy) {
        const auto file = folder_ / "study.sqlite";
        {
            const auto plan = planStudy(study_, folder_.path());
            StudyStore store(file, StudyStore::Access::Write);
            bool happened = false;
            const auto beginFault = [&](const StudyRunProgress& state) {
                if (!happened && state.done == 2) {
                    happened = true;
                    fault(store);
                }
            };
            test::expectError(ErrorCode::WriteFailed, {"study.sqlite", words, "nothing is lost"},
                              [&] { static_cast<void>(runStudy(plan, store, {}, {}, beginFault)); });
            EXPECT_EQ(statusOfFile(file).done, 2);  // can be read meanwhile
        }
        remedy();
        EXPECT_GE(statusOfFile(file).done, 2);
        EXPECT_EQ(runInto(file, study_).done, 6U);
        EXPECT_EQ(resultsOf(file), resultsOf(folder_ / "whole.sqlite"));
    }

    test::TemporaryFolder folder_;
    StudyDescription study_;
};

TEST_F(StudyWithoutRoom, OnAFullDiskStopsInWords) {
    // The database may not grow: what SQLite says then is what it says of a full disk.
    expectNothingIsLost(
        "disk is full", [](StudyStore& store) { store.database().exec("PRAGMA max_page_count = 1"); }, [] {});
}

TEST_F(StudyWithoutRoom, BeyondAQuotaStopsInWords) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto formerly = std::signal(SIGXFSZ, SIG_IGN);  // NOLINT(concurrency-mt-unsafe): one thread
    expectNothingIsLost(
        "quota",
        [&](StudyStore& store) {
            const auto size = [&](const char* ending) {
                return std::filesystem::file_size(store.file().string() + ending);
            };
            auto limit = before;
            limit.rlim_cur = std::max(size(""), size("-wal"));
            setrlimit(RLIMIT_FSIZE, &limit);
        },
        [&] { setrlimit(RLIMIT_FSIZE, &before); });
    std::signal(SIGXFSZ, formerly);  // NOLINT(concurrency-mt-unsafe): one thread
}

TEST_F(StudyWithoutRoom, LockedByAnotherProgramStopsInWords) {
    std::optional<SQLite::Database> other;
    expectNothingIsLost(
        "locked",
        [&](StudyStore& store) {
            store.database().exec("PRAGMA busy_timeout = 10");
            other.emplace(store.file().string(), SQLite::OPEN_READWRITE);
            other->exec("BEGIN EXCLUSIVE");
        },
        [&] { other.reset(); });
}

TEST_F(StudyFaults, AClockThatIsSetBackChangesNothing) {
    clockRunsBack = true;
    const auto before = std::chrono::system_clock::now();
    std::vector<double> seconds;
    const auto watch = [&](const StudyRunProgress& state) {
        seconds.push_back(state.seconds);
        seconds.push_back(state.secondsLeft.value_or(0.0));
    };
    std::stop_source source;
    EXPECT_EQ(runInto(file_, study_, {}, source.get_token(),
                      [&](const StudyRunProgress& state) {
                          watch(state);
                          if (state.done == 2) {
                              source.request_stop();
                          }
                      })
                  .left,
              2U);
    EXPECT_EQ(runInto(file_, study_, {}, {}, watch).done, 4U);
    EXPECT_LT(std::chrono::system_clock::now(), before) << "the clock was not set back";
    clockRunsBack = false;
    expectWhole();
    EXPECT_THAT(seconds, Each(testing::Ge(0.0)));
    EXPECT_EQ(test::rowsOf(file_, "SELECT count(*) FROM task WHERE NOT seconds > 0"), (std::vector<std::string>{"0|"}));
    // Files of the future and of the past are the files that they are.
    std::filesystem::last_write_time(file_, std::filesystem::file_time_type::clock::now() + std::chrono::years(1));
    std::filesystem::last_write_time(folder_ / "scene64.png",
                                     std::filesystem::file_time_type::clock::now() + std::chrono::years(1));
    std::filesystem::last_write_time(network_, std::filesystem::file_time_type::clock::now() - std::chrono::years(20));
    std::int64_t maps = 0;
    runInto(file_, study_, {}, {}, [&](const StudyRunProgress& state) { maps = state.maps; });
    EXPECT_EQ(maps, 0);
}

}  // namespace
}  // namespace lamscope::study_faults_test
