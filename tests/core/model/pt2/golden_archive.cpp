// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pt2/golden_archive.h"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace lamscope::test {

namespace {

/// Values of a function of the indices b, c, i, j.
template <typename Function>
torch::Tensor filled(at::IntArrayRef sizes, Function function) {
    auto tensor = torch::empty(sizes, torch::kFloat64);
    auto values = tensor.accessor<double, 4>();
    for (std::int64_t b = 0; b < sizes[0]; ++b) {
        for (std::int64_t c = 0; c < sizes[1]; ++c) {
            for (std::int64_t i = 0; i < sizes[2]; ++i) {
                for (std::int64_t j = 0; j < sizes[3]; ++j) {
                    values[b][c][i][j] = function(static_cast<double>(b), static_cast<double>(c),
                                                  static_cast<double>(i), static_cast<double>(j));
                }
            }
        }
    }
    return tensor;
}

double sampleError(const torch::Tensor& tensor, const nlohmann::json& samples) {
    const double largest = tensor.abs().max().item<double>();
    double error = 0.0;
    for (const auto& sample : samples) {
        const auto value =
            tensor[sample[0].get<int>()][sample[1].get<int>()][sample[2].get<int>()][sample[3].get<int>()];
        error = std::max(error, std::abs(value.item<double>() - sample[4].get<double>()) / largest);
    }
    return error;
}

}  // namespace

torch::Tensor goldenInput(const std::vector<std::int64_t>& sizes, double range) {
    return filled(sizes, [range](double b, double c, double i, double j) {
        return (0.5 + 0.4 * std::sin(0.37 * i + 0.23 * j + c) * std::cos(0.11 * i - 0.31 * j)) * (1.0 - 0.1 * b)
               * range;
    });
}

torch::Tensor goldenCotangent(at::IntArrayRef sizes) {
    return filled(sizes,
                  [](double /*b*/, double c, double i, double j) { return std::cos(0.13 * i - 0.07 * j + 2.0 * c); });
}

OutputAndGradient evaluated(const Network& network, const torch::Tensor& input, torch::ScalarType type) {
    const auto x = input.to(type).clone().requires_grad_(true);
    const auto output = network.forward(x);
    const auto sum = (output * goldenCotangent(output.sizes()).to(type)).sum();
    return {output.detach().to(torch::kFloat64), torch::autograd::grad({sum}, {x}).front().to(torch::kFloat64)};
}

double outputError(const torch::Tensor& output, const nlohmann::json& reference) {
    const double largest = output.abs().max().item<double>();
    const double mean = std::abs(output.mean().item<double>() - reference.at("mean").get<double>());
    const double deviation =
        std::abs(output.std(/*unbiased=*/false).item<double>() - reference.at("std").get<double>());
    return std::max({sampleError(output, reference.at("samples")), mean / largest, deviation / largest});
}

double gradientError(const torch::Tensor& gradient, const nlohmann::json& reference) {
    const auto magnitudes = reference.at("abs_sum").get<double>();
    const double sum = std::abs(gradient.sum().item<double>() - reference.at("sum").get<double>());
    const double all = std::abs(gradient.abs().sum().item<double>() - magnitudes);
    return std::max({sampleError(gradient, reference.at("samples")), sum / magnitudes, all / magnitudes});
}

nlohmann::json goldenRecords(const std::string& file) {
    std::ifstream stream(file);
    auto records = nlohmann::json::parse(stream);
    records.erase("_about");
    return records;
}

}  // namespace lamscope::test
