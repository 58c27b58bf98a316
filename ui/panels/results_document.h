// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "report/lam_json.h"
#include "session/session.h"

namespace lamscope::ui {

/// What the window shows as the document that the command line writes: shown networks with a current result, in the
/// order of `networks` (those left out stay out), with unique names that do not depend on that order. The LR size is
/// the first network's.
[[nodiscard]] LamDocument resultsDocument(const Session& session, const std::vector<NetworkId>& networks);
/// All of them, in the session's order.
[[nodiscard]] LamDocument resultsDocument(const Session& session);

}  // namespace lamscope::ui
