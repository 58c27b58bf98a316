// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/network.h"

#include <utility>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

class FinishedTrunk final : public Trunk {
public:
    FinishedTrunk(torch::Tensor sr, std::int64_t scale)
        : sr_(std::move(sr))
        , scale_(scale) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        if (!region) {
            return sr_;
        }
        return sr_.narrow(2, region->y * scale_, region->height * scale_)
            .narrow(3, region->x * scale_, region->width * scale_);
    }

private:
    torch::Tensor sr_;
    std::int64_t scale_;
};

}  // namespace

std::unique_ptr<Trunk> finishedTrunk(const torch::Tensor& sr, std::int64_t lrHeight) {
    return std::make_unique<FinishedTrunk>(sr, sr.size(2) / lrHeight);
}

torch::Tensor Network::forward(const torch::Tensor& lr, FeatureSink* sink) const {
    const FeatureSinkGuard guard(sink);
    return forward(lr);
}

std::vector<Tap> Network::taps(const torch::Tensor& lr) const {
    const at::NoGradGuard noGradients;
    TapList list;
    static_cast<void>(forward(lr, &list));
    return list.taps();
}

std::unique_ptr<Trunk> Network::begin(const torch::Tensor& lr) const {
    return finishedTrunk(forward(lr), lr.size(2));
}

}  // namespace lamscope
