// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamscope {

/// How a busy process uses a processor.
enum class BusyKind {
    Spinning,  ///< without a pause
    Bursty,    ///< busy and asleep in turn, each for 1 to 50 ms
};

[[nodiscard]] std::string_view toString(BusyKind kind);

/// Processes that compete for processors during this object's life, so that something can be measured beside them. The
/// destructor kills them. The kernel kills them when the thread that made this object ends, for whatever reason. Not
/// copyable.
class BusyProcesses {
public:
    /// Throws Error(InvalidArgument) when the system cannot start `count` processes; the ones already started are
    /// ended.
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
