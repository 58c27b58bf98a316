// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of a study as numbers: report, figures and window draw the same ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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
    /// Names files and tabs; never renamed: psnr_over_di, ssim_over_di, lpips_over_di, di_over_width,
    /// di_over_depth, di_over_parameters, di_over_images, and pair_1, pair_2, … in the order of chosenPairs().
    std::string name;
    std::string title;  ///< in words
    StudyPlotAxis x;
    StudyPlotAxis y;
    std::vector<std::string> networks{};  ///< from the smallest mean DI to the largest
    /// Of the networks, see placesOfNetworks(): by them colours and shapes are chosen. Empty: their order.
    std::vector<std::size_t> places{};
    std::vector<StudyPlotPoint> points{};
    bool namesAtPoints = false;  ///< a point a network: its name stands beside it; else a legend names the colours
    bool lines = false;          ///< the points of a network are joined
    /// What goes with the line through the points, and the numbers to state; unset: there is none. Its slope is over
    /// the natural logarithm of x where the x axis is logarithmic; `networks` counts points, which may be images.
    std::optional<StudyCorrelation> correlation{};
    std::vector<StudyPlotImage> images{};  ///< to be shown beneath, from left to right; few
    std::string remark{};                  ///< what a reader has to know; empty: nothing
};

/// Which plots of single pairs are made beside those of all networks.
struct StudyPlotSettings {
    std::vector<std::pair<std::string, std::string>> pairs{};  ///< as of pairsOf()
};

/// The height of the line through the points at x; nullopt where the plot has no such line.
[[nodiscard]] std::optional<double> fittedValue(const StudyPlot& plot, double x);

/// The plots for which the study has numbers, in the order of the report:
/// - mean log DI against mean PSNR, SSIM and, where it was measured, LPIPS, a point a network (Gu and Dong, CVPR 2021,
///   Fig. 7 a and b),
/// - mean DI over width, depth and parameters of the networks that state them in their cards, unless all state the same
///   (Fig. 7 c),
/// - DI over image content: the images that all networks have, from the smallest mean DI to the largest, a point a
///   network (Fig. 8); of very many images a part,
/// - for each pair, ΔDI against ΔPSNR, a point an image; where none are named and there are more than 16, for none.
/// A plot has two networks, or two images, at least. Throws as networkNumbers() and chosenPairs() do.
[[nodiscard]] std::vector<StudyPlot> studyPlots(const StudyStore& store, std::span<const NetworkNumbers> networks,
                                                const StudyPlotSettings& settings = {});

/// The files of all images as the store names them, by their numbers. Throws Error(BadFile, WriteFailed) as the store
/// does.
[[nodiscard]] std::map<std::int64_t, std::string> imageFilesIn(const StudyStore& store);

/// The numbers that go with a plot, a line each: "r = +0.91, p = 0.089", "ρ = +0.80, p = 0.20", "n = 4 networks".
/// Without p for fewer than four points; empty for a plot without correlation. UTF-8, with true minus signs.
[[nodiscard]] std::vector<std::string> numbersOf(const StudyPlot& plot);

}  // namespace lamscope
