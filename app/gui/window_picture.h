// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QStringList>
#include <filesystem>
#include <optional>

#include "window/main_window.h"

namespace lamscope {

/// Opens files in a window of the user's settings and layout, waits until all networks are loaded or failed and all
/// maps are as exact as the options ask for, at most ten minutes, and saves a picture of the window as PNG. The window
/// never comes onto a screen, and its run leaves no trace in the user's settings. What goes wrong is said on standard
/// error; a network that fails is shown as failed.
/// @param files   images, networks, sessions and studies, as for a window; at least one.
/// @param target  appears whole or not at all.
/// @param size    of the window, in device-independent pixels; raised to the least that the window needs.
/// @param box     where it stands in the image; unset: where the window or the session puts it.
/// @return the exit code of the program: 1 when an image or a session could not be opened, when ten minutes were not
///         enough, or when `target` cannot be written.
int saveWindowPicture(ui::MainWindowOptions options, const QStringList& files, const std::filesystem::path& target,
                      QSize size, const std::optional<Box>& box = std::nullopt);

}  // namespace lamscope
