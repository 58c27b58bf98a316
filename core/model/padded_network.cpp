// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/padded_network.h"

#include <utility>

#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

class PaddedNetwork final : public Network {
public:
    PaddedNetwork(std::unique_ptr<Network> network, int multiple)
        : network_(std::move(network))
        , multiple_(multiple) {}

    [[nodiscard]] InputShape inputShape() const override { return network_->inputShape(); }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        return begin(lr)->finish(std::nullopt);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto missing = [this](std::int64_t side) { return (multiple_ - side % multiple_) % multiple_; };
        const auto right = missing(lr.size(3));
        const auto bottom = missing(lr.size(2));
        if (right == 0 && bottom == 0) {
            return network_->begin(lr);
        }
        return croppedTrunk(network_->begin(at::reflection_pad2d(lr, {0, right, 0, bottom})), lr.size(2), lr.size(3));
    }

    [[nodiscard]] bool hasSecantRules() const override { return network_->hasSecantRules(); }
    [[nodiscard]] std::int64_t weightChanges() const override { return network_->weightChanges(); }
    [[nodiscard]] NamedTensors namedParameters() const override { return network_->namedParameters(); }
    void to(torch::Device device, torch::ScalarType type) override { network_->to(device, type); }

private:
    std::unique_ptr<Network> network_;
    std::int64_t multiple_;
};

}  // namespace

std::unique_ptr<Network> padToMultiple(std::unique_ptr<Network> network, int multiple) {
    if (multiple == 1) {
        return network;
    }
    return std::make_unique<PaddedNetwork>(std::move(network), multiple);
}

}  // namespace lamscope
