// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/torch_errors.h"

#include <new>
#include <string_view>

#include "runtime/torch_headers.h"

namespace lamscope {

bool isOutOfMemory(const std::exception& error) {
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr
        || dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) {
        return true;
    }
    const std::string_view message = error.what();
    return message.find("allocate memory") != std::string_view::npos
           || message.find("out of memory") != std::string_view::npos;
}

std::string briefMessage(const std::exception& error) {
    std::string message = error.what();
    if (const auto* torchError = dynamic_cast<const c10::Error*>(&error)) {
        message = torchError->what_without_backtrace();
    }
    // TorchScript puts the cause last, after a trace through the archive's own code.
    const auto cause = message.rfind("RuntimeError: ");
    if (cause != std::string::npos) {
        message = message.substr(cause);
    }
    return message.substr(0, message.find('\n'));
}

}  // namespace lamscope
