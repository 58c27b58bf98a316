// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_files.h"

#include "console.h"
#include "figure/figure.h"
#include "figure/figure_file.h"
#include "program.h"
#include "typefaces.h"
#include "view/colour_map.h"

namespace lamscope::cli {

ui::FigureLayout layoutOf(const FigureArguments& arguments, const std::optional<ui::FigureLayout>& saved) {
    return asUsage([&] {
        auto result = saved.value_or(ui::FigureLayout());
        if (!arguments.layout.empty()) {
            const auto kind = ui::figureKindFromString(arguments.layout);
            if (!saved || saved->kind != kind) {
                result = ui::defaultLayout(kind);
            }
        }
        if (!arguments.width.empty()) {
            result.widthMm = ui::figureWidthFromString(arguments.width);
        }
        for (const auto& setting : arguments.settings) {
            const auto equals = setting.find('=');
            if (equals == std::string::npos) {
                throw UsageError("--set wants NAME=VALUE, found '" + setting + "'");
            }
            ui::setLayoutField(result, setting.substr(0, equals), setting.substr(equals + 1));
        }
        static_cast<void>(ui::colourMap(result.colourMap));
        return result;
    });
}

void addFigureFiles(StagedFiles& files, const FigureArguments& arguments,
                    const std::vector<std::filesystem::path>& names, const Experiment& session,
                    const std::vector<LamDocument>& documents) {
    const Typefaces typefaces;
    ui::FigureFileOptions options{.dpi = arguments.dpi};
    if (arguments.timestamp) {
        options.created = QDateTime::currentDateTimeUtc();
    }
    sayWarnings(ui::addFigures(files, names, session, documents, options));
    if (!arguments.caption.empty()) {
        const auto text = ui::captionText(documents, ui::figureOf(session).value()).toStdString() + "\n";
        if (arguments.caption == "-") {
            printResult(text);
        } else {
            files.add(arguments.caption, text);
        }
    }
}

}  // namespace lamscope::cli
