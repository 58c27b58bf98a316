// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_report.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/version.h"
#include "report/paper_table.h"
#include "study/studies/place_tables.h"
#include "study/studies/plot_report.h"
#include "study/studies/published_table.h"
#include "study/studies/store_access.h"
#include "study/studies/study_status.h"

namespace lamscope {

namespace {

ResultValue meanValue(const std::optional<ImageMean>& mean) {
    return mean ? ResultValue(mean->mean) : ResultValue();
}

bool hasLpips(const std::vector<NetworkNumbers>& networks) {
    return std::ranges::any_of(networks, [](const NetworkNumbers& network) { return network.lpips.has_value(); });
}

void leaveOut(ReportTable& table, std::string_view key) {
    const auto column = std::ranges::find(table.columns, key, &ReportColumn::key);
    const auto place = column - table.columns.begin();
    table.columns.erase(column);
    for (auto& row : table.rows) {
        row.erase(row.begin() + place);
    }
}

}  // namespace

ReportTable networkTable(const std::vector<NetworkNumbers>& networks) {
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left},
                                  {"receptive_field", "Receptive field"},
                                  {"parameters", "Parameters"},
                                  {"images", "Images"},
                                  {"psnr_y", "PSNR [dB]", 2},
                                  {"psnr_rgb", nullptr},
                                  {"ssim", "SSIM", 4},
                                  {"lpips", "LPIPS", 4},
                                  {.key = "di", .heading = "DI", .decimals = 2, .hasError = true},
                                  {"di_standard_error", nullptr},
                                  {"log_di", nullptr},
                                  {"architecture", "Remark", 0, ColumnSide::Left},
                                  {"rule", "Rule", 0, ColumnSide::Left}},
                      .rows = {}};
    for (const auto& network : networks) {
        table.rows.push_back({network.name, network.receptiveField, valueIfKnown(network.parameters),
                              static_cast<std::int64_t>(network.images.size()), meanValue(network.psnrY),
                              meanValue(network.psnrRgb), meanValue(network.ssim), meanValue(network.lpips),
                              meanValue(network.di),
                              network.di ? valueIfKnown(network.di->standardError) : ResultValue(),
                              meanValue(network.logDi), network.architecture, network.rule});
    }
    if (!hasLpips(networks)) {
        leaveOut(table, "lpips");
    }
    return table;
}

namespace {

ReportTable correlationTable(const std::vector<StudyCorrelation>& correlations) {
    ReportTable table{
        .columns =
            {{"measure", "Mean log DI and mean", 0, ColumnSide::Left},
             {"networks", "n"},
             {.key = "pearson_r", .heading = "r", .decimals = 3, .withSign = true, .latexHeading = "$r$"},
             {.key = "pearson_p", .heading = "p", .decimals = -2, .latexHeading = "$p$"},
             {.key = "spearman_rho", .heading = "ρ", .decimals = 3, .withSign = true, .latexHeading = R"($\rho$)"},
             {.key = "spearman_p", .heading = "p", .decimals = -2, .latexHeading = "$p$"},
             {"slope", nullptr},
             {"intercept", nullptr}},
        .rows = {}};
    for (const auto& one : correlations) {
        table.rows.push_back({one.measure, static_cast<std::int64_t>(one.networks), valueIfKnown(one.pearson),
                              valueIfKnown(one.pearsonProbability), valueIfKnown(one.spearman),
                              valueIfKnown(one.spearmanProbability), valueIfKnown(one.slope),
                              valueIfKnown(one.intercept)});
    }
    return table;
}

void addDifference(std::vector<ResultValue>& row, const std::optional<PairedDifference>& difference) {
    if (!difference) {
        row.insert(row.end(), 4, ResultValue());
        return;
    }
    row.insert(row.end(), {difference->mean, difference->interval.low, difference->interval.high,
                           valueIfKnown(difference->probability)});
}

ReportTable pairTable(const std::vector<StudyPair>& pairs) {
    const auto signedColumn = [](std::string_view key, const char* heading, const char* latexHeading) {
        return ReportColumn{
            .key = key, .heading = heading, .decimals = 2, .withSign = true, .latexHeading = latexHeading};
    };
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left},
                                  {"other", "minus", 0, ColumnSide::Left},
                                  {"images", "Images"},
                                  signedColumn("di_difference", "ΔDI", R"($\Delta$DI)"),
                                  signedColumn("di_low", "95 % from", R"(95\,\% from)"),
                                  signedColumn("di_high", "to", nullptr),
                                  {.key = "di_p", .heading = "p", .decimals = -2, .latexHeading = "$p$"},
                                  signedColumn("psnr_y_difference", "ΔPSNR [dB]", R"($\Delta$PSNR [dB])"),
                                  signedColumn("psnr_y_low", "95 % from", R"(95\,\% from)"),
                                  signedColumn("psnr_y_high", "to", nullptr),
                                  {.key = "psnr_y_p", .heading = "p", .decimals = -2, .latexHeading = "$p$"}},
                      .rows = {}};
    for (const auto& pair : pairs) {
        std::vector<ResultValue> row{pair.network, pair.other, pair.di ? pair.di->images : std::int64_t{0}};
        addDifference(row, pair.di);
        addDifference(row, pair.psnrY);
        table.rows.push_back(std::move(row));
    }
    return table;
}

ReportTable publishedTable(const PublishedComparison& comparison) {
    const auto paperHeading = "paper";
    const auto order = [](std::string_view key, const char* heading) {
        return ReportColumn{.key = key, .heading = heading, .decimals = -2};
    };
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left},
                                  {"architecture", "Architecture", 0, ColumnSide::Left},
                                  {"images", "Images"},
                                  {"receptive_field", "Receptive field"},
                                  {"paper_receptive_field", paperHeading},
                                  {"parameters", "Parameters"},
                                  {"published_parameters", "published"},
                                  {"psnr_y", "PSNR [dB]", 2},
                                  {"paper_psnr", paperHeading, 2},
                                  order("psnr_order", "order"),
                                  order("paper_psnr_order", paperHeading),
                                  {.key = "di", .heading = "DI", .decimals = 2, .hasError = true},
                                  {"di_standard_error", nullptr},
                                  {"paper_di", paperHeading, 2},
                                  order("di_order", "order"),
                                  order("paper_di_order", paperHeading)},
                      .rows = {}};
    for (const auto& row : comparison.rows) {
        const auto& network = *row.network;
        const auto& published = *row.published;
        table.rows.push_back({network.name, network.architecture, network.di->images, network.receptiveField,
                              std::string(published.receptiveField), valueIfKnown(network.parameters),
                              published.parameters, network.psnrY->mean, published.psnr, valueIfKnown(row.psnrOrder),
                              valueIfKnown(row.publishedPsnrOrder), network.di->mean,
                              valueIfKnown(network.di->standardError), published.di, valueIfKnown(row.diOrder),
                              valueIfKnown(row.publishedDiOrder)});
    }
    return table;
}

/// What stands beneath that table.
std::string publishedText(const PublishedComparison& comparison) {
    const auto coefficient = [](const std::optional<double>& rho) {
        return rho ? markdownNumber(fmt::format("{:.3f}", *rho)) : std::string("not defined");
    };
    auto text = fmt::format(
        "Spearman's ρ between the orders here and in the paper, over {} networks: DI {}, PSNR {}.\n\n"
        "The paper: Gu and Dong, CVPR 2021, Table 1, ×4, means over 150 images of 64 × 64 LR pixels that are not "
        "published: expect other levels, and compare the orders. Orders count from 1 for the smallest.",
        static_cast<std::size_t>(std::ranges::count(comparison.rows, false, &BesidePublished::small)),
        coefficient(comparison.diSpearman), coefficient(comparison.psnrSpearman));
    std::vector<std::string> small;
    for (const auto& row : comparison.rows) {
        if (row.small) {
            small.push_back(row.network->name);
        }
    }
    if (!small.empty()) {
        text += fmt::format(
            " Networks with less than half of the parameters that the authors published have no order and "
            "are not in ρ: {}.",
            markdownText(fmt::format("{}", fmt::join(small, ", "))));
    }
    if (!comparison.missing.empty()) {
        text += fmt::format(" Not in this study at ×4: {}.", fmt::join(comparison.missing, ", "));
    }
    return text + "\n\n";
}

/// One value a row, as a list in words.
std::string listed(const StudyStore& store, const char* query) {
    return storeAccess(store.file(), [&] {
        std::string text;
        SQLite::Statement statement(store.database(), query);
        while (statement.executeStep()) {
            text += (text.empty() ? "" : ", ") + statement.getColumn(0).getString();
        }
        return text;
    });
}

std::string subjectText(const StudyStore& store, const StudyReportSettings& settings, const StudyStatus& status) {
    auto text = fmt::format("# Report of study {}\n\n```\n{}\n```\n\n", store.studyId(), settings.command);
    text += fmt::format("Made by Lamscope {} from `{}`. {} of {} tasks are done, {} failed, {} are left; {} maps",
                        version(), store.file().filename().string(), status.done, status.tasks, status.failed,
                        status.left, status.maps);
    text += fmt::format(", computed by Lamscope {}.\n\n",
                        listed(store,
                               "SELECT DISTINCT version FROM result WHERE task NOT IN (SELECT id FROM task WHERE "
                               "planned = 0) ORDER BY 1"));
    text += fmt::format("Options:\n\n```json\n{}```\n\n",
                        listed(store,
                               "SELECT json FROM options WHERE id IN (SELECT options FROM task NOT INDEXED WHERE "
                               "planned = 1)"));
    return text;
}

/// What a report takes from the store.
struct ReportParts {
    StudyStatus status;
    std::vector<NetworkNumbers> networks;
    std::vector<StudyPlot> plots;
    std::map<std::int64_t, std::string> images;
    std::string subject;
};

/// The file may grow meanwhile: all parts are of one state of it. Drawing comes after the transaction, which keeps
/// whoever writes the file waiting where there is no write-ahead log.
ReportParts partsOf(const StudyStore& store, const StudyReportSettings& settings) {
    std::optional<SQLite::Transaction> reading;
    storeAccess(store.file(), [&] { reading.emplace(store.database()); });
    ReportParts parts;
    parts.status = statusOf(store);
    parts.networks = networkNumbers(store);
    parts.plots = studyPlots(store, parts.networks, {.pairs = settings.pairs});
    parts.images = imageFilesIn(store);
    parts.subject = subjectText(store, settings, parts.status);
    return parts;
}

/// Means over different images cannot be compared.
std::string imageWarning(const std::vector<NetworkNumbers>& networks) {
    const bool alike = std::ranges::all_of(networks, [&](const NetworkNumbers& network) {
        return std::ranges::equal(network.images, networks.front().images, {}, &ImageNumbers::image,
                                  &ImageNumbers::image);
    });
    return alike ? ""
                 : "**The networks were measured on different images: compare them by the pairs below, which take "
                   "the images that both have.**\n\n";
}

}  // namespace

std::string addStudyReport(StagedFiles& files, const StudyStore& store, const StudyReportSettings& settings,
                           const std::filesystem::path& folder) {
    const auto [status, networks, plots, images, subject] = partsOf(store, settings);
    const auto correlations = correlationTable(correlationsOf(networks));
    const auto pairs = pairTable(pairsOf(networks, settings.pairs, settings.seed));
    files.makeFolder(folder);
    auto text = subject;
    const auto add = [&](const char* name, const ReportTable& table, const std::string& title) {
        files.add(folder / fmt::format("{}.csv", name), csvOf(table));
        files.add(folder / fmt::format("{}.md", name), markdownOf(table));
        files.add(folder / fmt::format("{}.tex", name), latexOf(table));
        text += fmt::format("## {}\n\n{}\n", title, markdownOf(table));
    };
    add("networks", networkTable(networks), "Networks");
    text += imageWarning(networks);
    text +=
        "From the smallest mean DI to the largest. DI: mean ± standard error over the images, of each image the mean "
        "over its patches. Receptive field: LR pixels a side. PSNR and SSIM: over the context, on Y, without a "
        "border of scale pixels. Rule: how gradients were added up along the path. `networks.csv` has every digit.";
    text += hasLpips(networks) ? " LPIPS: version 0.1 with AlexNet, of the same pixels on RGB; lower is better.\n\n"
                               : "\n\n";
    add("correlations", correlations, "Does wider involvement go with better restoration?");
    text +=
        "A point a network. r: Pearson, ρ: Spearman, p: two-sided, by Student's t; not given for fewer than 4 "
        "networks. The logarithm is the natural one.";
    text += hasLpips(networks) ? " Of LPIPS, a negative r says that wider involvement goes with better restoration.\n\n"
                               : "\n\n";
    if (settings.paperTable1) {
        const auto comparison = compareWithPublished(networks);
        add("paper_table1", publishedTable(comparison), "Beside the paper's Table 1");
        text += publishedText(comparison);
    }
    add("pairs", pairs, "Is the order certain?");
    text += fmt::format(
        "Differences image by image, over the images that both networks have. p: Wilcoxon's signed-rank "
        "test, two-sided. 95 %: bootstrap of the mean, {} resamples, seed {}; above {} images by the "
        "normal distribution.\n",
        bootstrapResamples, settings.seed, mostForBootstrap);
    text += addPlots(files, plots, images, settings, folder);
    if (!status.failures.empty()) {
        const auto failures = failureTable(status.failures);
        files.add(folder / "failures.csv", csvOf(failures));
        text += fmt::format("\n## Failures\n\n{}", markdownOf(failures));
    }
    files.add(folder / "REPORT.md", text);
    return text;
}

}  // namespace lamscope
