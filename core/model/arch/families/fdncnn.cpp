// SPDX-License-Identifier: GPL-3.0-or-later
// FDnCNN of KAIR: the row of DnCNN without normalisation, which reads the noise level as a further plane and gives the
// restored image itself (Zhang et al., IEEE TIP 2017 and 2018).
#include <string>

#include "model/arch/architecture.h"
#include "model/arch/convolution_row.h"
#include "model/arch/noise_plane.h"
#include "runtime/torch_headers.h"

namespace lamscope::fdncnn {

namespace {

constexpr const char* prefix = "model.";

class FdnCnn final : public NativeNetwork {
public:
    FdnCnn(ConvolutionRow row, std::int64_t colours, double sigma)
        : row_(std::move(row))
        , colours_(colours)
        , sigma_(sigma) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = static_cast<int>(colours_)}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = row_.body(withNoisePlane(lr, colours_, sigma_));
        return makeTrunk(x, [this, x](const Crop& crop) { return row_.last(crop(x)); });
    }

private:
    ConvolutionRow row_;
    std::int64_t colours_;
    double sigma_;
};

bool matches(const LayerBuilder& layers) {
    const auto colours = outputsOfRow(layers, prefix);
    return (colours == 1 || colours == 3) && layers.size("model.0.weight", 1) == colours + 1;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const std::int64_t colours = outputsOfRow(layers, prefix) == 1 ? 1 : 3;
    const auto sigma = noiseLevel(layers, 75);
    ConvolutionRow row(layers, prefix, colours + 1, colours);
    BuiltNetwork result;
    result.name = "FDnCNN";
    result.hyperparameters = {{"features", std::to_string(layers.size("model.0.weight", 0))},
                              {"convolutions", std::to_string(numbersOfRow(layers, prefix).size())}};
    result.scales = {1};
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false, .radius = row.reach(), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.sideInputs = {sigma};
    result.network = std::make_unique<FdnCnn>(std::move(row), colours, sigma.value);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"fdncnn", matches, build};
}

}  // namespace lamscope::fdncnn
