// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/secant/secant_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include <ATen/Parallel.h>

#include "model/secant/vector_loops.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using torch::Tensor;

constexpr std::int64_t valuesPerTask = 16384;
constexpr double inverseRoot2 = 1.0 / std::numbers::sqrt2;
constexpr double densityAtZero = std::numbers::inv_sqrtpi * inverseRoot2;  // 1 / √(2π)
/// Ends that are closer are no ground for a quotient of differences: the mean derivative is taken, by Hermite's rule.
constexpr double closeForGelu = 0.1;
constexpr double closeForGeluInFloat64 = 3e-3;

// ---- one loop over memory ----------------------------------------------------------------------------------------

LAMSCOPE_VECTORS void gateLoop(const float* gradient, const float* left, const float* right, float* result,
                               std::int64_t count, float slope) {
    const float rest = 1.0F - slope;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        const float open = (a > 0.0F ? a : 0.0F) + (b > 0.0F ? b : 0.0F);
        const float all = std::fabs(a) + std::fabs(b);
        result[i] = gradient[i] * (slope + rest * (open / (all == 0.0F ? 1.0F : all)));
    }
}

LAMSCOPE_VECTORS void productLoop(const float* gradient, const float* left, const float* right, float* result,
                                  std::int64_t count, float share) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        result[i] = gradient[i] * (share * (left[i] + right[i]));
    }
}

LAMSCOPE_VECTORS void sigmoidLoop(const float* gradient, const float* left, const float* right, float* result,
                                  std::int64_t count) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        const float d = std::fabs(b - a);
        const float low = b < a ? b : a;
        const float high = low + d;  // NaN where an end is
        result[i] = gradient[i] * meanDecay(d) / ((1.0F + expf(-high)) * (1.0F + expf(low)));
    }
}

LAMSCOPE_VECTORS void geluLoop(const float* gradient, const float* left, const float* right, float* result,
                               std::int64_t count) {
    constexpr auto root = static_cast<float>(inverseRoot2);
    constexpr auto peak = static_cast<float>(densityAtZero);
    constexpr auto close = static_cast<float>(closeForGelu);
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        const float d = b - a;
        const float valueA = 0.5F + 0.5F * erff(a * root);
        const float valueB = 0.5F + 0.5F * erff(b * root);
        const float densityA = peak * expf(-0.5F * a * a);
        const float densityB = peak * expf(-0.5F * b * b);
        const bool isClose = std::fabs(d) < close;
        const float derivative = 0.5F * (densityA + densityB) + d * (b * densityB - a * densityA) * (1.0F / 12.0F);
        const float quotient = (valueB - valueA) / (isClose ? 1.0F : d);
        const float secant = isClose ? derivative : quotient;
        result[i] = gradient[i] * (0.5F * (valueA + valueB) + 0.5F * (a + b) * secant);
    }
}

LAMSCOPE_VECTORS void mishLoop(const float* gradient, const float* left, const float* right, float* result,
                               std::int64_t count) {
    constexpr auto log2 = static_cast<float>(std::numbers::ln2);
    constexpr float enough = 40.0F;  // from here on the gate is 1
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        const float gateA = a + logf(1.0F + 0.5F * expf(a < enough ? a : enough));
        const float gateB = b + logf(1.0F + 0.5F * expf(b < enough ? b : enough));
        const float low = gateA < gateB ? gateA : gateB;
        const float high = gateA < gateB ? gateB : gateA;
        const float ofGate = meanDecay(high - low) / ((1.0F + expf(-high)) * (1.0F + expf(low)));
        const float open = 0.5F / (1.0F + expf(-gateA)) + 0.5F / (1.0F + expf(-gateB));
        // Both means by the largest of the numbers.
        const float y = a - log2;
        const float z = b - log2;
        const float larger = y < z ? z : y;
        const float largest = larger > 0.0F ? larger : 0.0F;
        const float one = expf(-largest);
        const float slope = expf(larger - largest) * meanDecay(std::fabs(z - y))
                            / logarithmicMean(one + expf(y - largest), one + expf(z - largest));
        result[i] = gradient[i] * (open + 0.5F * (a + b) * ofGate * (1.0F + slope));
    }
}

LAMSCOPE_VECTORS void softmaxRow(const float* gradient, const float* left, const float* right, float* result,
                                 float* mean, std::int64_t count) {
    float sumOfMeans = 0.0F;
    float sumOfProducts = 0.0F;
#pragma omp simd reduction(+ : sumOfMeans, sumOfProducts)
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        const float d = a == b ? 0.0F : std::fabs(b - a);  // of masked pairs both are infinite
        const float m = expf(a > b ? a : b) * meanDecay(d);
        mean[i] = m;
        sumOfMeans += m;
        sumOfProducts += m * gradient[i];
    }
    const float average = sumOfMeans > 0.0F ? sumOfProducts / sumOfMeans : 0.0F;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        result[i] = mean[i] * (gradient[i] - average);
    }
}

LAMSCOPE_VECTORS void normalisationRow(const float* gradient, const float* left, const float* right, float* result,
                                       std::int64_t count, float epsilon) {
    const float share = 1.0F / static_cast<float>(count);
    float meanA = 0.0F;
    float meanB = 0.0F;
#pragma omp simd reduction(+ : meanA, meanB)
    for (std::int64_t i = 0; i < count; ++i) {
        meanA += left[i];
        meanB += right[i];
    }
    meanA *= share;
    meanB *= share;
    float squaresA = 0.0F;
    float squaresB = 0.0F;
    float products = 0.0F;
    float gradients = 0.0F;
#pragma omp simd reduction(+ : squaresA, squaresB, products, gradients)
    for (std::int64_t i = 0; i < count; ++i) {
        const float a = left[i] - meanA;
        const float b = right[i] - meanB;
        squaresA += a * a;
        squaresB += b * b;
        products += gradient[i] * (a + b);
        gradients += gradient[i];
    }
    const float rootA = std::sqrt(squaresA * share + epsilon);
    const float rootB = std::sqrt(squaresB * share + epsilon);
    const float direct = 0.5F * (rootA + rootB) / (rootA * rootB);
    const float ofSquares = -0.5F * products * share / (rootA * rootB * (rootA + rootB));
    // The middle of the centred ends has the mean 0: only the first part has to be centred.
    const float average = gradients * share * direct;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float middle = (left[i] - meanA) + (right[i] - meanB);
        result[i] = gradient[i] * direct - average + middle * ofSquares;
    }
}

// ---- where they apply --------------------------------------------------------------------------------------------

bool isForLoops(const Tensor& x) {
    return x.is_cpu() && x.scalar_type() == torch::kFloat32;
}

/// One order in memory for all: that of the values.
struct Aligned {
    Tensor gradient;
    Tensor left;
    Tensor right;
    Tensor result;
};

Aligned align(const Tensor& gradient, const Tensor& left, const Tensor& right, const Tensor& result) {
    const auto like = [&](const Tensor& x) {
        return x.strides() == result.strides() ? x : at::empty_like(result).copy_(x);
    };
    return {like(gradient), like(left), like(right), result};
}

template <typename Loop>
Tensor elementwise(const Tensor& gradient, const Tensor& left, const Tensor& right, const Loop& loop) {
    const auto all = align(gradient, left, right, at::empty_like(right));
    at::parallel_for(0, all.result.numel(), valuesPerTask, [&](std::int64_t begin, std::int64_t end) {
        loop(all.gradient.const_data_ptr<float>() + begin, all.left.const_data_ptr<float>() + begin,
             all.right.const_data_ptr<float>() + begin, all.result.data_ptr<float>() + begin, end - begin);
    });
    return all.result;
}

/// `loop` gets one row of `length` values after the other.
template <typename Loop>
Tensor rowwise(const Tensor& gradient, const Tensor& left, const Tensor& right, std::int64_t length, const Loop& loop) {
    const auto all =
        align(gradient, left, right, at::empty(right.sizes(), right.options(), at::MemoryFormat::Contiguous));
    const auto rowsPerTask = std::max<std::int64_t>(valuesPerTask / length, 1);
    at::parallel_for(0, all.result.numel() / length, rowsPerTask, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> scratch(static_cast<std::size_t>(length));
        for (auto row = begin * length; row < end * length; row += length) {
            loop(all.gradient.const_data_ptr<float>() + row, all.left.const_data_ptr<float>() + row,
                 all.right.const_data_ptr<float>() + row, all.result.data_ptr<float>() + row, scratch.data());
        }
    });
    return all.result;
}

// ---- tensor operations -------------------------------------------------------------------------------------------

Tensor meanOf(const Tensor& a, const Tensor& b) {
    return at::lerp(a, b, 0.5);
}

Tensor geluFactor(const Tensor& a, const Tensor& b) {
    const auto value = [](const Tensor& x) { return (at::erf(x * inverseRoot2) + 1.0) * 0.5; };
    const auto density = [](const Tensor& x) { return at::exp(x.square() * -0.5) * densityAtZero; };
    const auto d = b - a;
    const auto isClose = d.abs() < (b.scalar_type() == torch::kFloat64 ? closeForGeluInFloat64 : closeForGelu);
    const auto densityA = density(a);
    const auto densityB = density(b);
    const auto derivative = meanOf(densityA, densityB) + d * (b * densityB - a * densityA) / 12.0;
    const auto valueA = value(a);
    const auto valueB = value(b);
    const auto quotient = (valueB - valueA) / at::where(isClose, at::ones_like(d), d);
    return meanOf(valueA, valueB) + meanOf(a, b) * at::where(isClose, derivative, quotient);
}

/// As the function of numbers.
Tensor meanDecay(const Tensor& d) {
    return at::where(d == 0, at::ones_like(d), -at::expm1(-d) / d);
}

/// The logarithmic mean (e^b − e^a) / (b − a) of numbers whose logarithms are given.
Tensor logarithmicMean(const Tensor& a, const Tensor& b) {
    const auto d = at::where(a == b, at::zeros_like(a), (b - a).abs());  // of masked pairs both are infinite
    return at::exp(at::maximum(a, b)) * meanDecay(d);
}

/// (ln(1 + e^b) − ln(1 + e^a)) / (b − a): within a distance of 1 no difference of close numbers.
Tensor softplusSlope(const Tensor& a, const Tensor& b) {
    const auto low = at::minimum(a, b);
    const auto d = at::maximum(a, b) - low;
    const auto isFar = d > 1;
    const auto divisor = at::where(d > 0, d, at::ones_like(d));
    const auto near = at::log1p(at::sigmoid(low) * at::expm1(d.clamp_max(1.0))) / divisor;
    const auto softplus = [](const Tensor& x) { return -at::log_sigmoid(-x); };
    const auto far = (softplus(low + d) - softplus(low)) / divisor;
    return at::where(isFar, far, at::where(d > 0, near, at::sigmoid(low)));
}

}  // namespace

Tensor throughGate(const Tensor& gradient, const Tensor& left, const Tensor& right, double slope) {
    if (isForLoops(right)) {
        return elementwise(gradient, left, right,
                           [slope](const float* g, const float* a, const float* b, float* result, std::int64_t count) {
                               gateLoop(g, a, b, result, count, static_cast<float>(slope));
                           });
    }
    const auto all = left.abs() + right.abs();
    const auto open = (left.clamp_min(0) + right.clamp_min(0)) / at::where(all > 0, all, at::ones_like(all));
    return gradient * (slope + (1.0 - slope) * open);
}

Tensor throughProduct(const Tensor& gradient, const Tensor& left, const Tensor& right, double share) {
    if (isForLoops(right)) {
        return elementwise(gradient, left, right,
                           [share](const float* g, const float* a, const float* b, float* result, std::int64_t count) {
                               productLoop(g, a, b, result, count, static_cast<float>(share));
                           });
    }
    return gradient * (left + right).mul_(share);
}

Tensor throughSigmoid(const Tensor& gradient, const Tensor& left, const Tensor& right) {
    if (isForLoops(right)) {
        return elementwise(gradient, left, right, sigmoidLoop);
    }
    // The smaller end first: e^−Δ does not overflow.
    const auto low = at::minimum(left, right);
    const auto high = at::maximum(left, right);
    return gradient * at::sigmoid(high) * at::sigmoid(-low) * meanDecay(high - low);
}

Tensor throughGelu(const Tensor& gradient, const Tensor& left, const Tensor& right) {
    return isForLoops(right) ? elementwise(gradient, left, right, geluLoop) : gradient * geluFactor(left, right);
}

Tensor throughMish(const Tensor& gradient, const Tensor& left, const Tensor& right) {
    if (isForLoops(right)) {
        return elementwise(gradient, left, right, mishLoop);
    }
    const auto gate = [](const Tensor& x) { return x - at::log_sigmoid(std::numbers::ln2 - x); };
    const auto gateLeft = gate(left);
    const auto gateRight = gate(right);
    const auto open = meanOf(at::sigmoid(gateLeft), at::sigmoid(gateRight));
    const auto slope = softplusSlope(left - std::numbers::ln2, right - std::numbers::ln2) + 1.0;
    return gradient * open + throughSigmoid(gradient * meanOf(left, right), gateLeft, gateRight) * slope;
}

Tensor throughSoftmax(const Tensor& gradient, const Tensor& left, const Tensor& right, std::int64_t dim) {
    if (isForLoops(right) && (dim == -1 || dim == right.dim() - 1)) {
        const auto length = right.size(-1);
        return rowwise(gradient, left, right, length,
                       [length](const float* g, const float* a, const float* b, float* result, float* scratch) {
                           softmaxRow(g, a, b, result, scratch, length);
                       });
    }
    const auto mean = logarithmicMean(left, right);
    const auto weighted = gradient * mean;
    return weighted - mean * (weighted.sum(dim, true) / mean.sum(dim, true));
}

Tensor throughNormalisation(const Tensor& gradient, const Tensor& left, const Tensor& right, std::int64_t dimensions,
                            double epsilon) {
    if (isForLoops(right)) {
        const auto sizes = right.sizes();
        const auto length =
            std::accumulate(sizes.end() - dimensions, sizes.end(), std::int64_t{1}, std::multiplies<>());
        return rowwise(
            gradient, left, right, length,
            [length, epsilon](const float* g, const float* a, const float* b, float* result, const float* /*scratch*/) {
                normalisationRow(g, a, b, result, length, static_cast<float>(epsilon));
            });
    }
    std::vector<std::int64_t> dims(static_cast<std::size_t>(dimensions));
    std::iota(dims.begin(), dims.end(), -dimensions);
    const auto centred = [&](const Tensor& x) { return x - x.mean(dims, /*keepdim=*/true); };
    const auto a = centred(left);
    const auto b = centred(right);
    const auto rootA = a.square().mean(dims, true).add_(epsilon).sqrt_();
    const auto rootB = b.square().mean(dims, true).add_(epsilon).sqrt_();
    const auto middle = meanOf(a, b);
    const auto product = rootA * rootB;
    const auto sum = rootA + rootB;
    const auto ofSquares = (gradient * middle).mean(dims, true) * (-2.0) / (product * sum);
    return centred(gradient * (sum * 0.5 / product) + middle * ofSquares);
}

}  // namespace lamscope
