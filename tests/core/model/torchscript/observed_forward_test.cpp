// SPDX-License-Identifier: GPL-3.0-or-later
// Features of TorchScript networks, found in the code of the archive.
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "model/feature_sink.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;

torch::jit::Module layer(const std::string& name, const torch::Tensor& weight, const std::string& expression) {
    torch::jit::Module module(name);
    module.register_parameter("weight", weight, false);
    module.define("\ndef forward(self, x):\n    return " + expression + "\n");
    return module;
}

/// A network x2: a convolution with an activation in place, one that a loop evaluates twice, written as a trace writes
/// it, a linear layer, a convolution with weights that are computed first, and a transposed convolution.
void writeNetwork(const std::filesystem::path& file) {
    torch::manual_seed(7);
    torch::jit::Module network("Network");
    network.register_module(
        "first", layer("First", torch::randn({12, 3, 3, 3}), "torch.conv2d(x, self.weight, None, [1, 1], [1, 1])"));
    network.register_module("repeated", layer("Repeated", 0.1 * torch::randn({12, 12, 1, 1}),
                                              "torch._convolution(x, self.weight, None, [1, 1], [0, 0], [1, 1], False, "
                                              "[0, 0], 1, False, False, True, True)"));
    network.register_module("mix", layer("Mix", 0.3 * torch::randn({12, 12}), "torch.linear(x, self.weight)"));
    network.register_module("scaled",
                            layer("Scaled", torch::randn({12, 12, 1, 1}), "torch.conv2d(x, self.weight * 0.5)"));
    network.register_module(
        "up", layer("Up", 0.1 * torch::randn({12, 3, 2, 2}), "torch.conv_transpose2d(x, self.weight, None, [2, 2])"));
    network.define(R"(
def forward(self, x, repeats: int = 2):
    y = torch.relu_(self.first.forward(x))
    for i in range(repeats):
        y = torch.relu_(self.repeated.forward(y)) + y
    y = self.mix.forward(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return self.up.forward(self.scaled.forward(y))
)");
    network.save(file.string());
}

class Recorder final : public FeatureSink {
public:
    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) override {
        inputs[tap.name].push_back(input.detach().clone());
        outputs[tap.name].push_back(output.detach().clone());
    }

    std::map<std::string, std::vector<torch::Tensor>> inputs;
    std::map<std::string, std::vector<torch::Tensor>> outputs;
};

TEST(ObservedForward, ReportsTheLayersWhoseWeightsHaveNames) {
    const test::TemporaryFolder folder;
    writeNetwork(folder / "net.pt");
    const auto model = loadModel(test::specOf(folder / "net.pt", ":range=1"));
    const auto& network = model.implementation().network();
    using Kind = Tap::Kind;
    // The weights of "scaled" are computed before they are used.
    EXPECT_THAT(model.implementation().taps(),
                ElementsAre(FieldsAre("first", Kind::Convolution), FieldsAre("repeated", Kind::Convolution),
                            FieldsAre("mix", Kind::Linear), FieldsAre("up", Kind::TransposedConvolution)));

    std::map<std::string, torch::Tensor> weights;
    for (const auto& [name, tensor] : network.namedParameters()) {
        weights[name] = tensor;
    }
    const auto evaluate = [&](FeatureSink* sink) {
        const auto lr = torch::linspace(0.0, 1.0, 3 * 6 * 7).view({1, 3, 6, 7}).requires_grad_(true);
        const auto sr = network.forward(lr, sink);
        return std::pair(sr.detach(), torch::autograd::grad({sr.square().sum()}, {lr}).front());
    };
    Recorder recorder;
    const auto [sr, gradient] = evaluate(nullptr);
    const auto [observedSr, observedGradient] = evaluate(&recorder);
    EXPECT_TRUE(at::equal(sr, observedSr));
    EXPECT_TRUE(at::equal(gradient, observedGradient));
    EXPECT_EQ(sr.size(2), 12);

    const auto& first = recorder.outputs.at("first").front();
    EXPECT_TRUE(
        at::equal(first, at::conv2d(recorder.inputs.at("first").front(), weights.at("first.weight"), {}, 1, 1)));
    EXPECT_LT(first.min().item<float>(), 0.0F) << "seen after the activation, which works in place";
    ASSERT_EQ(recorder.outputs.at("repeated").size(), 2U);
    EXPECT_TRUE(at::equal(recorder.inputs.at("repeated").front(), first.relu()));
    EXPECT_TRUE(at::equal(recorder.outputs.at("mix").front(),
                          at::linear(recorder.inputs.at("mix").front(), weights.at("mix.weight"))));
    EXPECT_TRUE(at::equal(recorder.outputs.at("up").front(), sr));
}

}  // namespace
}  // namespace lamscope
