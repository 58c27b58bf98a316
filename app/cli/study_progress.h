// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "console.h"
#include "study/studies/study_run.h"

namespace lamscope::cli {

/// Says on standard error where a study stands: a progress line with failures above it, or for scripts a JSON object a
/// line whenever a task has ended.
class StudyProgressLine {
public:
    explicit StudyProgressLine(bool json)
        : json_(json) {}

    void show(const StudyRunProgress& state);

private:
    void showLine(const StudyRunProgress& state);

    bool json_ = false;
    std::size_t ended_ = 0;  // tasks
    bool begun_ = false;
    ProgressLine line_;
};

}  // namespace lamscope::cli
