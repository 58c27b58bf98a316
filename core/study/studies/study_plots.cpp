// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_plots.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "study/studies/store_access.h"
#include "study/studies/study_places.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;
using Measure = std::optional<double> ImageNumbers::*;

/// A measure of quality that is plotted over DI.
struct QualityPlot {
    std::string_view name;     ///< of the plot
    std::string_view measure;  ///< the column of the results
    std::string_view title;
    std::string_view axis;
    Measure member;
};

/// One line a measure, in the order of the report.
constexpr auto qualityPlots = std::to_array<QualityPlot>({
    {"psnr_over_di", "psnr_y", "PSNR over DI", "PSNR [dB]", &ImageNumbers::psnrY},
    {"ssim_over_di", "ssim", "SSIM over DI", "SSIM", &ImageNumbers::ssim},
    {"lpips_over_di", "lpips", "LPIPS over DI", "LPIPS", &ImageNumbers::lpips},
});

std::vector<std::string> namesOf(std::span<const NetworkNumbers> networks) {
    std::vector<std::string> names;
    std::ranges::transform(networks, std::back_inserter(names), &NetworkNumbers::name);
    return names;
}

/// Names as a list in words; the first few of many.
std::string namesInWords(const std::vector<std::string>& names) {
    constexpr std::size_t most = 6;
    if (names.size() <= most) {
        return fmt::format("{}", fmt::join(names, ", "));
    }
    return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + most, ", "), names.size() - most);
}

/// Adds the numbers that go with the line, and nothing where there are too few points for one.
void correlate(StudyPlot& plot, std::string_view measure) {
    std::vector<double> x;
    std::vector<double> y;
    for (const auto& point : plot.points) {
        x.push_back(plot.x.logarithmic ? std::log(point.x) : point.x);
        y.push_back(point.y);
    }
    if (x.size() > 1) {
        plot.correlation = correlationBetween(std::string(measure), x, y);
    }
}

/// Unset where fewer than two networks have both numbers.
std::optional<StudyPlot> qualityOverDi(std::span<const NetworkNumbers> networks, const QualityPlot& row) {
    StudyPlot plot{.name = std::string(row.name),
                   .title = std::string(row.title),
                   .x = {.title = "DI (geometric mean)", .logarithmic = true},
                   .y = {.title = std::string(row.axis)},
                   .networks = namesOf(networks),
                   .namesAtPoints = true};
    for (const auto& means : meansWithDi(networks, row.member)) {
        plot.points.push_back({.network = means.network, .image = {}, .x = std::exp(means.logDi), .y = means.measure});
    }
    correlate(plot, row.measure);
    return plot.points.size() > 1 ? std::optional(std::move(plot)) : std::nullopt;
}

// --- over the size of networks

/// What cards state of a network.
using Cards = std::map<std::string, Json>;  // by its name

Cards cardsIn(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        Cards cards;
        SQLite::Statement query(store.database(),
                                "SELECT name, card FROM network WHERE card IS NOT NULL AND id IN (SELECT DISTINCT "
                                "network FROM task NOT INDEXED WHERE planned = 1)");
        while (query.executeStep()) {
            cards[query.getColumn(0).getString()] = Json::parse(query.getColumn(1).getString(), nullptr, false);
        }
        return cards;
    });
}

/// The whole numbers of a hyperparameter: of most families one, of transformers one a group ("6 6 6 6"). Empty where
/// the card does not state it as such.
std::vector<double> wholeNumbers(const Json& hyperparameters, std::string_view name) {
    const auto found = hyperparameters.find(name);
    if (found == hyperparameters.end()) {
        return {};
    }
    if (found->is_number()) {
        return {found->get<double>()};
    }
    std::vector<double> numbers;
    const auto text = found->is_string() ? found->get<std::string>() : std::string();
    std::string digits;
    for (const char letter : text + ' ') {
        if (letter >= '0' && letter <= '9') {
            digits += letter;
        } else if (letter != ' ') {
            return {};
        } else if (!digits.empty()) {
            numbers.push_back(std::stod(digits));
            digits.clear();
        }
    }
    return numbers;
}

/// 0 where the card does not state it.
double statedNumber(const Json& hyperparameters, std::string_view name) {
    double sum = 0.0;
    for (const double number : wholeNumbers(hyperparameters, name)) {
        sum += number;
    }
    return sum;
}

/// Features of the trunk; 0 where the card does not state them.
double widthOf(const Json& hyperparameters) {
    const double features = statedNumber(hyperparameters, "features");
    return features > 0.0 ? features : statedNumber(hyperparameters, "embedding");
}

/// Blocks of the trunk as the family counts them; 0 where the card does not state them.
double depthOf(const Json& hyperparameters) {
    for (const auto& [groups, blocks] :
         {std::pair("residual groups", "blocks per group"), std::pair("levels", "layers per level")}) {
        const double each = statedNumber(hyperparameters, blocks);
        if (each > 0.0) {
            return statedNumber(hyperparameters, groups) * each;
        }
    }
    for (const auto* name : {"blocks", "depths", "depth", "stages", "residual groups", "mapping layers"}) {
        const double number = statedNumber(hyperparameters, name);
        if (number > 0.0) {
            return number;
        }
    }
    return 0.0;
}

double parametersOf(const Json& card) {
    const auto found = card.find("parameters");
    return found != card.end() && found->is_number() ? found->get<double>() : 0.0;
}

double hyperparameter(const Json& card, double (*number)(const Json&)) {
    const auto found = card.find("hyperparameters");
    return found != card.end() && found->is_object() ? number(*found) : 0.0;
}

/// A size of networks over which DI is plotted.
struct SizePlot {
    std::string_view name;
    std::string_view title;
    std::string_view axis;
    std::string_view remark;
    double (*size)(const Json& card);  ///< 0: not stated
};

constexpr auto sizePlots = std::to_array<SizePlot>({
    {"di_over_width", "DI over width", "features", "", [](const Json& card) { return hyperparameter(card, widthOf); }},
    {"di_over_depth", "DI over depth", "blocks", "Blocks as each architecture counts them.",
     [](const Json& card) { return hyperparameter(card, depthOf); }},
    {"di_over_parameters", "DI over parameters", "parameters", "", parametersOf},
});

/// Unset where fewer than two networks state a size, or all state the same.
std::optional<StudyPlot> diOverSize(std::span<const NetworkNumbers> networks, const Cards& cards, const SizePlot& row) {
    StudyPlot plot{.name = std::string(row.name),
                   .title = std::string(row.title),
                   .x = {.title = std::string(row.axis), .logarithmic = true},
                   .y = {.title = "Mean DI"},
                   .networks = namesOf(networks),
                   .namesAtPoints = true,
                   .remark = std::string(row.remark)};
    std::vector<std::string> silent;
    for (std::size_t network = 0; network < networks.size(); ++network) {
        const auto card = cards.find(networks[network].name);
        const double size = card != cards.end() && card->second.is_object() ? row.size(card->second) : 0.0;
        if (!networks[network].di) {
            continue;
        }
        if (size > 0.0) {
            plot.points.push_back({.network = network, .image = {}, .x = size, .y = networks[network].di->mean});
        } else {
            silent.push_back(networks[network].name);
        }
    }
    if (!silent.empty()) {
        plot.remark += fmt::format("{}Left out, for their cards state none: {}.", plot.remark.empty() ? "" : " ",
                                   namesInWords(silent));
    }
    const auto [least, most] = std::ranges::minmax_element(plot.points, {}, &StudyPlotPoint::x);
    if (plot.points.size() < 2 || least->x == most->x) {
        return std::nullopt;
    }
    correlate(plot, "di");
    return plot;
}

// --- over images

/// An image with the DI of each network; those without any are not plotted.
struct ImageDis {
    std::int64_t image = 0;
    std::vector<std::pair<std::size_t, double>> di{};  ///< by network

    [[nodiscard]] double mean() const {
        double sum = 0.0;
        for (const auto& [network, value] : di) {
            sum += value;
        }
        return sum / static_cast<double>(di.size());
    }
};

/// Images from the smallest mean DI to the largest, with those that only a part of the networks has, which cannot be
/// ranked among the others: a mean over other networks is another number.
struct RankedImages {
    std::vector<ImageDis> ranked;
    std::size_t partial = 0;
};

RankedImages rankImages(std::span<const NetworkNumbers> networks) {
    std::map<std::int64_t, ImageDis> images;
    std::size_t measured = 0;
    for (std::size_t network = 0; network < networks.size(); ++network) {
        measured += networks[network].di ? 1U : 0U;
        for (const auto& numbers : networks[network].images) {
            if (numbers.di && *numbers.di > 0.0) {
                auto& image = images[numbers.image];
                image.image = numbers.image;
                image.di.emplace_back(network, *numbers.di);
            }
        }
    }
    RankedImages result;
    for (auto& [number, image] : images) {
        if (image.di.size() == measured) {
            result.ranked.push_back(std::move(image));
        } else {
            ++result.partial;
        }
    }
    std::ranges::stable_sort(result.ranked, {}, &ImageDis::mean);
    return result;
}

/// Unset for fewer than two images.
std::optional<StudyPlot> diOverImages(std::span<const NetworkNumbers> networks,
                                      const std::map<std::int64_t, std::string>& files) {
    constexpr std::size_t mostShown = 3;    // at each end
    constexpr std::size_t mostJoined = 60;  // lines through more points hide them
    constexpr std::size_t mostPoints = 10000;
    const auto [ranked, partial] = rankImages(networks);
    if (ranked.size() < 2) {
        return std::nullopt;
    }
    StudyPlot plot{.name = "di_over_images",
                   .title = "DI over image content",
                   .x = {.title = "image, from the smallest mean DI to the largest"},
                   .y = {.title = "DI", .logarithmic = true},
                   .networks = namesOf(networks),
                   .lines = ranked.size() <= mostJoined};
    const std::size_t shown = std::min(mostShown, ranked.size() / 2);
    const std::size_t each = ranked.size() * ranked.front().di.size() / mostPoints + 1;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        const double rank = static_cast<double>(i + 1);
        const bool atEnd = i < shown || i >= ranked.size() - shown;
        if (atEnd) {
            const auto file = files.find(ranked[i].image);
            plot.images.push_back(
                {.image = ranked[i].image, .file = file != files.end() ? file->second : "", .x = rank});
        }
        if (!atEnd && i % each != 0) {
            continue;
        }
        for (const auto& [network, di] : ranked[i].di) {
            plot.points.push_back({.network = network, .image = ranked[i].image, .x = rank, .y = di});
        }
    }
    if (each > 1) {
        plot.remark = fmt::format("One image of {} is drawn.", each);
    }
    if (partial > 0) {
        plot.remark += fmt::format("{}Without {} {} of which not every network has a DI above 0.",
                                   plot.remark.empty() ? "" : " ", partial, partial == 1 ? "image" : "images");
    }
    return plot;
}

/// Unset where fewer than two images have the numbers of both.
std::optional<StudyPlot> differencePlot(std::span<const NetworkNumbers> networks, std::size_t first, std::size_t second,
                                        std::size_t number) {
    std::map<std::int64_t, ImageNumbers> others;
    for (const auto& image : networks[second].images) {
        others[image.image] = image;
    }
    const auto& network = networks[first];
    StudyPlot plot{.name = fmt::format("pair_{}", number),
                   .title = fmt::format("{} minus {}", network.name, networks[second].name),
                   .x = {.title = "ΔDI"},
                   .y = {.title = "ΔPSNR [dB]"},
                   .networks = {network.name}};
    for (const auto& image : network.images) {
        const auto other = others.find(image.image);
        if (other != others.end() && image.di && image.psnrY && other->second.di && other->second.psnrY) {
            plot.points.push_back({.network = 0,
                                   .image = image.image,
                                   .x = *image.di - *other->second.di,
                                   .y = *image.psnrY - *other->second.psnrY});
        }
    }
    correlate(plot, "psnr_y");
    return plot.points.size() > 1 ? std::optional(std::move(plot)) : std::nullopt;
}

/// "r = +0.91, p = 0.089".
std::string coefficientText(const char* name, double coefficient, const std::optional<double>& probability) {
    constexpr double leastStated = 0.001;
    auto text = fmt::format("{} = {}{:.2f}", name, coefficient < 0.0 ? "−" : "+", std::abs(coefficient));
    if (!probability) {
        return text;
    }
    return *probability < leastStated ? text + fmt::format(", p < {}", leastStated)
                                      : text + fmt::format(", p = {:#.2g}", *probability);
}

}  // namespace

std::map<std::int64_t, std::string> imageFilesIn(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        std::map<std::int64_t, std::string> files;
        SQLite::Statement query(store.database(), "SELECT id, file FROM image");
        while (query.executeStep()) {
            files[query.getColumn(0).getInt64()] = query.getColumn(1).getString();
        }
        return files;
    });
}

std::optional<double> fittedValue(const StudyPlot& plot, double x) {
    const auto& fit = plot.correlation;
    if (!fit || !fit->slope || !fit->intercept || plot.y.logarithmic) {
        return std::nullopt;
    }
    return *fit->intercept + *fit->slope * (plot.x.logarithmic ? std::log(x) : x);
}

std::vector<std::string> numbersOf(const StudyPlot& plot) {
    if (!plot.correlation) {
        return {};
    }
    const auto& numbers = *plot.correlation;
    std::vector<std::string> lines;
    if (numbers.pearson) {
        lines.push_back(coefficientText("r", *numbers.pearson, numbers.pearsonProbability));
    }
    if (numbers.spearman) {
        lines.push_back(coefficientText("ρ", *numbers.spearman, numbers.spearmanProbability));
    }
    lines.push_back(
        fmt::format("n = {} {}", numbers.networks, plot.points.front().image.has_value() ? "images" : "networks"));
    return lines;
}

namespace {

/// A store from elsewhere may hold a description that cannot be read here, and numbers nevertheless.
std::map<std::string, std::size_t> placesIn(const StudyStore& store, const std::vector<std::string>& networks) {
    try {
        return placesOfNetworks(descriptionIn(store), networks);
    } catch (const Error&) {
        return placesOfNetworks({}, networks);
    }
}

}  // namespace

std::vector<StudyPlot> studyPlots(const StudyStore& store, std::span<const NetworkNumbers> networks,
                                  const StudyPlotSettings& settings) {
    std::vector<StudyPlot> plots;
    const auto add = [&](std::optional<StudyPlot> plot) {
        if (plot) {
            plots.push_back(*std::move(plot));
        }
    };
    for (const auto& row : qualityPlots) {
        add(qualityOverDi(networks, row));
    }
    const auto cards = cardsIn(store);
    for (const auto& row : sizePlots) {
        add(diOverSize(networks, cards, row));
    }
    add(diOverImages(networks, imageFilesIn(store)));
    constexpr std::size_t mostNeighbours = 16;
    const auto pairs = chosenPairs(networks, settings.pairs);
    std::size_t number = 1;
    for (const auto& [first, second] : pairs) {
        if (settings.pairs.empty() && pairs.size() > mostNeighbours) {
            break;
        }
        add(differencePlot(networks, first, second, number++));
    }
    const auto places = placesIn(store, namesOf(networks));
    for (auto& plot : plots) {
        std::ranges::transform(plot.networks, std::back_inserter(plot.places),
                               [&](const std::string& network) { return places.at(network); });
    }
    return plots;
}

}  // namespace lamscope
