// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/integrator.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::vector<GradientSample> DirectGradients::at(std::span<const double> alpha) {
    auto points = functional_.prepare(path_.at(alpha));
    for (auto& point : points) {
        point.requires_grad_(true);
    }
    return sampleGradients(functional_(points), points, false);
}

std::vector<GradientSample> sampleGradients(const torch::Tensor& values, const TensorList& points, bool keepGraph) {
    auto gradients = torch::autograd::grad({values.sum()}, points, /*grad_outputs=*/{}, keepGraph,
                                           /*create_graph=*/false, /*allow_unused=*/true);
    const auto cpuValues = values.detach().to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<GradientSample> samples(static_cast<std::size_t>(values.numel()));
    for (std::size_t k = 0; k < samples.size(); ++k) {
        samples[k].value = cpuValues.data_ptr<double>()[k];
    }
    for (std::size_t t = 0; t < points.size(); ++t) {
        auto gradient = gradients[t].defined() ? gradients[t] : torch::zeros_like(points[t]);
        gradient = gradient.detach().to(torch::kCPU).contiguous();
        const auto finite = gradient.isfinite();
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const auto node = static_cast<std::int64_t>(k);
            auto one = gradient[node];
            const auto bad = one.numel() - finite[node].sum().item<std::int64_t>();
            samples[k].nonfinite += bad;
            // A slice would keep the whole batch alive.
            samples[k].gradient.push_back(bad == 0 ? one.clone() : one.nan_to_num(0.0, 0.0, 0.0));
        }
    }
    return samples;
}

void throwGradientError(const std::exception& error) {
    if (isOutOfMemory(error)) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("not enough memory for the gradient at a single path image ({}); use a smaller image "
                                "or --context",
                                briefMessage(error)));
    }
    throw Error(ErrorCode::ModelFailure,
                fmt::format("evaluating the network's gradient failed: {}", briefMessage(error)));
}

Integrator::Integrator(const Path& path, GradientSource& gradients, std::int64_t batch)
    : path_(path)
    , gradients_(gradients)
    , batch_(std::max<std::int64_t>(batch, 1)) {}

bool Integrator::sampleAll(const std::vector<double>& alpha, const std::vector<std::size_t>& wanted,
                           std::vector<GradientSample>& samples, const std::stop_token& stop,
                           const IntegrationProgress& progress) {
    std::size_t done = 0;
    while (done < wanted.size()) {
        if (stop.stop_requested()) {
            return false;
        }
        const auto count = std::min(wanted.size() - done, static_cast<std::size_t>(batch_));
        std::vector<double> batchAlpha;
        for (std::size_t i = 0; i < count; ++i) {
            batchAlpha.push_back(alpha[wanted[done + i]]);
        }
        std::vector<GradientSample> batch;
        try {
            batch = gradients_.at(batchAlpha);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            if (!isOutOfMemory(error) || batch_ == 1) {
                throwGradientError(error);
            }
            warnings_.push_back(
                fmt::format("not enough memory for {} path images at once; going on with {}", batch_, batch_ / 2));
            batch_ /= 2;
            continue;
        }
        for (std::size_t i = 0; i < count; ++i) {
            samples[wanted[done + i]] = std::move(batch[i]);
        }
        done += count;
        nodesDone_ += static_cast<std::int64_t>(count);
        if (progress) {
            progress(nodesDone_);
        }
    }
    return true;
}

std::optional<std::vector<GradientSample>> Integrator::samplesAt(const std::vector<double>& alpha,
                                                                 const std::stop_token& stop) {
    std::vector<GradientSample> samples(alpha.size());
    std::vector<std::size_t> wanted(alpha.size());
    std::iota(wanted.begin(), wanted.end(), std::size_t{0});
    if (!sampleAll(alpha, wanted, samples, stop, {})) {
        return std::nullopt;
    }
    return samples;
}

std::optional<IntegralLevel> Integrator::integrate(const Nodes& nodes, bool refinesPrevious,
                                                   const std::stop_token& stop, const IntegrationProgress& progress) {
    const auto count = nodes.alpha.size();
    if (begun_ != nodes.alpha) {
        std::vector<GradientSample> samples(count);
        for (std::size_t k = 0; k < count; ++k) {
            if (refinesPrevious && isNodeOfCoarserLevel(k)) {
                samples[k] = std::move(samples_.at(k / 3));
            }
        }
        samples_ = std::move(samples);
        begun_ = nodes.alpha;
    }
    std::vector<std::size_t> wanted;
    for (std::size_t k = 0; k < count; ++k) {
        if (samples_[k].gradient.empty()) {
            wanted.push_back(k);
        }
    }
    if (!sampleAll(nodes.alpha, wanted, samples_, stop, progress)) {
        return std::nullopt;
    }
    begun_.clear();

    IntegralLevel level;
    level.nodes = nodes;
    double total = 0.0;
    auto previous = path_.at(std::span(nodes.edge).first(1));
    for (const auto& point : previous) {
        level.attribution.push_back(torch::zeros_like(point[0]));
    }
    for (std::size_t k = 0; k < count; ++k) {
        const auto next = path_.at(std::span(nodes.edge).subspan(k + 1, 1));
        double squaredNorm = 0.0;
        for (std::size_t t = 0; t < next.size(); ++t) {
            const auto increment = next[t][0] - previous[t][0];
            const auto part = samples_[k].gradient[t].to(torch::kFloat64) * increment;
            level.attribution[t].add_(part);
            total += part.sum().item<double>();
            squaredNorm += increment.square().sum().item<double>();
        }
        const double width = nodes.edge[k + 1] - nodes.edge[k];
        level.values.push_back(samples_[k].value);
        level.speed.push_back(width > 0.0 ? std::sqrt(squaredNorm) / width : 0.0);
        level.cumulative.push_back(total);
        level.nonfiniteGradients += samples_[k].nonfinite;
        previous = next;
    }
    return level;
}

}  // namespace lamscope
