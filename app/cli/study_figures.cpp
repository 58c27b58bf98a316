// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_figures.h"

#include <set>

#include <fmt/format.h>

#include "console.h"
#include "figure/figure.h"
#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure/study_plot_figure.h"
#include "program.h"
#include "study/studies/image_experiment.h"
#include "typefaces.h"

namespace lamscope::cli {

class StudyFigures::Inside {
public:
    explicit Inside(const StudyFigureArguments& arguments)
        : arguments_(arguments)
        , layout_(ui::studyPlotLayout()) {
        asUsage([&] {
            if (!arguments.width.empty()) {
                layout_.widthMm = ui::figureWidthFromString(arguments.width);
            }
            return 0;
        });
        endings_ = arguments.formats;
        if (endings_.empty()) {
            endings_ = {"svg"};
        }
        for (const auto& ending : endings_) {
            if (!ui::figureFormat("plot." + ending)) {
                throw UsageError(fmt::format("--plots: there is no format '{}'; known: pdf, svg, png, tif", ending));
            }
        }
    }

    [[nodiscard]] ReportFigure draw(StagedFiles& files, const StudyStore& store, const StudyPlot& plot,
                                    const std::filesystem::path& stem) const {
        return ui::drawStudyPlot(files, plot, picturesOf(store, plot), layout_, namesOf(stem), arguments_.dpi);
    }

    /// Nullopt when stopped.
    [[nodiscard]] std::optional<std::vector<ReportFigure>> addImages(StagedFiles& files, const StudyStore& store,
                                                                     const std::filesystem::path& folder,
                                                                     const std::stop_token& stop) const {
        std::vector<ReportFigure> figures;
        if (arguments_.images.empty()) {
            return figures;
        }
        auto experiment = experimentOfImages(store, networkNumbers(store), arguments_.images);
        ui::setFigure(experiment, ui::defaultLayout(ui::FigureKind::Maps));
        const auto run = compute(experiment, stop);
        if (!run) {
            return std::nullopt;
        }
        sayWarnings(run->warnings);
        files.makeFolder(folder);
        std::set<std::string> taken;
        for (std::size_t i = 0; i < run->documents.size(); ++i) {
            auto one = experiment;
            one.scenes = {experiment.scenes[i]};
            const auto& image = one.scenes.front().image;
            auto name = image.stem().string();
            if (!taken.insert(name).second) {
                name = image.filename().string();
            }
            figures.push_back(figureOf(files, one, {run->documents[i]}, folder / fmt::format("maps_{}", name),
                                       fmt::format("Maps of {}", image.filename().string())));
        }
        ui::setFigure(experiment, ui::defaultLayout(ui::FigureKind::Interest));
        figures.push_back(figureOf(files, experiment, run->documents, folder / "interest", "Areas of interest"));
        return figures;
    }

private:
    [[nodiscard]] std::vector<std::filesystem::path> namesOf(const std::filesystem::path& stem) const {
        std::vector<std::filesystem::path> names;
        for (const auto& ending : endings_) {
            names.emplace_back(stem.string() + "." + ending);
        }
        return names;
    }

    [[nodiscard]] std::optional<ui::FigureRun> compute(const Experiment& experiment,
                                                       const std::stop_token& stop) const {
        const auto device = arguments_.machine.prepareDevice();
        ProgressLine line;
        line.show("reading the images and the networks", -1.0);
        return ui::computeFigure(experiment, device, stop,
                                 [&](const LamRunProgress& state) { line.show(state.name, shareOf(state)); });
    }

    [[nodiscard]] ReportFigure figureOf(StagedFiles& files, const Experiment& experiment,
                                        const std::vector<LamDocument>& documents, const std::filesystem::path& stem,
                                        const std::string& title) const {
        ReportFigure figure{.title = title, .files = namesOf(stem)};
        figure.remarks = ui::addFigures(files, figure.files, experiment, documents, {.dpi = arguments_.dpi});
        figure.remarks.push_back(ui::captionText(documents, ui::figureOf(experiment).value()).toStdString());
        return figure;
    }

    const StudyFigureArguments& arguments_;
    ui::FigureLayout layout_;  // of plots
    std::vector<std::string> endings_;
    Typefaces typefaces_;
};

StudyFigures::StudyFigures(const StudyFigureArguments& arguments)
    : inside_(std::make_unique<Inside>(arguments)) {}

StudyFigures::~StudyFigures() = default;

decltype(StudyReportSettings::draw) StudyFigures::drawerOf(const StudyStore& store) const {
    return [this, &store](StagedFiles& files, const StudyPlot& plot, const std::filesystem::path& stem) {
        return inside_->draw(files, store, plot, stem);
    };
}

std::optional<std::vector<ReportFigure>> StudyFigures::addImages(StagedFiles& files, const StudyStore& store,
                                                                 const std::filesystem::path& folder,
                                                                 const std::stop_token& stop) const {
    return inside_->addImages(files, store, folder / "plots", stop);
}

}  // namespace lamscope::cli
