// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/published_table.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "metrics/correlation.h"

namespace lamscope {

namespace {

constexpr std::array<PublishedNetwork, 10> table1{{{"FSRCNN", "17x17", 20.30, 0.797},
                                                   {"CARN", "45x45", 21.27, 1.807},
                                                   {"EDSR", "75x75", 20.96, 2.977},
                                                   {"MSRN", "107x107", 21.39, 3.194},
                                                   {"RRDBNet", "703x703", 20.96, 13.417},
                                                   {"IMDN", "global", 21.23, 14.643},
                                                   {"RFDN", "global", 21.40, 13.208},
                                                   {"RCAN", "global", 22.20, 16.596},
                                                   {"RNAN", "global", 21.91, 13.243},
                                                   {"SAN", "global", 22.55, 18.642}}};

/// The numbers of a comparison, a row each.
using NumberOfRow = double (*)(const BesidePublished& row);

/// Sets both orders and returns their correlation.
std::optional<double> setOrders(std::vector<BesidePublished>& rows, NumberOfRow here, double BesidePublished::*order,
                                NumberOfRow there, double BesidePublished::*publishedOrder) {
    std::vector<double> ours;
    std::vector<double> theirs;
    for (const auto& row : rows) {
        ours.push_back(here(row));
        theirs.push_back(there(row));
    }
    const auto ourRanks = averageRanks(ours);
    const auto theirRanks = averageRanks(theirs);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].*order = ourRanks[i];
        rows[i].*publishedOrder = theirRanks[i];
    }
    try {
        return spearmanCorrelation(ours, theirs);
    } catch (const Error&) {
        return std::nullopt;  // fewer than two, or all equal
    }
}

}  // namespace

std::span<const PublishedNetwork> publishedNetworks() {
    return table1;
}

PublishedComparison compareWithPublished(std::span<const NetworkNumbers> networks) {
    PublishedComparison comparison;
    for (const auto& network : networks) {
        const auto* const published = std::ranges::find(table1, network.architecture, &PublishedNetwork::architecture);
        if (published != table1.end() && network.di && network.psnrY) {
            comparison.rows.push_back({.network = &network, .published = published});
        }
    }
    for (const auto& published : table1) {
        const auto isThis = [&](const BesidePublished& row) { return row.published == &published; };
        if (std::ranges::none_of(comparison.rows, isThis)) {
            comparison.missing.push_back(published.architecture);
        }
    }
    comparison.diSpearman = setOrders(
        comparison.rows, [](const BesidePublished& row) { return row.network->di->mean; }, &BesidePublished::diOrder,
        [](const BesidePublished& row) { return row.published->di; }, &BesidePublished::publishedDiOrder);
    comparison.psnrSpearman = setOrders(
        comparison.rows, [](const BesidePublished& row) { return row.network->psnrY->mean; },
        &BesidePublished::psnrOrder, [](const BesidePublished& row) { return row.published->psnr; },
        &BesidePublished::publishedPsnrOrder);
    return comparison;
}

}  // namespace lamscope
