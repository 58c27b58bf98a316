// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/gradient_memory.h"

#include <algorithm>
#include <optional>

#include "model/secant/secant_scope.h"
#include "model/sr_model_implementation.h"
#include "runtime/allocation_meter.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// The larger of the two pictures, for regions up to its double on each side and for larger ones: what small pictures
/// are padded by would count too much for the latter.
constexpr std::int64_t smallSide = 32;
constexpr std::int64_t largeSide = 64;
/// Of the memory from the small picture to the large: where all of it is tables of pairs.
constexpr double mostGrowth = 16.0;

}  // namespace

std::optional<double> GradientMemory::bytes(const SrModel::Implementation& model, bool ofCell,
                                            std::int64_t pixels) const {
    const auto& card = model.card();
    if (!model.device().is_cpu() || card.fixedSize || card.guards) {
        return std::nullopt;
    }
    const std::lock_guard lock(mutex_);
    auto larger = std::max<std::int64_t>(pixels <= 4 * smallSide * smallSide ? smallSide : largeSide, card.minimumSide);
    if (const auto available = static_cast<double>(availableMemory());
        larger == largeSide && card.minimumSide <= smallSide && available > 0.0
        && mostGrowth * measured(model, ofCell, smallSide) > available) {
        larger = smallSide;  // the large picture itself might not fit
    }
    const auto smaller = std::max<std::int64_t>(larger / 2, card.minimumSide);
    const auto area = static_cast<double>(larger * larger);
    const double atLarger = measured(model, ofCell, larger);
    // bytes = linear·pixels + square·pixels²
    double square = 0.0;
    if (smaller < larger) {
        const auto smallArea = static_cast<double>(smaller * smaller);
        const double growth = atLarger / area - measured(model, ofCell, smaller) / smallArea;
        square = std::clamp(growth / (area - smallArea), 0.0, atLarger / (area * area));
    }
    const double linear = atLarger / area - square * area;
    const auto asked = static_cast<double>(pixels);
    return linear * asked + square * asked * asked;
}

double GradientMemory::measured(const SrModel::Implementation& model, bool ofCell, std::int64_t side) const {
    const std::tuple key(model.type(), ofCell, side);
    if (const auto known = measured_.find(key); known != measured_.end()) {
        return known->second;
    }
    const AllocationMeter meter;
    const auto input = model.toInput(torch::full({1, Image::channels, side, side}, 0.5)).requires_grad_(true);
    torch::Tensor value;
    SecantTape left;
    SecantTape right;
    if (ofCell) {
        {
            const SecantScope scope(1, nullptr, left);
            value = model.forward(input);
        }
        const SecantScope scope(1, &left, right);
        value = model.forward(input);
    } else {
        value = model.forward(input);
    }
    static_cast<void>(torch::autograd::grad({value.sum()}, {input}));
    return measured_[key] = static_cast<double>(meter.peakBytes());
}

}  // namespace lamscope
