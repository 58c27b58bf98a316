// SPDX-License-Identifier: GPL-3.0-or-later
#include "version_report.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gnu/libc-version.h>
#include <link.h>
#include <string_view>

#include <fmt/format.h>

#include "runtime/device.h"

namespace lamscope::cli {

namespace {

/// Names of the variables that change which libraries are used, or what they do.
constexpr std::array<std::string_view, 5> tellingPrefixes{"LAMSCOPE_", "QT_", "OMP_", "GOMP_", "LD_LIBRARY_PATH"};

std::string systemName() {
    std::ifstream release("/etc/os-release");
    constexpr std::string_view key = "PRETTY_NAME=";
    for (std::string line; std::getline(release, line);) {
        if (line.starts_with(key)) {
            line.erase(0, key.size());
            std::erase(line, '"');
            return line;
        }
    }
    return "unknown";
}

/// The files of all libraries in the process, sorted; their names tell versions.
std::vector<std::string> loadedLibraries() {
    std::vector<std::string> files;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t /*size*/, void* list) {
            if (std::string_view(info->dlpi_name).starts_with('/')) {
                std::error_code ignored;
                const auto file = std::filesystem::canonical(info->dlpi_name, ignored);
                static_cast<std::vector<std::string>*>(list)->push_back(ignored ? info->dlpi_name : file.string());
            }
            return 0;
        },
        &files);
    std::ranges::sort(files);
    return files;
}

std::string report(const std::string& text, const ReportLines& more) {
    ReportLines lines{
        {"system", fmt::format("{}, C library {}", systemName(), gnu_get_libc_version())},
        {"processor", processorName()},
        {"device", resolveDevice(DeviceChoice::Auto)},
        {"threads", fmt::format("{}", computeThreads())},
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the program prints this and ends
        {"locale", std::setlocale(LC_ALL, "") == nullptr ? "not installed" : std::setlocale(LC_ALL, nullptr)}};
    lines.insert(lines.end(), more.begin(), more.end());
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view entry(*variable);
        if (std::ranges::any_of(tellingPrefixes, [&](std::string_view prefix) { return entry.starts_with(prefix); })) {
            lines.emplace_back("variable", entry);
        }
    }
    for (const auto& file : loadedLibraries()) {
        lines.emplace_back("library", file);
    }
    auto all = text;
    for (const auto& [what, value] : lines) {
        all += fmt::format("\n{:<10} {}", what, value);
    }
    return all;
}

}  // namespace

void addVersionFlags(CLI::App& app, const std::string& text, std::function<ReportLines()> more) {
    const auto* verbose =
        app.add_flag("--verbose")
            ->description("with --version: also system, device, locale and libraries, for reports of errors");
    app.set_version_flag("--version", [verbose, text, more = std::move(more)] {
        return verbose->count() == 0 ? text : report(text, more ? more() : ReportLines());
    });
}

}  // namespace lamscope::cli
