// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/plot_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/paper_table.h"
#include "study/studies/report_table.h"

namespace lamscope {

namespace {

/// @param images  their files, by their numbers.
ReportTable pointTable(const StudyPlot& plot, const std::map<std::int64_t, std::string>& images) {
    ReportTable table{.columns = {{"network", nullptr}, {"image", nullptr}, {"x", nullptr}, {"y", nullptr}},
                      .rows = {}};
    for (const auto& point : plot.points) {
        table.rows.push_back(
            {plot.networks[point.network], point.image ? images.at(*point.image) : "", point.x, point.y});
    }
    return table;
}

/// Shows the first file that a browser can, and names the others.
std::string figureText(const ReportFigure& figure, const std::filesystem::path& folder) {
    std::string text;
    std::vector<std::string> links;
    for (const auto& file : figure.files) {
        const auto name = file.lexically_relative(folder).generic_string();
        const auto ending = file.extension();
        if (text.empty() && (ending == ".svg" || ending == ".png")) {
            text = fmt::format("![{}](<{}>)\n\n", markdownText(figure.title), name);
        } else {
            links.push_back(fmt::format("[{}](<{}>)", markdownText(name), name));
        }
    }
    if (!links.empty()) {
        text += fmt::format("{}\n\n", fmt::join(links, ", "));
    }
    for (const auto& remark : figure.remarks) {
        text += fmt::format("{}\n\n", markdownText(remark));
    }
    return text;
}

std::string plotText(const StudyPlot& plot) {
    std::string text;
    if (const auto numbers = numbersOf(plot); !numbers.empty()) {
        text += fmt::format("{} over {}: {}. ", plot.y.title, plot.x.title, fmt::join(numbers, "; "));
    }
    if (!plot.remark.empty()) {
        text += plot.remark + " ";
    }
    return fmt::format("{}Points: `plots/{}.csv`.\n\n", markdownText(text), plot.name);
}

}  // namespace

std::string addPlots(StagedFiles& files, std::span<const StudyPlot> plots,
                     const std::map<std::int64_t, std::string>& images, const StudyReportSettings& settings,
                     const std::filesystem::path& folder) {
    std::string text;
    for (const auto& plot : plots) {
        if (text.empty()) {
            files.makeFolder(folder / "plots");
            text =
                "\n## Plots\n\nNumbers and lines over a logarithmic axis are over the natural logarithm of its "
                "values. p: two-sided, not given for fewer than 4 points.\n\n";
        }
        const auto stem = folder / "plots" / plot.name;
        files.add(stem.string() + ".csv", csvOf(pointTable(plot, images)));
        text += fmt::format("### {}\n\n", markdownText(plot.title));
        text += settings.draw ? figureText(settings.draw(files, plot, stem), folder) : "";
        text += plotText(plot);
    }
    for (const auto& figure : settings.figures) {
        text += fmt::format("\n## {}\n\n{}", markdownText(figure.title), figureText(figure, folder));
    }
    return text;
}

}  // namespace lamscope
