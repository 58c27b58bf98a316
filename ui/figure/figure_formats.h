// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <filesystem>
#include <optional>
#include <string>

#include "figure/figure_file.h"
#include "figure/figure_sheet.h"

namespace lamscope::ui {

// Private to the library: one pair of functions a format. Readers get the whole file, or its name where their library
// reads files itself, and return the embedded text; they trust nothing in it.

constexpr double pointsPerInch = 72.0;  ///< the sheet is in points

[[nodiscard]] QByteArray encodePdf(const FigureSheet& sheet, const FigureFileOptions& options);
[[nodiscard]] QByteArray encodeSvg(const FigureSheet& sheet, const FigureFileOptions& options);
[[nodiscard]] QByteArray encodeRaster(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options);

[[nodiscard]] std::optional<std::string> textOfPdf(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfSvg(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfPng(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfTiff(const std::filesystem::path& file);

}  // namespace lamscope::ui
