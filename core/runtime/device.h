// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamscope {

/// Where networks are evaluated.
enum class DeviceChoice {
    Cpu,
    Cuda,  ///< an NVIDIA GPU; an Error when there is none
    Auto,  ///< CUDA when it is available, otherwise the CPU
};

/// Turns `choice` into "cpu" or "cuda". The first call with Cuda or Auto loads the CUDA libraries, which takes a
/// second. Missing libraries, a missing driver or a missing device are silent with Auto.
/// Throws Error(InvalidArgument) when `choice` is Cuda and CUDA is not available. Thread-safe.
[[nodiscard]] std::string resolveDevice(DeviceChoice choice);

/// Sets how many threads LibTorch uses inside one operation from now on; 0 sets defaultThreads(). To be called on the
/// thread that computes.
void setComputeThreads(int threads);
[[nodiscard]] int computeThreads();

/// The processor as it calls itself, e.g. "Intel(R) Xeon(R) CPU"; empty where that is not known.
[[nodiscard]] std::string processorName();

/// For results: LibTorch's version, e.g. "2.11.0".
[[nodiscard]] std::string libtorchVersion();

}  // namespace lamscope
