// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamscope {

/// Why Qt cannot open windows on an X11 display, as one message with a remedy: a library is missing that Qt's plugin
/// for X11 (`libqxcb.so`) needs. Qt itself ends the program with an abort there and names no library. Empty where the
/// plugin can be loaded, where the program does not start on X11 (DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM say so),
/// and where the plugin is not in Qt's own folder. To be called before a QApplication is made.
[[nodiscard]] std::string missingX11Library();

/// The message for what dlerror() says about the plugin. For X11's own libraries it names the package, too.
/// @param loaderError e.g. "libxcb-cursor.so.0: cannot open shared object file: No such file or directory".
[[nodiscard]] std::string x11LibraryMessage(const std::string& loaderError);

}  // namespace lamscope
