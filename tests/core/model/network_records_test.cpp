// SPDX-License-Identifier: GPL-3.0-or-later
// Every native family against float64 evaluations of the original authors' classes, on weights that a portable rule
// makes from the keys of those classes: recognition, output statistics, single pixels, input gradients.
#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "model/recognition.h"
#include "runtime/torch_headers.h"
#include "support/network_expectations.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

torch::Tensor recordInput(const nlohmann::json& record) {
    const auto sides = record.at("input_chw").get<std::vector<std::int64_t>>();
    const double range = record.at("range");
    auto input = torch::empty({1, sides[0], sides[1], sides[2]}, torch::kFloat64);
    auto values = input.accessor<double, 4>();
    for (std::int64_t c = 0; c < sides[0]; ++c) {
        for (std::int64_t y = 0; y < sides[1]; ++y) {
            for (std::int64_t x = 0; x < sides[2]; ++x) {
                const auto i = static_cast<double>(y);
                const auto j = static_cast<double>(x);
                values[0][c][y][x] =
                    (0.5 + 0.4 * std::sin(0.37 * i + 0.23 * j + static_cast<double>(c)) * std::cos(0.11 * i - 0.31 * j))
                    * range;
            }
        }
    }
    return input;
}

class NetworkRecord : public testing::TestWithParam<test::ExpectedNetwork> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_FILE(file, test::networksFile("networks_golden.json"));
        record_ = &test::goldenRecord(GetParam().record);
        if (const auto weights = test::weightsFile(GetParam().file); !GetParam().file.empty() && !exists(weights)) {
            GTEST_SKIP() << test::missingData(weights);
        }
        recognition_ = recognise(checkpoint(), test::recordSettings(GetParam().record), card_);
        const auto nearest = recognition_.nearest.value_or(KeyDifference{});
        ASSERT_TRUE(recognition_.network)
            << "closest: " << nearest.architecture << ", missing " << nearest.missing.size() << ", extra "
            << nearest.extra.size() << ", mismatched " << nearest.mismatched.size() << ": "
            << testing::PrintToString(nearest.missing) << testing::PrintToString(nearest.extra)
            << testing::PrintToString(nearest.mismatched);
    }

    /// The published file where the record is one's, else the synthetic fill.
    [[nodiscard]] Checkpoint checkpoint() const {
        if (!GetParam().file.empty()) {
            return readCheckpoint(test::weightsFile(GetParam().file));
        }
        return record_->contains("file") ? readCheckpoint(test::weightsFile(record_->at("file").get<std::string>()))
                                         : test::syntheticCheckpoint(GetParam().record);
    }

    void compare(torch::ScalarType type, double tolerance, double gradientTolerance) {
        const auto& record = *record_;
        auto& network = *recognition_.network;
        network.to(torch::kCPU, type);
        const double wrap = record.value("wrap", 1.0);
        auto input = recordInput(record).to(type).requires_grad_(true);
        const auto output = (network.forward(input * wrap) / wrap).to(torch::kFloat64);
        ASSERT_EQ(output.sizes().vec(), record.at("out_shape").get<std::vector<std::int64_t>>());
        const double mean = record.at("mean");
        const double deviation = record.at("std");
        const double outputTolerance = tolerance * std::max(std::abs(mean), deviation);
        EXPECT_NEAR(output.mean().item<double>(), mean, outputTolerance);
        EXPECT_NEAR(output.std(/*unbiased=*/false).item<double>(), deviation, outputTolerance);
        for (const auto& sample : record.at("samples")) {
            const auto at = [&](std::size_t i) { return sample.at(i).get<std::int64_t>(); };
            EXPECT_NEAR(output[0][at(0)][at(1)][at(2)].item<double>(), sample.at(3).get<double>(), outputTolerance);
        }
        const auto centre = output.narrow(2, output.size(2) / 2 - 2, 4).narrow(3, output.size(3) / 2 - 2, 4)[0].sum();
        const auto gradient = torch::autograd::grad({centre}, {input}).front().to(torch::kFloat64);
        const auto& expected = record.at("grad_center4x4");
        const double scale = expected.at("abs_sum");
        EXPECT_NEAR(gradient.abs().sum().item<double>(), scale, gradientTolerance * scale);
        EXPECT_NEAR(gradient.sum().item<double>(), expected.at("sum").get<double>(), gradientTolerance * scale);
        EXPECT_NEAR(gradient.max().item<double>(), expected.at("max").get<double>(), gradientTolerance * scale);
        if (type == torch::kFloat64) {
            EXPECT_EQ(gradient.argmax().item<std::int64_t>(), expected.at("argmax").get<std::int64_t>());
            EXPECT_EQ(gradient.count_nonzero().item<std::int64_t>(), expected.at("nonzero").get<std::int64_t>());
        }
    }

    const nlohmann::json* record_ = nullptr;
    ModelCard card_;
    Recognition recognition_;
};

TEST_P(NetworkRecord, IsRecognisedWithItsHyperparameters) {
    EXPECT_EQ(card_.architecture, GetParam().architecture);
    EXPECT_EQ(card_.scales.front(), GetParam().scale);
    const test::Hyperparameters found(card_.hyperparameters.begin(), card_.hyperparameters.end());
    for (const auto& [name, value] : GetParam().hyperparameters) {
        ASSERT_TRUE(found.contains(name)) << name;
        EXPECT_EQ(found.at(name), value) << name;
    }
}

TEST_P(NetworkRecord, IsReproducedInFloat64) {
    compare(torch::kFloat64, 1e-9, 1e-9);
}

TEST_P(NetworkRecord, IsReproducedInFloat32) {
    const double tolerance = GetParam().float32Tolerance;
    compare(torch::kFloat32, tolerance, 10.0 * tolerance);  // gradients pass ReLU kinks: a bit decides a whole path
}

TEST_P(NetworkRecord, RegionIsTheCropOfTheWhole) {
    auto& network = *recognition_.network;
    network.to(torch::kCPU, torch::kFloat64);
    const at::NoGradGuard noGradients;
    const auto input = recordInput(*record_);
    const std::int64_t scale = GetParam().scale;
    const auto whole = network.forward(input);
    const auto trunk = network.begin(input);
    const auto width = static_cast<int>(input.size(3));
    const auto height = static_cast<int>(input.size(2));
    const double tolerance = 1e-10 * whole.abs().max().item<double>();
    for (const auto& region :
         {Rect{0, 0, 3, 4}, Rect{3, 2, 4, 5}, Rect{width - 3, height - 4, 3, 4}, Rect{0, 0, width, height}}) {
        const auto part = trunk->finish(region);
        const auto expected =
            whole.narrow(2, region.y * scale, region.height * scale).narrow(3, region.x * scale, region.width * scale);
        ASSERT_EQ(part.sizes(), expected.sizes());
        EXPECT_LE((part - expected).abs().max().item<double>(), tolerance) << region.x << "," << region.y;
    }
}

TEST(NetworkRecords, AreAllExpectedOfSomeFamily) {
    for (const char* sheet : {"networks2_golden.json", "derain_networks.json"}) {
        LAMSCOPE_NEED_FILE(file, test::networksFile(sheet));
        for (const auto& [name, record] : test::networksJson(sheet).items()) {
            const auto isNamed = [&](const test::ExpectedNetwork& expected) { return expected.record == name; };
            EXPECT_TRUE(name.starts_with("_") || std::ranges::any_of(test::expectedNetworks(), isNamed)) << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, NetworkRecord, testing::ValuesIn(test::expectedNetworks()), [](const auto& tested) {
    std::string name = tested.param.record;
    name = name.substr(0, name.find(" ("));
    std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
    return name;
});

}  // namespace
}  // namespace lamscope
