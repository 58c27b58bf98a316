// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/dysample.h"

#include <algorithm>
#include <tuple>

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/secant/secant_rules.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using torch::Tensor;

// Of the framework's numbering.
constexpr std::int64_t bilinear = 0;
constexpr std::int64_t border = 1;

/// Places as the framework wants them: from −1 at the outer side of the first pixel to 1 at that of the last.
Tensor gridOf(const Tensor& values, const Tensor& x, const Tensor& y) {
    const auto share = [](const Tensor& place, std::int64_t side) {
        return (place * 2.0 + 1.0) / static_cast<double>(side) - 1.0;
    };
    return at::stack({share(x, values.size(3)), share(y, values.size(2))}, -1);
}

Tensor sampled(const Tensor& values, const Tensor& x, const Tensor& y) {
    return at::grid_sampler_2d(values, gridOf(values, x, y), bilinear, border, /*align_corners=*/false);
}

struct Places {
    Tensor x;
    Tensor y;
};

/// What passes to the values where the places are constant.
Tensor throughValues(const Tensor& gradient, const Tensor& values, const Places& at) {
    return std::get<0>(at::grid_sampler_2d_backward(gradient, values, gridOf(values, at.x, at.y), bilinear, border,
                                                    /*align_corners=*/false, {true, false}));
}

/// The sum over channels of gradient · (difference of the samples at two places of one line) / (distance of the
/// places). Along a line the samples are linear between pixels: within a pixel's distance, the quotient is the mean of
/// the slopes on both sides of the one pixel that may lie between, weighted by length, which takes no difference of
/// close numbers.
/// @param axis    of the line: 3, x changes; 2, y does.
/// @param across  the other coordinate, which both places have.
Tensor slopeBetween(const Tensor& gradient, const Tensor& values, std::int64_t axis, const Tensor& from,
                    const Tensor& to, const Tensor& across) {
    const auto at = [&](const Tensor& image, const Tensor& along) {
        return (gradient * (axis == 3 ? sampled(image, along, across) : sampled(image, across, along))).sum(1);
    };
    const auto low = at::minimum(from, to);
    const auto high = at::maximum(from, to);
    const auto length = high - low;
    const auto divisor = at::where(length > 0, length, at::ones_like(length));
    const auto pixel = high.floor();
    const auto beyond = at::where(length > 0, (high - at::maximum(pixel, low)) / divisor, at::ones_like(length));
    const auto nothing = at::zeros_like(values.narrow(axis, 0, 1));
    const auto steps = at::cat({values.diff(1, axis), nothing}, axis);
    const auto near = at::lerp(at(steps, low.floor()), at(steps, pixel), beyond);
    const auto isFar = length >= 1;
    if (!isFar.any().item<bool>()) {
        return near;
    }
    return at::where(isFar, (at(values, high) - at(values, low)) / divisor, near);
}

/// Over a cell of a path, see SecantScope: the values pass the gradient of their mean weights; the samples S of the
/// mean values pass, with x and y changed one after the other in both orders, a half of each: ΔS = ½·[(S(x_b, y_a) −
/// S(x_a, y_a)) + (S(x_b, y_b) − S(x_a, y_b))] + the same for y. Places lie within the image.
class SampledOverCell : public torch::autograd::Function<SampledOverCell> {
public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& values, const Tensor& x,
                          const Tensor& y) {
        auto& scope = *SecantScope::current();
        context->save_for_backward({values, x, y, scope.atLeftEnds(values), scope.atLeftEnds(x), scope.atLeftEnds(y)});
        return sampled(values, x, y);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& [values, x, y] = std::tie(saved[0], saved[1], saved[2]);
        const auto& [valuesLeft, xLeft, yLeft] = std::tie(saved[3], saved[4], saved[5]);
        const auto half = gradients[0] * 0.5;
        const auto mean = at::lerp(valuesLeft, values, 0.5);
        return {throughValues(half, values, {x, y}) + throughValues(half, values, {xLeft, yLeft}),
                slopeBetween(half, mean, 3, xLeft, x, yLeft) + slopeBetween(half, mean, 3, xLeft, x, y),
                slopeBetween(half, mean, 2, yLeft, y, xLeft) + slopeBetween(half, mean, 2, yLeft, y, x)};
    }
};

}  // namespace

Tensor sampleBilinear(const Tensor& values, const Tensor& x, const Tensor& y) {
    if (!secantScopeIsOpen()) {
        return sampled(values, x, y);
    }
    // By operations that have rules.
    const auto within = [](const Tensor& place, std::int64_t side) {
        const auto last = static_cast<double>(side - 1);
        return at::rsub(at::clamp_min(at::rsub(at::clamp_min(place, 0.0), last), 0.0), last);
    };
    const auto xWithin = within(x, values.size(3));
    const auto yWithin = within(y, values.size(2));
    const c10::impl::ExcludeDispatchKeyGuard ownRule(secantKey);
    return SampledOverCell::apply(values, xWithin, yWithin);
}

std::int64_t groupsOfDySample(const LayerBuilder& layers, const std::string& prefix, int scale) {
    return std::max<std::int64_t>(layers.size(prefix + ".offset.weight", 0) / (2L * scale * scale), 1);
}

DySample::DySample(LayerBuilder& layers, const std::string& prefix, std::int64_t channels, std::int64_t groups,
                   int scale)
    : groups_(groups)
    , scale_(scale) {
    const auto places = 2 * groups * scale * scale;
    offset_ = layers.convolution(prefix + ".offset", {.in = channels, .out = places, .kernel = 1});
    scope_ = layers.convolution(prefix + ".scope", {.in = channels, .out = places, .kernel = 1, .bias = false});
    regular_ = layers.buffer(prefix + ".init_pos", {1, places, 1, 1});
    if (channels != 3 || layers.has(prefix + ".end_conv.weight")) {
        last_ = layers.convolution(prefix + ".end_conv", {.in = channels, .out = 3, .kernel = 1});
    }
}

Tensor DySample::sample(const Tensor& whole, const Tensor& x, const Tensor& pixels) const {
    const auto batch = x.size(0);
    const auto height = x.size(2);
    const auto width = x.size(3);
    auto places = offset_(x) * at::sigmoid(scope_(x)) * 0.5 + regular_;
    places = places.reshape({batch, 2, -1, height, width}) + pixels.unsqueeze(2);
    places = at::pixel_shuffle(places.reshape({batch, -1, height, width}), scale_);
    places = places.reshape({batch, 2, groups_, height * scale_, width * scale_});
    const auto ofGroups = [&](std::int64_t axis) {
        return places.select(1, axis).reshape({batch * groups_, height * scale_, width * scale_});
    };
    const auto channels = whole.size(1);
    const auto values = whole.reshape({batch * groups_, channels / groups_, whole.size(2), whole.size(3)});
    const auto y =
        sampleBilinear(values, ofGroups(0), ofGroups(1)).reshape({batch, channels, height * scale_, width * scale_});
    return last_ ? (*last_)(y) : y;
}

std::unique_ptr<Trunk> DySample::operator()(const Tensor& x) const {
    const auto column = at::arange(x.size(3), x.options()).view({1, 1, 1, -1});
    const auto row = at::arange(x.size(2), x.options()).view({1, 1, -1, 1});
    const auto pixels = at::cat(at::broadcast_tensors({column, row}), 1);
    return makeTrunk(x, [this, x, pixels](const Crop& crop) { return sample(x, crop(x), crop(pixels)); });
}

}  // namespace lamscope
