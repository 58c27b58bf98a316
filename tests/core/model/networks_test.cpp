// SPDX-License-Identifier: GPL-3.0-or-later
// The native networks on published weights, in float64, against records of the original authors' classes: output
// statistics, single pixels, and input gradients (see the data folder's README).
#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

struct Record {
    const char* weights;
    int scale;
    double range;
    double mean;
    double deviation;
    std::array<double, 4> samples;  // at (0,0,0), (2,H/2,W/2), (0,H-1,W-1), (0,1,W/3)
    double gradientAbsoluteSum;
    double gradientSum;
    double gradientMaximum;
    std::int64_t gradientArgmax;
};

// Float64 evaluations of the authors' classes on x[c,i,j] = 0.5 + 0.4 sin(0.37 i + 0.23 j + c) cos(0.11 i - 0.31 j),
// 24x20, times the range; gradients of the sum of the central 4x4 output pixels.
const std::array records{
    Record{"imdn_x4.pth",
           4,
           1.0,
           0.5052801269515594,
           0.20045863003033237,
           {0.4687712178485822, 0.4583339837867456, 0.3355083072006738, 0.36872179484016754},
           158.38696109918354,
           47.94376666579997,
           6.557678285754867,
           1189},
    Record{"imdn_x2.pth",
           2,
           1.0,
           0.5053071758553469,
           0.20041158153760752,
           {0.45980270284022257, 0.4534192252758264, 0.33717483006237403, 0.368356771632309},
           56.29090255779398,
           47.99938371425864,
           4.038215072807629,
           1189},
    Record{"rfdn_aim_x4.pth",
           4,
           255.0,
           128.84149092545076,
           51.055982165050224,
           {122.53397014425721, 116.65865835698061, 85.67082629612204, 93.34712939363153},
           180.3331662849521,
           47.868942893910614,
           8.156471583660704,
           709},
    Record{"pan_x4.pth",
           4,
           1.0,
           0.5054515677875802,
           0.20056831737556963,
           {0.4639880696267194, 0.4592900080667771, 0.36920570651537044, 0.3735663527766126},
           173.2213635533721,
           47.938511503855274,
           7.516538218040738,
           1189},
    Record{"carn_m.pth",
           2,
           1.0,
           0.5050694318650408,
           0.20041082897025841,
           {0.4791194712093804, 0.45400061800727853, 0.350060518516847, 0.3655642855522815},
           60.73258874119653,
           48.096221208062275,
           4.344123186255186,
           729},
    Record{"carn_m.pth",
           3,
           1.0,
           0.5053783156882146,
           0.2001554275825136,
           {0.48613776965266564, 0.4562718678531313, 0.3537404444493669, 0.349862540333622},
           116.42208616686352,
           45.835895045245834,
           5.888090660069655,
           250},
    Record{"carn_m.pth",
           4,
           1.0,
           0.5054262282793451,
           0.19955562161357507,
           {0.45096022054717677, 0.45857313873409006, 0.36027217801333933, 0.3718054734763168},
           147.95613064558674,
           45.02255159228141,
           7.073868180194504,
           250},
    Record{"rlfn_x4_ntire2022.pth",
           4,
           255.0,
           128.86044054521457,
           51.09145117239292,
           {119.67925793252124, 116.83657092454497, 84.506485264671, 93.49505320924759},
           155.2737583723244,
           47.99097801960055,
           6.333423164921947,
           1189},
    Record{"bsrn_x4_ntire2022.pth",
           4,
           1.0,
           0.5052642399172105,
           0.20069697878214646,
           {0.4724275772074649, 0.4584644740247621, 0.3608305189408962, 0.36651685546767565},
           159.074434436632,
           48.0295818464333,
           7.269595688426544,
           709},
};

torch::Tensor probeInput(double range) {
    auto input = torch::empty({1, 3, 24, 20}, torch::kFloat64);
    auto values = input.accessor<double, 4>();
    for (int c = 0; c < 3; ++c) {
        for (int i = 0; i < 24; ++i) {
            for (int j = 0; j < 20; ++j) {
                values[0][c][i][j] =
                    (0.5 + 0.4 * std::sin(0.37 * i + 0.23 * j + c) * std::cos(0.11 * i - 0.31 * j)) * range;
            }
        }
    }
    return input;
}

class PublishedNetwork : public testing::TestWithParam<Record> {};

TEST_P(PublishedNetwork, ReproducesTheAuthorsClassInFloat64) {
    const auto& record = GetParam();
    LAMSCOPE_NEED_DATA(file, std::string("weights/") + record.weights);
    const auto model = test::inFloat64(loadModel(test::specOf(file, ":scale=" + std::to_string(record.scale))));
    const auto& network = model.implementation().network();

    auto input = probeInput(record.range).requires_grad_(true);
    const auto output = network.forward(input);
    const auto height = output.size(2);
    const auto width = output.size(3);
    ASSERT_EQ(height, 24 * record.scale);
    ASSERT_EQ(width, 20 * record.scale);

    const double tolerance = 1e-9 * std::max(std::abs(record.mean), record.deviation);
    EXPECT_NEAR(output.mean().item<double>(), record.mean, tolerance);
    EXPECT_NEAR(output.std(/*unbiased=*/false).item<double>(), record.deviation, tolerance);
    const auto at = [&](int c, std::int64_t y, std::int64_t x) { return output[0][c][y][x].item<double>(); };
    EXPECT_NEAR(at(0, 0, 0), record.samples[0], tolerance);
    EXPECT_NEAR(at(2, height / 2, width / 2), record.samples[1], tolerance);
    EXPECT_NEAR(at(0, height - 1, width - 1), record.samples[2], tolerance);
    EXPECT_NEAR(at(0, 1, width / 3), record.samples[3], tolerance);

    const auto centre = output.narrow(2, height / 2 - 2, 4).narrow(3, width / 2 - 2, 4).sum();
    const auto gradient = torch::autograd::grad({centre}, {input}).front();
    const double gradientTolerance = 1e-9 * record.gradientAbsoluteSum;
    EXPECT_NEAR(gradient.abs().sum().item<double>(), record.gradientAbsoluteSum, gradientTolerance);
    EXPECT_NEAR(gradient.sum().item<double>(), record.gradientSum, gradientTolerance);
    EXPECT_NEAR(gradient.max().item<double>(), record.gradientMaximum, gradientTolerance);
    EXPECT_EQ(gradient.argmax().item<std::int64_t>(), record.gradientArgmax);
}

INSTANTIATE_TEST_SUITE_P(Weights, PublishedNetwork, testing::ValuesIn(records), [](const auto& tested) {
    std::string name = tested.param.weights;
    return name.substr(0, name.find('.')) + "_at_x" + std::to_string(tested.param.scale);
});

TEST_P(PublishedNetwork, RegionIsTheCropOfTheWhole) {
    const auto& record = GetParam();
    LAMSCOPE_NEED_DATA(file, std::string("weights/") + record.weights);
    const auto model = test::inFloat64(loadModel(test::specOf(file, ":scale=" + std::to_string(record.scale))));
    const auto& network = model.implementation().network();
    const at::NoGradGuard noGradients;
    const auto input = probeInput(record.range);
    const std::int64_t scale = record.scale;
    const auto whole = network.forward(input);
    for (const auto& region : {Rect{0, 0, 5, 5}, Rect{7, 9, 4, 6}, Rect{17, 20, 3, 4}, Rect{0, 0, 20, 24}}) {
        const auto part = network.begin(input)->finish(region);
        const auto expected =
            whole.narrow(2, region.y * scale, region.height * scale).narrow(3, region.x * scale, region.width * scale);
        ASSERT_EQ(part.sizes(), expected.sizes());
        EXPECT_LT((part - expected).abs().max().item<double>(), 1e-12 * record.range) << region.x << "," << region.y;
    }
}

TEST(BicubicNetwork, ReproducesACubicPolynomialsNeighbourhood) {
    // Cubic convolution with a = -1/2 reproduces quadratics exactly away from the border (Keys 1981).
    const auto model = test::bicubicModel(4);
    Image lr(12, 12);
    const auto quadratic = [](double x, double y) {
        return 0.1 + 0.01 * x + 0.002 * x * x + 0.003 * x * y + 0.001 * y * y;
    };
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < 12; ++y) {
            for (int x = 0; x < 12; ++x) {
                lr.at(c, y, x) = static_cast<float>(quadratic(x, y));
            }
        }
    }
    const auto sr = *model.upscale(lr);
    for (int y = 12; y < 36; ++y) {
        for (int x = 12; x < 36; ++x) {
            EXPECT_NEAR(sr.at(1, y, x), quadratic((x + 0.5) / 4.0 - 0.5, (y + 0.5) / 4.0 - 0.5), 1e-6);
        }
    }
}

}  // namespace
}  // namespace lamscope
