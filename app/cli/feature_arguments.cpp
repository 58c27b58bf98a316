// SPDX-License-Identifier: GPL-3.0-or-later
#include "feature_arguments.h"

#include <filesystem>

#include <fmt/format.h>

#include "image/degradation.h"
#include "option_flags.h"
#include "runtime/process_memory.h"
#include "study/image_pairs.h"

namespace lamscope::cli {

namespace {

std::vector<NamedFolder> foldersOf(const FeatureArguments& arguments) {
    auto texts = arguments.sets;
    if (!arguments.reference.empty()) {
        texts.insert(texts.begin(), arguments.reference);
    }
    return namedFolders(texts);
}

}  // namespace

void FeatureArguments::addTo(CLI::App& command, bool hasReference, const char* npyHelp, const char* figureHelp) {
    models.addTo(command, true);
    command
        .add_option("--hr", hr,
                    "high-resolution images, or folders of them, that patches are cut from at each network's scale")
        ->type_name("DIR|IMG");
    command
        .add_option("--degrade", degradations,
                    "what is done to them: NAME=RECIPE or RECIPE, such as blur:2, noise:20, blur:2+noise:20, jpeg:30, "
                    "clean")
        ->type_name("NAME=RECIPE");
    if (hasReference) {
        command
            .add_option("--reference", reference,
                        "in place of --hr: a folder of low-resolution patches on which the networks work well")
            ->type_name("DIR|NAME=DIR");
    }
    command
        .add_option("--set", sets,
                    hasReference ? "with --reference: folders of low-resolution patches that are compared with it"
                                 : "in place of --hr: a folder of low-resolution patches for each class")
        ->type_name("NAME=DIR");
    addReadingFlags(command, reading);
    addReduceFlag(command, reduce);
    command
        .add_option("--memory", memory,
                    "memory for features that wait; more than fits waits in a temporary file (unless given: half of "
                    "what is free)")
        ->type_name("GIB")
        ->check(CLI::PositiveNumber);
    command.add_option("--json", report.json, "write every number as JSON; '-' for standard output")->type_name("FILE");
    command.add_option("--csv", report.csv, "write the numbers as CSV, with all digits")->type_name("FILE");
    command.add_option("--npy", npy, npyHelp)->type_name("DIR");
    command.add_option("--figure", report.figures, figureHelp)->type_name("FILE");
}

void FeatureArguments::check() const {
    const bool folders = !reference.empty() || !sets.empty();
    if (hr.empty() == !folders) {
        throw UsageError("give either HR images with recipes (--hr and --degrade) or folders of patches (--set)");
    }
    if (folders && !degradations.empty()) {
        throw UsageError("--degrade needs HR images (--hr): patches of folders are used as they are");
    }
    if (!hr.empty() && degradations.empty()) {
        throw UsageError("--hr needs recipes: give --degrade, such as --degrade blur:2 noise:20");
    }
    report.check();
    asUsage([&] {
        static_cast<void>(namedDegradations(degradations));
        static_cast<void>(foldersOf(*this));
        return reductionFromString(reduce);
    });
}

FeatureRunInput FeatureArguments::input() const {
    check();
    FeatureRunInput input{.networks = models.specs(), .memoryBytes = memory * gibibyte, .arrayFolder = npy};
    input.source.degradations = namedDegradations(degradations);
    input.source.folders = foldersOf(*this);
    input.source.reduction = reductionFromString(reduce);
    input.source.reading = reading;
    if (!hr.empty()) {
        input.source.hr = imagesNamed(hr, ImageRole::Hr);
    }
    input.outputs = report.files();
    input.device = models.prepareDevice();
    return input;
}

void showFeatureProgress(ProgressLine& line, const FeatureRunProgress& state) {
    line.show(state.models > 1 ? fmt::format("{} ({} of {}), {}", state.name, state.model + 1, state.models, state.step)
                               : fmt::format("{}, {}", state.name, state.step),
              state.share);
}

}  // namespace lamscope::cli
