// SPDX-License-Identifier: GPL-3.0-or-later
// Maps at scale 1, and the path from the clean image to the rainy one: γ(α) = B + α(O − B).
#include <algorithm>
#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "base/error.h"
#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "method/lam/lam_context.h"
#include "method/lam/mask_mass.h"
#include "method/lam/path_gradients.h"
#include "method/lam/path_image.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::makeModel;
using test::testImage;
using testing::HasSubstr;

constexpr int rainyWidth = 22;
constexpr int rainyHeight = 18;

bool rainsAt(int x, int y) {
    return (x * 3 + y * 7) % 5 == 0;
}

/// Values of `clean` lie between 0.1 and 0.9: nothing is clipped.
Image rainOn(const Image& clean) {
    auto rainy = clean;
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < clean.height(); ++y) {
            for (int x = 0; x < clean.width(); ++x) {
                rainy.at(c, y, x) += rainsAt(x, y) ? 0.09F : 0.0F;
            }
        }
    }
    return rainy;
}

LamOptions alongRain(const Patch& patch, DetectorKind detector = DetectorKind::Intensity) {
    LamOptions options;
    options.patch = patch;
    options.path = PathKind::Rain;
    options.detector = detector;
    options.context = 0;
    return options;
}

/// The options for every preset and rule that a network without secant rules has.
std::vector<LamOptions> everyRule(const LamOptions& options) {
    auto official = options;
    official.preset = Preset::Official;
    auto paper = options;
    paper.preset = Preset::Paper;
    auto fixed = options;
    fixed.nodes = 4;
    return {official, paper, options, fixed};
}

double attributionAt(const LamResult& result, int channel, int y, int x) {
    return result
        .attribution[static_cast<std::size_t>((channel * result.context.height + y) * result.context.width + x)];
}

SrModel identity() {
    return makeModel([](const torch::Tensor& input) { return input * 1.0; }, 1);
}

/// The mean of 3x3 pixels, zeros around the image.
SrModel boxBlur() {
    return makeModel([](const torch::Tensor& input) { return at::avg_pool2d(input, 3, 1, 1); }, 1);
}

/// How many pixels of a patch lie within one pixel of (x, y), a ninth for each: ∂D/∂γ of the box blur.
double boxGradient(const Patch& patch, int x, int y) {
    int count = 0;
    for (int py = patch.y; py < patch.y + patch.size; ++py) {
        for (int px = patch.x; px < patch.x + patch.size; ++px) {
            count += static_cast<int>(std::abs(px - x) <= 1 && std::abs(py - y) <= 1);
        }
    }
    return count / 9.0;
}

/// The attribution is gradient(x, y)·(O − B), its sum D(f(O)) − D(f(B)).
void expectLinear(const LamResult& result, const Image& clean, const Image& rainy,
                  const std::function<double(int x, int y)>& gradient) {
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < rainyHeight; ++y) {
            for (int x = 0; x < rainyWidth; ++x) {
                const double rain = static_cast<double>(rainy.at(c, y, x)) - clean.at(c, y, x);
                ASSERT_NEAR(attributionAt(result, c, y, x), gradient(x, y) * rain, 1e-6)
                    << c << " " << x << "," << y << " " << result.nodes;
            }
        }
    }
    ASSERT_TRUE(result.completenessError);
    EXPECT_NEAR(*result.completenessError, 0.0, 1e-4);
    EXPECT_TRUE(std::ranges::all_of(result.curves.sigma, [](double sigma) { return std::isnan(sigma); }));
    EXPECT_TRUE(result.warnings.empty());
}

TEST(RainPath, OfTheIdentityAttributesTheRainInThePatch) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const Patch patch{5, 4, 6};
    const auto inPatch = [&](int x, int y) {
        return x >= patch.x && x < patch.x + patch.size && y >= patch.y && y < patch.y + patch.size ? 1.0 : 0.0;
    };
    for (const auto& options : everyRule(alongRain(patch))) {
        expectLinear(computeLam(identity(), rainy, &clean, options).value(), clean, rainy, inPatch);
    }
    int streaks = 0;
    for (int y = patch.y; y < patch.y + patch.size; ++y) {
        for (int x = patch.x; x < patch.x + patch.size; ++x) {
            streaks += static_cast<int>(rainsAt(x, y));
        }
    }
    const auto result = computeLam(identity(), rainy, &clean, alongRain(patch)).value();
    EXPECT_NEAR(result.attributionSum, 3.0 * streaks * 0.09, 1e-5);
    EXPECT_TRUE(std::ranges::equal(result.hr.values(), clean.values()));
}

TEST(RainPath, OfABlurReachesAPixelBeyondThePatch) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const Patch patch{8, 0, 4};
    for (const auto& options : everyRule(alongRain(patch))) {
        expectLinear(computeLam(boxBlur(), rainy, &clean, options).value(), clean, rainy,
                     [&](int x, int y) { return boxGradient(patch, x, y); });
    }
}

// f(x) = x²: the integral is O² − B², which midpoints meet; n right endpoints give 2Bd + d²(n + 1)/n with d = O − B.
TEST(RainPath, IsSampledWhereTheRuleSays) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const auto square = makeModel([](const torch::Tensor& input) { return input.square(); }, 1);
    const auto of = [&](Preset preset, int nodes) {
        auto options = alongRain({0, 0, 16});
        options.preset = preset;
        options.nodes = nodes;
        return computeLam(square, rainy, &clean, options).value();
    };
    const auto official = of(Preset::Official, 5);
    const auto exact = of(Preset::Exact, 3);
    for (int x = 0; x < 16; ++x) {
        const double b = clean.at(1, 2, x);
        const double d = rainy.at(1, 2, x) - b;
        EXPECT_NEAR(attributionAt(official, 1, 2, x), 2.0 * b * d + d * d * 6.0 / 5.0, 1e-6);
        EXPECT_NEAR(attributionAt(exact, 1, 2, x), 2.0 * b * d + d * d, 1e-6);
    }
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(exact.curves.alpha[k], (static_cast<double>(k) + 0.5) / 3.0, 1e-9);  // a straight path
    }
}

TEST(RainPath, ImagesLieBetweenCleanAndRainy) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const auto options = alongRain({0, 0, 4});
    for (const double alpha : {0.0, 0.25, 1.0}) {
        const auto image = pathImage(rainy, clean, options, alpha);
        for (std::size_t i = 0; i < image.values().size(); ++i) {
            const double expected = clean.values()[i] + alpha * (rainy.values()[i] - clean.values()[i]);
            ASSERT_NEAR(image.values()[i], expected, 1e-7) << alpha;
        }
    }
    EXPECT_THROW(static_cast<void>(pathImage(rainy, {}, options, 0.5)), Error);
}

TEST(RainPath, GradientsAreThoseOfItsImages) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const auto square = makeModel([](const torch::Tensor& input) { return input.square(); }, 1);
    const auto gradients = computePathGradients(square, rainy, &clean, alongRain({2, 3, 4}), {0.0, 0.75}).value();
    const auto at = [&](std::size_t i, int y, int x) {
        return gradients[i].map[static_cast<std::size_t>(y * rainyWidth + x)];
    };
    for (const auto& [x, y] : {std::pair{2, 3}, {5, 6}, {4, 4}}) {
        double atClean = 0.0;
        double between = 0.0;
        for (int c = 0; c < Image::channels; ++c) {
            atClean += 2.0 * clean.at(c, y, x);
            between += 2.0 * (0.25 * clean.at(c, y, x) + 0.75 * rainy.at(c, y, x));
        }
        EXPECT_NEAR(at(0, y, x), atClean, 1e-5);
        EXPECT_NEAR(at(1, y, x), between, 1e-5);
    }
    EXPECT_EQ(at(1, 10, 10), 0.0);
}

/// Bends, looks one pixel far, and says so.
SrModel rainyNearModel() {
    ModelCard card;
    card.name = "near";
    card.scale = 1;
    card.receptiveField.radius = 1;
    card.cropping.multiple = 1;
    const auto formula = [](const torch::Tensor& input) {
        return input * at::relu(at::avg_pool2d(input, 3, 1, 1) - 0.3);
    };
    return SrModel(
        std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(formula), card, torch::kCPU));
}

TEST(RainPath, WindowsAndDiMapsGiveTheSameAsTheWhole) {
    const auto clean = testImage(40, 30);
    const auto rainy = rainOn(clean);
    const auto model = rainyNearModel();
    auto options = alongRain({20, 12, 5}, DetectorKind::Gradient);
    options.nodes = 9;
    options.context = 16;
    const auto windowed = computeLam(model, rainy, &clean, options).value();
    const auto whole = computeLam(model, rainy, &clean, options, {}, {}, {.window = false}).value();
    for (std::size_t i = 0; i < whole.attribution.size(); ++i) {
        ASSERT_NEAR(windowed.attribution[i], whole.attribution[i], 1e-5);
    }
    EXPECT_NEAR(windowed.detectorBaseline, whole.detectorBaseline, 1e-4);
    ASSERT_TRUE(windowed.diffusionIndex);

    const auto map = computeDiMap(model, rainy, options, 10, {}, {}, {}, std::make_shared<const Image>(clean)).value();
    for (const auto& cell : map.cells) {
        options.patch = cell.patch;
        const auto probed = computeLam(model, rainy, &clean, options).value();
        ASSERT_TRUE(cell.diffusionIndex);
        EXPECT_NEAR(*cell.diffusionIndex, probed.diffusionIndex.value(), 1e-3);
    }
}

TEST(RainPath, OfAContextWithoutRainIsNotDefined) {
    const auto clean = testImage(40, 30);
    auto rainy = clean;
    rainy.at(0, 29, 39) += 0.05F;
    auto options = alongRain({4, 4, 5});
    options.context = 12;
    const auto result = computeLam(identity(), rainy, &clean, options).value();
    EXPECT_FALSE(result.diffusionIndex);
    EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("equals the clean image within the context")));
}

TEST(RainPath, IsRefusedInWordsWhereItIsNotThere) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const auto options = alongRain({2, 2, 4});
    const auto refused = [&](const SrModel& model, const Image& input, const Image* reference,
                             const std::vector<std::string>& words) {
        test::expectError(ErrorCode::InvalidArgument, words,
                          [&] { static_cast<void>(computeLam(model, input, reference, options)); });
        test::expectError(ErrorCode::InvalidArgument, words, [&] {
            static_cast<void>(computeDiMap(model, input, options, 4, {}, {}, {},
                                           reference != nullptr ? std::make_shared<const Image>(*reference) : nullptr));
        });
    };
    refused(identity(), rainy, nullptr, {"path rain", "clean image", "not known"});
    refused(identity(), clean, &clean, {"path rain", "no rain"});
    const auto large = testImage(2 * rainyWidth, 2 * rainyHeight);
    refused(test::bicubicModel(2), rainy, &large, {"path rain", "enlarges 2 times"});
    refused(identity(), rainy, &large, {"reference", "44x36", "22x18"});
}

TEST(SharedPaths, AreSharedByNetworksThatStartAtTheSameCleanImage) {
    const auto rainy = std::make_shared<const Image>(rainOn(testImage(rainyWidth, rainyHeight)));
    const auto clean = std::make_shared<const Image>(testImage(rainyWidth, rainyHeight));
    const auto other = std::make_shared<const Image>(testImage(rainyWidth, rainyHeight));
    SharedPaths paths;
    const Rect region{2, 2, 10, 10};
    const auto of = [&](const std::shared_ptr<const Image>& from, const LamOptions& options) {
        return paths.pathFor(rainy, from, region, options, {});
    };
    const auto rain = of(clean, alongRain({}));
    EXPECT_EQ(of(clean, alongRain({})), rain);
    EXPECT_NE(of(other, alongRain({})), rain);
    const auto blur = of(clean, {});
    EXPECT_NE(blur, rain);
    EXPECT_EQ(of(nullptr, {}), blur);  // which does not depend on it
}

TEST(MaskMass, IsThatOfTheContext) {
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    PixelMask mask{.width = rainyWidth, .height = rainyHeight};
    for (int y = 0; y < rainyHeight; ++y) {
        for (int x = 0; x < rainyWidth; ++x) {
            mask.pixels.push_back(rainsAt(x, y) ? 1 : 0);
        }
    }
    auto options = alongRain({9, 7, 4});
    options.context = 10;
    auto result = computeLam(boxBlur(), rainy, &clean, options).value();
    EXPECT_FALSE(result.maskMassRatio);
    addMaskMass(result, {});
    EXPECT_FALSE(result.maskMassRatio);
    addMaskMass(result, mask);
    // All of the map lies under the mask: the ratio is the area over the mask's, as it is in the context.
    int covered = 0;
    for (int y = result.context.y; y < result.context.y + 10; ++y) {
        for (int x = result.context.x; x < result.context.x + 10; ++x) {
            covered += static_cast<int>(rainsAt(x, y));
        }
    }
    ASSERT_TRUE(result.maskMassRatio);
    EXPECT_NEAR(*result.maskMassRatio, 100.0 / covered, 1e-4);
}

TEST(ScaleOne, TorchScriptGivesTheMapOfItsFormula) {
    const test::TemporaryFolder folder;
    const auto file = folder / "blur.pt";
    torch::jit::Module script("blur");
    script.define("def forward(self, x):\n    return torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1])\n");
    script.save(file.string());
    const auto model = loadModel({.file = file, .settings = {}});
    EXPECT_EQ(model.card().scale, 1);
    const auto clean = testImage(rainyWidth, rainyHeight);
    const auto rainy = rainOn(clean);
    const Patch patch{6, 6, 8};
    for (const auto& options : everyRule(alongRain(patch))) {
        expectLinear(computeLam(model, rainy, &clean, options).value(), clean, rainy,
                     [&](int x, int y) { return boxGradient(patch, x, y); });
    }
}

/// Families of scale 1 with a record.
class ScaleOneFamilies : public testing::TestWithParam<std::string> {};

// Every path: finite, the sum as it must be, nothing beyond the reach; a box is as large on the input.
TEST_P(ScaleOneFamilies, KeepWhatLamPromises) {
    LAMSCOPE_NEED_FILE(records, test::networksFile("networks2_golden.json"));
    auto network = test::recogniseInFloat64(test::syntheticCheckpoint(GetParam()));
    network.card.scale = network.scale;
    const auto reach = network.card.receptiveField;
    const SrModel model(std::make_unique<SrModel::Implementation>(std::move(network.network), std::move(network.card),
                                                                  torch::kCPU, torch::kFloat64));
    ASSERT_EQ(model.card().scale, 1);
    ASSERT_TRUE(model.hasSecantRules());
    const auto clean = testImage(48, 36);
    const auto rainy = rainOn(clean);
    for (const auto path : {PathKind::Blur, PathKind::Black, PathKind::BlurredLinear, PathKind::Rain}) {
        auto options = alongRain({30, 20, 6}, DetectorKind::Gradient);
        options.path = path;
        options.nodes = 3;
        const auto result = computeLam(model, rainy, &clean, options).value();
        EXPECT_EQ(result.nonfiniteGradients, 0);
        EXPECT_TRUE(isExactSum(result)) << toString(path);
        EXPECT_EQ(result.sr.width(), 48);
        EXPECT_TRUE(result.psnr);
        ASSERT_TRUE(result.diffusionIndex);
        for (int y = 0; y < 36 && !reach.global && reach.radius; ++y) {
            for (int x = 0; x < 48; ++x) {
                const int far = std::max({30 - x, x - 36, 20 - y, y - 26});
                if (far > *reach.radius) {
                    ASSERT_EQ(result.map[static_cast<std::size_t>(y * 48 + x)], 0.0) << x << "," << y;
                }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Records, ScaleOneFamilies,
                         testing::Values("Compact 32x4 x1 leakyrelu (synthetic)",
                                         "RealPLKSR 24x2 dysample x1 (synthetic)",
                                         "SPANPlus 24ch conv x1 blocks 1,2 (synthetic, unfused keys)"),
                         test::recordTestName);

}  // namespace
}  // namespace lamscope
