// SPDX-License-Identifier: GPL-3.0-or-later
// The archives of data/pt2 against what PyTorch's modules gave, and published networks against the native families.
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/pt2/golden_archive.h"
#include "method/lam/lam.h"
#include "model/pt2/archive.h"
#include "model/pt2/interpreter.h"
#include "model/pt2/pt2_network.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using nlohmann::json;
using test::evaluated;
using test::goldenInput;
using test::specOf;
using testing::HasSubstr;

class Pt2Golden : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(golden, "pt2/golden.json");
        records_ = test::goldenRecords(golden);
    }

    using Check = std::function<void(const std::string& name, const json& record)>;

    void forEach(const std::string& expect, const Check& check) const {
        int found = 0;
        for (const auto& [name, record] : records_.items()) {
            if (record.at("expect") == expect) {
                SCOPED_TRACE(name);
                check(name, record);
                ++found;
            }
        }
        EXPECT_GT(found, 4);
    }

    [[nodiscard]] static std::filesystem::path fileOf(const std::string& name) {
        return test::dataFile("pt2/" + name + ".pt2");
    }

    /// The program alone: neither its card nor its sizes are looked at.
    [[nodiscard]] static std::unique_ptr<Network> networkOf(const std::string& name,
                                                            torch::ScalarType type = torch::kFloat32) {
        auto network = makePt2Network(pt2::Interpreter(pt2::readPt2(fileOf(name))), 3, Batches::Whole);
        network->to(torch::kCPU, type);
        return network;
    }

    /// The input of a run of golden.json.
    [[nodiscard]] static torch::Tensor inputOf(const json& record, std::size_t run = 0) {
        return goldenInput(record.at("runs").at(run).at("input").get<std::vector<std::int64_t>>(),
                           record.at("range").get<double>());
    }

    json records_;
};

TEST_F(Pt2Golden, OutputsAndGradientsAreThoseOfTheModules) {
    forEach("runs", [](const std::string& name, const json& record) {
        const bool isPublished = record.at("tolerance").is_number();
        for (const auto type : {torch::kFloat32, torch::kFloat64}) {
            // float32 gradients of published networks jump where a ReLU is at its kink.
            const double bound = type == torch::kFloat64
                                     ? (isPublished ? 2e-6 : record.at("tolerance").at("float64").get<double>())
                                     : (isPublished ? 1e-5 : record.at("tolerance").at("float32").get<double>());
            const double gradientBound =
                type == torch::kFloat32 && isPublished ? record.at("tolerance").get<double>() : bound;
            const auto network = networkOf(name, type);
            for (std::size_t run = 0; run < record.at("runs").size(); ++run) {
                SCOPED_TRACE(testing::Message() << c10::toString(type) << ", run " << run);
                const auto& reference = record.at("runs").at(run);
                const auto [output, gradient] = evaluated(*network, inputOf(record, run), type);
                ASSERT_EQ(output.sizes().vec(), reference.at("output").at("shape").get<std::vector<std::int64_t>>());
                EXPECT_LT(test::outputError(output, reference.at("output")), bound);
                EXPECT_LT(test::gradientError(gradient, reference.at("gradient")), gradientBound);
            }
        }
    });
}

TEST_F(Pt2Golden, TwoBackwardPassesOverAKeptGraphAreEqual) {
    forEach("runs", [](const std::string& name, const json& record) {
        const auto network = networkOf(name);
        const auto x = inputOf(record).to(torch::kFloat32).requires_grad_(true);
        const auto sum = network->forward(x).square().sum();
        const auto first = torch::autograd::grad({sum}, {x}, {}, /*retain_graph=*/true).front();
        EXPECT_TRUE(at::equal(first, torch::autograd::grad({sum}, {x}).front()));
    });
}

TEST_F(Pt2Golden, ImagesOfABatchAreThoseAlone) {
    forEach("runs", [](const std::string& name, const json& record) {
        if (record.at("runs").size() < 2) {
            return;  // for one size, or one batch, alone
        }
        const auto network = networkOf(name);
        const auto batch = inputOf(record, 1).to(torch::kFloat32);
        ASSERT_EQ(batch.size(0), 2);
        const auto together = network->forward(batch);
        const auto alone = network->forward(batch.narrow(0, 1, 1));
        const auto largest = alone.abs().max().item<double>();
        EXPECT_LT((together.narrow(0, 1, 1) - alone).abs().max().item<double>(), 1e-5 * largest);
    });
}

TEST_F(Pt2Golden, GradientsInBfloat16PointTheSameWay) {
    forEach("runs", [](const std::string& name, const json& record) {
        if (name.starts_with("published_") && name != "published_rlfn") {
            return;  // minutes: processors are slow in this type
        }
        const auto input = inputOf(record).narrow(0, 0, 1);
        const auto exact = evaluated(*networkOf(name), input, torch::kFloat32).gradient.flatten();
        const auto rough = evaluated(*networkOf(name, torch::kBFloat16), input, torch::kBFloat16).gradient.flatten();
        const auto cosine = exact.dot(rough) / (exact.norm() * rough.norm());
        EXPECT_GT(cosine.item<double>(), 0.98);
    });
}

TEST_F(Pt2Golden, FourThreadsGetWhatOneGets) {
    for (const auto* name : {"residual_plain", "constants", "sides", "no_grad"}) {
        SCOPED_TRACE(name);
        const auto network = networkOf(name);
        const auto input = inputOf(records_.at(name));
        const auto alone = evaluated(*network, input, torch::kFloat32);
        constexpr std::size_t count = 4;
        std::vector<test::OutputAndGradient> results(count);
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < count; ++i) {
                threads.emplace_back([&, i] { results[i] = evaluated(*network, input, torch::kFloat32); });
            }
        }
        for (const auto& result : results) {
            EXPECT_TRUE(at::equal(result.output, alone.output));
            EXPECT_TRUE(at::equal(result.gradient, alone.gradient));
        }
    }
}

TEST_F(Pt2Golden, WhatIsRefusedIsRefusedInWords) {
    const std::map<std::string, std::string> words{{"random", "random numbers"},
                                                   {"custom_op", "custom operator lamdemo::shift"},
                                                   {"choice", "control flow"},
                                                   {"pickled", "pickle"},
                                                   {"legacy", "2.9"}};
    forEach("refused", [&](const std::string& name, const json&) {
        test::expectError(ErrorCode::UnsupportedModel, {name + ".pt2", words.at(name)},
                          [&] { static_cast<void>(loadModel(specOf(fileOf(name)))); });
    });
}

TEST_F(Pt2Golden, CardsTellScaleRangeAndSizes) {
    forEach("runs", [](const std::string& name, const json& record) {
        const auto model = loadModel(specOf(fileOf(name)));
        const auto& card = model.card();
        EXPECT_EQ(card.container, "torch-export");
        EXPECT_EQ(card.scale, record.at("scale").get<int>());
        if (name != "baked") {  // has no card
            EXPECT_EQ(card.range, record.at("range").get<double>());
        }
        // Beside baked, which has no card, those whose sides have a least above 2.
        const std::set<std::string> withRules{"baked", "norms", "published_bsrn", "published_rfdn", "published_rlfn"};
        EXPECT_EQ(static_cast<bool>(card.guards), withRules.contains(name));
        EXPECT_EQ(card.fixedSize.has_value(), name == "window");
        EXPECT_FALSE(card.cropping.multiple);
        EXPECT_FALSE(model.hasSecantRules());
    });
}

TEST_F(Pt2Golden, SizeAtWhichTheGraphIsWrongIsRefused) {
    const auto model = loadModel(specOf(fileOf("baked")));
    EXPECT_TRUE(model.card().guards);
    EXPECT_EQ(model.card().guards.example, std::pair(56, 64));
    EXPECT_EQ(model.upscale(test::testImage(56, 64))->width(), 112);
    test::expectError(ErrorCode::InvalidArgument, {"L['x'].size()", "64x64", "56x64", "lamscope_export.py"},
                      [&] { static_cast<void>(model.upscale(test::testImage(64, 64))); });
    // The graph runs there all the same, and the card of an exporter that compared would say where.
    const auto wrong = networkOf("baked")->forward(goldenInput({1, 3, 64, 64}, 1.0).to(torch::kFloat32));
    EXPECT_EQ(wrong.size(2), 128);
}

TEST_F(Pt2Golden, NetworkOfOneSizeAndOneImageTakesBatches) {
    const auto model = loadModel(specOf(fileOf("window")));
    EXPECT_THAT(model.card().fixedSize, testing::Optional(testing::Pair(48, 48)));
    const auto& network = model.implementation().network();
    const auto batch = goldenInput({2, 3, 48, 48}, 1.0).to(torch::kFloat32).requires_grad_(true);
    const auto sr = network.forward(batch);
    EXPECT_TRUE(at::equal(sr.narrow(0, 1, 1), network.forward(batch.narrow(0, 1, 1))));
    const auto gradient = torch::autograd::grad({sr.narrow(0, 1, 1).square().sum()}, {batch}).front();
    EXPECT_EQ(gradient[0].abs().max().item<double>(), 0.0);
    EXPECT_GT(gradient[1].abs().max().item<double>(), 0.0);
    test::expectError(ErrorCode::InvalidArgument, {"48x48", "has 40x40"},
                      [&] { static_cast<void>(model.upscale(test::testImage(40, 40))); });
}

TEST_F(Pt2Golden, LayersReportUnderTheNamesOfTheirWeights) {
    const auto model = loadModel(specOf(fileOf("residual")));
    std::vector<std::string> names;
    for (const auto& tap : model.implementation().taps()) {
        EXPECT_EQ(tap.kind, Tap::Kind::Convolution);
        names.push_back(tap.name);
    }
    EXPECT_THAT(names, testing::ElementsAre("head", "body.0.0", "body.0.2", "body.1.0", "body.1.2", "body.2.0",
                                            "body.2.2", "up.0"));
}

TEST_F(Pt2Golden, TiedAndStridedWeightsAreNamedOnce) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : networkOf("constants")->namedParameters()) {
        names.push_back(name);
        EXPECT_FALSE(tensor.requires_grad()) << name;
        EXPECT_EQ(tensor.scalar_type(), torch::kFloat32) << name;
    }
    // again.weight is tied.weight; a and b are views of one storage.
    EXPECT_THAT(names, testing::ElementsAre("a", "b", "head.weight", "head.bias", "tied.weight", "tied.bias",
                                            "again.bias", "tail.weight", "tail.bias"));
}

/// A published network as the native family has it, and exported from an independent re-implementation.
struct Published {
    const char* archive;
    const char* weights;
};

class Pt2Published : public testing::TestWithParam<Published> {};

TEST_P(Pt2Published, GivesTheSrAndTheMapOfTheNativeFamily) {
    LAMSCOPE_NEED_DATA(archive, GetParam().archive);
    LAMSCOPE_NEED_DATA(weights, GetParam().weights);
    // In float64 neither kinks nor the order of sums hide a difference.
    const auto native = test::inFloat64(loadModel(specOf(weights)));
    const auto exported = test::inFloat64(loadModel(specOf(archive)));
    EXPECT_EQ(exported.card().scale, native.card().scale);
    EXPECT_EQ(exported.card().range, native.card().range);
    const auto lr = test::testImage(40, 36);
    LamOptions options;
    options.patch = {60, 60, 16};
    options.context = 0;
    options.nodes = 9;
    options.rule = IntegrationRule::Midpoints;  // all that an exported network can do
    const auto first = computeLam(native, lr, nullptr, options);
    const auto second = computeLam(exported, lr, nullptr, options);
    EXPECT_NEAR(first->detectorImage, second->detectorImage, 1e-5 * std::abs(first->detectorImage));
    ASSERT_EQ(first->map.size(), second->map.size());
    double difference = 0.0;
    for (std::size_t i = 0; i < first->map.size(); ++i) {
        difference = std::max(difference, std::abs(first->map[i] - second->map[i]));
    }
    EXPECT_LT(difference, 1e-4);  // maps are in [0, 1]
    const auto nativeSr = native.upscale(lr);
    const auto exportedSr = exported.upscale(lr);
    for (std::size_t i = 0; i < nativeSr->values().size(); ++i) {
        ASSERT_NEAR(nativeSr->values()[i], exportedSr->values()[i], 1e-5);
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, Pt2Published,
                         testing::Values(Published{"pt2/published_imdn.pt2", "weights/imdn_x4.pth"},
                                         Published{"pt2/published_rfdn.pt2", "weights/rfdn_aim_x4.pth"},
                                         Published{"pt2/published_pan.pt2", "weights/pan_x4.pth"},
                                         Published{"pt2/published_rlfn.pt2", "weights/rlfn_x4_ntire2022.pth"},
                                         Published{"pt2/published_bsrn.pt2", "weights/bsrn_x4_ntire2022.pth"}),
                         [](const auto& chosen) {
                             const std::string file = chosen.param.archive;
                             const auto start = file.find('_') + 1;
                             return file.substr(start, file.find('.') - start);
                         });

}  // namespace
}  // namespace lamscope
