// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "study/studies/study_run.h"
#include "study/studies/study_status.h"

namespace lamscope::test {

/// Plans a study as it is described now and runs it into a file.
inline StudyRunOutcome runInto(const std::filesystem::path& file, const StudyDescription& study,
                               const StudyRunSettings& settings = {}, const std::stop_token& stop = {},
                               const StudyRunCallback& progress = {}) {
    const auto plan = planStudy(study, file.parent_path());
    StudyStore store(file, StudyStore::Access::Write);
    return runStudy(plan, store, settings, stop, progress);
}

inline StudyStatus statusOfFile(const std::filesystem::path& file) {
    return statusOf(StudyStore(file, StudyStore::Access::Read));
}

}  // namespace lamscope::test
