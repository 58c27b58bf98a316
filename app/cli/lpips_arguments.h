// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "metrics/lpips.h"

namespace lamscope::cli {

/// The weights of LPIPS, of commands that can measure it.
struct LpipsArguments {
    std::string network;
    std::string linear;

    void addTo(CLI::App& command) {
        auto* first = command.add_option(
            "--lpips", network, "also measure LPIPS 0.1 (AlexNet): torchvision's weights of AlexNet, e.g. alexnet.pth");
        auto* second = command.add_option("--lpips-linear", linear,
                                          "the linear layers of the package lpips, weights/v0.1/alex.pth");
        first->type_name("FILE")->needs(second);
        second->type_name("FILE")->needs(first);
    }

    /// Unset where LPIPS was not asked for.
    [[nodiscard]] std::optional<LpipsFiles> files() const {
        return network.empty() ? std::nullopt : std::optional(LpipsFiles{.network = network, .linear = linear});
    }
};

}  // namespace lamscope::cli
