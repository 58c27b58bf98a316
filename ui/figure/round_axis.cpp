// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/round_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "figure/figure_grid.h"

namespace lamscope::ui {

namespace {

constexpr double axisRoom = 0.06;  // beside the values, of their range

bool isWhole(double value) {
    return value == std::round(value);
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `wanted`.
double roundStep(double wanted) {
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    constexpr double rounding = 1.0 + 1e-9;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power * rounding >= wanted) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

std::vector<double> multiplesWithin(double from, double to, double step) {
    constexpr double rounding = 1e-9;
    std::vector<double> multiples;
    const double last = std::floor(to / step + rounding);
    for (double i = std::ceil(from / step - rounding); i <= last; i += 1.0) {
        multiples.push_back(i == 0.0 ? 0.0 : i * step);
    }
    return multiples;
}

/// These factors times all powers of ten, within the axis.
std::vector<double> decadesWithin(const RoundAxis& axis, std::span<const double> factors) {
    std::vector<double> numbers;
    for (double power = std::floor(std::log10(axis.from)); power <= std::log10(axis.to); power += 1.0) {
        for (const double factor : factors) {
            const double number = factor * std::pow(10.0, power);
            if (number >= axis.from && number <= axis.to) {
                numbers.push_back(number);
            }
        }
    }
    return numbers;
}

/// With the decimals that its digits need.
QString smallLabel(double number, const FigureLayout& layout) {
    auto plain = layout;
    const double magnitude = std::floor(std::log10(number) + 1e-9);
    const double leading = number / std::pow(10.0, magnitude);
    constexpr int most = 6;
    int digits = 0;
    for (double scaled = leading; digits < most && std::abs(scaled - std::round(scaled)) > 1e-6; scaled *= 10.0) {
        ++digits;
    }
    plain.decimals = std::clamp(digits - static_cast<int>(magnitude), 0, most);
    return numberText(number, plain);
}

std::vector<double> logarithmicNumbers(const RoundAxis& axis, std::size_t most) {
    constexpr std::size_t enough = 3;
    static const std::vector<std::vector<double>> choices{
        {1.0}, {1.0, 2.0, 5.0}, {1.0, 3.0}, {1.0, 2.0, 3.0, 5.0, 7.0}, {1.0, 1.5, 2.0, 3.0, 5.0, 7.0}};
    std::vector<double> best;
    for (const auto& factors : choices) {
        auto numbers = decadesWithin(axis, factors);
        if (numbers.size() > most) {
            continue;
        }
        if (numbers.size() >= enough) {
            return numbers;
        }
        if (numbers.size() > best.size()) {
            best = std::move(numbers);
        }
    }
    if (best.size() < 2) {  // far less than a decade, or more decades than numbers
        const double decades = std::log10(axis.to / axis.from);
        if (decades < 1.0) {
            return multiplesWithin(axis.from, axis.to, roundStep((axis.to - axis.from) / static_cast<double>(most)));
        }
        const double step = std::ceil(decades / static_cast<double>(most));
        best.clear();
        for (const double power : multiplesWithin(std::log10(axis.from), std::log10(axis.to), step)) {
            best.push_back(std::pow(10.0, power));
        }
    }
    return best;
}

}  // namespace

RoundAxis RoundAxis::around(std::span<const double> values, bool logarithmic, std::size_t most) {
    const auto [least, greatest] = std::ranges::minmax(values);
    RoundAxis axis;
    axis.logarithmic = logarithmic;
    if (logarithmic) {
        constexpr double leastFactor = 1.5;  // around a single value
        const double factor = greatest > least ? std::pow(greatest / least, axisRoom) : leastFactor;
        axis.from = least / factor;
        axis.to = greatest * factor;
        axis.numbers = logarithmicNumbers(axis, most);
        constexpr std::array<double, 9> all{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0};
        axis.ticks = decadesWithin(axis, all);
        return axis;
    }
    const bool whole = std::ranges::all_of(values, isWhole);
    double beside =
        greatest > least ? axisRoom * (greatest - least) : std::max(std::abs(least) * axisRoom, whole ? 1.0 : 0.01);
    if (whole && greatest > least) {
        constexpr double lessThanOne = 0.9;  // no number where there cannot be a value
        beside = std::min(beside, lessThanOne);
    }
    axis.from = least >= 0.0 ? std::max(least - beside, 0.0) : least - beside;
    axis.to = greatest + beside;
    double step = roundStep((axis.to - axis.from) / static_cast<double>(most));
    if (whole) {
        step = std::max(step, 1.0);
    }
    axis.numbers = multiplesWithin(axis.from, axis.to, step);
    return axis;
}

double RoundAxis::share(double value) const {
    return logarithmic ? std::log(value / from) / std::log(to / from) : (value - from) / (to - from);
}

QString RoundAxis::label(double number, const FigureLayout& layout) const {
    if (!logarithmic) {
        auto plain = layout;
        const double step = numbers.size() > 1 ? numbers[1] - numbers[0] : 1.0;
        plain.decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
        return numberText(number, plain);
    }
    struct Unit {
        double size;
        const char* letter;
    };
    constexpr std::array<Unit, 3> units{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
    constexpr double large = 1e4;
    constexpr double rounding = 1.0 + 1e-9;
    for (const auto& [size, letter] : units) {
        if (to >= large && number * rounding >= size) {
            return smallLabel(number / size, layout) + QString::fromLatin1(letter);
        }
    }
    return smallLabel(number, layout);
}

}  // namespace lamscope::ui
