// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_experiment.h"

#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto methodName = "lam";

template <typename Value>
std::optional<Value> optionalFrom(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional(json.get<Value>());
}

/// Throws nlohmann::json::exception for a value of the wrong type.
void setOption(LamOptions& options, const std::string& name, const Json& value) {
    if (name == "preset") {
        options.preset = presetFromString(value.get<std::string>());
    } else if (name == "path") {
        options.path = pathFromString(value.get<std::string>());
    } else if (name == "sigma") {
        options.sigma = value.get<double>();
    } else if (name == "kernel") {
        options.kernel = value.get<int>();
    } else if (name == "detector") {
        options.detector = detectorFromString(value.get<std::string>());
    } else if (name == "nodes") {
        options.nodes = optionalFrom<int>(value);
    } else if (name == "tolerance") {
        options.tolerance = optionalFrom<double>(value);
    } else if (name == "context") {
        options.context = optionalFrom<int>(value);
    } else {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("unknown option '{}' of the method {}; known: preset, path, sigma, kernel, detector, "
                                "nodes, tolerance, context",
                                name, methodName));
    }
}

}  // namespace

LamOptions lamOptionsOf(const Experiment& experiment) {
    if (experiment.method != methodName) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the experiment is one of the method '{}', not of {}", experiment.method, methodName));
    }
    LamOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        try {
            setOption(options, name, value);
        } catch (const nlohmann::json::exception&) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("the option '{}' cannot be {}", name, value.dump()));
        }
    }
    static_cast<void>(makePlan(options));
    return options;
}

void setLamOptions(Experiment& experiment, const LamOptions& options) {
    experiment.method = methodName;
    experiment.options = {{"preset", toString(options.preset)},
                          {"path", toString(options.path)},
                          {"sigma", options.sigma},
                          {"kernel", options.kernel},
                          {"detector", toString(options.detector)},
                          {"nodes", valueOrNull(options.nodes)},
                          {"tolerance", valueOrNull(options.tolerance)},
                          {"context", valueOrNull(options.context)}};
}

}  // namespace lamscope
