// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/published_table.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "metrics/correlation.h"

namespace lamscope {

namespace {

constexpr std::array<PublishedNetwork, 10> table1{{{"FSRCNN", "17x17", 20.30, 0.797, 12809},
                                                   {"CARN", "45x45", 21.27, 1.807, 1591963},
                                                   {"EDSR", "75x75", 20.96, 2.977, 1517595},
                                                   {"MSRN", "107x107", 21.39, 3.194, 6078043},
                                                   {"RRDBNet", "703x703", 20.96, 13.417, 16697987},
                                                   {"IMDN", "global", 21.23, 14.643, 715176},
                                                   {"RFDN", "global", 21.40, 13.208, 433448},
                                                   {"RCAN", "global", 22.20, 16.596, 15592379},
                                                   {"RNAN", "global", 21.91, 13.243, 9255003},
                                                   {"SAN", "global", 22.55, 18.642, 15860512}}};

/// The numbers of a comparison, a row each.
using NumberOfRow = double (*)(const BesidePublished& row);

using OrderOfRow = std::optional<double> BesidePublished::*;

bool isSmall(const NetworkNumbers& network, const PublishedNetwork& published) {
    return network.parameters && 2 * *network.parameters < published.parameters;
}

/// Sets both orders of the rows that are not small, and returns their correlation.
std::optional<double> setOrders(std::vector<BesidePublished>& rows, NumberOfRow here, OrderOfRow order,
                                NumberOfRow there, OrderOfRow publishedOrder) {
    std::vector<BesidePublished*> ordered;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (auto& row : rows) {
        if (!row.small) {
            ordered.push_back(&row);
            ours.push_back(here(row));
            theirs.push_back(there(row));
        }
    }
    const auto ourRanks = averageRanks(ours);
    const auto theirRanks = averageRanks(theirs);
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        ordered[i]->*order = ourRanks[i];
        ordered[i]->*publishedOrder = theirRanks[i];
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
        if (published != table1.end() && network.scale == publishedScale && network.di && network.psnrY) {
            comparison.rows.push_back(
                {.network = &network, .published = published, .small = isSmall(network, *published)});
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
