// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "model/feature_sink.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"
#include "support/portable_numbers.h"

namespace lamscope::test {

/// A 3x3 convolution with weights by rule, which reports its features under its name.
inline torch::Tensor reportingConvolution(const std::string& name, const torch::Tensor& x, std::int64_t out) {
    const auto in = x.size(1);
    auto weight = torch::empty({out, in, 3, 3}, x.options());
    const auto seed = portableSeed(name);
    const auto flat = weight.view({-1});
    for (std::int64_t n = 0; n < flat.numel(); ++n) {
        flat[n] = 0.25 * portableNumber(seed, static_cast<std::uint32_t>(n));
    }
    const auto y = at::conv2d(x, weight, {}, 1, 1);
    reportFeatures(Tap::Kind::Convolution, name, x, y);
    return y;
}

/// x2, of the shape of EDSR: head, 4 blocks of a convolution, the last of the body with the long skip, an enlargement,
/// the last convolution, and, if asked for, the bilinear enlargement of the input.
inline SrModel smallReportingNetwork(bool addsInput, torch::ScalarType type = torch::kFloat64) {
    constexpr std::int64_t features = 6;
    const auto formula = [addsInput](const torch::Tensor& lr) {
        const auto first = reportingConvolution("head", lr, features);
        auto x = first;
        for (int i = 0; i < 4; ++i) {
            const auto name = "body." + std::to_string(i);
            const auto y = x + at::relu(reportingConvolution(name + ".conv", x, features));
            reportFeatures(Tap::Kind::Block, name, x, y);
            x = y;
        }
        x = first + reportingConvolution("body.4", x, features);
        x = at::pixel_shuffle(reportingConvolution("up.0", x, 4 * features), 2);
        x = reportingConvolution("last", x, 3);
        return addsInput ? x + at::upsample_bilinear2d(lr, {2 * lr.size(2), 2 * lr.size(3)}, false) : x;
    };
    return makeModel(std::make_unique<FormulaNetwork>(formula), 2, 1.0, type);
}

/// Of two convolutions, which evaluates the images of a batch one after the other, as programs exported for a batch of
/// 1 do.
inline SrModel oneByOneNetwork() {
    return makeModel(std::make_unique<FormulaNetwork>([](const torch::Tensor& lr) {
                         std::vector<torch::Tensor> images;
                         for (std::int64_t i = 0; i < lr.size(0); ++i) {
                             const auto x = reportingConvolution("head", lr.narrow(0, i, 1), 6);
                             images.push_back(at::pixel_shuffle(reportingConvolution("last", at::relu(x), 12), 2));
                         }
                         return at::cat(images);
                     }),
                     2, 1.0, torch::kFloat64);
}

/// Pictures that all differ.
inline std::vector<Image> somePatches(std::size_t count, int side, int first = 0) {
    std::vector<Image> patches;
    for (std::size_t i = 0; i < count; ++i) {
        Image patch(side, side);
        const auto seed = portableSeed("patch " + std::to_string(first + static_cast<int>(i)));
        std::uint32_t n = 0;
        for (float& value : patch.values()) {
            value = static_cast<float>(0.5 + 0.3 * portableNumber(seed, n % 7) + 0.2 * portableNumber(seed, n));
            ++n;
        }
        patch.file = "patch " + std::to_string(i);
        patches.push_back(std::move(patch));
    }
    return patches;
}

}  // namespace lamscope::test
