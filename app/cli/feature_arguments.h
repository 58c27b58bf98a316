// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "console.h"
#include "image/image_reading.h"
#include "model_arguments.h"
#include "report_arguments.h"
#include "study/features/feature_run.h"

namespace lamscope::cli {

/// What `srga` and `ddr` have in common: networks, where patches come from, and where results go.
struct FeatureArguments {
    ModelArguments models;
    std::vector<std::string> hr;
    std::vector<std::string> degradations;
    std::string reference;  ///< of `srga` alone
    std::vector<std::string> sets;
    ImageReading reading;
    std::string reduce = "pillow";
    double memory = 0.0;  ///< GiB; 0: half of what is free
    ReportArguments report;
    std::string npy;

    /// @param hasReference with --reference. @param npyHelp, figureHelp what is written there.
    void addTo(CLI::App& command, bool hasReference, const char* npyHelp, const char* figureHelp);

    /// Throws UsageError for a combination that says nothing, and for names and recipes that cannot be.
    void check() const;

    /// The device is prepared. Throws UsageError as check(), and Error as imagesNamed().
    [[nodiscard]] FeatureRunInput input() const;
};

/// Shows where a run stands.
void showFeatureProgress(ProgressLine& line, const FeatureRunProgress& state);

}  // namespace lamscope::cli
