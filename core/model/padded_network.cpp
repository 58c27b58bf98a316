// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/padded_network.h"

#include <utility>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Finishes the whole of an LR image, which the trunk continues to the right and downwards.
class PaddedTrunk final : public Trunk {
public:
    PaddedTrunk(std::unique_ptr<Trunk> trunk, const Rect& whole)
        : trunk_(std::move(trunk))
        , whole_(whole) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        return trunk_->finish(region ? region : whole_);
    }

private:
    std::unique_ptr<Trunk> trunk_;
    Rect whole_;
};

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
        return trunkWithin(network_->begin(at::reflection_pad2d(lr, {0, right, 0, bottom})), lr);
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

std::unique_ptr<Trunk> trunkWithin(std::unique_ptr<Trunk> trunk, const torch::Tensor& lr) {
    const Rect whole{0, 0, static_cast<int>(lr.size(3)), static_cast<int>(lr.size(2))};
    return std::make_unique<PaddedTrunk>(std::move(trunk), whole);
}

std::unique_ptr<Network> padToMultiple(std::unique_ptr<Network> network, int multiple) {
    if (multiple == 1) {
        return network;
    }
    return std::make_unique<PaddedNetwork>(std::move(network), multiple);
}

}  // namespace lamscope
