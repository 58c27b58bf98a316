// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <string>

namespace lamscope {

/// True for the exceptions by which LibTorch and the standard library report a failed allocation.
[[nodiscard]] bool isOutOfMemory(const std::exception& error);

/// The first line of a LibTorch error, without its stack trace.
[[nodiscard]] std::string briefMessage(const std::exception& error);

}  // namespace lamscope
