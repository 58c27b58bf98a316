// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "scene/experiment_file.h"
#include "session/session.h"

namespace lamscope::ui {

/// The session as it is now: the open image and the further ones of the figure, with the box in each, the networks, and
/// what is chosen. Paths are as they were given; GUI thread. writeExperiment() saves it.
[[nodiscard]] Experiment snapshot(const Session& session);

/// snapshot() with what the window's workspaces keep: for session files, not for results and figures.
[[nodiscard]] Experiment wholeSession(const Session& session);

/// experimentFromText() for what the window and figures show: options, view, figure and workspaces are read too. Throws
/// Error(BadFile) naming the file and what is wrong with it.
[[nodiscard]] Experiment sessionFromText(const std::string& text, const std::filesystem::path& file);

/// The same for a file. Any thread.
[[nodiscard]] Experiment readSession(const std::filesystem::path& file);

}  // namespace lamscope::ui
