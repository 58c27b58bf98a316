// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "session/figure_layout.h"
#include "session/saved_scene.h"
#include "session/session.h"

namespace lamscope::ui {

/// A network as a session file names it.
struct SavedNetwork {
    ModelSpec spec;
    std::string sha256;  ///< empty when it had not been loaded
    bool shown = true;
};

/// What a `*.lamscope` file holds. Plain data: no file of it has been touched.
struct SavedSession : SavedScene {
    std::vector<SavedScene> moreScenes;  ///< for figures of several images: shown below the session's own
    std::vector<SavedNetwork> networks;
    std::optional<std::size_t> reference;  ///< index among `networks`
    std::optional<std::size_t> selected;
    LamOptions options;
    ViewSettings view;
    std::optional<FigureLayout> figure;  ///< of the paper figure; unset before one was made
};

/// The images and networks that it names: for checkOutputFiles().
[[nodiscard]] std::vector<std::filesystem::path> filesOf(const SavedSession& session);

/// The session as it is now. Paths are as they were given; GUI thread.
[[nodiscard]] SavedSession snapshot(const Session& session);

/// The JSON text of a session file that will lie in `folder`: paths are kept relative to it where that is possible.
[[nodiscard]] std::string toJson(const SavedSession& session, const std::filesystem::path& folder);

/// The inverse, for the text of `file`. Throws Error(BadFile) naming the file and what is wrong with it.
[[nodiscard]] SavedSession sessionFromText(const std::string& text, const std::filesystem::path& file);

/// Reads a session file; relative paths are resolved against its folder. Any thread.
/// Throws Error(BadFile) saying what is wrong with it.
[[nodiscard]] SavedSession readSession(const std::filesystem::path& file);

/// Writes it whole or not at all. Any thread. Throws Error(WriteFailed).
void writeSession(const SavedSession& session, const std::filesystem::path& file);

}  // namespace lamscope::ui
