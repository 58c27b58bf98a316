// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"

namespace lamscope::remote {

/// ConnectionLost because the script that was started ended by itself, not for want of ssh: another attempt may find
/// the same.
class ScriptEnded : public Error {
public:
    explicit ScriptEnded(const std::string& message)
        : Error(ErrorCode::ConnectionLost, message) {}
};

}  // namespace lamscope::remote
