// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/padded_network.h"

#include <algorithm>
#include <utility>

#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Continued at the right and at the bottom; a reflection adds less than there is, so that it may take several.
torch::Tensor reflected(torch::Tensor image, std::int64_t right, std::int64_t bottom) {
    TORCH_CHECK(image.size(2) > 1 && image.size(3) > 1, "an image of one row or column cannot be reflected");
    while (right > 0 || bottom > 0) {
        const auto columns = std::min(right, image.size(3) - 1);
        const auto rows = std::min(bottom, image.size(2) - 1);
        image = at::reflection_pad2d(image, {0, columns, 0, rows});
        right -= columns;
        bottom -= rows;
    }
    return image;
}

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
        return croppedTrunk(network_->begin(reflected(lr, right, bottom)), lr.size(2), lr.size(3));
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
