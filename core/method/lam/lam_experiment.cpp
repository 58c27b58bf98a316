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

nlohmann::ordered_json usedOptionsJson(const LamPlan& plan) {
    auto used = plan.options;
    used.nodes = plan.nodes;
    used.tolerance = plan.tolerance;
    used.context = plan.context;
    auto json = nlohmann::ordered_json::object();
    for (const auto& row : lamOptionTable()) {
        json[row.name] = statedOptionValue(row, row.get(used));
    }
    json["rule"] = describe(plan.rule);
    return json;
}

}  // namespace lamscope
