// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/process_memory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/resource.h>

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

}  // namespace

void prepareMemory() {
    static std::once_flag once;
    std::call_once(once, [] {
        // NOLINTBEGIN(concurrency-mt-unsafe): once, before the first evaluation
        mallopt(M_MMAP_THRESHOLD, largestPooledBlock);
        mallopt(M_TRIM_THRESHOLD, mostKeptMemory);
        // NOLINTEND(concurrency-mt-unsafe)
        const auto available = availableMemory();
        const auto used = kibibytes("/proc/self/status", "VmData:") * 1024;
        rlimit limit{};
        if (available > 0 && used > 0 && getrlimit(RLIMIT_DATA, &limit) == 0) {
            limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, static_cast<rlim_t>(used + available));
            setrlimit(RLIMIT_DATA, &limit);
        }
    });
}

std::int64_t availableMemory() {
    return kibibytes("/proc/meminfo", "MemAvailable:") * 1024;
}

std::int64_t physicalMemory() {
    return kibibytes("/proc/meminfo", "MemTotal:") * 1024;
}

std::int64_t residentMemory() {
    return kibibytes("/proc/self/status", "VmRSS:") * 1024;
}

}  // namespace lamscope
