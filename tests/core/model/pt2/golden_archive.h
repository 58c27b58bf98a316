// SPDX-License-Identifier: GPL-3.0-or-later
// The archives of data/pt2 and the rules of their golden.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/network.h"
#include "runtime/torch_headers.h"

namespace lamscope::test {

/// x[b,c,i,j] = (0.5 + 0.4·sin(0.37i + 0.23j + c)·cos(0.11i − 0.31j))·(1 − 0.1b)·range, in float64.
torch::Tensor goldenInput(const std::vector<std::int64_t>& sizes, double range);

/// t[b,c,i,j] = cos(0.13i − 0.07j + 2c), in float64.
torch::Tensor goldenCotangent(at::IntArrayRef sizes);

/// The output, and the gradient of Σ output·cotangent with respect to the input.
struct OutputAndGradient {
    torch::Tensor output;
    torch::Tensor gradient;
};

/// `type`: of the computation, to which the network was converted.
OutputAndGradient evaluated(const Network& network, const torch::Tensor& input, torch::ScalarType type);

/// How far values are from the reference of a run, relative as golden.json says.
double outputError(const torch::Tensor& output, const nlohmann::json& reference);
double gradientError(const torch::Tensor& gradient, const nlohmann::json& reference);

/// The content of golden.json, without its explanations.
nlohmann::json goldenRecords(const std::string& file);

}  // namespace lamscope::test
