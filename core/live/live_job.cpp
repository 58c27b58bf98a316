// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_job.h"

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_errors.h"

namespace lamscope {

namespace {

bool hasCode(const std::exception& error, ErrorCode code) {
    const auto* own = dynamic_cast<const Error*>(&error);
    return own != nullptr && own->code() == code;
}

}  // namespace

void checkStarted(const ModelSpec& spec) {
    if (const auto script = spec.scriptStarted()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} is not connected: start its script ({}), or hide it", spec.displayName(), *script));
    }
}

bool isWeightsChanged(const std::exception& error) {
    return hasCode(error, ErrorCode::WeightsChanged);
}

bool isConnectionLost(const std::exception& error) {
    return hasCode(error, ErrorCode::ConnectionLost);
}

std::string messageOf(const std::exception& error) {
    if (isOutOfMemory(error)) {
        return "not enough memory; choose a smaller context, or close other networks";
    }
    return dynamic_cast<const Error*>(&error) != nullptr ? error.what() : briefMessage(error);
}

}  // namespace lamscope
