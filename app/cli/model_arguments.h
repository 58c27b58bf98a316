// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "model/model_spec.h"
#include "program.h"
#include "runtime/device.h"

namespace lamscope::cli {

/// The arguments that every command with networks has.
struct ModelArguments {
    std::vector<std::string> models;
    std::string device = "auto";
    int threads = 0;

    /// Adds --model (repeatable, each with one or more values), --device and --threads.
    void addTo(CLI::App& command, bool modelsRequired);

    /// Adds --device and --threads alone.
    void addMachineTo(CLI::App& command);

    [[nodiscard]] std::vector<ModelSpec> specs() const;
    /// Sets the threads and resolves the device.
    [[nodiscard]] std::string prepareDevice() const;
};

}  // namespace lamscope::cli
