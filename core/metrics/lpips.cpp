// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/lpips.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/lpips_network.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

void checkPair(const Image& first, const Image& second, int border) {
    if (first.width() != second.width() || first.height() != second.height()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("LPIPS compares images of one size, found {}x{} and {}x{} pixels", first.width(),
                                first.height(), second.width(), second.height()));
    }
    if (border < 0 || std::min(first.width(), first.height()) - Lpips::smallestSide < 2 * std::int64_t{border}) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("LPIPS needs images of at least {0}x{0} pixels inside of the border, found {1}x{2} with "
                        "a border of {3}",
                        Lpips::smallestSide, first.width(), first.height(), border));
    }
    for (const auto* image : {&first, &second}) {
        if (!std::ranges::all_of(image->values(), [](float value) { return std::isfinite(value); })) {
            throw Error(ErrorCode::InvalidArgument, "LPIPS needs finite values, found NaN or infinity in an image");
        }
    }
}

torch::Tensor pairOf(const Image& first, const Image& second, std::int64_t border) {
    auto pair = torch::empty({2, Image::channels, first.height(), first.width()}, torch::kFloat32);
    auto* values = pair.data_ptr<float>();
    std::memcpy(values, first.values().data(), first.values().size_bytes());
    std::memcpy(values + first.values().size(), second.values().data(), second.values().size_bytes());
    return pair.narrow(2, border, pair.size(2) - 2 * border).narrow(3, border, pair.size(3) - 2 * border);
}

}  // namespace

Lpips::Lpips(const LpipsFiles& files, const std::string& device)
    : files_(files) {
    auto network = std::make_unique<LpipsNetwork>(files);
    network->to(torch::Device(device), torch::kFloat32);
    network_ = std::move(network);
}

Lpips::~Lpips() = default;

double Lpips::distance(const Image& first, const Image& second, int border) const {
    checkPair(first, second, border);
    try {
        const auto layers = network_->distances(pairOf(first, second, border));
        return std::accumulate(layers.begin(), layers.end(), 0.0);
    } catch (const std::exception& error) {
        throw Error(
            isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
            fmt::format("LPIPS of {}x{} pixels failed: {}", first.width(), first.height(), briefMessage(error)));
    }
}

}  // namespace lamscope
