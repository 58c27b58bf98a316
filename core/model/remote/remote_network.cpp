// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/remote_network.h"

#include <optional>
#include <utility>

#include <torch/csrc/autograd/custom_function.h>

#include "model/remote/held_pass.h"
#include "runtime/gradients.h"
#include "runtime/torch_headers.h"

namespace lamscope::remote {

namespace {

using PassPointer = c10::intrusive_ptr<HeldPass>;

/// The SR of a region of a pass, with its gradient.
class Evaluated : public torch::autograd::Function<Evaluated> {
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& lr,
                                 const PassPointer& pass, const std::optional<Rect>& regionHr) {
        context->saved_data["pass"] = c10::IValue::make_capsule(pass);
        if (regionHr) {
            context->saved_data["region"] =
                std::vector<std::int64_t>{regionHr->x, regionHr->y, regionHr->width, regionHr->height};
        }
        return pass->sr(regionHr, /*keep=*/true).to(lr.device(), lr.scalar_type());
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& cotangents) {
        const auto pass = c10::static_intrusive_pointer_cast<HeldPass>(context->saved_data["pass"].toCapsule());
        std::optional<Rect> regionHr;
        if (const auto found = context->saved_data.find("region"); found != context->saved_data.end()) {
            const auto sides = found->second.toIntVector();
            regionHr = Rect{static_cast<int>(sides[0]), static_cast<int>(sides[1]), static_cast<int>(sides[2]),
                            static_cast<int>(sides[3])};
        }
        const auto& cotangent = cotangents.front();
        return passingStops([&]() -> torch::autograd::variable_list {
            return {pass->gradient(regionHr, cotangent).to(cotangent.device(), cotangent.scalar_type()), {}, {}};
        });
    }
};

class RemoteTrunk final : public Trunk {
public:
    RemoteTrunk(torch::Tensor lr, PassPointer pass, int scale)
        : lr_(std::move(lr))
        , pass_(std::move(pass))
        , scale_(scale) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        std::optional<Rect> regionHr;
        if (region) {
            regionHr = Rect{region->x * scale_, region->y * scale_, region->width * scale_, region->height * scale_};
        }
        if (at::GradMode::is_enabled() && lr_.requires_grad()) {
            return Evaluated::apply(lr_, pass_, regionHr);
        }
        return pass_->sr(regionHr, /*keep=*/false).to(lr_.device(), lr_.scalar_type());
    }

private:
    torch::Tensor lr_;
    PassPointer pass_;
    int scale_;
};

class RemoteNetwork final : public Network {
public:
    explicit RemoteNetwork(std::shared_ptr<ServedNetwork> network)
        : network_(std::move(network)) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = network_->description.channels}; }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        return begin(lr)->finish(std::nullopt);
    }

    /// Nothing is sent before a part is asked for: the server then answers that part alone.
    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        return std::make_unique<RemoteTrunk>(lr, c10::make_intrusive<HeldPass>(network_, lr),
                                             network_->description.scale);
    }

    [[nodiscard]] std::int64_t weightChanges() const override { return network_->state.changes(); }

    /// None: the weights are where the network runs.
    [[nodiscard]] NamedTensors namedParameters() const override { return {}; }

    void to(torch::Device /*device*/, torch::ScalarType /*type*/) override {}

private:
    std::shared_ptr<ServedNetwork> network_;
};

}  // namespace

std::unique_ptr<Network> makeRemoteNetwork(std::shared_ptr<Server> server,
                                           const std::shared_ptr<Connection>& connection,
                                           const NetworkDescription& description) {
    auto network = std::make_shared<ServedNetwork>();
    network->server = std::move(server);
    network->description = description;
    network->describedOn = connection;
    return std::make_unique<RemoteNetwork>(std::move(network));
}

}  // namespace lamscope::remote
