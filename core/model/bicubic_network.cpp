// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/bicubic_network.h"

#include <cmath>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int reach = 2;
constexpr int kernelLength = 2 * reach + 1;

/// Keys' cubic convolution kernel with a = -0.5.
double cubic(double distance) {
    const double x = std::abs(distance);
    if (x <= 1.0) {
        return (1.5 * x - 2.5) * x * x + 1.0;
    }
    if (x < 2.0) {
        return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;
    }
    return 0.0;
}

class BicubicNetwork final : public Network {
public:
    explicit BicubicNetwork(int scale)
        : scale_(scale) {
        kernels_ = torch::zeros({scale, 1, kernelLength, 1}, torch::kFloat64);
        for (int phase = 0; phase < scale; ++phase) {
            const double position = (phase + 0.5) / scale - 0.5;  // of the SR pixel, relative to its parent LR pixel
            for (int tap = 0; tap < kernelLength; ++tap) {
                kernels_[phase][0][tap][0] = cubic(position - (tap - reach));
            }
        }
        kernels_ = kernels_.to(torch::kFloat32);
    }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        const auto batch = lr.size(0);
        auto planes = lr.contiguous().view({-1, 1, lr.size(2), lr.size(3)});
        planes = enlargeRows(planes);
        planes = enlargeRows(planes.transpose(2, 3)).transpose(2, 3);
        return planes.reshape({batch, lr.size(1), planes.size(2), planes.size(3)});
    }

    /// None: the kernels are not learnt.
    [[nodiscard]] bool hasSecantRules() const override { return true; }
    [[nodiscard]] NamedTensors namedParameters() const override { return {}; }

    void to(torch::Device device, torch::ScalarType type) override { kernels_ = kernels_.to(device, type); }

private:
    /// [n, 1, h, w] -> [n, 1, scale*h, w].
    [[nodiscard]] torch::Tensor enlargeRows(const torch::Tensor& x) const {
        const auto height = x.size(2);
        auto index = torch::arange(-reach, height + reach, torch::TensorOptions(torch::kInt64).device(x.device()));
        const auto period = 2 * height;  // mirrored with the edge repeated: … 1 0 | 0 1 … h-1 | h-1 h-2 …
        index = index.remainder(period);
        index = at::where(index < height, index, period - 1 - index);
        const auto phases = at::conv2d(x.index_select(2, index), kernels_);  // [n, scale, h, w]
        return phases.permute({0, 2, 1, 3}).reshape({x.size(0), 1, height * scale_, x.size(3)});
    }

    int scale_;
    torch::Tensor kernels_;
};

}  // namespace

std::unique_ptr<Network> makeBicubicNetwork(int scale) {
    return std::make_unique<BicubicNetwork>(scale);
}

}  // namespace lamscope
