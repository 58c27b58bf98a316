// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <filesystem>
#include <optional>
#include <string>

#include "figure/figure_file.h"
#include "figure/figure_sheet.h"

namespace lamscope::ui {

// Private to this library: for each format a function that writes it and one that reads it. The reading functions get
// the whole file, or the file's name where the format's library reads files itself. They return the embedded text and
// trust nothing in it.

constexpr double pointsPerInch = 72.0;  ///< the sheet's unit is a point

[[nodiscard]] QByteArray encodePdf(const FigureSheet& sheet, const FigureFileOptions& options);
[[nodiscard]] QByteArray encodeSvg(const FigureSheet& sheet, const FigureFileOptions& options);
[[nodiscard]] QByteArray encodeRaster(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options);

[[nodiscard]] std::optional<std::string> textOfPdf(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfSvg(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfPng(const QByteArray& file);
[[nodiscard]] std::optional<std::string> textOfTiff(const std::filesystem::path& file);

}  // namespace lamscope::ui
