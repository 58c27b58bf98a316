// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_arguments.h"

namespace lamscope::cli {

void FigureArguments::addTo(CLI::App& command) {
    command.add_option("--layout", layout,
                       "fig5 (rows of networks; fig1: of one image), fig4 (maps ordered by DI), fig3 (baselines and "
                       "paths, with curves) or fig6 (areas of interest): the layouts of the LAM paper");
    command
        .add_option("--width", width,
                    "millimetres, or cvpr-one, cvpr-two, eccv, ieee-one, ieee-two: a column or the width of text")
        ->type_name("MM|NAME");
    command
        .add_option("--set", settings,
                    "change a setting of the layout, e.g. --set cells=patch,map --set letters=true; a wrong name lists "
                    "them all")
        ->type_name("NAME=VALUE");
    command.add_option("--dpi", dpi, "resolution of PNG and TIFF")->capture_default_str()->check(CLI::Range(72, 2400));
    command.add_flag("--timestamp", timestamp,
                     "write the date into the files; without it the same session gives the same bytes");
    command.add_option("--caption", caption, "write a caption to start from; '-' for standard output")
        ->type_name("FILE");
}

}  // namespace lamscope::cli
