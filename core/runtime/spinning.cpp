// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/spinning.h"

#include <array>
#include <cstring>
#include <string_view>
#include <sys/auxv.h>
#include <unistd.h>

#include <climits>

namespace lamscope {

namespace {

// This code runs before any library is initialised: no allocation, no getenv().

constexpr const char* limited = "GOMP_SPINCOUNT=1000";
constexpr std::size_t mostVariables = 4096;

/// The value of a variable; nullptr if it is not set.
const char* valueOf(std::string_view name, char* const* environment) {
    for (; *environment != nullptr; ++environment) {
        if (std::strncmp(*environment, name.data(), name.size()) == 0 && (*environment)[name.size()] == '=') {
            return *environment + name.size() + 1;
        }
    }
    return nullptr;
}

/// True under valgrind, which does not follow a program that execve() starts.
bool underValgrind(char* const* environment) {
    const char* preloaded = valueOf("LD_PRELOAD", environment);
    return preloaded != nullptr && std::strstr(preloaded, "vgpreload") != nullptr;
}

/// True for `ld.so PROGRAM`: /proc/self/exe is then the loader.
bool startedByLoader() {
    return getauxval(AT_BASE) == 0;
}

}  // namespace

void limitSpinning(char* const* arguments, char* const* environment) {
    if (valueOf("GOMP_SPINCOUNT", environment) != nullptr || valueOf("OMP_WAIT_POLICY", environment) != nullptr
        || underValgrind(environment) || startedByLoader()) {
        return;
    }
    // The resolved path, not "/proc/self/exe" itself: lists of processes show the name of the file that was started.
    std::array<char, PATH_MAX> program{};
    const auto length = readlink("/proc/self/exe", program.data(), program.size());
    if (length <= 0 || length == static_cast<ssize_t>(program.size())) {
        return;
    }
    std::array<const char*, mostVariables + 2> more{limited};  // keeps the new program from starting again
    for (std::size_t i = 0; environment[i] != nullptr; ++i) {
        if (i == mostVariables) {
            return;
        }
        more.at(i + 1) = environment[i];
    }
    execve(program.data(), arguments, const_cast<char* const*>(more.data()));
}

}  // namespace lamscope
