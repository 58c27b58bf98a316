// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of a study as numbers: report, figures and window draw the same ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "study/studies/study_store.h"
#include "study/studies/study_tables.h"

namespace lamscope {

/// A point of a plot: a network's mean, or a network on one image.
struct StudyPlotPoint {
    std::size_t network = 0;            ///< index among StudyPlot::networks
    std::optional<std::int64_t> image;  ///< its number in the store; unset for a mean over images
    double x = 0.0;
    double y = 0.0;
};

/// An image at one end of a plot over images.
struct StudyPlotImage {
    std::int64_t image = 0;  ///< its number in the store
    std::string file;
    double x = 0.0;  ///< where it stands
};

struct StudyPlotAxis {
    std::string title;         ///< with the unit in brackets where there is one
    bool logarithmic = false;  ///< values are plain, the axis is logarithmic
};

/// One plot, ready to be drawn.
struct StudyPlot {
    std::string name;   ///< names files and tabs, e.g. "psnr_over_di"; never renamed
    std::string title;  ///< in words
    StudyPlotAxis x;
    StudyPlotAxis y;
    std::vector<std::string> networks;  ///< from the smallest mean DI to the largest
    std::vector<StudyPlotPoint> points;
    bool namesAtPoints = false;  ///< a point a network: its name stands beside it; else a legend names the colours
    bool lines = false;          ///< the points of a network are joined
    /// What goes with the line through the points, and the numbers to state. Its slope is over the natural logarithm of
    /// x where the x axis is logarithmic.
    std::optional<StudyCorrelation> correlation;
    std::vector<StudyPlotImage> images;  ///< to be shown beneath, from left to right; few
    std::string remark;                  ///< what a reader has to know; empty: nothing
};

/// Which plots of single pairs are made beside those of all networks.
struct StudyPlotSettings {
    std::vector<std::pair<std::string, std::string>> pairs{};  ///< as of pairsOf()
};

/// The plots for which the study has numbers, in the order of the report:
/// - mean log DI against mean PSNR, SSIM and, where it was measured, LPIPS, a point a network (Gu and Dong, CVPR 2021,
///   Fig. 7 a and b),
/// - DI over width, depth and parameters of the networks, where cards state them (Fig. 7 c),
/// - DI over image content: images from the smallest mean DI to the largest, a point a network (Fig. 8),
/// - for each pair, ΔDI against ΔPSNR, a point an image.
/// Throws as networkNumbers() and pairsOf() do.
[[nodiscard]] std::vector<StudyPlot> studyPlots(const StudyStore& store, std::span<const NetworkNumbers> networks,
                                                const StudyPlotSettings& settings = {});

}  // namespace lamscope
