// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QStringList>
#include <string>

#include "window/main_window.h"

namespace lamscope {

/// Drags the box of a real window along a fixed track, by mouse events, over an image and networks, and prints how long
/// the first and a finer map take and how long the event loop was blocked. Where the files name a study, the drags are
/// repeated while it runs, and what that does to the first map is printed too.
/// @param files  an image and networks, perhaps a study; empty: lam_demo/1 with IMDN, RFDN, PAN and CARN-M of
/// $LAMSCOPE_DATA.
/// @param json   file for the numbers as JSON, "-" for standard output; empty: none.
/// @param size   HR pixels of a drawn scene that takes the place of the image; empty or invalid: none.
/// @return the exit code of the program.
int runGuiBenchmark(ui::MainWindowOptions options, const QStringList& files, const std::string& json,
                    const QSize& size);

}  // namespace lamscope
