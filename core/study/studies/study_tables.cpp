// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_tables.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "metrics/correlation.h"
#include "metrics/signed_rank.h"
#include "study/studies/store_access.h"
#include "study/studies/store_schema.h"

namespace lamscope {

namespace {

constexpr std::size_t fewestForProbability = 4;
/// Half the width of the normal distribution's 95 % interval.
constexpr double normalQuantile = 1.959963984540054;

std::optional<double> numberAt(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional(column.getDouble());
}

std::string receptiveFieldText(const SQLite::Column& column) {
    if (column.isInteger()) {
        const int side = 2 * column.getInt() + 1;  // the card states the radius
        return fmt::format("{0}x{0}", side);
    }
    return column.isNull() ? "" : column.getString();
}

/// Adds a rule to those of a network unless it is there. Names of rules contain commas: semicolons separate them.
void addName(std::string& names, const std::string& name) {
    if (names.find(name) == std::string::npos) {
        names += (names.empty() ? "" : "; ") + name;
    }
}

std::optional<ImageMean> meanOf(const std::vector<double>& values) {
    if (values.empty()) {
        return std::nullopt;
    }
    ImageMean mean{.images = std::ssize(values)};
    const auto count = static_cast<double>(values.size());
    for (const double value : values) {
        mean.mean += value / count;
    }
    if (values.size() > 1) {
        double squares = 0.0;
        for (const double value : values) {
            squares += (value - mean.mean) * (value - mean.mean);
        }
        mean.standardError = std::sqrt(squares / (count - 1.0) / count);
    }
    return mean;
}

std::optional<ImageMean> meanOver(const std::vector<ImageNumbers>& images,
                                  std::optional<double> ImageNumbers::*number) {
    std::vector<double> values;
    for (const auto& image : images) {
        if (image.*number) {
            values.push_back(*(image.*number));
        }
    }
    return meanOf(values);
}

std::optional<ImageMean> meanLogDi(const std::vector<ImageNumbers>& images) {
    std::vector<double> logarithms;
    for (const auto& image : images) {
        if (image.di && *image.di > 0.0) {
            logarithms.push_back(std::log(*image.di));
        }
    }
    return meanOf(logarithms);
}

void addMeans(NetworkNumbers& network) {
    network.di = meanOver(network.images, &ImageNumbers::di);
    network.psnrY = meanOver(network.images, &ImageNumbers::psnrY);
    network.psnrRgb = meanOver(network.images, &ImageNumbers::psnrRgb);
    network.ssim = meanOver(network.images, &ImageNumbers::ssim);
    network.lpips = meanOver(network.images, &ImageNumbers::lpips);
    network.logDi = meanLogDi(network.images);
}

/// Throws where a coefficient is not defined.
template <typename Value>
std::optional<double> whereDefined(const Value& value) {
    try {
        return value();
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Of the images of which both networks have the number.
std::vector<double> differencesOf(const NetworkNumbers& network, const NetworkNumbers& other,
                                  std::optional<double> ImageNumbers::*number) {
    std::map<std::int64_t, double> others;
    for (const auto& image : other.images) {
        if (image.*number) {
            others[image.image] = *(image.*number);
        }
    }
    std::vector<double> differences;
    for (const auto& image : network.images) {
        if (const auto found = others.find(image.image); image.*number && found != others.end()) {
            differences.push_back(*(image.*number) - found->second);
        }
    }
    return differences;
}

/// Without the interval of a bootstrap.
std::optional<PairedDifference> differenceFrom(const std::vector<double>& differences) {
    const auto mean = meanOf(differences);
    if (!mean) {
        return std::nullopt;
    }
    PairedDifference difference{.images = mean->images, .mean = mean->mean};
    const double half = normalQuantile * mean->standardError.value_or(0.0);
    difference.interval = {mean->mean - half, mean->mean + half};
    if (const auto test = signedRankTest(differences)) {
        difference.probability = test->probability;
    }
    return difference;
}

/// Puts them in place of the normal ones where that many images allow it: all at once, which share what is drawn.
void addBootstraps(std::vector<StudyPair>& pairs, std::span<const std::vector<double>> di,
                   std::span<const std::vector<double>> psnrY, std::uint64_t seed) {
    std::vector<std::vector<double>> samples;
    std::vector<PairedDifference*> resampled;
    const auto add = [&](std::optional<PairedDifference>& difference, const std::vector<double>& differences) {
        if (difference && difference->images <= mostForBootstrap) {
            samples.push_back(differences);
            resampled.push_back(&*difference);
        }
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        add(pairs[i].di, di[i]);
        add(pairs[i].psnrY, psnrY[i]);
    }
    const auto intervals = bootstrapMeans(samples, seed);
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        resampled[i]->interval = intervals[i];
    }
}

std::size_t networkNamed(std::span<const NetworkNumbers> networks, const std::string& name) {
    const auto found = std::ranges::find(networks, name, &NetworkNumbers::name);
    if (found == networks.end()) {
        std::vector<std::string> known;
        std::ranges::transform(networks, std::back_inserter(known), &NetworkNumbers::name);
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the study has no results of a network '{}'; known: {}", name, fmt::join(known, ", ")));
    }
    return static_cast<std::size_t>(found - networks.begin());
}

}  // namespace

std::vector<NetworkNumbers> networkNumbers(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        auto& database = store.database();
        std::map<std::int64_t, NetworkNumbers> networks;
        SQLite::Statement cards(
            database,
            "SELECT id, name, architecture, parameters, receptive_field, scale, sha256 FROM network "
            "WHERE id IN (SELECT DISTINCT network FROM task NOT INDEXED WHERE planned = 1)");
        while (cards.executeStep()) {
            auto& network = networks[cards.getColumn(0).getInt64()];
            network.name = cards.getColumn(1).getString();
            network.architecture = cards.getColumn(2).getString();
            if (const auto parameters = cards.getColumn(3); !parameters.isNull()) {
                network.parameters = parameters.getInt64();
            }
            network.receptiveField = receptiveFieldText(cards.getColumn(4));
            if (const auto scale = cards.getColumn(5); !scale.isNull()) {
                network.scale = scale.getInt();
            }
            network.sha256 = cards.getColumn(6).getString();
        }
        const auto columns = resultColumnsOf(database, "main");
        const bool hasLpips = std::ranges::find(columns, "lpips") != columns.end();  // it is younger than the table
        SQLite::Statement means(
            database,
            fmt::format("SELECT network, image, avg(di), avg(psnr_y), avg(psnr_rgb), avg(ssim), {}, min(rule), "
                        "max(rule) FROM result WHERE error IS NULL AND task NOT IN (SELECT id FROM task WHERE "
                        "planned = 0) GROUP BY network, image",
                        hasLpips ? "avg(lpips)" : "NULL"));
        while (means.executeStep()) {
            auto& network = networks[means.getColumn(0).getInt64()];
            for (const int column : {7, 8}) {
                addName(network.rule, means.getColumn(column).getString());
            }
            network.images.push_back({means.getColumn(1).getInt64(), numberAt(means.getColumn(2)),
                                      numberAt(means.getColumn(3)), numberAt(means.getColumn(4)),
                                      numberAt(means.getColumn(5)), numberAt(means.getColumn(6))});
        }
        std::vector<NetworkNumbers> sorted;
        for (auto& [id, network] : networks) {
            addMeans(network);
            sorted.push_back(std::move(network));
        }
        std::ranges::stable_sort(sorted, {}, [](const NetworkNumbers& network) {
            return network.di ? network.di->mean : -1.0;  // without results first
        });
        return sorted;
    });
}

StudyCorrelation correlationBetween(const std::string& measure, const std::vector<double>& x,
                                    const std::vector<double>& y) {
    StudyCorrelation correlation{.measure = measure, .networks = x.size()};
    correlation.pearson = whereDefined([&] { return pearsonCorrelation(x, y); });
    correlation.spearman = whereDefined([&] { return spearmanCorrelation(x, y); });
    if (correlation.pearson) {
        const auto fit = linearFit(x, y);
        correlation.slope = fit.slope;
        correlation.intercept = fit.intercept;
    }
    if (correlation.pearson && x.size() >= fewestForProbability) {
        correlation.pearsonProbability = correlationProbability(*correlation.pearson, x.size());
        correlation.spearmanProbability = correlationProbability(*correlation.spearman, x.size());
    }
    return correlation;
}

std::vector<NetworkMeans> meansWithDi(std::span<const NetworkNumbers> networks,
                                      std::optional<double> ImageNumbers::*measure) {
    std::vector<NetworkMeans> means;
    for (std::size_t network = 0; network < networks.size(); ++network) {
        std::vector<ImageNumbers> both;
        std::ranges::copy_if(networks[network].images, std::back_inserter(both), [measure](const ImageNumbers& image) {
            return image.di && *image.di > 0.0 && image.*measure;
        });
        if (!both.empty()) {
            means.push_back({network, meanLogDi(both)->mean, meanOver(both, measure)->mean});
        }
    }
    return means;
}

std::vector<StudyCorrelation> correlationsOf(std::span<const NetworkNumbers> networks) {
    using Member = std::optional<double> ImageNumbers::*;
    constexpr std::array<std::pair<const char*, Member>, 4> measures{{{"psnr_y", &ImageNumbers::psnrY},
                                                                      {"psnr_rgb", &ImageNumbers::psnrRgb},
                                                                      {"ssim", &ImageNumbers::ssim},
                                                                      {"lpips", &ImageNumbers::lpips}}};
    std::vector<StudyCorrelation> correlations;
    for (const auto& [name, member] : measures) {
        std::vector<double> logDi;
        std::vector<double> quality;
        for (const auto& means : meansWithDi(networks, member)) {
            logDi.push_back(means.logDi);
            quality.push_back(means.measure);
        }
        if (logDi.size() > 1) {
            correlations.push_back(correlationBetween(name, logDi, quality));
        }
    }
    return correlations;
}

std::vector<std::pair<std::size_t, std::size_t>> chosenPairs(
    std::span<const NetworkNumbers> networks, std::span<const std::pair<std::string, std::string>> named) {
    std::vector<std::pair<std::size_t, std::size_t>> chosen;
    for (const auto& [network, other] : named) {
        chosen.emplace_back(networkNamed(networks, network), networkNamed(networks, other));
    }
    for (std::size_t i = 1; named.empty() && i < networks.size(); ++i) {
        chosen.emplace_back(i, i - 1);
    }
    return chosen;
}

std::vector<StudyPair> pairsOf(std::span<const NetworkNumbers> networks,
                               std::span<const std::pair<std::string, std::string>> named, std::uint64_t seed) {
    std::vector<StudyPair> pairs;
    std::vector<std::vector<double>> di;
    std::vector<std::vector<double>> psnrY;
    for (const auto& [first, second] : chosenPairs(networks, named)) {
        const auto& network = networks[first];
        const auto& other = networks[second];
        di.push_back(differencesOf(network, other, &ImageNumbers::di));
        psnrY.push_back(differencesOf(network, other, &ImageNumbers::psnrY));
        pairs.push_back({.network = network.name,
                         .other = other.name,
                         .di = differenceFrom(di.back()),
                         .psnrY = differenceFrom(psnrY.back())});
    }
    addBootstraps(pairs, di, psnrY, seed);
    return pairs;
}

}  // namespace lamscope
