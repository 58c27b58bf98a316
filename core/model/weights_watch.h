// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "model/sr_model.h"

namespace lamscope {

/// Tells whether what several evaluations gave is of one network: a server's may be in training.
class WeightsWatch {
public:
    /// Of the weights that the latest evaluation found. `model` must outlive this object.
    explicit WeightsWatch(const SrModel::Implementation& model);

    /// Throws Error(WeightsChanged) where an evaluation has found other weights since.
    void check() const;

    /// Network::weightChanges() of the weights that are watched.
    [[nodiscard]] std::int64_t changes() const { return changes_; }

private:
    const SrModel::Implementation& model_;
    std::int64_t changes_;
};

/// How often what was begun with other weights is begun anew before the error is the user's.
constexpr int mostNewBeginnings = 5;

/// Throws Error(WeightsChanged) with the advice for a network of this name.
[[noreturn]] void throwWeightsChanged(const std::string& name);

}  // namespace lamscope
