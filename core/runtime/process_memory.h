// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lamscope {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;  ///< bytes

/// Prepares the process for large evaluations; only the first call has an effect. The C library keeps up to 512 MiB of
/// freed memory for the next evaluation. The memory that the machine has left becomes the limit of the process: an
/// image that is too large then ends in Error(OutOfMemory), and the kernel does not kill the process.
void prepareMemory();

/// Memory that the machine can still give without swapping, bytes; 0 if unknown.
[[nodiscard]] std::int64_t availableMemory();

/// All memory of the machine, bytes; 0 if unknown.
[[nodiscard]] std::int64_t physicalMemory();

/// Memory of this process that is in RAM now, bytes; 0 if unknown.
[[nodiscard]] std::int64_t residentMemory();

}  // namespace lamscope
