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
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using Hyperparameters = std::map<std::string, std::string>;

struct Expected {
    const char* record;
    const char* architecture;
    int scale;
    Hyperparameters hyperparameters;  // from the record's configuration
    double float32Tolerance = 1e-4;   // of the output's standard deviation
};

void PrintTo(const Expected& expected, std::ostream* stream) {
    *stream << expected.record;
}

const std::vector<Expected>& expectations() {
    static const std::vector<Expected> all{
        {"CARN multi-scale x4 (synthetic)", "CARN", 4, {{"features", "64"}, {"groups", "1"}}},
        {"SPAN 48ch x4 (synthetic, unfused keys)", "SPAN", 4, {{"features", "48"}, {"blocks", "6"}}},
        {"EDSR baseline x4 (synthetic; LAM_Demo class)", "EDSR", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"RCAN x4 (synthetic; LAM_Demo class)",
         "RCAN",
         4,
         {{"features", "64"}, {"residual groups", "10"}, {"blocks per group", "20"}, {"reduction", "16"}}},
        {"RNAN x4 (synthetic; LAM_Demo class)", "RNAN", 4, {{"features", "64"}, {"residual groups", "10"}}},
        {"DRLN x4 (synthetic; LAM_Demo class)", "DRLN", 4, {{"features", "64"}, {"blocks", "20"}}},
        {"RRDBNet x4 (synthetic; LAM_Demo class)",
         "RRDBNet",
         4,
         {{"features", "64"}, {"blocks", "23"}, {"growth", "32"}}},
        {"SAN x4 (synthetic; LAM_Demo class)",
         "SAN",
         4,
         {{"features", "64"}, {"residual groups", "20"}, {"blocks per group", "10"}, {"reduction", "16"}},
         1e-3},
        {"DBPN T=7 x4 (synthetic)", "DBPN", 4, {{"features", "256"}, {"base filters", "64"}, {"stages", "7"}}},
        {"SRResNet twtygqyy x4 (synthetic)", "SRResNet", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"MSRResNet BasicSR x4 (synthetic)", "MSRResNet", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"RDN yjn870 x4 (synthetic)",
         "RDN",
         4,
         {{"features", "64"}, {"blocks", "16"}, {"layers per block", "8"}, {"growth", "64"}}},
        {"RDN EDSR-framework x4 (synthetic)",
         "RDN",
         4,
         {{"features", "64"}, {"blocks", "16"}, {"layers per block", "8"}, {"growth", "64"}}},
        {"DDBPN EDSR-framework x4 (synthetic)",
         "DDBPN",
         4,
         {{"features", "128"}, {"reduced features", "32"}, {"depth", "6"}}},
        {"MSRN x4 (synthetic)", "MSRN", 4, {{"features", "64"}, {"blocks", "8"}}},
        {"CSNLN x4 (synthetic)", "CSNLN", 4, {{"features", "128"}, {"depth", "12"}}},
        {"SwinIR-S x4 lightweight (synthetic)",
         "SwinIR",
         4,
         {{"embedding", "60"},
          {"depths", "6 6 6 6"},
          {"heads", "6"},
          {"window", "8"},
          {"upsampler", "pixelshuffledirect"}}},
        {"SwinIR tiny real-type x4: depths 2,2 dim 24 heads 3 (synthetic)",
         "SwinIR",
         4,
         {{"embedding", "24"}, {"depths", "2 2"}, {"heads", "3"}, {"window", "8"}, {"upsampler", "nearest+conv"}}},
        {"HAT-S x4 (synthetic)",
         "HAT",
         4,
         {{"embedding", "144"},
          {"depths", "6 6 6 6 6 6"},
          {"heads", "6"},
          {"window", "16"},
          {"compression", "24"},
          {"squeeze", "24"}}},
        {"DAT-light x4 (synthetic)",
         "DAT",
         4,
         {{"embedding", "60"},
          {"depths", "18"},
          {"heads", "6"},
          {"split", "8x32"},
          {"upsampler", "pixelshuffledirect"}}},
        {"DAT small x4: split 8x16, depth 6,6, dim 60 (synthetic)",
         "DAT",
         4,
         {{"embedding", "60"}, {"depths", "6 6"}, {"heads", "6"}, {"split", "8x16"}, {"upsampler", "pixelshuffle"}}},
        {"DAT small x4: split 8x16, depth 4,2, dim 96 heads 4, BN statistics filled (synthetic)",
         "DAT",
         4,
         {{"embedding", "96"}, {"depths", "4 2"}, {"heads", "4"}, {"split", "8x16"}, {"upsampler", "pixelshuffle"}}},
        {"SAFMN x4 (synthetic)", "SAFMN", 4, {{"features", "36"}, {"blocks", "8"}}},
        {"SRCNN 9-5-5 Y (synthetic)", "SRCNN", 1, {{"kernels", "9-5-5"}, {"features", "64-32"}}},
        {"fsrcnn_x4.pth", "FSRCNN", 4, {{"features", "56"}, {"shrunk features", "12"}, {"mapping layers", "4"}}},
        {"lapsrn_x2x4.pth (x4 output)", "LapSRN", 4, {{"features", "64"}, {"levels", "2"}, {"layers per level", "10"}}},
    };
    return all;
}

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

class NetworkRecord : public testing::TestWithParam<Expected> {
protected:
    void SetUp() override {
        const auto file = test::networksFile("networks_golden.json");
        if (!std::filesystem::exists(file)) {
            if (test::dataRequired()) {
                GTEST_FAIL() << test::missingData(file);
            }
            GTEST_SKIP() << test::missingData(file);
        }
        record_ = &test::networksJson("networks_golden.json").at(GetParam().record);
        ModelSettings settings;
        if (GetParam().scale != 4) {
            settings.scale = GetParam().scale;
        }
        recognition_ = recognise(checkpoint(), settings, card_);
        ASSERT_TRUE(recognition_.network)
            << "closest: " << recognition_.nearest->architecture << ", missing " << recognition_.nearest->missing.size()
            << ", extra " << recognition_.nearest->extra.size() << ", mismatched "
            << recognition_.nearest->mismatched.size() << ": " << testing::PrintToString(recognition_.nearest->missing)
            << testing::PrintToString(recognition_.nearest->extra)
            << testing::PrintToString(recognition_.nearest->mismatched);
    }

    /// The published file where the record is one's, else the synthetic fill.
    [[nodiscard]] Checkpoint checkpoint() const {
        return record_->contains("file")
                   ? readCheckpoint(test::dataFile("weights/" + record_->at("file").get<std::string>()))
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
    const Hyperparameters found(card_.hyperparameters.begin(), card_.hyperparameters.end());
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

INSTANTIATE_TEST_SUITE_P(All, NetworkRecord, testing::ValuesIn(expectations()), [](const auto& tested) {
    std::string name = tested.param.record;
    name = name.substr(0, name.find(" ("));
    std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
    return name;
});

}  // namespace
}  // namespace lamscope
