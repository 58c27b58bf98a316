// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

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

/// How the evaluation of a batch ended.
struct EvaluationEnd {
    bool stopped = false;
    std::string lackOfMemory{};  ///< why the batch did not fit; empty where it did

    [[nodiscard]] bool isDone() const { return !stopped && lackOfMemory.empty(); }
};

/// Calls `evaluate`, which may throw EvaluationStopped, and checks that it has found the weights of the evaluations
/// before, which `weights` watches from the first one on. Throws Error as `evaluate`; Error(ModelFailure) "NAME: FAULT:
/// why" for other exceptions, but for a lack of memory; Error(WeightsChanged).
/// @param fault  in words: "its gradient cannot be evaluated".
[[nodiscard]] EvaluationEnd evaluateWatched(const SrModel::Implementation& model, std::optional<WeightsWatch>& weights,
                                            std::string_view fault, const std::function<void()>& evaluate);

/// How often what was begun with other weights is begun anew before the error is the user's.
constexpr int mostNewBeginnings = 5;

/// Throws Error(WeightsChanged) with the advice for a network of this name.
[[noreturn]] void throwWeightsChanged(const std::string& name);

}  // namespace lamscope
