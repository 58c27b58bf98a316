// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamscope {

/// How a process keeps a processor from others.
enum class BusyKind {
    Spinning,  ///< without a pause
    Bursty,    ///< by turns busy and asleep for 1 to 50 ms
};

[[nodiscard]] std::string_view toString(BusyKind kind);

/// Processes that want processors while this object lives, to measure beside. They are killed when it ends, and by the
/// kernel when the thread that made it ends, however that happens. Not copyable.
class BusyProcesses {
public:
    /// Throws Error(InvalidArgument) when the system starts no more processes; then none is left.
    BusyProcesses(int count, BusyKind kind);
    BusyProcesses(const BusyProcesses&) = delete;
    BusyProcesses& operator=(const BusyProcesses&) = delete;
    ~BusyProcesses();

    [[nodiscard]] const std::vector<pid_t>& ids() const { return ids_; }

private:
    void end();

    std::vector<pid_t> ids_;
};

}  // namespace lamscope
