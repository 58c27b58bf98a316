// SPDX-License-Identifier: GPL-3.0-or-later
// What loops that the compiler turns into vector instructions share. For sources that are compiled for it alone, see
// sources.cmake.
#pragma once

#include <cmath>
#include <type_traits>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
// The C library has these for whole vectors; the compiler is told so.
extern "C" {
__attribute__((simd("notinbranch"))) float expf(float x) noexcept;
__attribute__((simd("notinbranch"))) float erff(float x) noexcept;
__attribute__((simd("notinbranch"))) float logf(float x) noexcept;
__attribute__((simd("notinbranch"))) double exp(double x) noexcept;
__attribute__((simd("notinbranch"))) double log(double x) noexcept;
}
/// The processor chooses among three versions when the program starts.
#define LAMSCOPE_VECTORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define LAMSCOPE_PROCESSORS 1
#else
#define LAMSCOPE_VECTORS
#endif
/// A part of a loop: compiled for the processor of the function that it stands in.
#define LAMSCOPE_PART __attribute__((always_inline)) inline

namespace lamscope {

template <typename T>
LAMSCOPE_PART T exponential(T x) {
    if constexpr (std::is_same_v<T, float>) {
        return expf(x);
    } else {
        return exp(x);
    }
}

template <typename T>
LAMSCOPE_PART T logarithm(T x) {
    if constexpr (std::is_same_v<T, float>) {
        return logf(x);
    } else {
        return log(x);
    }
}

/// The mean of e^−x over 0…d, (1 − e^−d) / d; d is not negative.
LAMSCOPE_PART float meanDecay(float d) {
    const float series = 1.0F - d * (0.5F - d * (1.0F / 6.0F - d * (1.0F / 24.0F)));
    const float quotient = (1.0F - expf(-d)) / (d == 0.0F ? 1.0F : d);
    return d < 0.05F ? series : quotient;
}

/// Squared relative differences below which a series stands for the logarithmic mean.
inline constexpr double closeForSoftmax = 0.01;
inline constexpr double closeForSoftmaxInFloat64 = 1e-4;

/// The logarithmic mean (b − a) / (ln b − ln a) of numbers that are not negative; 0 where one of them is.
template <typename T>
LAMSCOPE_PART T logarithmicMean(T a, T b) {
    constexpr T close = std::is_same_v<T, float> ? T(closeForSoftmax) : T(closeForSoftmaxInFloat64);
    // With z = (b − a) / (b + a), ln b − ln a is 2·artanh z, and the mean (b + a) / 2 · z / artanh z.
    const T sum = a + b;
    const T z = (b - a) / (sum > T(0) ? sum : T(1));
    const T square = z * z;
    const T series = T(1) - square * (T(1.0 / 3.0) + square * (T(4.0 / 45.0) + square * T(44.0 / 945.0)));
    const bool isClose = square < close;
    const bool isPositive = a > T(0) && b > T(0);
    const T quotient = T(2) * z / logarithm(isClose || !isPositive ? T(2) : b / a);
    return T(0.5) * sum * (isClose ? series : (isPositive ? quotient : T(0)));
}

}  // namespace lamscope
