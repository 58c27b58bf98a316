// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_files.h"
#include "commands.h"
#include "console.h"
#include "model/model_spec.h"
#include "model/stored_tensors.h"
#include "model_arguments.h"
#include "report/checkpoint_report.h"
#include "report/doctor.h"

namespace lamscope::cli {

namespace {

struct InfoArguments {
    std::vector<std::string> models;
    std::string json;
    bool keys = false;
};

/// Where two models were asked for that both have tensors in files. Says why where values cannot be compared: what the
/// files hold is a result all the same.
std::optional<CheckpointComparison> comparisonOf(const std::vector<ModelSpec>& specs) {
    if (specs.size() != 2 || !std::ranges::all_of(specs, hasStoredTensors)) {
        return std::nullopt;
    }
    try {
        return compareModels(specs[0], specs[1]);
    } catch (const Error& error) {
        sayWarnings({fmt::format("the two are not compared: {}", error.what())});
        return std::nullopt;
    }
}

/// Prints the results, which are ModelReport or FileTensors, as text or JSON, or writes them where --json says.
template <typename Result>
void give(const std::vector<Result>& results, const std::optional<CheckpointComparison>& comparison,
          const std::string& json) {
    if (json == standardOutput) {
        printResult(toJson(results, comparison));
        return;
    }
    if (!json.empty()) {
        writeFileAtomically(json, toJson(results, comparison));
    }
    std::string text;
    for (const auto& result : results) {
        text += toText(result);
    }
    printResult(comparison ? text + "\n" + toText(*comparison) : text);
}

int run(const InfoArguments& arguments) {
    std::vector<ModelSpec> specs;
    for (const auto& text : arguments.models) {
        specs.push_back(asUsage([&] { return ModelSpec::parse(text); }));
    }
    if (arguments.keys && std::ranges::any_of(specs, &ModelSpec::isAnalytic)) {
        throw UsageError("--keys lists the tensors of files, and bicubic has none: give files alone");
    }
    checkOutputFiles(std::vector<std::filesystem::path>{arguments.json}, filesOf(specs));
    if (arguments.keys) {
        std::vector<FileTensors> files;
        std::ranges::transform(specs, std::back_inserter(files), listTensors);
        give(files, comparisonOf(specs), arguments.json);
    } else {
        std::vector<ModelReport> reports;
        std::ranges::transform(specs, std::back_inserter(reports), inspectModel);
        give(reports, comparisonOf(specs), arguments.json);
    }
    return ExitCode::Done;
}

}  // namespace

void addInfoCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<InfoArguments>();
    auto* command =
        app.add_subcommand("info", "what is in a model file, and how that was decided; what tells two apart");
    command
        ->add_option("models", arguments->models,
                     "model files, with settings as for --model; two are compared: names, shapes, types, values")
        ->required()
        ->type_name("M");
    command->add_flag("--keys", arguments->keys,
                      "list all tensors with shapes and types instead, of files of any network");
    command->add_option("--json", arguments->json, "write the report as JSON; '-' for standard output")
        ->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
