// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "commands.h"
#include "console.h"
#include "image/atomic_file.h"
#include "model/doctor.h"
#include "model_arguments.h"

namespace lamscope::cli {

namespace {

struct InfoArguments {
    std::vector<std::string> models;
    std::string json;
};

int run(const InfoArguments& arguments) {
    std::vector<ModelReport> reports;
    for (const auto& text : arguments.models) {
        reports.push_back(inspectModel(asUsage([&] { return ModelSpec::parse(text); })));
    }
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
