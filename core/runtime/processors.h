// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace lamscope {

/// The processors that this process may keep busy, at least 1: those of the calling thread's affinity mask (taskset,
/// Slurm), at most the CPU quota of its control groups (containers, Kubernetes).
[[nodiscard]] int usableProcessors();

/// The CPU quota that control groups of version 1 or 2 give this process, in processors, rounded up; nullopt if there
/// is no quota or the system does not tell.
/// @param root   the folder that holds `proc` and `sys`; tests pass another one.
[[nodiscard]] std::optional<int> processorQuota(const std::filesystem::path& root = "/");

/// The number of threads that compute when the user chose none: the first number of OMP_NUM_THREADS if that is set,
/// otherwise usableProcessors().
[[nodiscard]] int defaultThreads();

}  // namespace lamscope
