// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamscope {

/// Where networks are evaluated.
enum class DeviceChoice {
    Cpu,
    Cuda,  ///< an NVIDIA GPU; an Error when there is none
    Auto,  ///< CUDA when it is there, otherwise the CPU
};

/// Turns `choice` into "cpu" or "cuda". The first call that may end in CUDA loads its libraries, which takes a second;
/// their absence, or that of a driver or a device, is normal and silent unless CUDA was demanded.
/// Throws Error(InvalidArgument) when CUDA is demanded and not available. Safe to call from any thread.
[[nodiscard]] std::string resolveDevice(DeviceChoice choice);

/// Threads that LibTorch uses inside one operation from now on; 0: defaultThreads(), also after another number. Call it
/// on the thread that computes.
void setComputeThreads(int threads);
[[nodiscard]] int computeThreads();

/// The processor as it calls itself, e.g. "Intel(R) Xeon(R) CPU"; empty where that is not known.
[[nodiscard]] std::string processorName();

/// For results: LibTorch's version, e.g. "2.11.0".
[[nodiscard]] std::string libtorchVersion();

}  // namespace lamscope
