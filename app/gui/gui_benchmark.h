// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <string>

#include "window/main_window.h"

namespace lamscope {

/// Drags the box of a real window along a fixed track, by mouse events, over an image and networks, and prints how long
/// the first map and the one of 27 nodes take and how long the event loop was blocked.
/// @param files  an image and networks; empty: lam_demo/1 with IMDN, RFDN, PAN and CARN-M of $LAMSCOPE_DATA.
/// @param json   file for the numbers as JSON, "-" for standard output; empty: none.
/// @return the exit code of the program.
int runGuiBenchmark(ui::MainWindowOptions options, const QStringList& files, const std::string& json);

}  // namespace lamscope
