// SPDX-License-Identifier: GPL-3.0-or-later
// From features to the index: Lamscope's way, and a loop that does what the published script of SRGA does (randomised
// PCA of the n x d array, deviations recomputed for every score, a search over the grid), in one run on this machine.
//
// usage: features_bench [patches] [dimensions] [components]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "method/features/srga.h"
#include "metrics/generalised_gaussian.h"
#include "metrics/gram_matrix.h"
#include "metrics/tsne.h"
#include "runtime/torch_headers.h"

namespace {

using lamscope::GeneralisedGaussian;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Features whose components fall as those of networks do.
torch::Tensor randomFeatures(std::int64_t patches, std::int64_t dimensions, double noise) {
    const auto spread = at::exp(-at::arange(patches, torch::kFloat32) * (6.0 / static_cast<double>(patches)));
    const auto mixed = at::randn({patches, patches}) * spread;
    return at::mm(mixed, at::randn({patches, dimensions})) + noise * at::randn({patches, dimensions});
}

/// The scores of the library's randomised solver: a range finder with four power iterations, oversampled by ten.
torch::Tensor randomisedScores(const torch::Tensor& features, std::int64_t components) {
    constexpr std::int64_t oversampling = 10;
    constexpr int iterations = 4;
    const auto centred = features - features.mean(0, true);
    auto range = at::mm(centred, at::randn({centred.size(1), components + oversampling}));
    for (int i = 0; i < iterations; ++i) {
        range = std::get<0>(at::linalg_qr(at::mm(centred.t(), std::get<0>(at::linalg_qr(range)))));
        range = at::mm(centred, range);
    }
    const auto basis = std::get<0>(at::linalg_qr(range));
    const auto [u, s, v] = at::linalg_svd(at::mm(basis.t(), centred), /*full_matrices=*/false);
    return (at::mm(basis, u) * s).narrow(1, 0, components);
}

double meanOf(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) {
        sum += value;
    }
    return sum / static_cast<double>(values.size());
}

double deviationOf(const std::vector<double>& values) {
    const double mean = meanOf(values);
    double sum = 0.0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
    }
    return std::sqrt(sum / static_cast<double>(values.size()));
}

/// Keeps what lies within five deviations; mean and deviation are asked for anew for each value, twice.
std::vector<double> trimmedAsPublished(const std::vector<double>& values) {
    std::vector<double> kept;
    for (const double value : values) {
        if (value > meanOf(values) - 5.0 * deviationOf(values) && value < meanOf(values) + 5.0 * deviationOf(values)) {
            kept.push_back(value);
        }
    }
    return kept;
}

GeneralisedGaussian fittedAsPublished(const torch::Tensor& features, std::int64_t components) {
    const auto scores = randomisedScores(features, components).to(torch::kFloat64).contiguous();
    const auto* first = scores.data_ptr<double>();
    const auto kept = trimmedAsPublished({first, first + scores.numel()});
    double squares = 0.0;
    double absolute = 0.0;
    const double mean = meanOf(kept);
    for (const double value : kept) {
        squares += value * value / static_cast<double>(kept.size());
        absolute += std::abs(value - mean) / static_cast<double>(kept.size());
    }
    return {std::sqrt(squares), lamscope::gridShapeOfRatio(squares / (absolute * absolute)).beta};
}

/// The Gram matrix as FeatureGrams makes it.
lamscope::GramMatrix gramOfFeatures(const torch::Tensor& features) {
    constexpr std::int64_t width = 8192;
    auto sum = torch::zeros({features.size(0), features.size(0)}, torch::kFloat64);
    for (std::int64_t from = 0; from < features.size(1); from += width) {
        const auto block = features.narrow(1, from, std::min(width, features.size(1) - from));
        const auto centred = block - block.mean(0, true);
        sum += at::mm(centred, centred.t()).to(torch::kFloat64);
    }
    const auto* values = sum.data_ptr<double>();
    return {static_cast<std::size_t>(features.size(0)), {values, values + sum.numel()}};
}

void compareWays(std::int64_t patches, std::int64_t dimensions, std::int64_t components) {
    const auto reference = randomFeatures(patches, dimensions, 0.05);
    const auto candidate = randomFeatures(patches, dimensions, 0.3);
    auto start = Clock::now();
    const std::vector<lamscope::GramMatrix> grams{gramOfFeatures(reference), gramOfFeatures(candidate)};
    const double products = secondsSince(start);
    start = Clock::now();
    const auto ours = lamscope::compareSets(grams, static_cast<std::size_t>(components), true, {.replicates = 0});
    const double rest = secondsSince(start);
    start = Clock::now();
    const auto first = fittedAsPublished(reference, components);
    const auto second = fittedAsPublished(candidate, components);
    const double published = secondsSince(start);
    fmt::print(
        "{} patches, {} dimensions, {} components, two sets:\n"
        "  Lamscope       products {:.2f} s, index {:.2f} s, SRGA {:.3f}\n"
        "  published way  {:.1f} s, SRGA {:.3f}\n"
        "  ratio          {:.0f}\n",
        patches, dimensions, components, products, rest, ours->indices.front().srga.value_or(0.0), published,
        lamscope::srgaIndex(lamscope::divergence(first, second)), published / (products + rest));
}

void timeTsne(std::size_t points, int threads) {
    constexpr std::size_t columns = 50;
    const auto data =
        at::randn({static_cast<std::int64_t>(points), static_cast<std::int64_t>(columns)}, torch::kFloat64);
    const auto start = Clock::now();
    const auto cpu = std::clock();
    const lamscope::Tsne tsne({data.data_ptr<double>(), points * columns}, columns, {.threads = threads});
    const auto embedding = tsne.run(tsne.usualStart());
    fmt::print("t-SNE of {} points, 1000 iterations, {} threads: {:.2f} s ({:.2f} s of processors), KL {:.3f}\n",
               points, threads, secondsSince(start), static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC,
               embedding->divergence);
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const at::NoGradGuard noGradients;
        const auto number = [&](int i, std::int64_t usual) { return count > i ? std::atoll(arguments[i]) : usual; };
        compareWays(number(1, 200), number(2, 65536), number(3, 75));
        timeTsne(300, 1);
        timeTsne(2000, 2);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
