// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/device.h"

#include <dlfcn.h>
#include <fstream>
#include <mutex>
#include <string>

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "base/error.h"
#include "runtime/processors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// True if CUDA can be used. The program is linked to LibTorch's CPU part only; loading the CUDA part registers CUDA.
bool cudaUsable() {
    static std::once_flag once;
    std::call_once(once, [] {
        dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
        // TF32 keeps 10 bits of each factor: enough for a picture, not for a number that is reported.
        at::globalContext().setAllowTF32CuDNN(false);
        at::globalContext().setAllowTF32CuBLAS(false);
    });
    try {
        return torch::cuda::is_available();
    } catch (const c10::Error&) {
        return false;
    }
}

}  // namespace

std::string resolveDevice(DeviceChoice choice) {
    if (choice == DeviceChoice::Cpu) {
        return "cpu";
    }
    if (cudaUsable()) {
        return "cuda";
    }
    if (choice == DeviceChoice::Cuda) {
        throw Error(ErrorCode::InvalidArgument,
                    "no CUDA device can be used here (no NVIDIA driver, no GPU, or a LibTorch without CUDA); "
                    "use --device cpu");
    }
    return "cpu";
}

void setComputeThreads(int threads) {
    at::set_num_threads(threads > 0 ? threads : defaultThreads());
}

int computeThreads() {
    return at::get_num_threads();
}

std::string processorName() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) {
            return line.substr(line.find(':') + 2);
        }
    }
    return {};
}

std::string libtorchVersion() {
    return TORCH_VERSION;
}

}  // namespace lamscope
