// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop program: parses arguments, opens the window, hands it the files.
#include <QApplication>
#include <QLoggingCategory>
#include <QStandardPaths>
#include <array>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/command_pages.h"
#include "cli/version_report.h"
#include "gui_benchmark.h"
#include "window/main_window.h"
#include "window/termination.h"
#include "window_picture.h"
#include "x11_libraries.h"

namespace {

struct Arguments {
    std::vector<std::string> files;
    std::string device;
    int threads = -1;
    bool benchGui = false;
    std::string json;
    std::string picture;
    std::string patch;
    std::string size;
};

constexpr int largestSide = 16384;
const std::string defaultPictureSize = "1400x900";

/// Of "1400x900"; invalid for anything else.
QSize sizeOf(const std::string& text) {
    const auto sides = QString::fromStdString(text).split(QLatin1Char('x'));
    QSize size;
    if (sides.size() == 2) {
        size = QSize(sides[0].toInt(), sides[1].toInt());
    }
    const QRect allowed(1, 1, largestSide, largestSide);
    return allowed.contains(size.width(), size.height()) ? size : QSize();
}

/// Of "120,96" or "120,96,32"; nullopt for anything else.
std::optional<lamscope::Box> boxOf(const std::string& text) {
    const auto numbers = QString::fromStdString(text).split(QLatin1Char(','));
    lamscope::Box box;
    const std::array<int*, 3> places{&box.x, &box.y, &box.size};
    bool valid = numbers.size() == 2 || numbers.size() == 3;
    for (int i = 0; valid && i < numbers.size(); ++i) {
        *places.at(static_cast<std::size_t>(i)) = numbers[i].toInt(&valid);
    }
    return valid && box.x >= 0 && box.y >= 0 && box.size > 0 ? std::optional(box) : std::nullopt;
}

lamscope::ui::MainWindowOptions windowOptions(const Arguments& arguments) {
    lamscope::ui::MainWindowOptions options;
    options.stateFolder = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation);
    if (!arguments.device.empty()) {
        options.device = arguments.device == "cpu"    ? lamscope::DeviceChoice::Cpu
                         : arguments.device == "cuda" ? lamscope::DeviceChoice::Cuda
                                                      : lamscope::DeviceChoice::Auto;
    }
    if (arguments.threads >= 0) {
        options.threads = arguments.threads;
    }
    return options;
}

/// Qt itself ends the program with an abort where there is no display.
bool hasDisplay() {
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
           || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

/// Of --version --verbose: Qt, and the plugin by which it opens windows here.
lamscope::cli::ReportLines qtLines(int argc, char** argv) {
    std::string platform = "none: there is no display";
    if (const auto trouble = lamscope::missingX11Library(); !trouble.empty()) {
        platform = "none: " + trouble;
    } else if (hasDisplay()) {
        const QGuiApplication application(argc, argv);
        platform = QGuiApplication::platformName().toStdString();
    }
    return {{"Qt", qVersion()}, {"platform", platform}};
}

int runProgram(int argc, char** argv) {
    QApplication::setApplicationName(QStringLiteral("lamscope"));
    QApplication::setApplicationVersion(QString::fromStdString(lamscope::version()));
    QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);

    Arguments arguments;
    CLI::App cli("Lamscope: which input pixels a super-resolution network used, live", "lamscope");
    lamscope::cli::addVersionFlags(cli, "lamscope " + lamscope::version(), [&] { return qtLines(argc, argv); });
    auto* filesOption = cli.add_option("files", arguments.files,
                                       "images, networks (with settings, as net.pth:scale=4, or addresses of "
                                       "servers in which they run), sessions and studies to open");
    cli.add_option("--device", arguments.device, "cpu, cuda or auto, instead of the settings'")
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
    cli.add_option("--threads", arguments.threads,
                   "processor threads, instead of the settings'; 0: as many as there are processors for this process")
        ->check(CLI::Range(0, 1024));
    cli.add_flag("--bench-gui", arguments.benchGui,
                 "drag the box along a fixed track over the files given (an image and networks), print how fast the "
                 "window answers, and end; a study among the files is run beside a second drag");
    cli.add_option("--json", arguments.json, "with --bench-gui: write the numbers as JSON; '-' for standard output");
    auto* picture = cli.add_option("--picture", arguments.picture,
                                   "open the files, wait until all maps are finished, save a picture of the window as "
                                   "PNG, and end; needs no display");
    cli.add_option("--size", arguments.size,
                   "with --picture: of the window in pixels, 1400x900 unless given; with --bench-gui: of a drawn HR "
                   "image, in place of the image given")
        ->type_name("WxH")
        ->check([](const std::string& text) {
            return sizeOf(text).isValid() ? std::string() : text + " is no size such as 1400x900";
        });
    picture->needs(filesOption);
    cli.add_option(
           "--patch", arguments.patch,
           "place of the box once an image is open: its top-left corner, and its side where it is not 16, in HR "
           "pixels of an HR image, in SR pixels of an LR image")
        ->type_name("X,Y[,SIZE]")
        ->needs(filesOption)
        ->check([](const std::string& text) {
            return boxOf(text) ? std::string() : text + " is no place such as 120,96 or 120,96,32";
        });
    if (const auto page = lamscope::cli::requestedPage(cli, argc, argv)) {
        std::cout << *page;
        return 0;
    }
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : 2;
    }

    if (!arguments.picture.empty() && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        // This platform complains with each layout that it has no use for size hints.
        QLoggingCategory::setFilterRules(QStringLiteral("default.warning=false"));
    }
    if (arguments.picture.empty() && !hasDisplay()) {
        std::cerr
            << "lamscope: there is no display. lamscope-cli computes the same without one, and lamscope --picture "
               "FILE.png saves a picture of the window\n";
        return 1;
    }
    if (const auto trouble = lamscope::missingX11Library(); !trouble.empty()) {
        std::cerr << "lamscope: " << trouble << '\n';
        return 1;
    }
    const QApplication application(argc, argv);
    QStringList files;
    for (const auto& file : arguments.files) {
        files << QString::fromStdString(file);
    }
    if (!arguments.picture.empty()) {
        return lamscope::saveWindowPicture(windowOptions(arguments), files, arguments.picture,
                                           sizeOf(arguments.size.empty() ? defaultPictureSize : arguments.size),
                                           boxOf(arguments.patch));
    }
    if (arguments.benchGui) {
        return lamscope::runGuiBenchmark(windowOptions(arguments), files, arguments.json, sizeOf(arguments.size));
    }
    lamscope::ui::MainWindow window(windowOptions(arguments));
    const lamscope::ui::Termination termination(window);
    window.show();
    if (const auto box = boxOf(arguments.patch)) {
        window.files().placeBox(*box);
    }
    window.files().open(files);
    return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return runProgram(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "lamscope: " << error.what() << '\n';
        return 1;
    }
}
