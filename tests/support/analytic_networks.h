// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "model/bicubic_network.h"
#include "model/editable_model.h"
#include "model/network.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope::test {

/// A network given by a formula.
class FormulaNetwork final : public Network {
public:
    using Formula = std::function<torch::Tensor(const torch::Tensor&)>;

    explicit FormulaNetwork(Formula formula)
        : formula_(std::move(formula)) {}

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override { return formula_(lr); }
    [[nodiscard]] lamscope::NamedTensors namedParameters() const override { return {}; }
    void to(torch::Device /*device*/, torch::ScalarType /*type*/) override {}

private:
    Formula formula_;
};

inline SrModel makeModel(std::unique_ptr<Network> network, int scale, double range = 1.0,
                         torch::ScalarType type = torch::kFloat32) {
    ModelCard card;
    card.name = "analytic";
    card.architecture = "analytic";
    card.scale = scale;
    card.range = range;
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(network), std::move(card), torch::kCPU, type));
}

inline SrModel makeModel(FormulaNetwork::Formula formula, int scale, double range = 1.0) {
    return makeModel(std::make_unique<FormulaNetwork>(std::move(formula)), scale, range);
}

inline SrModel bicubicModel(int scale) {
    return makeModel(makeBicubicNetwork(scale), scale);
}

/// The model evaluated in float64, in which loading offers none.
inline SrModel inFloat64(SrModel model) {
    EditableModel editable(std::move(model));
    editable.evaluateIn(torch::kFloat64);
    return std::move(editable).release();
}

/// Every SR pixel a copy of its parent LR pixel.
inline torch::Tensor enlargeByCopying(const torch::Tensor& lr, int scale) {
    return at::upsample_nearest2d(lr, {lr.size(2) * scale, lr.size(3) * scale});
}

/// A picture without symmetries: every pixel differs from its neighbours.
inline Image testImage(int width, int height) {
    Image image(width, height);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(c, y, x) = 0.5F
                                    + 0.4F
                                          * std::sin(0.9F * static_cast<float>(x)
                                                     + 0.7F * static_cast<float>(y) * static_cast<float>(c + 1))
                                          * std::cos(0.31F * static_cast<float>(x * y) + static_cast<float>(c));
            }
        }
    }
    return image;
}

}  // namespace lamscope::test
