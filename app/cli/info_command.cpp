// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "commands.h"
#include "console.h"
#include "model/model_spec.h"
#include "model_arguments.h"
#include "report/doctor.h"

namespace lamscope::cli {

namespace {

struct InfoArguments {
    std::vector<std::string> models;
    std::string json;
};

int run(const InfoArguments& arguments) {
    std::vector<ModelSpec> specs;
    for (const auto& text : arguments.models) {
        specs.push_back(asUsage([&] { return ModelSpec::parse(text); }));
    }
    checkOutputFiles(std::vector<std::filesystem::path>{arguments.json}, filesOf(specs));
    std::vector<ModelReport> reports;
    std::ranges::transform(specs, std::back_inserter(reports), inspectModel);
    if (arguments.json == "-") {
        printResult(toJson(reports));
        return ExitCode::Done;
    }
    if (!arguments.json.empty()) {
        writeFileAtomically(arguments.json, toJson(reports));
    }
    std::string text;
    for (const auto& report : reports) {
        text += toText(report);
    }
    printResult(text);
    return ExitCode::Done;
}

}  // namespace

void addInfoCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<InfoArguments>();
    auto* command = app.add_subcommand("info", "what is in a model file, and how that was decided");
    command->add_option("models", arguments->models, "model files, with settings as for --model")
        ->required()
        ->type_name("M");
    command->add_option("--json", arguments->json, "write the report as JSON; '-' for standard output")
        ->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
