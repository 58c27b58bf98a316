// SPDX-License-Identifier: GPL-3.0-or-later
// The measures of seven restorations of a formula background, against an independent evaluation in float64.
#include <cmath>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "method/restoration/restoration_measures.h"
#include "support/test_data.h"

namespace lamscope::restoration_golden_test {
namespace {

constexpr int width = 72;
constexpr int height = 64;

/// The image formula of the records of networks, times a factor.
RealImage formulaImage(double factor) {
    RealImage image{.width = width, .height = height};
    for (int c = 0; c < Image::channels; ++c) {
        for (int i = 0; i < height; ++i) {
            for (int j = 0; j < width; ++j) {
                image.values.push_back(
                    factor * (0.5 + 0.4 * std::sin(0.37 * i + 0.23 * j + c) * std::cos(0.11 * i - 0.31 * j)));
            }
        }
    }
    return image;
}

/// What `valueOf` makes of the values of two images at each place.
RealImage made(const RealImage& first, const RealImage& second, const std::function<double(double, double)>& valueOf) {
    RealImage result{.width = width, .height = height};
    for (std::size_t i = 0; i < first.values.size(); ++i) {
        result.values.push_back(valueOf(first.values[i], second.values[i]));
    }
    return result;
}

TEST(RestorationRecords, MeasuresAreThoseOfTheRecords) {
    LAMSCOPE_NEED_DATA(file, "golden/methods/derain_metrics.json");
    LAMSCOPE_NEED_DATA(layerFile, "golden/methods/derain_rain_small.npy");
    const auto document = nlohmann::json::parse(std::ifstream(file));
    const auto layer = readNpy(layerFile).values;
    ASSERT_EQ(layer.size(), static_cast<std::size_t>(width * height));
    RealImage rain{.width = width, .height = height};
    for (int c = 0; c < Image::channels; ++c) {
        for (const double level : layer) {
            rain.values.push_back(0.4 * level / 255.0);
        }
    }
    const auto clean = formulaImage(0.6);
    const auto rainy = made(clean, rain, std::plus<>());
    const auto mask = layerMask(rain, 0.0);
    auto spoilt = rainy;
    for (std::size_t i = 0; i < spoilt.values.size(); ++i) {
        spoilt.values[i] = mask.pixels[i % mask.pixels.size()] != 0 ? rainy.values[i] : clean.values[i] + 0.1;
    }
    const auto with = [&](double share) {
        return made(clean, rain, [share](double background, double drop) { return background + share * drop; });
    };
    const std::vector<std::pair<std::string, RealImage>> restorations{
        {"copy (P = O)", rainy},
        {"oracle (P = B)", clean},
        {"half (P = B + R/2)", with(0.5)},
        {"offset (P = O - 0.1)", made(rainy, rain, [](double value, double) { return value - 0.1; })},
        {"background spoilt outside (P = B + 0.1 outside the mask, O inside)", spoilt},
        {"over-removal (P = B - R/4)", with(-0.25)},
        {"Gaussian blur of O, 13 taps, sigma 2, reflect-101", blurred(rainy, 2.0)}};
    const auto& records = document.at("records");
    ASSERT_EQ(records.size(), restorations.size());
    for (const auto& [name, restored] : restorations) {
        SCOPED_TRACE(name);
        const auto& record = records.at(name);
        const double tolerance = name.starts_with("Gaussian") ? 1e-9 : 1e-12;
        const auto moments = restorationMoments(rainy, clean, restored, mask);
        const auto measures = restorationMeasures({&moments, 1});
        const auto expect = [&](const char* key, const std::optional<double>& value) {
            SCOPED_TRACE(key);
            if (record.at(key).is_null()) {
                EXPECT_FALSE(value.has_value());
            } else {
                ASSERT_TRUE(value.has_value());
                EXPECT_NEAR(*value, record.at(key).get<double>(), tolerance);
            }
        };
        expect("E_R", measures.er);
        expect("E_B", measures.eb);
        expect("rain_residual", measures.residual);
        expect("removed_projection", measures.removedProjection);
        expect("removed_slope", measures.removedSlope);
        expect("psnr_rgb", measures.psnr);
        EXPECT_NEAR(measures.rainRms.value(), document.at("rms_rain_in_mask").get<double>(), 1e-12);
    }
}

}  // namespace
}  // namespace lamscope::restoration_golden_test
