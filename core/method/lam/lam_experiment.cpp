// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_experiment.h"

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam_option_table.h"

namespace lamscope {

namespace {

constexpr auto methodName = "lam";

}  // namespace

LamOptions lamOptionsOf(const Experiment& experiment) {
    if (experiment.method != methodName) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the experiment is one of the method '{}', not of {}", experiment.method, methodName));
    }
    LamOptions options;
    if (!experiment.options.empty() && !experiment.options.contains("rule")) {
        options.rule = IntegrationRule::Midpoints;  // written when there was no other
    }
    for (const auto& [name, value] : experiment.options.items()) {
        setOption(lamOptionTable(), options, name, value);
    }
    return options;
}

void setLamOptions(Experiment& experiment, const LamOptions& options) {
    experiment.method = methodName;
    experiment.options = optionsJson(lamOptionTable(), options);
}

}  // namespace lamscope
