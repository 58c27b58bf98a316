// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/atomic_file.h"
#include "model_arguments.h"
#include "study/studies/study_report.h"

namespace lamscope::cli {

/// What a report is to show as figures.
struct StudyFigureArguments {
    std::vector<std::string> formats;  ///< of plots: pdf, svg, png, tif; empty: svg where Qt can draw them
    std::vector<std::string> images;   ///< of which maps are shown
    std::string width;                 ///< of plots, as figureWidthFromString() takes it; empty: a column
    int dpi = 600;                     ///< of PNG and TIFF
    ModelArguments machine;            ///< that computes the maps of the images

    void addTo(CLI::App& command);
    /// Those that are not the default, as they are written on a command line, with a space before each.
    [[nodiscard]] std::string commandLine() const;
};

/// The figures of a study's report. Qt draws them: in a build without Qt there are none, and what asks for them by name
/// is refused in words. One at a time.
class StudyFigures {
public:
    /// Throws UsageError for a format or a width that is unknown; without Qt Error for any of them, an image or another
    /// resolution than the default.
    explicit StudyFigures(const StudyFigureArguments& arguments);
    StudyFigures(const StudyFigures&) = delete;
    StudyFigures& operator=(const StudyFigures&) = delete;
    ~StudyFigures();

    /// StudyReportSettings::draw of a study; must not outlive this object and the store.
    [[nodiscard]] decltype(StudyReportSettings::draw) drawerOf(const StudyStore& store) const;

    /// Computes the maps of the images, and adds their figures to `files` in `folder`/plots: of each image the maps
    /// ordered by DI, of all images the areas of interest. Throws as experimentOfImages(), ui::computeFigure() and
    /// ui::addFigures(). @return nullopt when stopped.
    [[nodiscard]] std::optional<std::vector<ReportFigure>> addImages(StagedFiles& files, const StudyStore& store,
                                                                     const std::filesystem::path& folder,
                                                                     const std::stop_token& stop) const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace lamscope::cli
