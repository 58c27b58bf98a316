// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "session/session.h"

namespace lamscope::ui {

/// The `lamscope-cli lam` line that computes what the session shows, for a POSIX shell; one line for each scale among
/// the networks where an LR image gives them different patches. Empty without an image or a usable network.
[[nodiscard]] QString commandLine(const Session& session);

}  // namespace lamscope::ui
