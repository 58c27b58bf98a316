// SPDX-License-Identifier: GPL-3.0-or-later
// Every family reports the features of all its convolutions and linear layers under the keys of the file.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/feature_sink.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"
#include "support/every_family.h"
#include "support/network_expectations.h"
#include "support/network_variants.h"
#include "support/small_networks.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

constexpr std::string_view weightSuffix = ".weight";

/// Keeps the features of the first pass through each tap, and counts the passes.
class Recorder final : public FeatureSink {
public:
    struct Seen {
        Tap::Kind kind = Tap::Kind::Convolution;
        torch::Tensor input;
        torch::Tensor output;
        int passes = 0;
    };

    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) override {
        auto& seen = features[tap.name];
        if (seen.passes++ == 0) {
            order.push_back(tap.name);
            seen.kind = tap.kind;
            seen.input = input.detach().clone();
            seen.output = output.detach().clone();
        }
        EXPECT_EQ(seen.kind, tap.kind) << tap.name;
    }

    std::map<std::string, Seen> features;
    std::vector<std::string> order;
};

std::vector<std::string> namesOf(const std::vector<Tap>& taps) {
    std::vector<std::string> names;
    for (const auto& tap : taps) {
        names.push_back(tap.name);
    }
    return names;
}

/// Layers of a file that forward() does not evaluate, and what only looks like one.
bool isIdle(const std::string& architecture, const std::string& layer) {
    if (architecture == "OmniSR") {  // a table of biases
        return layer.ends_with(".rel_pos_bias");
    }
    if (architecture == "CARN") {  // a tail for each scale; this one enlarges by 4
        return layer.starts_with("upsample.up2.") || layer.starts_with("upsample.up3.");
    }
    if (architecture.starts_with("MambaIRv2")) {  // tables of prompts, whose product is one
        return layer.ends_with(".embeddingA") || layer.ends_with(".assm.embeddingB");
    }
    if (architecture == "Uformer") {  // a pattern that is added to windows
        return layer.ends_with(".modulator");
    }
    return architecture == "SAN" && (layer.starts_with("conv_last") || layer.starts_with("non_local.soca."));
}

/// Whether SPAN or one of its relatives evaluates the four convolutions of training as one.
bool isOfBranches(const Checkpoint& checkpoint, const std::string& layer) {
    return checkpoint.find(layer + ".sk" + std::string(weightSuffix)) != nullptr;
}

std::string evaluatedAs(const Checkpoint& checkpoint, const std::string& layer) {
    for (const std::string_view part : {".sk", ".conv.0", ".conv.1", ".conv.2", ".eval_conv"}) {
        const auto whole = layer.substr(0, layer.size() - std::min(layer.size(), part.size()));
        if (layer.ends_with(part) && isOfBranches(checkpoint, whole)) {
            return whole;
        }
    }
    return layer;
}

std::set<std::string> layersOf(const Checkpoint& checkpoint, const std::string& architecture) {
    std::set<std::string> layers;
    for (const auto& [name, data] : checkpoint.tensors) {
        const bool isWeight = name.ends_with(weightSuffix) && (data.shape.size() == 4 || data.shape.size() == 2);
        const auto layer = name.substr(0, name.size() - std::min(name.size(), weightSuffix.size()));
        if (isWeight && !isIdle(architecture, layer)) {
            layers.insert(evaluatedAs(checkpoint, layer));
        }
    }
    return layers;
}

/// A tensor of the file in float64; undefined where there is none.
torch::Tensor tensorOf(const Checkpoint& checkpoint, const std::string& name) {
    const auto* data = checkpoint.find(name);
    return data == nullptr ? torch::Tensor() : torch::tensor(data->values).to(torch::kFloat64).view(data->shape);
}

void expectClose(const torch::Tensor& actual, const torch::Tensor& expected, const std::string& layer) {
    ASSERT_EQ(actual.sizes(), expected.sizes()) << layer;
    // No further than another order of summation takes a float64.
    EXPECT_LE((actual - expected).abs().max().item<double>(), 1e-10 * (1.0 + expected.abs().max().item<double>()))
        << layer;
}

/// The dilation of a convolution, which no shape tells: those of the large kernels of MAN and VapSR, and of MambaIR's
/// light blocks.
std::int64_t dilationOf(const std::string& layer, const std::string& architecture) {
    if (architecture == "IRCNN") {
        static const std::map<std::string_view, std::int64_t> ofTheRow{
            {"model.2", 2}, {"model.4", 3}, {"model.6", 4}, {"model.8", 3}, {"model.10", 2}};
        const auto found = ofTheRow.find(layer);
        return found == ofTheRow.end() ? 1 : found->second;
    }
    static const std::map<std::string_view, std::int64_t> dilated{
        {".LKA3.1", 2}, {".LKA5.1", 3}, {".LKA7.1", 4}, {".body_t.att.1", 3}, {".depthwise_dilated", 3}, {".cab.4", 2}};
    const auto found = std::ranges::find_if(dilated, [&](const auto& entry) { return layer.ends_with(entry.first); });
    return found == dilated.end() ? 1 : found->second;
}

/// Compares a layer's output with what the file's weights make of its input. False for the convolutions whose geometry
/// no shape tells: those that change the size, and dilated ones.
bool checkLayer(const std::string& layer, const Recorder::Seen& seen, const Checkpoint& checkpoint,
                const std::string& architecture) {
    auto weight = tensorOf(checkpoint, layer + std::string(weightSuffix));
    const auto bias = tensorOf(checkpoint, layer + ".bias");
    const auto& [kind, input, output, passes] = seen;
    if (kind == Tap::Kind::Linear) {
        expectClose(output, at::linear(input, weight, bias), layer);
        return true;
    }
    if (kind == Tap::Kind::TransposedConvolution) {
        EXPECT_EQ(input.size(1), weight.size(0)) << layer;
        EXPECT_EQ(output.size(1), weight.size(1)) << layer;
        return false;
    }
    if (weight.dim() == 2) {
        weight = weight.view({weight.size(0), weight.size(1), 1, 1});
    }
    const auto groups = input.size(1) / weight.size(1);
    const bool isDilated = layer.find(".lk.convs.") != std::string::npos;  // the sparse kernels of PLKSR
    if (isDilated || input.size(2) != output.size(2) || input.size(3) != output.size(3)) {
        EXPECT_EQ(output.size(1), weight.size(0)) << layer;
        EXPECT_EQ(groups * weight.size(1), input.size(1)) << layer;
        return false;
    }
    const auto dilation = dilationOf(layer, architecture);
    const auto padding = (weight.size(2) - 1) / 2 * dilation;
    expectClose(output, at::conv2d(input, weight, bias, 1, padding, dilation, groups), layer);
    return true;
}

class Taps : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (test::smallNetworks().contains(GetParam())) {
            checkpoint_ = test::smallNetworks().at(GetParam())();
        } else if (std::ranges::find(test::publishedFiles(), GetParam()) != test::publishedFiles().end()) {
            LAMSCOPE_NEED_FILE(weights, test::dataRoot() / "weights" / GetParam());
            checkpoint_ = readCheckpoint(weights);
        } else {
            LAMSCOPE_NEED_FILE(file, test::networksFile("networks_golden.json"));
            checkpoint_ = test::syntheticCheckpoint(GetParam());
        }
        recognised_ = test::recogniseInFloat64(checkpoint_, test::recordSettings(GetParam()));
    }

    [[nodiscard]] const std::string& architecture() const { return recognised_.card.architecture; }

    void expectLayersOfTheFile(const Recorder& recorder) const {
        std::set<std::string> layers;
        std::set<std::string> blocks;
        for (const auto& [name, seen] : recorder.features) {
            (seen.kind == Tap::Kind::Block ? blocks : layers).insert(name);
        }
        EXPECT_EQ(layers, layersOf(checkpoint_, architecture()));
        for (const auto& block : blocks) {
            EXPECT_TRUE(std::ranges::any_of(layers, [&](const auto& layer) { return layer.starts_with(block + "."); }))
                << block;
        }
        static const std::set<std::string> withoutBlocks{"CSNLN",  "Compact", "FSRCNN", "DnCNN", "FDnCNN",
                                                         "FFDNet", "IRCNN",   "LapSRN", "SRCNN", "SRCNN-style"};
        EXPECT_EQ(blocks.empty(), withoutBlocks.contains(architecture()));
    }

    void expectOutputsOfTheWeights(const Recorder& recorder) const {
        int checked = 0;
        for (const auto& [name, seen] : recorder.features) {
            const bool hasWeight = checkpoint_.find(name + std::string(weightSuffix)) != nullptr;
            if (seen.kind == Tap::Kind::Block || !hasWeight) {
                EXPECT_TRUE(seen.kind == Tap::Kind::Block || isOfBranches(checkpoint_, name)) << name;
                continue;
            }
            checked += checkLayer(name, seen, checkpoint_, architecture()) ? 1 : 0;
        }
        EXPECT_GT(checked, 0);
    }

    Checkpoint checkpoint_;
    test::RecognisedNetwork recognised_;
};

TEST_P(Taps, AreTheLayersOfTheFile) {
    const at::NoGradGuard noGradients;
    const auto& network = *recognised_.network;
    const int side = std::max(8, recognised_.card.minimumSide);
    const auto lr = test::picture(side, side + 1, network.inputShape().channels);
    Recorder recorder;
    EXPECT_TRUE(at::equal(network.forward(lr), network.forward(lr, &recorder))) << "observing changed the result";
    EXPECT_EQ(namesOf(network.taps(lr)), recorder.order);
    expectLayersOfTheFile(recorder);
    expectOutputsOfTheWeights(recorder);
    if (architecture() == "SAN") {
        EXPECT_EQ(recorder.features.at("non_local.non_local.theta").passes, 8) << "four quadrants, twice";
    }

    auto card = recognised_.card;
    card.scale = recognised_.scale;
    card.range = recognised_.range.value_or(1.0);
    const SrModel::Implementation model(std::move(recognised_.network), card, torch::kCPU, torch::kFloat64);
    EXPECT_EQ(namesOf(model.taps()), recorder.order);
    Recorder ofModel;
    static_cast<void>(model.forward(model.toInput(test::picture(side, side)), &ofModel));
    EXPECT_EQ(ofModel.order, recorder.order);
}

INSTANTIATE_TEST_SUITE_P(AllFamilies, Taps, testing::ValuesIn(test::networksOfEveryFamily()), test::recordTestName);

/// An MSRN of 4 features and 2 blocks, x2.
test::RecognisedNetwork smallMsrn() {
    return test::recogniseInFloat64(test::msrn(4, 2, 2).checkpoint());
}

TEST(FeatureSink, SeesLayersAndBlocksInTheOrderOfEvaluation) {
    const auto taps = smallMsrn().network->taps(test::picture(6, 7));
    EXPECT_THAT(namesOf(taps),
                testing::ElementsAre("head.0", "body.0.conv_3_1", "body.0.conv_5_1", "body.0.conv_3_2",
                                     "body.0.conv_5_2", "body.0.confusion", "body.0", "body.1.conv_3_1",
                                     "body.1.conv_5_1", "body.1.conv_3_2", "body.1.conv_5_2", "body.1.confusion",
                                     "body.1", "tail.0", "tail.1", "tail.2.0", "tail.3"));
    for (const auto& tap : taps) {
        const bool isBlock = tap.name == "body.0" || tap.name == "body.1";
        EXPECT_EQ(tap.kind, isBlock ? Tap::Kind::Block : Tap::Kind::Convolution) << tap.name;
    }
}

TEST(FeatureSink, LeavesGradientsAsTheyAre) {
    const auto network = smallMsrn();
    const auto gradient = [&](FeatureSink* sink) {
        const auto lr = test::picture(6, 7).requires_grad_(true);
        return torch::autograd::grad({network.network->forward(lr, sink).square().sum()}, {lr}).front();
    };
    Recorder recorder;
    EXPECT_TRUE(at::equal(gradient(nullptr), gradient(&recorder)));
    EXPECT_FALSE(recorder.order.empty());
}

/// Calls a function with each tap.
class CallingSink final : public FeatureSink {
public:
    explicit CallingSink(std::function<void(const Tap&)> call)
        : call_(std::move(call)) {}

    void take(const Tap& tap, const torch::Tensor& /*input*/, const torch::Tensor& /*output*/) override { call_(tap); }

private:
    std::function<void(const Tap&)> call_;
};

TEST(FeatureSink, SeesItsOwnEvaluationAlone) {
    const at::NoGradGuard noGradients;
    const auto network = smallMsrn();
    const auto lr = test::picture(6, 7);
    int taken = 0;
    CallingSink sink([&](const Tap& /*tap*/) {
        ++taken;
        static_cast<void>(network(lr));  // within the sink
        std::jthread([&] { static_cast<void>(network(lr)); }).join();
    });
    static_cast<void>(network.network->forward(lr, &sink));
    EXPECT_EQ(taken, 17);
    static_cast<void>(network(lr));
    static_cast<void>(network.network->forward(lr, nullptr));
    EXPECT_EQ(taken, 17);
}

TEST(FeatureSink, WhatItThrowsEndsTheEvaluation) {
    const at::NoGradGuard noGradients;
    const auto network = smallMsrn();
    int taken = 0;
    CallingSink sink([&](const Tap& tap) {
        ++taken;
        if (tap.name == "body.0") {
            throw std::runtime_error("enough");
        }
    });
    EXPECT_THROW(static_cast<void>(network.network->forward(test::picture(6, 7), &sink)), std::runtime_error);
    EXPECT_EQ(taken, 7);
    static_cast<void>(network(test::picture(6, 7)));
    EXPECT_EQ(taken, 7) << "it still looks on";
}

}  // namespace
}  // namespace lamscope
