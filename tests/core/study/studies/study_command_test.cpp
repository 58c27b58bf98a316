// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli study` as its users meet it: judged by exit code, output and files.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/run_program.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_command_test {
namespace {

using test::contentOf;
using test::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StudyCommand : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder_ / "set");
        for (const int side : {96, 104, 112, 120}) {
            writeImage(folder_ / fmt::format("set/scene{}_HR.png", side), drawScene(side));
        }
        std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    }

    [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }

    /// Starts the program; `whileRunning` gets its process.
    Outcome run(std::vector<std::string> arguments, const std::function<void(pid_t)>& whileRunning = {}) const {
        arguments.insert(arguments.begin(), {LAMSCOPE_CLI, "study"});
        return test::runProgram(std::move(arguments), log_.path(), whileRunning);
    }

    /// Describes a study of eight tasks in study.json.
    void describe(const std::vector<std::string>& more = {"--nodes", "3"}) const {
        std::vector<std::string> arguments{
            "new",       in("study.json"), "--hr", in("set"), "--model", "bicubic", in("net.safetensors:name=Small"),
            "--no-trial"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto outcome = run(arguments);
        ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
        EXPECT_THAT(outcome.output, HasSubstr("8 tasks: 4 images by 2 networks"));
    }

    /// How many tasks the messages of the program say to be done; -1 before the first.
    [[nodiscard]] int tasksDone() const {
        const auto messages = contentOf(log_ / "messages");
        const auto last = messages.rfind("\"done\":");
        return last == std::string::npos || messages.find(',', last) == std::string::npos
                   ? -1
                   : std::stoi(messages.substr(last + 7));
    }

    /// Waits until at least so many are.
    void waitForTasks(int count) const {
        for (int trial = 0; trial < 60000 && tasksDone() < count; ++trial) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        EXPECT_GE(tasksDone(), count);
    }

    void expectTrouble(const std::vector<std::string>& arguments, int code, const std::string& expected) const {
        const auto outcome = run(arguments);
        EXPECT_EQ(outcome.exitCode, code) << expected;
        EXPECT_THAT(outcome.messages, AllOf(HasSubstr(expected), HasSubstr("error: ")));
        EXPECT_EQ(outcome.output, "");
    }

    test::TemporaryFolder folder_;
    test::TemporaryFolder log_;
};

TEST_F(StudyCommand, GoesFromImagesToAReport) {
    const auto made = run({"new", in("study.json"), "--hr", in("set"), "--model", "bicubic",
                           in("net.safetensors:name=Small"), "--nodes", "3"});
    ASSERT_EQ(made.exitCode, 0) << made.messages;
    EXPECT_THAT(made.output, AllOf(HasSubstr("8 tasks"), HasSubstr("about ")));
    const auto description = nlohmann::json::parse(contentOf(in("study.json")));
    EXPECT_EQ(description["experiment"]["options"]["nodes"], 3);
    EXPECT_EQ(description["seconds_per_map"].size(), 2U);

    const auto ran = run({"run", in("study.json")});
    ASSERT_EQ(ran.exitCode, 0) << ran.messages;
    EXPECT_THAT(ran.output, HasSubstr("8 tasks done, 0 failed, 0 left"));
    const auto status = run({"status", in("study.sqlite"), "--json", "-"});
    EXPECT_EQ(nlohmann::json::parse(status.output)["maps"], 8);

    const auto report = run({"report", in("study.sqlite"), "--out", in("report")});
    ASSERT_EQ(report.exitCode, 0) << report.messages;
    EXPECT_EQ(report.output, contentOf(in("report/REPORT.md")));
    EXPECT_THAT(report.output, AllOf(HasSubstr("lamscope-cli study report"), HasSubstr("| Small |"),
                                     HasSubstr("Wilcoxon"), Not(HasSubstr("Failures"))));
    for (const auto* table : {"networks", "correlations", "pairs"}) {
        for (const auto* ending : {"csv", "md", "tex"}) {
            EXPECT_TRUE(std::filesystem::exists(in(fmt::format("report/{}.{}", table, ending)))) << table;
        }
    }
    EXPECT_THAT(contentOf(in("report/networks.csv")), HasSubstr("network,receptive_field,parameters,images,psnr_y"));
    EXPECT_THAT(contentOf(in("report/networks.tex")), HasSubstr("$\\pm$"));
    EXPECT_THAT(report.output, AllOf(HasSubstr("## Plots"), HasSubstr("n = 2 networks"), HasSubstr(" minus ")));
    EXPECT_THAT(contentOf(in("report/plots/psnr_over_di.csv")), HasSubstr("network,image,x,y\nBicubic,,"));
}

TEST_F(StudyCommand, KilledAndContinuedIsUnbroken) {
    describe({"--nodes", "27", "--patches", "grid", "40"});
    ASSERT_EQ(run({"run", in("study.json"), "--out", in("whole.sqlite"), "--maps"}).exitCode, 0);
    for (const int tasks : {1, 3, 4}) {
        const auto killed =
            run({"run", in("study.json"), "--out", in("killed.sqlite"), "--maps", "--json-progress"}, [&](pid_t child) {
                waitForTasks(tasks);
                kill(child, SIGKILL);
            });
        EXPECT_THAT(killed.exitCode, testing::AnyOf(-SIGKILL, tasks == 1 ? -SIGKILL : 0));  // or was done before
    }
    EXPECT_THAT(run({"status", in("killed.sqlite")}).output, HasSubstr("8 tasks: "));
    const auto ended = run({"run", in("study.json"), "--out", in("killed.sqlite"), "--maps"});
    EXPECT_EQ(ended.exitCode, 0) << ended.messages;
    EXPECT_EQ(test::resultsOf(in("killed.sqlite")), test::resultsOf(in("whole.sqlite")));
}

TEST_F(StudyCommand, InterruptKeepsWhatIsDone) {
    describe({"--nodes", "100000", "--patches", "grid", "40"});
    const auto outcome = run({"run", in("study.json"), "--json-progress"}, [&](pid_t child) {
        waitForTasks(0);
        kill(child, SIGINT);
    });
    EXPECT_EQ(outcome.exitCode, 130);
    EXPECT_THAT(outcome.messages, AllOf(HasSubstr("the same command goes on"), Not(HasSubstr("nothing was written"))));
    EXPECT_THAT(run({"status", in("study.sqlite")}).output, HasSubstr("8 left"));
}

TEST_F(StudyCommand, SharesAreMerged) {
    describe();
    for (const auto* task : {"1", "2"}) {
        ASSERT_EQ(run({"run", in("study.json"), "--task", task, "--of", "2"}).exitCode, 0);
    }
    const auto first = run({"merge", in("all.sqlite"), in("study.1-of-2.sqlite")});
    EXPECT_THAT(first.output, HasSubstr(" left"));
    const auto both = run({"merge", in("all.sqlite"), in("study.1-of-2.sqlite"), in("study.2-of-2.sqlite")});
    ASSERT_EQ(both.exitCode, 0) << both.messages;
    EXPECT_THAT(both.output, HasSubstr("8 done, 0 failed, 0 left"));
    EXPECT_THAT(both.messages, HasSubstr("there already"));
}

TEST_F(StudyCommand, FailuresEndWithOneAndAreListed) {
    folder_.write("set/broken_HR.png", "no image");
    ASSERT_EQ(run({"new", in("study.json"), "--hr", in("set"), "--model", "bicubic", "--nodes", "3"}).exitCode, 0);
    const auto outcome = run({"run", in("study.json")});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_THAT(outcome.output, HasSubstr("4 tasks done, 1 failed, 0 left"));
    EXPECT_THAT(outcome.messages, HasSubstr("broken_HR.png"));
    EXPECT_THAT(run({"status", in("study.sqlite")}).output, HasSubstr("broken_HR.png"));
    EXPECT_THAT(run({"report", in("study.sqlite"), "--out", in("report")}).output, HasSubstr("Failures"));
    EXPECT_THAT(contentOf(in("report/failures.csv")), HasSubstr("broken_HR.png"));
    const auto again = run({"run", in("study.json")});
    EXPECT_EQ(again.exitCode, 1);
    EXPECT_THAT(again.messages, AllOf(HasSubstr("study status"), HasSubstr("--retry-failed")));
    std::filesystem::remove(in("set/broken_HR.png"));
    expectTrouble({"run", in("study.json"), "--task", "1", "--of", "2"}, 1, "broken_HR.png");
    EXPECT_FALSE(std::filesystem::exists(in("study.1-of-2.sqlite")));
    writeImage(in("set/broken_HR.png"), drawScene(64));
    EXPECT_EQ(run({"run", in("study.json"), "--retry-failed"}).exitCode, 0);
}

TEST_F(StudyCommand, SubmitPrintsAScriptThatRuns) {
    describe();
    const auto outcome = run({"submit", in("study.json"), "--of", "3", "--dry-run", "--sbatch-option=--partition=gpu",
                              "--run-option=--maps"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, AllOf(testing::StartsWith("#!/bin/bash\n"), HasSubstr("#SBATCH --array=1-3\n"),
                                      HasSubstr("#SBATCH --partition=gpu\n")));
    EXPECT_FALSE(std::filesystem::exists(in("study.slurm")));
    std::filesystem::copy_file(in("study.json"), in("of 50%.json"));
    EXPECT_THAT(run({"submit", in("of 50%.json"), "--of", "3", "--dry-run"}).output,
                AllOf(HasSubstr("#SBATCH --job-name=\"of 50%\"\n"), HasSubstr("/of 50%%.%a.log\"\n")));
    const auto script = folder_.write("job.sh", outcome.output);
    const auto line = fmt::format("SLURM_ARRAY_TASK_ID=2 bash '{}' >/dev/null 2>&1", script.string());
    EXPECT_EQ(std::system(line.c_str()), 0);  // NOLINT(concurrency-mt-unsafe,cert-env33-c): one thread
    EXPECT_FALSE(test::rowsOf(in("study.2-of-3.sqlite"), "SELECT * FROM map").empty());
}

TEST_F(StudyCommand, TroubleIsNamed) {
    describe();
    expectTrouble({"run", in("absent.json")}, 1, "absent.json");
    expectTrouble({"run", in("study.json"), "--task", "3", "--of", "2"}, 2, "--task");
    expectTrouble({"run", in("study.json"), "--out", in("study.json")}, 1, "study.json");
    expectTrouble({"status", in("absent.sqlite")}, 1, "absent.sqlite");
    expectTrouble({"new", in("b.json"), "--hr", in("set"), "--model", "bicubic", "--patches", "corner"}, 2,
                  "--patches");
    expectTrouble({"new", in("b.json"), "--hr", in("set"), "--model", "bicubic", "--nodes", "0"}, 2, "nodes");
    expectTrouble({"new", in("b.json"), "--hr", in("none"), "--model", "bicubic", "--lr", in("a"), in("b")}, 2,
                  "folders");
    EXPECT_FALSE(std::filesystem::exists(in("b.json")));
    ASSERT_EQ(run({"run", in("study.json")}).exitCode, 0);
    expectTrouble({"report", in("study.sqlite"), "--out", in("r"), "--compare", "Small", "Large"}, 1, "'Large'");
    expectTrouble({"report", in("study.sqlite"), "--out", in("r"), "--compare", "Small"}, 2, "two by two");
    EXPECT_FALSE(std::filesystem::exists(in("r")));
    EXPECT_EQ(run({"report", in("study.sqlite"), "--out", in("r"), "--compare", "Small", "Bicubic"}).exitCode, 0);
}

}  // namespace
}  // namespace lamscope::study_command_test
