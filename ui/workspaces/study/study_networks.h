// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "figure/study_plot_figure.h"
#include "session/session.h"
#include "session/study_controller.h"

namespace lamscope::ui {

/// The open network that a study names, by file and settings; 0: none.
[[nodiscard]] NetworkId openNetwork(const Session& session, const ModelSpec& spec);

/// The signs of a study's networks by their names: those of its figures, but for black on a dark ground. They do not
/// change while numbers come in.
[[nodiscard]] std::map<std::string, NetworkSign> signsOf(const StudyController& study);

}  // namespace lamscope::ui
