// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_files.h"

#include <QGuiApplication>
#include <array>
#include <clocale>

#include <spdlog/spdlog.h>

#include "console.h"
#include "figure/figure.h"
#include "figure/figure_file.h"
#include "program.h"
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
