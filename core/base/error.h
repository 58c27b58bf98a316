// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace lamscope {

/// What kind of trouble an `Error` reports; programs map it to exit codes and remedies.
enum class ErrorCode {
    InvalidArgument,   ///< an option or argument is out of its range
    BadFile,           ///< a file is missing, unreadable, truncated or not what it claims to be
    UnsupportedModel,  ///< a model file was read but no known network fits it
    ModelFailure,      ///< a network failed while it was evaluated
    OutOfMemory,       ///< memory does not suffice, not even for the smallest batch
    ConnectionLost,    ///< the server of a network cannot be reached, or is gone; it may come back
    WeightsChanged,    ///< of a network in training, between evaluations that belong together; it can be begun anew
    WriteFailed,       ///< an output file could not be written; nothing of it was left behind
};

/// The one exception type that leaves the core. `what()` is a complete sentence for the user: what
/// was asked, what was found, what to do. Errors of third-party libraries are translated into it.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message)
        : std::runtime_error(message)
        , code_(code) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

private:
    ErrorCode code_;
};

}  // namespace lamscope
