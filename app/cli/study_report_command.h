// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "commands.h"

namespace lamscope::cli {

/// Adds `study report` to `study`.
void addStudyReport(CLI::App& study, ChosenCommand& chosen);

}  // namespace lamscope::cli
