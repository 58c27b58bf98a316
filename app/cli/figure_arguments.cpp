// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_arguments.h"

#include <QGuiApplication>
#include <algorithm>
#include <array>
#include <clocale>
#include <utility>

#include <spdlog/spdlog.h>

#include "console.h"
#include "figure/figure.h"
#include "figure/figure_file.h"
#include "model_arguments.h"
#include "view/colour_map.h"

namespace lamscope::cli {

namespace {

void sayQuietly(QtMsgType /*type*/, const QMessageLogContext& /*context*/, const QString& text) {
    spdlog::debug("{}", text.toStdString());
}

/// Keeps Qt's remarks about the desktop (no folder for its sockets, say) from the user: they concern nobody here.
class QuietQt {
public:
    QuietQt() = default;
    QuietQt(const QuietQt&) = delete;
    QuietQt& operator=(const QuietQt&) = delete;
    ~QuietQt() { qInstallMessageHandler(before_); }

private:
    QtMessageHandler before_ = qInstallMessageHandler(sayQuietly);
};

/// What Qt needs to set text. It needs no display, and never looks for one.
class Typefaces {
public:
    Typefaces() {
        // Qt takes over the user's locale; numbers in files keep their decimal point.
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the computation's threads are idle
        std::setlocale(LC_NUMERIC, "C");
    }

private:
    QuietQt quiet_;
    std::array<char, 13> program_{"lamscope-cli"};
    std::array<char, 10> option_{"-platform"};
    std::array<char, 10> platform_{"offscreen"};
    std::array<char*, 4> values_{program_.data(), option_.data(), platform_.data(), nullptr};
    int count_ = static_cast<int>(values_.size()) - 1;
    QGuiApplication application_{count_, values_.data()};
};

}  // namespace

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

ui::FigureLayout FigureArguments::resolve(const std::optional<ui::FigureLayout>& saved) const {
    return asUsage([&] {
        auto result = saved.value_or(ui::FigureLayout());
        if (!layout.empty()) {
            const auto kind = ui::figureKindFromString(layout);
            if (!saved || saved->kind != kind) {
                result = ui::defaultLayout(kind);
            }
        }
        if (!width.empty()) {
            result.widthMm = ui::figureWidthFromString(width);
        }
        for (const auto& setting : settings) {
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

void FigureArguments::write(StagedFiles& files, const std::vector<std::filesystem::path>& names,
                            const Experiment& experiment, const std::vector<LamDocument>& documents) const {
    const Typefaces typefaces;
    ui::FigureFileOptions options{.dpi = dpi};
    if (timestamp) {
        options.created = QDateTime::currentDateTimeUtc();
    }
    for (const auto& warning : ui::addFigures(files, names, experiment, documents, options)) {
        spdlog::warn("warning: {}", warning);
    }
    if (!caption.empty()) {
        const auto text = ui::captionText(documents, ui::figureOf(experiment).value()).toStdString() + "\n";
        if (caption == "-") {
            printResult(text);
        } else {
            files.add(caption, text);
        }
    }
}

}  // namespace lamscope::cli
