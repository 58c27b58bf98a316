// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include <torch/types.h>

#include "image/image.h"
#include "model/remote/server.h"

namespace lamscope::remote {

/// What a server says of a network's weights with each forward pass. Thread-safe.
class WeightsState {
public:
    /// The `state` of an answer.
    void see(std::int64_t state);
    /// How often it was another one than before.
    [[nodiscard]] std::int64_t changes() const;

private:
    mutable std::mutex mutex_;
    std::optional<std::int64_t> latest_;
    std::int64_t changes_ = 0;
};

/// A network of a server, as that described it when it was loaded.
struct ServedNetwork {
    std::shared_ptr<Server> server;
    NetworkDescription description;
    std::weak_ptr<Connection> describedOn;
    WeightsState state{};
};

/// A forward pass of one LR batch, on the server while that holds it. Thread-safe.
class HeldPass : public torch::CustomClassHolder {
public:
    /// @param lr  [n, channels, h, w], not differentiated.
    HeldPass(std::shared_ptr<ServedNetwork> network, const torch::Tensor& lr);
    HeldPass(const HeldPass&) = delete;
    HeldPass& operator=(const HeldPass&) = delete;
    ~HeldPass() override;

    /// The SR of a rectangle of SR pixels, or all of it: float32, CPU.
    /// @param keep  gradient() will follow: the server holds the pass.
    [[nodiscard]] torch::Tensor sr(const std::optional<Rect>& regionHr, bool keep);

    /// The gradient at the LR batch, float32, CPU, for a cotangent of that region. Throws Error(WeightsChanged) where
    /// the pass has to be evaluated again and its network has other weights by now. So does sr().
    [[nodiscard]] torch::Tensor gradient(const std::optional<Rect>& regionHr, const torch::Tensor& cotangent);

private:
    /// The connection that holds the pass, where one does.
    [[nodiscard]] std::shared_ptr<Connection> holder() const;
    [[nodiscard]] torch::Tensor evaluate(const std::optional<Rect>& regionHr, bool keep);
    [[nodiscard]] std::shared_ptr<Connection> connect() const;
    void checkState(const nlohmann::json& answer);
    [[nodiscard]] std::vector<std::int64_t> srShape(const std::optional<Rect>& regionHr) const;

    std::shared_ptr<ServedNetwork> network_;
    std::vector<std::int64_t> lrShape_;
    std::shared_ptr<const std::vector<std::byte>> lr_;

    std::mutex mutex_;
    std::weak_ptr<Connection> holder_;
    std::int64_t number_ = 0;            // of the pass there; 0: none
    std::optional<std::int64_t> state_;  // of the weights that it was evaluated with; unset: not yet, or not said
};

}  // namespace lamscope::remote
