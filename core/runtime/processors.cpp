// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/processors.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sched.h>
#include <sstream>
#include <string>
#include <string_view>

namespace lamscope {

namespace {

namespace fs = std::filesystem;

/// The largest machine that Linux knows has 8192 processors.
constexpr int mostProcessors = 16384;

int processorsOfAffinity() {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(mostProcessors),
                                                               [](cpu_set_t* allocated) { CPU_FREE(allocated); });
    const auto size = CPU_ALLOC_SIZE(mostProcessors);
    return set && sched_getaffinity(0, size, set.get()) == 0 ? CPU_COUNT_S(size, set.get()) : 1;
}

std::optional<std::int64_t> numberIn(std::istream& stream) {
    std::int64_t value = 0;
    return stream >> value ? std::optional(value) : std::nullopt;
}

/// The quota in processors, rounded up; nullopt if a group has no quota ("max" or -1).
std::optional<int> processorsOf(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
    if (!quota || !period || *quota <= 0 || *period <= 0) {
        return std::nullopt;
    }
    return static_cast<int>(std::min<std::int64_t>((*quota + *period - 1) / *period, mostProcessors));
}

std::optional<int> quotaOfGroup1(const fs::path& group) {
    std::ifstream quota(group / "cpu.cfs_quota_us");
    std::ifstream period(group / "cpu.cfs_period_us");
    return processorsOf(numberIn(quota), numberIn(period));
}

std::optional<int> quotaOfGroup2(const fs::path& group) {
    std::ifstream both(group / "cpu.max");
    const auto quota = numberIn(both);
    return processorsOf(quota, numberIn(both));
}

/// The least quota of a group and of the groups above it. In a container the groups above are often missing, or the
/// container's own group is mounted at the place of the topmost one.
template <typename QuotaOf>
std::optional<int> leastQuota(const fs::path& mount, const fs::path& group, const QuotaOf& quotaOf) {
    std::optional<int> least;
    for (auto path = group.relative_path();; path = path.parent_path()) {
        if (const auto quota = quotaOf(mount / path); quota && (!least || *quota < *least)) {
            least = quota;
        }
        if (path.empty()) {
            return least;
        }
    }
}

bool hasProcessorController(const std::string& controllers) {
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');) {
        if (name == "cpu") {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<int> processorQuota(const fs::path& root) {
    const auto groups = root / "sys/fs/cgroup";
    std::ifstream stream(root / "proc/self/cgroup");
    std::optional<int> least;
    // cgroups(7): "hierarchy:controllers:path", without controllers in version 2.
    for (std::string line; std::getline(stream, line);) {
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const auto controllers = line.substr(first + 1, second - first - 1);
        const fs::path group = line.substr(second + 1);
        std::optional<int> quota;
        if (controllers.empty()) {
            quota = leastQuota(groups, group, quotaOfGroup2);
        } else if (hasProcessorController(controllers)) {
            quota = leastQuota(groups / controllers, group, quotaOfGroup1);
        }
        if (quota && (!least || *quota < *least)) {
            least = quota;
        }
    }
    return least;
}

int usableProcessors() {
    const int affinity = processorsOfAffinity();
    return std::max(std::min(affinity, processorQuota().value_or(affinity)), 1);
}

int defaultThreads() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment while threads run
    const char* chosen = std::getenv("OMP_NUM_THREADS");
    if (chosen != nullptr) {
        const std::string_view text(chosen);
        int threads = 0;
        const auto begin = text.data() + std::min(text.find_first_not_of(' '), text.size());
        if (std::from_chars(begin, text.data() + text.size(), threads).ec == std::errc() && threads > 0) {
            return threads;
        }
    }
    return usableProcessors();
}

}  // namespace lamscope
