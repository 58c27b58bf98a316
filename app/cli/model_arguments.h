// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "error.h"
#include "model/device.h"
#include "model/model_spec.h"

namespace lamscope::cli {

/// Arguments that are wrong whatever the files hold: exit code 2.
class UsageError : public Error {
public:
    explicit UsageError(const std::string& message)
        : Error(ErrorCode::InvalidArgument, message) {}
};

/// Runs `parse`, whose Error is then one of usage.
template <typename Parse>
auto asUsage(const Parse& parse) {
    try {
        return parse();
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

/// The arguments that every command with networks has.
struct ModelArguments {
    std::vector<std::string> models;
    std::string device = "auto";
    int threads = 0;

    /// Adds --model (repeatable, each with one or more values), --device and --threads.
    void addTo(CLI::App& command, bool modelsRequired);

    [[nodiscard]] std::vector<ModelSpec> specs() const;
    /// Sets the threads and resolves the device.
    [[nodiscard]] std::string prepareDevice() const;
};

}  // namespace lamscope::cli
