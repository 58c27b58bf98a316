// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/device.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <malloc.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/resource.h>

#include <torch/torch.h>

#include "error.h"

namespace lamscope {

namespace {

/// Activations of one evaluation are freed and needed again at once. By default the C library hands blocks of their
/// size back to the kernel each time, and the page faults of getting them again cost up to a quarter of the time.
constexpr int largestPooledBlock = 64 << 20;
constexpr int mostKeptMemory = 512 << 20;

/// A value of one of the kernel's tables, in KiB; 0 when it is not there.
std::int64_t kibibytes(const char* table, std::string_view key) {
    std::ifstream stream(table);
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with(key)) {
            return std::atoll(line.c_str() + key.size());
        }
    }
    return 0;
}

/// The program is linked to LibTorch's CPU part alone; loading the CUDA part registers that backend.
bool cudaUsable() {
    static std::once_flag once;
    std::call_once(once, [] { dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL); });
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

void prepareMemory() {
    static std::once_flag once;
    std::call_once(once, [] {
        mallopt(M_MMAP_THRESHOLD, largestPooledBlock);
        mallopt(M_TRIM_THRESHOLD, mostKeptMemory);
        const auto available = kibibytes("/proc/meminfo", "MemAvailable:");
        const auto used = kibibytes("/proc/self/status", "VmData:");
        rlimit limit{};
        if (available > 0 && used > 0 && getrlimit(RLIMIT_DATA, &limit) == 0) {
            limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, static_cast<rlim_t>(used + available) * 1024);
            setrlimit(RLIMIT_DATA, &limit);
        }
    });
}

void setComputeThreads(int threads) {
    if (threads > 0) {
        at::set_num_threads(threads);
    }
}

int computeThreads() {
    return at::get_num_threads();
}

std::string libtorchVersion() {
    return TORCH_VERSION;
}

}  // namespace lamscope
