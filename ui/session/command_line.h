// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "runtime/device.h"
#include "session/session.h"

namespace lamscope::ui {

/// The `lamscope-cli lam` line that computes what the session shows, for a POSIX shell; one line for each scale among
/// the networks where an LR image gives them different patches. Empty without an image or a usable network.
/// @param device, threads  as they were chosen: device and number of threads change the last bits of a result, so that
///                 the line states them where they are not left to the program (Auto, 0).
[[nodiscard]] QString commandLine(const Session& session, DeviceChoice device, int threads);

}  // namespace lamscope::ui
