// SPDX-License-Identifier: GPL-3.0-or-later
#include "x11_libraries.h"

#include <QCoreApplication>
#include <QFile>
#include <QLibraryInfo>
#include <QtGlobal>
#include <algorithm>
#include <array>
#include <cctype>
#include <dlfcn.h>
#include <regex>
#include <string_view>

#include <fmt/format.h>

namespace lamscope {

namespace {

/// Debian's package with a library of X11: the soname in lower case without ".so.", in whose place a hyphen stands
/// after a digit (Debian Policy, section 8.1). Empty for other libraries: Qt's packages follow another rule.
std::string packageOf(const std::string& name, const std::string& version) {
    constexpr std::array<std::string_view, 5> families{"libxcb", "libxkbcommon", "libX", "libSM", "libICE"};
    if (std::ranges::none_of(families, [&](std::string_view family) { return name.starts_with(family); })) {
        return {};
    }
    std::string package = name;
    std::ranges::transform(package, package.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return package + (std::isdigit(static_cast<unsigned char>(name.back())) != 0 ? "-" : "") + version;
}

/// Whether the plugin for X11 is the one that Qt loads first.
bool startsOnX11() {
    const auto platform = qEnvironmentVariable("QT_QPA_PLATFORM");
    return !qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
           && (platform.isEmpty() || platform == QLatin1String("xcb") || platform.startsWith(QLatin1String("xcb:")));
}

/// Where Qt looks for plugins. Packages of the program say so in the file qt.conf beside it, which Qt reads only once
/// there is an application.
QString pluginFolder() {
    std::array<char, 9> program{"lamscope"};
    std::array<char*, 2> arguments{program.data(), nullptr};
    int count = 1;
    const QCoreApplication application(count, arguments.data());
    return QLibraryInfo::path(QLibraryInfo::PluginsPath);
}

}  // namespace

std::string missingX11Library() {
    if (!startsOnX11()) {
        return {};
    }
    const auto plugin = pluginFolder() + QStringLiteral("/platforms/libqxcb.so");
    if (!QFile::exists(plugin)) {
        return {};
    }
    if (dlopen(QFile::encodeName(plugin).constData(), RTLD_LAZY | RTLD_LOCAL) != nullptr) {
        return {};  // left loaded: Qt loads it next
    }
    return x11LibraryMessage(dlerror());  // NOLINT(concurrency-mt-unsafe): glibc keeps one error a thread
}

std::string x11LibraryMessage(const std::string& loaderError) {
    static const std::regex missing(R"(((lib[^\s:/]+)\.so\.(\d+)): cannot open shared object file.*)");
    std::smatch parts;
    if (!std::regex_match(loaderError, parts, missing)) {
        return fmt::format("no window can be opened on X11, since Qt's plugin for it cannot be loaded: {}",
                           loaderError);
    }
    const auto package = packageOf(parts[2], parts[3]);
    return fmt::format(
        "no window can be opened on X11, since the library {} is missing; install {}", parts[1].str(),
        package.empty() ? "the package that holds it" : package + " (the name of its package on Debian and Ubuntu)");
}

}  // namespace lamscope
