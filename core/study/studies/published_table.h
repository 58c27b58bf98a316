// SPDX-License-Identifier: GPL-3.0-or-later
// The published numbers of the LAM paper, and how those of a study compare with them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "study/studies/study_tables.h"

namespace lamscope {

/// A row of Table 1 of Gu and Dong, CVPR 2021: ×4, means over 150 hard images of 64 x 64 LR pixels.
struct PublishedNetwork {
    std::string_view architecture;    ///< as cards call it
    std::string_view receptiveField;  ///< LR pixels a side, or "global"
    double psnr;                      ///< dB
    double di;
    std::int64_t parameters;  ///< values in the weights for ×4 that its authors published; the paper states none
};

/// The table, in its order.
[[nodiscard]] std::span<const PublishedNetwork> publishedNetworks();

/// The scale of the table.
inline constexpr int publishedScale = 4;

/// A network of a study and the published one of its architecture. Orders count from 1 for the smallest; equal numbers
/// share the mean. They are unset for a small network.
struct BesidePublished {
    const NetworkNumbers* network = nullptr;
    const PublishedNetwork* published = nullptr;
    bool small = false;  ///< it has less than half of the parameters: another network of the same kind
    std::optional<double> diOrder{};
    std::optional<double> publishedDiOrder{};
    std::optional<double> psnrOrder{};
    std::optional<double> publishedPsnrOrder{};
};

struct PublishedComparison {
    std::vector<BesidePublished> rows{};      ///< in the order of the networks
    std::vector<std::string_view> missing{};  ///< published architectures that the study has no results of
    /// Between DI here and there over the networks that are not small; unset where it is not defined.
    std::optional<double> diSpearman{};
    std::optional<double> psnrSpearman{};  ///< the same for PSNR on Y
};

/// The networks of publishedScale whose architectures are published and that have DI and PSNR. Several of one
/// architecture each stand beside the same numbers. @param networks must outlive the result.
[[nodiscard]] PublishedComparison compareWithPublished(std::span<const NetworkNumbers> networks);

}  // namespace lamscope
