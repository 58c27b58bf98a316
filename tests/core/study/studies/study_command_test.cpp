// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli study` as its users meet it: judged by exit code, output and files.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/csv_rows.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/lpips_weights.h"
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

/// The columns of a row of results that differ from what `lam --json` states, to the last bit; but for the time.
std::vector<std::string> differencesOf(SQLite::Statement& row, const nlohmann::json& result) {
    std::vector<std::string> found;
    int compared = 0;
    for (int i = 0; i < row.getColumnCount(); ++i) {
        const auto column = row.getColumn(i);
        const std::string name = column.getName();
        const auto stated = result.find(name);
        if (stated == result.end() || name == "seconds") {
            continue;
        }
        ++compared;
        const bool same = column.isNull() ? stated->is_null()
                          : column.isInteger() || column.isFloat()
                              ? stated->is_number() && *stated == column.getDouble()
                              : *stated == column.getString();
        if (!same) {
            found.push_back(fmt::format("{}: {} and {}", name, column.getString(), stated->dump()));
        }
    }
    if (compared < 10) {
        found.push_back(fmt::format("only {} columns have the same name", compared));
    }
    return found;
}

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

TEST_F(StudyCommand, StartsNoScriptThatTheDescriptionNames) {
    describe();
    auto text = contentOf(folder_ / "study.json");
    const std::string file = "net.safetensors";
    const auto place = text.find('"' + file + '"');
    ASSERT_NE(place, std::string::npos);
    text.replace(place + 1, file.size(), "ssh://gpu/work/serve.py");
    folder_.write("study.json", text);
    const auto outcome = run({"run", in("study.json")});
    EXPECT_EQ(outcome.exitCode, 2) << outcome.messages;
    EXPECT_THAT(outcome.messages, HasSubstr("python3 /work/serve.py on gpu"));
    EXPECT_FALSE(std::filesystem::exists(in("study.sqlite")));
}

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

TEST_F(StudyCommand, ASecondRunOnTheSameFileIsRefused) {
    describe({"--nodes", "27", "--patches", "grid", "40"});
    const auto first = run({"run", in("study.json"), "--json-progress"}, [&](pid_t child) {
        waitForTasks(1);
        kill(child, SIGSTOP);
        const test::TemporaryFolder log;
        const auto second = test::runProgram({LAMSCOPE_CLI, "study", "run", in("study.json")}, log.path());
        EXPECT_EQ(second.exitCode, 1);
        EXPECT_THAT(second.messages, AllOf(HasSubstr("another program writes this study now"), HasSubstr("--task")));
        const auto status = test::runProgram({LAMSCOPE_CLI, "study", "status", in("study.sqlite")}, log.path());
        EXPECT_THAT(status.output, HasSubstr("8 tasks: "));
        kill(child, SIGCONT);
    });
    ASSERT_EQ(first.exitCode, 0) << first.messages;
    EXPECT_THAT(first.output, HasSubstr("8 tasks done, 0 failed, 0 left"));
    ASSERT_EQ(run({"run", in("study.json"), "--out", in("whole.sqlite")}).exitCode, 0);
    EXPECT_EQ(test::resultsOf(in("study.sqlite")), test::resultsOf(in("whole.sqlite")));
}

TEST_F(StudyCommand, KilledAtRandomMomentsItHasTheNumbersOfSinglePatches) {
    describe({"--nodes", "27"});
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(run({"run", in("study.json"), "--out", in("whole.sqlite")}).exitCode, 0);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    std::mt19937 random(21);
    std::uniform_real_distribution<double> share(0.0, 0.8);
    for (int time = 0; time < 5; ++time) {
        const auto killed = run({"run", in("study.json"), "--out", in("killed.sqlite")}, [&](pid_t child) {
            std::this_thread::sleep_for(whole * share(random));
            kill(child, SIGKILL);
        });
        EXPECT_THAT(killed.exitCode, testing::AnyOf(-SIGKILL, 0));  // or was done before
    }
    ASSERT_EQ(run({"run", in("study.json"), "--out", in("killed.sqlite")}).exitCode, 0);
    EXPECT_EQ(test::resultsOf(in("killed.sqlite")), test::resultsOf(in("whole.sqlite")));

    const SQLite::Database database(in("killed.sqlite"));
    for (const int side : {96, 104, 112, 120}) {
        const auto image = in(fmt::format("set/scene{}_HR.png", side));
        const auto corner = std::to_string((side - 16) / 2);
        const auto outcome =
            test::runProgram({LAMSCOPE_CLI, "lam", "--hr", image, "--patch", corner + "," + corner, "--nodes", "27",
                              "--model", "bicubic", in("net.safetensors:name=Small"), "--json", "-"},
                             log_.path());
        ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
        const auto document = nlohmann::json::parse(outcome.output);
        for (const auto& result : document["results"]) {
            SQLite::Statement row(database,
                                  "SELECT results.* FROM results JOIN image ON image.file = results.image WHERE "
                                  "image.sha256 = ? AND network = ?");
            row.bind(1, document["image"]["sha256"].get<std::string>());
            row.bind(2, result["model"]["name"].get<std::string>());
            ASSERT_TRUE(row.executeStep()) << image;
            EXPECT_THAT(differencesOf(row, result), testing::IsEmpty()) << image;
        }
    }
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

TEST_F(StudyCommand, HardPatchesAreMinedAndStudied) {
    folder_.write("set/broken_HR.png", "no image");
    const auto mined = run({"mine", "--hr", in("set"), "--model", "bicubic", in("net.safetensors:name=Small"), "--size",
                            "48", "--stride", "48", "--keep", "5", "--out", in("hard")});
    EXPECT_EQ(mined.exitCode, 1);  // of an image
    EXPECT_THAT(mined.messages, HasSubstr("broken_HR.png"));
    const auto rows = csvRows(contentOf(in("hard/hard_patches.csv")));
    ASSERT_GT(rows.size(), 1U);
    const auto count = rows.size() - 1;
    EXPECT_THAT(mined.output, HasSubstr(fmt::format("{} hard sub-images of 16 in 5 images", count)));
    EXPECT_THAT(contentOf(in("hard/hard_patches.csv")), HasSubstr(",psnr_y Small\n"));
    const auto made = run({"new", in("hard.json"), "--hr", in("hard"), "--model", "bicubic", "--no-trial"});
    ASSERT_EQ(made.exitCode, 0) << made.messages;
    EXPECT_THAT(made.output, HasSubstr(fmt::format("{} tasks: {} images by 1 networks", count, count)));
    std::filesystem::remove(in("set/broken_HR.png"));
    const auto listed = run({"new", in("list.json"), "--hr", in("set"), "--model", "bicubic", "--no-trial", "--patches",
                             "list", in("hard/hard_patches.csv")});
    ASSERT_EQ(listed.exitCode, 0) << listed.messages;

    const auto again = run({"mine", "--hr", in("set"), "--model", "bicubic", "--size", "48", "--out", in("hard")});
    EXPECT_EQ(again.exitCode, 1);
    EXPECT_THAT(again.messages, HasSubstr("not empty"));
    EXPECT_EQ(csvRows(contentOf(in("hard/hard_patches.csv"))), rows);
}

TEST_F(StudyCommand, InterruptedMiningLeavesNothing) {
    const auto outcome = run({"mine", "--hr", in("set"), "--model", in("net.safetensors"), "--size", "64", "--stride",
                              "1", "--out", in("hard")},
                             [&](pid_t child) {
                                 for (int trial = 0; trial < 60000; ++trial) {
                                     if (contentOf(log_ / "messages").find("measuring") != std::string::npos) {
                                         break;
                                     }
                                     std::this_thread::sleep_for(std::chrono::milliseconds(2));
                                 }
                                 kill(child, SIGINT);
                             });
    EXPECT_EQ(outcome.exitCode, 130);
    EXPECT_FALSE(std::filesystem::exists(in("hard")));
}

TEST_F(StudyCommand, HardestPatchesArePlacedInTheDescription) {
    writeImage(in("large.png"), drawScene(512));
    const std::vector<std::string> arguments{"--hr",       in("large.png"), "--model", "bicubic",
                                             "--no-trial", "--patches",     "hardest"};
    const auto with = [&](const std::string& study, const std::vector<std::string>& more) {
        auto all = arguments;
        all.insert(all.begin(), {"new", in(study)});
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    const auto made = with("hardest.json", {"2", "--size", "8"});
    ASSERT_EQ(made.exitCode, 0) << made.messages;
    EXPECT_THAT(made.messages, HasSubstr("of 9 in 1 images"));
    const auto description = nlohmann::json::parse(contentOf(in("hardest.json")));
    EXPECT_EQ(description["patches"]["rule"], "list");
    const auto& boxes = description["experiment"]["scenes"][0]["patches"];
    ASSERT_FALSE(boxes.empty());
    for (const auto& box : boxes) {
        EXPECT_EQ(box["size"], 8);
        EXPECT_EQ(box["x"].get<int>() % 128, 124);  // (256 - 8) / 2 from a multiple of the stride
    }
    ASSERT_EQ(with("again.json", {"2", "--size", "8"}).exitCode, 0);
    EXPECT_EQ(contentOf(in("again.json")), contentOf(in("hardest.json")));
    // Of x3 networks, sub-images have 255 pixels a side; an image that cannot be read is left out and counts as failed.
    folder_.write("broken.png", "no image");
    const auto third = run({"new", in("third.json"), "--hr", in("large.png"), in("broken.png"), "--model",
                            "bicubic:scale=3", "--no-trial", "--patches", "hardest", "2", "--size", "9"});
    EXPECT_EQ(third.exitCode, 1) << third.messages;
    EXPECT_THAT(third.messages, AllOf(HasSubstr("of 9 in 2 images"), HasSubstr("broken.png")));
    const auto scenes = nlohmann::json::parse(contentOf(in("third.json")))["experiment"]["scenes"];
    ASSERT_EQ(scenes.size(), 1U);
    for (const auto& box : scenes[0]["patches"]) {
        EXPECT_EQ(box["x"].get<int>() % 128, 123);  // (255 - 9) / 2 from a multiple of the stride
    }
    const auto tooLarge = run({"new", in("refused.json"), "--hr", in("large.png"), "--model", "bicubic:scale=3",
                               "--no-trial", "--patches", "hardest", "2", "--size", "256"});
    EXPECT_EQ(tooLarge.exitCode, 1);
    EXPECT_THAT(tooLarge.messages, HasSubstr("255x255"));
    EXPECT_FALSE(std::filesystem::exists(in("refused.json")));
    for (const auto& more :
         std::vector<std::vector<std::string>>{{}, {"0"}, {"2", "--lr", in("set")}, {"2", "--size", "300"}}) {
        const auto refused = with("refused.json", more);
        EXPECT_EQ(refused.exitCode, 2);
        EXPECT_THAT(refused.messages, HasSubstr("--patches"));
    }
}

TEST_F(StudyCommand, ReportStandsBesideThePaper) {
    describe();
    ASSERT_EQ(run({"run", in("study.json")}).exitCode, 0);
    const auto report = run({"report", in("study.sqlite"), "--out", in("report"), "--paper-table1"});
    ASSERT_EQ(report.exitCode, 0) << report.messages;
    EXPECT_THAT(report.output, AllOf(HasSubstr("--paper-table1"), HasSubstr("Not in this study at ×4: CARN, EDSR"),
                                     HasSubstr("over 1 networks: DI not defined")));
    EXPECT_THAT(contentOf(in("report/paper_table1.csv")), HasSubstr("\nSmall,FSRCNN,4,15x15,17x17,"));
}

TEST_F(StudyCommand, MeasuresLpipsWithTheUsersWeights) {
    const auto files = test::writeLpipsFiles(folder_);
    const std::vector<std::string> both{
        "--lpips", files.network.string(), "--lpips-linear", files.linear.string(), "--nodes", "3"};
    describe(both);
    const auto description = nlohmann::json::parse(contentOf(in("study.json")));
    EXPECT_EQ(description["lpips"]["network"], "alexnet.safetensors");  // relative to the description
    ASSERT_EQ(run({"run", in("study.json")}).exitCode, 0);
    EXPECT_EQ(test::rowsOf(in("study.sqlite"), "SELECT count(*) FROM results WHERE lpips > 0").front(), "8|");
    const auto report = run({"report", in("study.sqlite"), "--out", in("report")});
    EXPECT_THAT(report.output, AllOf(HasSubstr("| LPIPS |"), HasSubstr("linear_sha256")));
    const std::vector<std::string> start{"new", in("b.json"), "--hr", in("set"), "--model", "bicubic", "--no-trial"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), start.begin(), start.end());
        return more;
    };
    expectTrouble(with({"--lpips", files.network.string()}), 2, "--lpips-linear");
    expectTrouble(with({"--lpips", files.linear.string(), "--lpips-linear", files.network.string()}), 1,
                  "alex.safetensors: found no features.0.weight");
    EXPECT_FALSE(std::filesystem::exists(in("b.json")));
}

TEST_F(StudyCommand, MeasuresHowFaithfulMapsAre) {
    describe({"--faithfulness", "infidelity", "--nodes", "3"});
    auto description = nlohmann::ordered_json::parse(contentOf(in("study.json")));
    EXPECT_EQ(description["faithfulness"]["only"], "infidelity");
    description["faithfulness"]["square"] = 4;
    description["faithfulness"]["stride"] = 8;
    folder_.write("study.json", description.dump());
    ASSERT_EQ(run({"run", in("study.json")}).exitCode, 0);
    EXPECT_EQ(test::rowsOf(in("study.sqlite"),
                           "SELECT count(*) FROM results WHERE faith_explained > 0 AND "
                           "faith_explained <= 1 AND faith_half_insertion IS NULL")
                  .front(),
              "8|");
    expectTrouble({"new", in("b.json"), "--hr", in("set"), "--model", "bicubic", "--no-trial", "--faithfulness", "all"},
                  2, "curves, infidelity, sensitivity");
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
