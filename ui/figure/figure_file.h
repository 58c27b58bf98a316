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
    Svg,  ///< text as text, in the named typeface
    Png,
    Tiff,  ///< LZW
};

/// The format that a file's name asks for: .pdf, .svg, .png, .tif or .tiff; none for other names.
[[nodiscard]] std::optional<FigureFormat> figureFormat(const std::filesystem::path& file);

/// What goes into a file beside the picture.
struct FigureFileOptions {
    int dpi = 600;                       ///< of PNG and TIFF, 72…2400
    std::string session{};               ///< JSON text that is embedded; empty: none
    std::optional<QDateTime> created{};  ///< time stamp; unset: none, so that the bytes tell nothing of when
};

/// The bytes of the file: the same ones for the same sheet and options. Needs a QGuiApplication; any thread. Throws
/// Error(InvalidArgument) for a resolution out of range, Error(OutOfMemory) where the pixels do not fit.
[[nodiscard]] QByteArray encodeFigure(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options);

/// The session of a figure with what it was made of: the session file's text for `folder`, and the hashes, nodes and
/// completeness errors of the results. Without times, durations and the figure's own name.
[[nodiscard]] std::string embeddedSession(const Experiment& session, const std::vector<LamDocument>& documents,
                                          const std::filesystem::path& folder);

/// Makes the figure of the session (of its defaults where it has none) and adds it to `files` under each name,
/// with its session embedded in place of the options' one. Throws Error(InvalidArgument) for a name with another
/// ending, and as layOutFigure() and encodeFigure().
/// @return what does not show as it should, in words.
std::vector<std::string> addFigures(StagedFiles& files, const std::vector<std::filesystem::path>& names,
                                    const Experiment& session, const std::vector<LamDocument>& documents,
                                    FigureFileOptions options = {});

/// The session in a figure's file; none where the file is no figure made here. Any thread. Throws Error(BadFile) where
/// the file cannot be read, or what is embedded is no session.
[[nodiscard]] std::optional<Experiment> sessionOfFigure(const std::filesystem::path& file);

/// A session from its own file or from a figure's. Throws Error(BadFile).
[[nodiscard]] Experiment readAnySession(const std::filesystem::path& file);

}  // namespace lamscope::ui
