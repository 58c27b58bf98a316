// SPDX-License-Identifier: GPL-3.0-or-later
// FFDNet: Zhang et al., "FFDNet: Toward a Fast and Flexible Solution for CNN-Based Image Denoising", IEEE TIP 2018,
// under the keys of KAIR. It works on the four half-size pictures that an image's pixels make, with the noise level as
// a last plane beside them.
#include <string>

#include "model/arch/architecture.h"
#include "model/arch/convolution_row.h"
#include "model/arch/noise_plane.h"
#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope::ffdnet {

namespace {

constexpr const char* prefix = "model.";

constexpr std::int64_t unshuffle = 2;
constexpr std::int64_t pictures = unshuffle * unshuffle;

class FfdNet final : public NativeNetwork {
public:
    FfdNet(ConvolutionRow row, std::int64_t colours, double sigma)
        : row_(std::move(row))
        , colours_(colours)
        , sigma_(sigma) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = static_cast<int>(colours_)}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto height = lr.size(2);
        const auto width = lr.size(3);
        const auto even = at::replication_pad2d(lr, {0, width % unshuffle, 0, height % unshuffle});
        const auto x = row_.body(withNoisePlane(at::pixel_unshuffle(even, unshuffle), pictures * colours_, sigma_));
        auto trunk =
            makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(row_.last(crop(x)), unshuffle); },
                      {.coarser = static_cast<int>(unshuffle)});
        return croppedTrunk(std::move(trunk), height, width);
    }

private:
    ConvolutionRow row_;
    std::int64_t colours_;
    double sigma_;
};

std::int64_t coloursOf(const LayerBuilder& layers) {
    return outputsOfRow(layers, prefix) / pictures;
}

bool matches(const LayerBuilder& layers) {
    const auto colours = coloursOf(layers);
    return (colours == 1 || colours == 3) && layers.size("model.0.weight", 1) == pictures * colours + 1;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const std::int64_t colours = coloursOf(layers) == 1 ? 1 : 3;
    const auto sigma = noiseLevel(layers, 75);
    ConvolutionRow row(layers, prefix, pictures * colours + 1, pictures * colours);
    BuiltNetwork result;
    result.name = "FFDNet";
    result.hyperparameters = {{"features", std::to_string(layers.size("model.0.weight", 0))},
                              {"convolutions", std::to_string(numbersOfRow(layers, prefix).size())}};
    result.scales = {1};
    result.defaultRange = 1.0;
    // A pixel sees the whole of the outermost 2x2 pixels.
    result.receptiveField = {.global = false,
                             .radius = static_cast<int>(unshuffle) * row.reach() + static_cast<int>(unshuffle) - 1,
                             .evidence = "analytic"};
    result.cropping.multiple = static_cast<int>(unshuffle);
    result.sideInputs = {sigma};
    result.network = std::make_unique<FfdNet>(std::move(row), colours, sigma.value);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"ffdnet", matches, build};
}

}  // namespace lamscope::ffdnet
