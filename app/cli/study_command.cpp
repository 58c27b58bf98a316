// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "base/shell_word.h"
#include "commands.h"
#include "console.h"
#include "script_consent.h"
#include "study/studies/slurm_script.h"
#include "study/studies/study_merge.h"
#include "study/studies/study_run.h"
#include "study/studies/study_status.h"
#include "study_description_arguments.h"
#include "study_mine_command.h"
#include "study_progress.h"
#include "study_report_command.h"

namespace lamscope::cli {

namespace {

/// The folder to which the names in a description are relative.
std::filesystem::path folderOf(const std::filesystem::path& study) {
    return std::filesystem::absolute(study).parent_path();
}

// --- new

struct StudyNewArguments {
    std::string study;
    StudyDescriptionArguments described;
    bool noTrial = false;
};

int runNew(const StudyNewArguments& arguments) {
    auto description = arguments.described.toDescription();
    const std::filesystem::path file = arguments.study;
    checkOutputFiles(std::vector{file}, filesOf(description));
    const auto device = arguments.described.models.prepareDevice();
    const InterruptGuard interrupt;
    bool complete = true;
    if (const auto keep = arguments.described.hardest()) {
        const auto mined = placeHardestOf(description, *keep, device, interrupt.token());
        if (!mined) {
            return ExitCode::Interrupted;
        }
        complete = mined->skipped.empty();
    }
    auto plan = planStudy(description, folderOf(file), interrupt.token());
    if (plan && !arguments.noTrial) {
        ProgressLine line;
        const auto seconds = timeNetworks(*plan, {.device = device}, interrupt.token(), [&](const std::string& name) {
            line.show(fmt::format("one map of {}", name), -1.0);
        });
        if (!seconds) {
            return ExitCode::Interrupted;
        }
        description.secondsPerMap = *seconds;
        plan = planStudy(description, folderOf(file), interrupt.token());
    }
    if (!plan) {
        return ExitCode::Interrupted;
    }
    writeStudyDescription(description, file);
    auto said = fmt::format("{} tasks: {} images by {} networks", plan->tasks.size(), plan->images.size(),
                            plan->networks.size());
    if (!arguments.noTrial) {
        said += fmt::format("; about {} on this machine", durationText(estimatedSeconds(*plan)));
    }
    printResult(said + "\n");
    return complete ? ExitCode::Done : ExitCode::Failed;
}

void addNew(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyNewArguments>();
    auto* command = study.add_subcommand("new", "describe a study: images, patches, networks, options");
    command->footer(
        "Example:\n  lamscope-cli study new urban.json --hr Urban100 --model imdn_x4.pth pan_x4.pth bicubic");
    command->add_option("STUDY", arguments->study, "the description to write, JSON; it can be edited")
        ->required()
        ->type_name("STUDY.json");
    arguments->described.addTo(*command);
    command->add_flag(
        "--no-trial", arguments->noTrial,
        "do not time a map of each network; tasks are then dealt to machines by the size of the networks");
    command->callback([arguments, &chosen] { chosen = [arguments] { return runNew(*arguments); }; });
}

// --- run

struct StudyRunArguments {
    std::string study;
    std::string out;
    ModelArguments machine;
    ScriptConsent scripts;
    std::size_t task = 1;
    std::size_t of = 1;
    bool maps = false;
    bool retryFailed = false;
    bool jsonProgress = false;
};

std::filesystem::path storeOf(const StudyRunArguments& arguments) {
    if (!arguments.out.empty()) {
        return arguments.out;
    }
    if (arguments.of > 1) {
        return shardFile(arguments.study, std::to_string(arguments.task), arguments.of);
    }
    return std::filesystem::path(arguments.study).replace_extension(".sqlite");
}

int runRun(const StudyRunArguments& arguments) {
    if (arguments.task > arguments.of) {
        throw UsageError(
            fmt::format("--task counts from 1 to {}, the number after --of, found {}", arguments.of, arguments.task));
    }
    const auto description = readStudyDescription(arguments.study);
    arguments.scripts.check(description.experiment);
    const auto file = storeOf(arguments);
    auto inputs = filesOf(description);
    inputs.emplace_back(arguments.study);
    checkOutputFiles(std::vector{file}, inputs);
    const StudyRunSettings settings{.device = arguments.machine.prepareDevice(),
                                    .machine = arguments.task - 1,
                                    .machines = arguments.of,
                                    .maps = arguments.maps,
                                    .retryFailed = arguments.retryFailed,
                                    .load = {}};
    const InterruptGuard interrupt;
    const auto plan = planStudy(description, folderOf(arguments.study), interrupt.token());
    if (!plan) {
        return ExitCode::Interrupted;
    }
    if (arguments.of > 1) {
        checkShares(*plan);
    }
    StudyStore store(file, StudyStore::Access::Write);
    StudyRunOutcome outcome;
    {
        StudyProgressLine line(arguments.jsonProgress);
        outcome = runStudy(*plan, store, settings, interrupt.token(),
                           [&](const StudyRunProgress& state) { line.show(state); });
    }
    const auto said = fmt::format("{} tasks done, {} failed, {} left; results are in {}", outcome.done, outcome.failed,
                                  outcome.left, file.string());
    if (outcome.left > 0) {
        throw Interruption(fmt::format("interrupted; {}; the same command goes on from here", said));
    }
    printResult(said + "\n");
    if (outcome.failed > 0) {
        spdlog::warn("{} tasks failed: `lamscope-cli study status {}` says why; --retry-failed tries again",
                     outcome.failed, shellWord(file.string()));
    }
    return outcome.failed > 0 ? ExitCode::Failed : ExitCode::Done;
}

void addRun(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyRunArguments>();
    auto* command = study.add_subcommand("run", "compute what is not computed yet; can be stopped at any time");
    command->add_option("STUDY", arguments->study, "the description")->required()->type_name("STUDY.json");
    command
        ->add_option("--out", arguments->out,
                     "the results (default: STUDY.sqlite beside it, with --of STUDY.I-of-N.sqlite)")
        ->type_name("STUDY.sqlite");
    auto* task = command->add_option("--task", arguments->task, "compute share I of the study, from 1");
    auto* of = command->add_option("--of", arguments->of, "the number of shares; tasks are dealt by estimated cost");
    task->type_name("I")->check(CLI::Range(1, 1 << 20))->needs(of);
    of->type_name("N")->check(CLI::Range(1, 1 << 20))->needs(task);
    command->add_flag("--maps", arguments->maps, "keep the maps, too; of tasks that were done without, again");
    command->add_flag("--retry-failed", arguments->retryFailed, "compute again what failed");
    arguments->scripts.addTo(*command);
    command->add_flag("--json-progress", arguments->jsonProgress,
                      "say the progress as a JSON object a line on standard error");
    arguments->machine.addMachineTo(*command);
    command->callback([arguments, &chosen] { chosen = [arguments] { return runRun(*arguments); }; });
}

// --- submit

struct StudySubmitArguments {
    std::string study;
    std::size_t of = 1;
    std::vector<std::string> sbatch;
    std::vector<std::string> runOptions;
    bool dryRun = false;
};

int runSubmit(const StudySubmitArguments& arguments) {
    static_cast<void>(readStudyDescription(arguments.study));
    std::error_code ignored;
    const auto text = slurmScript({.study = arguments.study,
                                   .machines = arguments.of,
                                   .sbatchOptions = arguments.sbatch,
                                   .runOptions = arguments.runOptions,
                                   .program = std::filesystem::read_symlink("/proc/self/exe", ignored)});
    if (arguments.dryRun) {
        printResult(text);
        return ExitCode::Done;
    }
    const auto script = std::filesystem::path(arguments.study).replace_extension(".slurm");
    writeFileAtomically(script, std::string_view(text));
    printResult(submitToSlurm(script) + "\n");
    return ExitCode::Done;
}

void addSubmit(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudySubmitArguments>();
    auto* command = study.add_subcommand("submit", "give a study to Slurm as an array of jobs, each with its own file");
    command->add_option("STUDY", arguments->study, "the description")->required()->type_name("STUDY.json");
    command->add_option("--of", arguments->of, "the number of jobs")
        ->required()
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 20));
    command
        ->add_option("--sbatch-option", arguments->sbatch,
                     "a line #SBATCH of the script, e.g. --sbatch-option=--partition=gpu; can be repeated")
        ->type_name("OPTION")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--run-option", arguments->runOptions,
                     "one more argument of `study run`, e.g. --run-option=--maps; can be repeated")
        ->type_name("OPTION")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_flag("--dry-run", arguments->dryRun, "print the script and do nothing else");
    command->callback([arguments, &chosen] { chosen = [arguments] { return runSubmit(*arguments); }; });
}

// --- merge

struct StudyMergeArguments {
    std::string store;
    std::vector<std::string> shards;
};

int runMerge(const StudyMergeArguments& arguments) {
    const std::vector<std::filesystem::path> shards(arguments.shards.begin(), arguments.shards.end());
    StudyStore store(arguments.store, StudyStore::Access::Write);
    for (const auto& [file, empty, otherDescription, added, known, unplanned, other] : mergeShards(store, shards)) {
        if (empty) {
            spdlog::warn("warning: {}: empty; its run was ended before it had begun: start it again", file.string());
            continue;
        }
        spdlog::info("{}: {} tasks added, {} there already", file.string(), added, known);
        if (otherDescription) {
            spdlog::warn(
                "warning: {}: was computed for another state of the description than that of {}; if the newer one "
                "is STUDY.json, `lamscope-cli study run STUDY.json --out {}` takes it over",
                file.string(), arguments.store, shellWord(arguments.store));
        }
        if (unplanned > 0) {
            spdlog::warn("warning: {} of them are not part of the study as {} describes it", unplanned,
                         arguments.store);
        }
        if (other > 0) {
            spdlog::warn("warning: {} of them were computed by another version of Lamscope", other);
        }
    }
    printResult(toText(statusOf(store)));
    return ExitCode::Done;
}

void addMerge(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyMergeArguments>();
    auto* command = study.add_subcommand("merge", "add the results of shards; twice does no harm");
    command->add_option("STORE", arguments->store, "the results that grow; made if need be")
        ->required()
        ->type_name("STUDY.sqlite");
    command->add_option("SHARD", arguments->shards, "results of other machines")->required()->type_name("SHARD");
    command->callback([arguments, &chosen] { chosen = [arguments] { return runMerge(*arguments); }; });
}

// --- status

struct StudyStatusArguments {
    std::string store;
    std::string json;
};

int runStatus(const StudyStatusArguments& arguments) {
    const auto status = statusOf(StudyStore(arguments.store, StudyStore::Access::Read));
    if (!arguments.json.empty()) {
        StagedFiles files;
        giveJson(files, arguments.json, toJson(status));
        files.commit();
    }
    printTable(toText(status), arguments.json);
    return ExitCode::Done;
}

void addStatus(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyStatusArguments>();
    auto* command = study.add_subcommand("status", "tasks done, failed with their reasons, and left");
    command->add_option("STORE", arguments->store, "the results")->required()->type_name("STUDY.sqlite");
    command->add_option("--json", arguments->json, "the same as JSON; '-' for standard output")->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return runStatus(*arguments); }; });
}

}  // namespace

void addStudyCommand(CLI::App& app, ChosenCommand& chosen) {
    auto* study = app.add_subcommand("study", "many images by many networks: resumable, on one machine or many");
    study->require_subcommand(1);
    study->footer(
        "Example:\n  lamscope-cli study new urban.json --hr Urban100 --model imdn_x4.pth bicubic\n"
        "  lamscope-cli study run urban.json\n  lamscope-cli study report urban.sqlite --out report");
    addNew(*study, chosen);
    addRun(*study, chosen);
    addSubmit(*study, chosen);
    addMerge(*study, chosen);
    addStatus(*study, chosen);
    addStudyReport(*study, chosen);
    addStudyMineCommand(*study, chosen);
}

}  // namespace lamscope::cli
