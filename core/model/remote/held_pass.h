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

/// A forward pass of one LR batch, on the server while that holds it. Thread-safe.
class HeldPass : public torch::CustomClassHolder {
public:
    /// @param lr  [n, channels, h, w], not differentiated.
    HeldPass(std::shared_ptr<Server> server, NetworkDescription description, const torch::Tensor& lr);
    HeldPass(const HeldPass&) = delete;
    HeldPass& operator=(const HeldPass&) = delete;
    ~HeldPass() override;

    /// The SR of a rectangle of SR pixels, or all of it: float32, CPU.
    /// @param keep  gradient() will follow: the server holds the pass.
    [[nodiscard]] torch::Tensor sr(const std::optional<Rect>& regionHr, bool keep);

    /// The gradient at the LR batch, float32, CPU, for a cotangent of that region.
    [[nodiscard]] torch::Tensor gradient(const std::optional<Rect>& regionHr, const torch::Tensor& cotangent);

private:
    /// The connection that holds the pass, where one does.
    [[nodiscard]] std::shared_ptr<Connection> holder() const;
    [[nodiscard]] torch::Tensor evaluate(const std::optional<Rect>& regionHr, bool keep);
    [[nodiscard]] std::shared_ptr<Connection> connect() const;
    [[nodiscard]] std::vector<std::int64_t> srShape(const std::optional<Rect>& regionHr) const;

    std::shared_ptr<Server> server_;
    NetworkDescription description_;
    std::vector<std::int64_t> lrShape_;
    std::shared_ptr<const std::vector<std::byte>> lr_;

    std::mutex mutex_;
    std::weak_ptr<Connection> holder_;
    std::int64_t number_ = 0;  // of the pass there; 0: none
};

}  // namespace lamscope::remote
