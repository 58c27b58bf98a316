// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/studies/study_store.h"

namespace lamscope {

/// Why a task, or a patch of it, failed.
struct StudyFailure {
    std::string image;    ///< the file
    std::string network;  ///< its name
    std::string error;
};

/// Where a study stands. Tasks are the planned ones.
struct StudyStatus {
    std::int64_t tasks = 0;
    std::int64_t done = 0;
    std::int64_t failed = 0;
    std::int64_t left = 0;
    std::int64_t maps = 0;                ///< also those of tasks of which a part failed
    double secondsDone = 0.0;             ///< that they took, on one machine
    std::optional<double> secondsLeft{};  ///< for one machine; unset before a task is done
    std::vector<StudyFailure> failures{};
};

/// Throws Error(BadFile, WriteFailed) as the store does.
[[nodiscard]] StudyStatus statusOf(const StudyStore& store);

/// As lines for a person. Failures with the same reason share one line.
[[nodiscard]] std::string toText(const StudyStatus& status);

/// The document of `study status --json`.
[[nodiscard]] std::string toJson(const StudyStatus& status);

/// A time for a person: "40 s", "12 min", "3.5 h".
[[nodiscard]] std::string durationText(double seconds);

}  // namespace lamscope
