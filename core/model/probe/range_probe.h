// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include "model/model_card.h"
#include "model/network.h"

namespace lamscope {

/// How well a network reproduces a smooth picture when it is fed [0, 1] and [0, 255]: the SR is averaged back to the
/// LR grid and compared with the input. The right range gives about 0.001 and less, a wrong one more.
struct RangeProbe {
    double residual1 = 0.0;       ///< RMSE in units of the range, fed [0, 1]; infinity when the network fails
    double residual255 = 0.0;     ///< the same, fed [0, 255]
    double withoutInput = 0.0;    ///< the lower of the two if the enlarged input is subtracted from the SR
    double colourShift1 = 0.0;    ///< largest change of a colour's mean in units of the range, fed [0, 1]
    double colourShift255 = 0.0;  ///< the same, fed [0, 255]

    [[nodiscard]] double better() const { return residual255 < residual1 ? 255.0 : 1.0; }
    [[nodiscard]] double residual(double range) const { return range == 255.0 ? residual255 : residual1; }
    [[nodiscard]] double colourShift(double range) const { return range == 255.0 ? colourShift255 : colourShift1; }
};

/// The LR width and height of the smooth picture, where a network's size rules do not ask for another.
constexpr std::pair usualProbeSize{48, 48};
/// The same where the probe only checks what is known otherwise, or where attention makes it costly.
constexpr std::pair checkProbeSize{24, 24};

/// The LR width and height of the smooth picture for this network.
[[nodiscard]] std::pair<int, int> probeSize(const ModelCard& card, std::pair<int, int> usual = usualProbeSize);

/// Runs the network, which is on the CPU, twice.
[[nodiscard]] RangeProbe probeRange(const Network& network, int scale, std::pair<int, int> size = usualProbeSize);

/// PSNR in dB (peak 1) between the network's SR of the same smooth picture and its bicubic enlargement, which at scale
/// 1 is the picture itself, border of 6 LR pixels left out; what a healthy network reaches is above 40.
/// @param device where the network is.
[[nodiscard]] double agreementWithBicubic(const Network& network, torch::Device device, int scale, double range,
                                          std::pair<int, int> size = usualProbeSize);

}  // namespace lamscope
