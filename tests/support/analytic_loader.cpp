// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/analytic_loader.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <new>
#include <thread>

#include "support/analytic_networks.h"

namespace lamscope::test {

namespace {

torch::Tensor globalFormula(const torch::Tensor& lr, int scale) {
    return enlargeByCopying(lr.square(), scale) * (0.5 + lr.mean({1, 2, 3}, true));
}

/// Counts those that are at work at the same time.
class Watch {
public:
    void begin() {
        const std::scoped_lock lock(mutex_);
        most_ = std::max(most_, ++running_);
    }
    void end() {
        const std::scoped_lock lock(mutex_);
        --running_;
    }
    [[nodiscard]] int most() {
        const std::scoped_lock lock(mutex_);
        return most_;
    }

private:
    std::mutex mutex_;
    int running_ = 0;
    int most_ = 0;
};

Watch& watch() {
    static Watch only;
    return only;
}

torch::Tensor slowFormula(const torch::Tensor& lr, int scale) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return globalFormula(lr, scale);
}

SrModel named(FormulaNetwork::Formula formula, const ModelSpec& spec, int scale) {
    ModelCard card;
    card.name = spec.settings.name.value_or(spec.file.stem().string());
    card.file = spec.file.string();
    card.architecture = "Formula";
    card.container = "analytic";
    card.scale = scale;
    card.scales = {scale};
    return SrModel(std::make_unique<SrModel::Implementation>(std::make_unique<FormulaNetwork>(std::move(formula)),
                                                             std::move(card), torch::kCPU));
}

}  // namespace

SrModel loadAnalytic(const ModelSpec& spec, const std::string& device) {
    const auto stem = spec.file.stem().string();
    const int scale = spec.settings.scale.value_or(4);
    if (stem == "global") {
        return named([scale](const torch::Tensor& lr) { return globalFormula(lr, scale); }, spec, scale);
    }
    if (stem == "slow") {
        return named([scale](const torch::Tensor& lr) { return slowFormula(lr, scale); }, spec, scale);
    }
    if (stem == "watched") {
        return named(
            [scale](const torch::Tensor& lr) {
                watch().begin();
                auto sr = slowFormula(lr, scale);
                watch().end();
                return sr;
            },
            spec, scale);
    }
    if (stem == "copy" || stem == "half") {
        const double factor = stem == "copy" ? 1.0 : 0.5;
        return named([scale, factor](const torch::Tensor& lr) { return enlargeByCopying(lr * factor, scale); }, spec,
                     scale);
    }
    if (stem == "smooth") {
        return named(
            [scale](const torch::Tensor& lr) {
                return enlargeByCopying(at::avg_pool2d(lr, {3, 3}, {1, 1}, {1, 1}, false, false), scale);
            },
            spec, scale);
    }
    if (stem == "no-gradient") {
        return named(
            [scale](const torch::Tensor& lr) {
                return enlargeByCopying((lr * 0.0).sqrt() + lr, scale);  // d√0 is infinite, times 0
            },
            spec, scale);
    }
    if (stem == "no-memory") {
        return named(
            [](const torch::Tensor& lr) -> torch::Tensor {
                static_cast<void>(lr);
                throw std::bad_alloc();
            },
            spec, scale);
    }
    return loadModel(spec, device);
}

int mostAtOnce() {
    return watch().most();
}

}  // namespace lamscope::test
