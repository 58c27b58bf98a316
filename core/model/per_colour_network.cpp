// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/per_colour_network.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int colours = 3;

class PerColourTrunk final : public Trunk {
public:
    explicit PerColourTrunk(std::vector<std::unique_ptr<Trunk>> trunks)
        : trunks_(std::move(trunks)) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        std::vector<torch::Tensor> parts;
        for (const auto& trunk : trunks_) {
            parts.push_back(trunk->finish(region));
        }
        return at::cat(parts, 1);
    }

private:
    std::vector<std::unique_ptr<Trunk>> trunks_;
};

class PerColourNetwork final : public Network {
public:
    explicit PerColourNetwork(std::unique_ptr<Network> network)
        : network_(std::move(network)) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = colours}; }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        return begin(lr)->finish(std::nullopt);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        std::vector<std::unique_ptr<Trunk>> trunks;
        for (int colour = 0; colour < colours; ++colour) {
            trunks.push_back(network_->begin(lr.narrow(1, colour, 1)));
        }
        return std::make_unique<PerColourTrunk>(std::move(trunks));
    }

    [[nodiscard]] bool hasSecantRules() const override { return network_->hasSecantRules(); }
    [[nodiscard]] std::int64_t weightChanges() const override { return network_->weightChanges(); }
    [[nodiscard]] NamedTensors namedParameters() const override { return network_->namedParameters(); }
    void to(torch::Device device, torch::ScalarType type) override { network_->to(device, type); }

private:
    std::unique_ptr<Network> network_;
};

}  // namespace

ModelCard::Colour coloursOf(const InputShape& input, int scale, const ModelSettings& settings,
                            const std::string& file) {
    if (input.channels != 1) {
        if (settings.colour) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: colour={} is for networks of one channel, this one reads RGB: leave it out",
                                    file, *settings.colour));
        }
        return ModelCard::Colour::Rgb;
    }
    const bool each = settings.colour ? *settings.colour == "each" : scale == 1;
    return each ? ModelCard::Colour::Each : ModelCard::Colour::Y;
}

std::unique_ptr<Network> perColour(std::unique_ptr<Network> network) {
    return std::make_unique<PerColourNetwork>(std::move(network));
}

}  // namespace lamscope
