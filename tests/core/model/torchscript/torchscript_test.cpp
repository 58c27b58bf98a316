// SPDX-License-Identifier: GPL-3.0-or-later
// TorchScript archives made by LibTorch itself.
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/script.h>

#include "base/error.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "model/stored_tensors.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::specOf;
using testing::HasSubstr;

void writeScript(const std::filesystem::path& file, const std::string& code) {
    torch::jit::Module module("Network");
    module.register_parameter("gain", torch::full({1}, 1.0), false);
    module.define(code);
    module.save(file.string());
}

TEST(TorchScript, ScaleAndRangeAreMeasured) {
    const test::TemporaryFolder folder;
    const auto file = folder / "net.pt";
    writeScript(file, R"(
def forward(self, x):
    return torch.upsample_bilinear2d(x * self.gain, [x.size(2) * 3, x.size(3) * 3], False)
)");
    const auto model = loadModel(specOf(file));
    EXPECT_EQ(model.card().architecture, "TorchScript");
    EXPECT_EQ(model.card().container, "torchscript");
    EXPECT_EQ(model.card().scale, 3);
    EXPECT_EQ(model.card().parameters, 1);
}

TEST(TorchScript, TensorsAreListedAndComparedAsData) {
    const test::TemporaryFolder folder;
    const auto write = [&](const char* name, double added) {
        torch::jit::Module head("__torch__.Head");
        head.register_parameter("weight", torch::arange(6, torch::kFloat32).view({2, 3}) + added, false);
        head.register_buffer("mean", torch::zeros({3}, torch::kFloat16));
        torch::jit::Module network("__torch__.Network");
        network.register_parameter("gain", torch::ones({1}), false);
        network.register_module("head", head);
        network.define("\ndef forward(self, x):\n    return x * self.gain\n");
        network.save((folder / name).string());
        return specOf(folder / name);
    };
    const auto first = write("a.pt", 0.0);
    const auto listing = listTensors(first).listing;
    EXPECT_EQ(listing.container, Container::TorchScript);
    ASSERT_EQ(listing.sets.size(), 1U);
    const auto& tensors = listing.sets.front().tensors;
    ASSERT_EQ(tensors.size(), 3U);
    EXPECT_EQ(tensors[0].name, "gain");
    EXPECT_EQ(tensors[1].name, "head.weight");
    EXPECT_EQ(tensors[1].shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(tensors[2].dtype, "float16");
    const auto comparison = compareModels(first, write("b.pt", 1.0));
    ASSERT_EQ(comparison.distances.size(), 3U);
    EXPECT_EQ(comparison.distances.front().name, "head.weight");
    EXPECT_EQ(comparison.distances.front().distance.largest, 1.0);
    EXPECT_NEAR(comparison.distances.front().distance.relative.value(), std::sqrt(6.0 / 55.0), 1e-12);
}

TEST(TorchScript, NetworkOfRange255IsFoundByTheProbe) {
    const test::TemporaryFolder folder;
    const auto file = folder / "net.pt";
    // Subtracts and adds half a grey level of 255 through a clamp: only at [0, 255] does it keep the picture.
    writeScript(file, R"(
def forward(self, x):
    y = torch.round(x)
    return torch.upsample_bilinear2d(y, [x.size(2) * 2, x.size(3) * 2], False)
)");
    EXPECT_EQ(loadModel(specOf(file)).card().range, 255.0);
}

TEST(TorchScript, WhatIsNoSuperResolutionNetworkIsNamed) {
    const test::TemporaryFolder folder;
    const auto errorOf = [&](const std::string& code) -> std::string {
        const auto file = folder / "net.pt";
        writeScript(file, code);
        try {
            static_cast<void>(loadModel(specOf(file)));
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_THAT(errorOf("\ndef forward(self, x):\n    return x.mean()\n"), HasSubstr("maps 1x3x48x48"));
    EXPECT_THAT(errorOf("\ndef forward(self, x):\n    return x[:, :, 1:, 1:]\n"), HasSubstr("1x3x47x47"));
    EXPECT_THAT(errorOf("\ndef forward(self, x):\n    return torch.conv2d(x, x)\n"),
                testing::Not(HasSubstr("no error")));
    EXPECT_THAT(errorOf("\ndef forward(self, x):\n    return (x, x)\n"), HasSubstr("single tensor"));
}

/// As torch.jit.trace writes it, but from C++, where sizes become constants; so do the weights.
void writeTrace(const std::filesystem::path& file, const Network& network) {
    const auto trace = torch::jit::tracer::trace(
        {torch::rand({1, 3, 24, 24})},
        [&](torch::jit::Stack inputs) -> torch::jit::Stack { return {network.forward(inputs.front().toTensor())}; },
        [](const torch::autograd::Variable&) { return std::string(); });
    const torch::jit::Module module("Traced");
    auto graph = trace.first->graph;
    graph->insertInput(0, "self")->setType(module._ivalue()->type());
    auto* function = module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*module.type()->name(), "forward"), graph);
    module.type()->addMethod(function);
    module.save(file.string());
}

TEST(TorchScript, TraceForOneSizeIsFoundOut) {
    LAMSCOPE_NEED_DATA(weights, "weights/pan_x4.pth");  // enlarges to sizes, which the trace fixes
    const test::TemporaryFolder folder;
    writeTrace(folder / "traced.pt", loadModel(specOf(weights)).implementation().network());
    // Its output has always 96x96 pixels, so nothing but its scale tells the size.
    test::expectError(ErrorCode::UnsupportedModel, {"traced.pt", "24x24 by 4", "48x48 by 2", "set scale="},
                      [&] { static_cast<void>(loadModel(specOf(folder / "traced.pt"))); });
    std::filesystem::rename(folder / "traced.pt", folder / "traced_x4.pt");
    const auto traced = loadModel(specOf(folder / "traced_x4.pt"));
    EXPECT_THAT(traced.card().fixedSize, testing::Optional(testing::Pair(24, 24)));
    EXPECT_EQ(traced.card().scale, 4);
    EXPECT_EQ(traced.card().range, 1.0);
    EXPECT_THAT(traced.card().warnings, testing::ElementsAre(HasSubstr("24x24 LR pixels only")));
}

TEST(TorchScript, TraceAndNativeNetworkOfTheSameWeightsAgree) {
    LAMSCOPE_NEED_DATA(weights, "weights/imdn_x4.pth");
    const test::TemporaryFolder folder;
    const auto native = loadModel(specOf(weights));
    writeTrace(folder / "traced.pt", native.implementation().network());

    const auto traced = loadModel(specOf(folder / "traced.pt"));
    EXPECT_EQ(traced.card().scale, 4);
    EXPECT_EQ(traced.card().range, 1.0);
    LamOptions options;
    options.patch = {40, 40, 16};
    options.context = 0;
    options.nodes = 9;
    options.rule = IntegrationRule::Midpoints;  // all that a trace can do
    const auto lr = test::testImage(24, 24);
    const auto first = computeLam(native, lr, nullptr, options);
    const auto second = computeLam(traced, lr, nullptr, options);
    EXPECT_NEAR(first->detectorImage, second->detectorImage, 1e-5 * std::abs(first->detectorImage));
    EXPECT_NEAR(*first->diffusionIndex, *second->diffusionIndex, 0.01);
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < first->attribution.size(); ++i) {
        difference += std::abs(first->attribution[i] - second->attribution[i]);
        sum += std::abs(first->attribution[i]);
    }
    EXPECT_LT(difference / sum, 4e-3);
}

}  // namespace
}  // namespace lamscope
