// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/editable_model.h"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"
#include "support/every_family.h"
#include "support/expect_error.h"
#include "support/small_networks.h"

namespace lamscope {
namespace {

ModelSettings scaleTwo() {
    ModelSettings settings;
    settings.scale = 2;
    settings.name = "small";
    return settings;
}

/// An MSRN of 4 features and 2 blocks, x2.
Checkpoint msrnWeights() {
    return test::msrn(4, 2, 2).checkpoint();
}

torch::Tensor srOf(const SrModel& model) {
    const at::NoGradGuard noGradients;
    const auto& inside = model.implementation();
    return inside.forward(inside.toInput(test::testImage(7, 6)));
}

TEST(EditableModel, WeightsHaveTheNamesAndTheValuesOfTheFile) {
    for (const auto& [name, make] : test::smallNetworks()) {
        SCOPED_TRACE(name);
        const auto weights = make();
        const EditableModel model(modelFromWeights(weights, {}));
        // Beside the weights a file may hold the means of the colours, statistics of normalisations, tables of places
        // and a number that CSNLN divides by; the activations of MPRNet share one slope under the first of their names.
        bool hasSlope = false;
        const auto weightsOfTheFile = std::ranges::count_if(weights.tensors, [&](const auto& tensor) {
            const auto& [key, data] = tensor;
            const bool isShared =
                name == "small MPRNet" && data.shape == std::vector<std::int64_t>{1} && std::exchange(hasSlope, true);
            return !isShared && key.find("_mean.") == std::string::npos && key.find(".running_") == std::string::npos
                   && !key.ends_with("relative_position_index") && !key.ends_with("escape_NaN");
        });
        EXPECT_EQ(std::ssize(model.parameters()), weightsOfTheFile);
        for (const auto& [key, tensor] : model.parameters()) {
            const auto* data = weights.find(key);
            ASSERT_NE(data, nullptr) << key;
            EXPECT_EQ(tensor.sizes().vec(), data->shape) << key;
            EXPECT_EQ(valuesOf(tensor), data->values) << key;
        }
    }
}

TEST(EditableModel, WhatIsWrittenToAHandleChangesTheModelAndItsCheckpoint) {
    const auto weights = msrnWeights();
    EditableModel model(modelFromWeights(weights, scaleTwo()));
    const auto before = srOf(model.model());
    const auto last =
        std::ranges::find(model.parameters(), "tail.3.bias", [](const auto& entry) { return entry.first; });
    ASSERT_NE(last, model.parameters().end());
    {
        const at::NoGradGuard noGradients;
        last->second.add_(0.25);
    }
    EXPECT_LE((srOf(model.model()) - before - 0.25 / model.model().card().range).abs().max().item<float>(), 1e-5F);

    const auto written = model.checkpoint(weights);
    ASSERT_EQ(written.tensors.size(), weights.tensors.size());
    for (std::size_t i = 0; i < weights.tensors.size(); ++i) {
        EXPECT_EQ(written.tensors[i].first, weights.tensors[i].first);
        EXPECT_EQ(written.tensors[i].second.shape, weights.tensors[i].second.shape);
        EXPECT_EQ(written.tensors[i].second.values == weights.tensors[i].second.values,
                  written.tensors[i].first != "tail.3.bias");
    }
    const auto changed = srOf(model.model());
    EXPECT_TRUE(at::equal(srOf(modelFromWeights(written, scaleTwo())), changed));
    EXPECT_TRUE(at::equal(srOf(std::move(model).release()), changed));
}

TEST(EditableModel, EvaluatesInAnotherType) {
    EditableModel model(modelFromWeights(msrnWeights(), scaleTwo()));
    const auto inFloat32 = srOf(model.model());
    model.evaluateIn(torch::kFloat64);
    for (const auto& [key, tensor] : model.parameters()) {
        EXPECT_EQ(tensor.scalar_type(), torch::kFloat64) << key;
    }
    const auto sr = srOf(model.model());
    EXPECT_EQ(sr.scalar_type(), torch::kFloat64);
    EXPECT_LE((sr - inFloat32).abs().max().item<double>(), 1e-4);
}

TEST(EditableModel, IsDifferentiableInItsWeights) {
    const EditableModel model(modelFromWeights(msrnWeights(), scaleTwo()));
    std::vector<torch::Tensor> weights;
    for (const auto& [key, tensor] : model.parameters()) {
        weights.push_back(tensor.requires_grad_(true));
    }
    const auto& inside = model.model().implementation();
    const auto sum = inside.forward(inside.toInput(test::testImage(7, 6))).sum();
    for (const auto& gradient : torch::autograd::grad({sum}, weights)) {
        EXPECT_GT(gradient.abs().sum().item<float>(), 0.0F);
    }
}

TEST(ModelFromWeights, NamesWhatDoesNotFit) {
    auto settings = scaleTwo();
    settings.scale = 3;
    test::expectError(ErrorCode::InvalidArgument, {"small", "scale 3", "enlarges by 2"},
                      [&] { static_cast<void>(modelFromWeights(msrnWeights(), settings)); });
    auto weights = msrnWeights();
    std::erase_if(weights.tensors, [](const auto& entry) { return entry.first == "tail.1.bias"; });
    test::expectError(ErrorCode::UnsupportedModel, {"small", "MSRN", "missing tail.1.bias"},
                      [&] { static_cast<void>(modelFromWeights(weights, scaleTwo())); });
}

}  // namespace
}  // namespace lamscope
