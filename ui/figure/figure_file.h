// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "figure/figure_sheet.h"
#include "report/lam_json.h"
#include "scene/experiment.h"

namespace lamscope::ui {

enum class FigureFormat {
    Pdf,  ///< typefaces embedded, pictures at their own resolution, lossless
    Svg,  ///< text remains text, in the named typeface
    Png,
    Tiff,  ///< compressed with LZW
};

/// The format that a file's ending asks for: .pdf, .svg, .png, .tif or .tiff; nullopt for other endings.
[[nodiscard]] std::optional<FigureFormat> figureFormat(const std::filesystem::path& file);

/// What a figure file contains besides the picture.
struct FigureFileOptions {
    int dpi = 600;                       ///< resolution of PNG and TIFF, 72…2400
    std::string session{};               ///< JSON text to embed; empty: none
    std::optional<QDateTime> created{};  ///< time stamp; unset: none, so that equal figures have equal bytes
};

/// The bytes of the file. Equal sheets and options give equal bytes. Needs a QGuiApplication; may be called on any
/// thread. Throws Error(InvalidArgument) for a resolution out of range, Error(OutOfMemory) when the pixels do not fit
/// into memory.
[[nodiscard]] QByteArray encodeFigure(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options);

/// The session text that a figure embeds: the session file's text with paths relative to `folder`, and the hashes,
/// rules, nodes and completeness errors of the results. Times, durations and the figure's own name are left out.
[[nodiscard]] std::string embeddedSession(const Experiment& session, const std::vector<LamDocument>& documents,
                                          const std::filesystem::path& folder);

/// Makes the figure of `session` (of the default layout if it has none) and adds it to `files` under each name. The
/// session is embedded; `options.session` is ignored. Throws Error(InvalidArgument) for a name with another ending, and
/// as layOutFigure() and encodeFigure() do.
/// @return sentences about what the figure cannot show as intended.
std::vector<std::string> addFigures(StagedFiles& files, const std::vector<std::filesystem::path>& names,
                                    const Experiment& session, const std::vector<LamDocument>& documents,
                                    FigureFileOptions options = {});

/// The session embedded in a figure file; nullopt if the file is not a figure made by Lamscope. May be called on any
/// thread. Throws Error(BadFile) when the file cannot be read or the embedded text is not a session.
[[nodiscard]] std::optional<Experiment> sessionOfFigure(const std::filesystem::path& file);

/// Reads a session from a session file or from a figure file. Throws Error(BadFile).
[[nodiscard]] Experiment readAnySession(const std::filesystem::path& file);

}  // namespace lamscope::ui
