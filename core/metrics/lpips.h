// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "image/image.h"

namespace lamscope {

class LpipsNetwork;  // in metrics/lpips_network.h, for the core alone

/// The weights of LPIPS, which the user has: .pth or .safetensors, read as readCheckpoint() does.
struct LpipsFiles {
    std::filesystem::path network;  ///< torchvision's state dict of AlexNet; its classifier is not used
    std::filesystem::path linear;   ///< the linear layers of the package `lpips`, version 0.1, for AlexNet

    friend bool operator==(const LpipsFiles&, const LpipsFiles&) = default;
};

/// Learned perceptual image patch similarity, version 0.1 with AlexNet: how different two pictures look, by the
/// features of a network that was trained to name what is in photographs.
///
/// Source: Zhang, Isola, Efros, Shechtman, Wang, The Unreasonable Effectiveness of Deep Features as a Perceptual
/// Metric, CVPR 2018, equation 1, and the authors' package `lpips` 0.1.4. In float32.
class Lpips {
public:
    /// Pixels: of a smaller side nothing is left after the second pooling.
    static constexpr int smallestSide = 31;

    /// @param device "cpu" or "cuda", as returned by resolveDevice().
    /// Throws Error(BadFile), naming the file, what was found and what is expected: as readCheckpoint(); a tensor that
    /// is missing, has another shape, is not finite, or is negative in the linear layers.
    explicit Lpips(const LpipsFiles& files, const std::string& device = "cpu");
    Lpips(const Lpips&) = delete;
    Lpips& operator=(const Lpips&) = delete;
    ~Lpips();

    /// The weights that it was made with.
    [[nodiscard]] const LpipsFiles& files() const { return files_; }

    /// The distance of two images: 0 for equal ones, larger for what looks less alike, and the same both ways. Values
    /// are those of Image, nominally in [0, 1], and are not rounded; grey images have three equal planes. `border`
    /// pixels are left out on each side. Thread-safe.
    ///
    /// Throws Error: InvalidArgument when the sizes differ, `border` is negative, fewer than smallestSide pixels remain
    /// of a side or a value is not finite; OutOfMemory; ModelFailure.
    [[nodiscard]] double distance(const Image& first, const Image& second, int border = 0) const;

private:
    LpipsFiles files_;
    std::unique_ptr<const LpipsNetwork> network_;
};

}  // namespace lamscope
