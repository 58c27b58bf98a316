// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/lpips.h"

#include <cmath>
#include <fstream>
#include <future>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "image/resize.h"
#include "metrics/lpips_network.h"
#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/lpips_weights.h"
#include "support/test_data.h"

namespace lamscope::lpips_test {
namespace {

using test::NamedTensors;

torch::Tensor tensorOf(const Image& image) {
    const auto values = torch::tensor(std::vector<float>(image.values().begin(), image.values().end()));
    return values.to(torch::kFloat64).view({1, Image::channels, image.height(), image.width()});
}

/// Levels of 8 bits as a division in float64 has them.
torch::Tensor levelsOf(const Image& image) {
    return tensorOf(image).mul(255.0).round().div(255.0);
}

Image imageOf(const torch::Tensor& tensor) {
    Image image(static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2)));
    const auto values = tensor.to(torch::kFloat32).contiguous();
    std::copy_n(values.data_ptr<float>(), image.values().size(), image.values().begin());
    return image;
}

/// The drawn pattern of the record, with another phase in the sine.
torch::Tensor patternOf(std::int64_t width, std::int64_t height, double phase) {
    auto pattern = torch::empty({1, Image::channels, height, width}, torch::kFloat64);
    auto values = pattern.accessor<double, 4>();
    for (std::int64_t c = 0; c < Image::channels; ++c) {
        for (std::int64_t y = 0; y < height; ++y) {
            for (std::int64_t x = 0; x < width; ++x) {
                const auto i = static_cast<double>(y);
                const auto j = static_cast<double>(x);
                values[0][c][y][x] = 0.5
                                     + 0.4 * std::sin(0.37 * i + 0.23 * j + static_cast<double>(c) + phase)
                                           * std::cos(0.11 * i - 0.31 * j);
            }
        }
    }
    return pattern;
}

/// LPIPS against the authors' package in float64, with its linear weights and convolutions by the portable rule.
class LpipsRecords : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(file, "golden/methods/lpips.json");
        std::ifstream stream(file);
        const auto golden = nlohmann::json::parse(stream);
        files_ = {.network = folder_.write("alexnet.safetensors", test::safetensorsFile(test::alexNetTensors())),
                  .linear = folder_.write("alex.safetensors", test::safetensorsFile(linearOf(golden.at("linear"))))};
        records_ = golden.at("records");
        ASSERT_EQ(records_.size(), 4U);
    }

    /// All linear weights of the golden file, those under second names too, as the package's own files have them.
    static NamedTensors linearOf(const nlohmann::json& linear) {
        NamedTensors tensors;
        for (const auto& [name, weights] : linear.items()) {
            const auto values = weights.get<std::vector<float>>();
            tensors.emplace_back(
                name, TensorData{.shape = {1, std::ssize(values), 1, 1}, .values = values, .dtype = "float32"});
        }
        return tensors;
    }

    /// The two images of a record, 2 x 3 x h x w in float64.
    static torch::Tensor pairOf(const nlohmann::json& record) {
        const auto width = record.at("size").at(0).get<int>();
        const auto height = record.at("size").at(1).get<int>();
        if (!record.contains("enlarged_by_pillow_bicubic_from_1_over")) {
            return torch::cat({patternOf(width, height, 0.0), patternOf(width, height, 0.2)});
        }
        const auto image = readImage(test::dataFile("images/" + record.at("image").get<std::string>())).image;
        const auto factor = record.at("enlarged_by_pillow_bicubic_from_1_over").get<int>();
        EXPECT_EQ(image.width(), width);
        EXPECT_EQ(image.height(), height);
        const auto enlarged = resizeBicubicPillow(reduceBicubicPillow(image, factor), width, height);
        return torch::cat({levelsOf(image), levelsOf(enlarged)});
    }

    test::TemporaryFolder folder_;
    LpipsFiles files_;
    nlohmann::json records_;
};

TEST_F(LpipsRecords, AreReproducedLayerByLayerInFloat64) {
    LpipsNetwork network(files_);
    network.to(torch::kCPU, torch::kFloat64);
    for (const auto& record : records_) {
        const auto name = record.at("image").get<std::string>();
        const auto pair = pairOf(record);
        if (record.contains("mean_of_enlarged")) {
            EXPECT_NEAR(pair[1].mean().item<double>(), record.at("mean_of_enlarged").get<double>(), 1e-12) << name;
        }
        const auto layers = network.distances(pair);
        double sum = 0.0;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            EXPECT_NEAR(layers[i], record.at("layers").at(i).get<double>(), 1e-9) << name << ", layer " << i;
            sum += layers[i];
        }
        EXPECT_NEAR(sum, record.at("lpips").get<double>(), 1e-9) << name;
    }
}

TEST_F(LpipsRecords, AreReproducedFromImages) {
    const Lpips lpips(files_);
    for (const auto& record : records_) {
        const auto pair = pairOf(record);
        EXPECT_NEAR(lpips.distance(imageOf(pair.narrow(0, 0, 1)), imageOf(pair.narrow(0, 1, 1))),
                    record.at("lpips").get<double>(), 1e-5)
            << record.at("image");
    }
}

TEST(Lpips, IsADistance) {
    const test::TemporaryFolder folder;
    const Lpips lpips(test::writeLpipsFiles(folder));
    const auto image = drawScene(64);
    const auto little = resizeBicubicPillow(reduceBicubicPillow(image, 2), 64, 64);
    const auto much = resizeBicubicPillow(reduceBicubicPillow(image, 8), 64, 64);
    EXPECT_EQ(lpips.distance(image, image), 0.0);
    EXPECT_GT(lpips.distance(image, little), 0.0);
    EXPECT_GT(lpips.distance(image, much), lpips.distance(image, little));
    EXPECT_NEAR(lpips.distance(much, image), lpips.distance(image, much), 1e-7);
}

TEST(Lpips, LeavesTheBorderOut) {
    const test::TemporaryFolder folder;
    const Lpips lpips(test::writeLpipsFiles(folder));
    const auto image = drawScene(64);
    const auto blurred = resizeBicubicPillow(reduceBicubicPillow(image, 4), 64, 64);
    const Rect inside{5, 5, 54, 54};
    EXPECT_EQ(lpips.distance(image, blurred, 5), lpips.distance(image.cropped(inside), blurred.cropped(inside)));
}

TEST(Lpips, IsLinearInTheLinearWeights) {
    const test::TemporaryFolder folder;
    const test::TemporaryFolder other;
    const auto image = drawScene(64);
    const auto blurred = resizeBicubicPillow(reduceBicubicPillow(image, 4), 64, 64);
    const double single = Lpips(test::writeLpipsFiles(folder, 0.125F)).distance(image, blurred);
    EXPECT_NEAR(Lpips(test::writeLpipsFiles(other, 0.5F)).distance(image, blurred), 4.0 * single, 1e-5 * single);
}

TEST(Lpips, OfGreyImagesIsThatOfThreeEqualPlanes) {
    const test::TemporaryFolder folder;
    const Lpips lpips(test::writeLpipsFiles(folder));
    const auto scene = drawScene(48);
    Image grey(48, 48);
    for (int channel = 0; channel < Image::channels; ++channel) {
        std::ranges::copy(scene.plane(1), grey.plane(channel).begin());
    }
    folder.write("grey.pgm", [&] {
        std::string text = "P5\n48 48\n255\n";
        for (const float value : scene.plane(1)) {
            text += static_cast<char>(static_cast<unsigned char>(std::lround(value * 255.0F)));
        }
        return text;
    }());
    const auto read = readImage(folder / "grey.pgm").image;
    EXPECT_NEAR(lpips.distance(read, scene), lpips.distance(grey, scene), 1e-5);
    EXPECT_GT(lpips.distance(read, scene), 1e-4);
}

TEST(Lpips, NeedsImagesThatCanBeCompared) {
    const test::TemporaryFolder folder;
    const Lpips lpips(test::writeLpipsFiles(folder));
    const auto image = drawScene(64);
    const Image smallest(Lpips::smallestSide, Lpips::smallestSide);
    EXPECT_EQ(lpips.distance(smallest, smallest), 0.0);
    const auto expectRefused = [&](const Image& first, const Image& second, const std::string& expected,
                                   int border = 0) {
        test::expectError(ErrorCode::InvalidArgument, {"LPIPS", expected},
                          [&] { static_cast<void>(lpips.distance(first, second, border)); });
    };
    const Image narrow(Lpips::smallestSide - 1, 64);
    expectRefused(narrow, narrow, "found 30x64");
    expectRefused(image, smallest, "64x64 and 31x31");
    expectRefused(image, image, "border of 17", 17);
    expectRefused(image, image, "border of -1", -1);
    EXPECT_EQ(lpips.distance(image, image, 16), 0.0);
    auto broken = image;
    broken.at(2, 5, 7) = std::numeric_limits<float>::quiet_NaN();
    expectRefused(image, broken, "NaN");
}

TEST(Lpips, NamesWhatIsWrongWithAFile) {
    const test::TemporaryFolder folder;
    const auto good = test::writeLpipsFiles(folder);
    const auto expectRefused = [](const LpipsFiles& files, const std::vector<std::string>& expected) {
        test::expectError(ErrorCode::BadFile, expected, [&] { const Lpips lpips(files); });
    };
    const auto network = [&](const NamedTensors& tensors) {
        return LpipsFiles{.network = folder.write("bad.safetensors", test::safetensorsFile(tensors)),
                          .linear = good.linear};
    };
    const auto linear = [&](const NamedTensors& tensors) {
        return LpipsFiles{.network = good.network,
                          .linear = folder.write("bad.safetensors", test::safetensorsFile(tensors))};
    };
    expectRefused({.network = good.linear, .linear = good.network},
                  {"alex.safetensors", "found no features.0.weight but lin0.model.1.weight", "torchvision's AlexNet"});
    expectRefused({.network = good.network, .linear = good.network},
                  {"alexnet.safetensors", "found no lin0.model.1.weight but features.0.weight", "LPIPS 0.1"});
    auto tensors = test::alexNetTensors();
    tensors.front().second = test::zeros({64, 3, 3, 3});  // VGG's
    expectRefused(network(tensors), {"bad.safetensors", "found features.0.weight of 64x3x3x3", "(64x3x11x11)"});
    tensors = test::alexNetTensors();
    tensors[3].second.values[7] = std::numeric_limits<float>::infinity();
    expectRefused(network(tensors), {"bad.safetensors", "infinity in features.3.bias"});
    expectRefused(linear(test::linearTensors([](std::size_t layer, std::size_t channel) {
                      return layer == 2 && channel == 300 ? -0.1F : 0.1F;
                  })),
                  {"bad.safetensors", "negative values in lin2.model.1.weight"});
    expectRefused({.network = folder / "absent.pth", .linear = good.linear}, {"absent.pth"});
    expectRefused({.network = folder.write("text.pth", "no weights"), .linear = good.linear}, {"text.pth"});
}

TEST(Lpips, MayBeUsedByManyThreads) {
    const test::TemporaryFolder folder;
    const Lpips lpips(test::writeLpipsFiles(folder));
    const auto image = drawScene(64);
    const auto blurred = resizeBicubicPillow(reduceBicubicPillow(image, 4), 64, 64);
    const double alone = lpips.distance(image, blurred);
    std::vector<std::future<double>> others;
    for (int i = 0; i < 4; ++i) {
        others.push_back(std::async(std::launch::async, [&] { return lpips.distance(image, blurred); }));
    }
    for (auto& other : others) {
        EXPECT_NEAR(other.get(), alone, 1e-7);
    }
}

}  // namespace
}  // namespace lamscope::lpips_test
