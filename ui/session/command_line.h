// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "runtime/device.h"
#include "session/session.h"

namespace lamscope::ui {

/// lamCommandLine() of what the session shows or, while the layer of fields at the box is shown, erfCommandLine(); one
/// line for each scale among the networks where an LR image gives them
/// different patches. Empty without an image or a usable network.
/// @param device, threads  as they were chosen.
[[nodiscard]] QString commandLine(const Session& session, DeviceChoice device, int threads);

}  // namespace lamscope::ui
