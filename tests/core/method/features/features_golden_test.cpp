// SPDX-License-Identifier: GPL-3.0-or-later
// Features of three networks on 120 patches against records of their float64 evaluation (srga.json and ddr.json). The
// same evaluation in float32 is recorded to differ by at most 1.1e-7 in σ, 1.3e-7 in traces and 8e-7 in ratios.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "method/features/ddr.h"
#include "method/features/feature_grams.h"
#include "method/features/srga.h"
#include "method/features/tap_survey.h"
#include "metrics/principal_components.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope::features_golden_test {
namespace {

using nlohmann::json;

constexpr std::size_t ofClass = 40;
constexpr int side = 32;

json recordsIn(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return json::parse(stream);
}

class FeatureRecords : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(srga, "golden/methods/srga.json");
        LAMSCOPE_NEED_DATA(ddr, "golden/methods/ddr.json");
        LAMSCOPE_NEED_DATA(patches, "golden/methods/patches_lr.npy");
        srga_ = recordsIn(srga).at("real").at("networks").at(GetParam());
        ddr_ = recordsIn(ddr).at("real").at("networks").at(GetParam());
        const auto values = readNpy(patches).values;
        for (std::size_t i = 0; i < 3 * ofClass; ++i) {
            Image patch(side, side);
            for (std::size_t k = 0; k < patch.values().size(); ++k) {
                patch.values()[k] = static_cast<float>(values[i * patch.values().size() + k] / 255.0);
            }
            patches_.push_back(std::move(patch));
        }
    }

    [[nodiscard]] static SrModel model() {
        static const std::map<std::string, std::string> files{{"imdn", "imdn_x4.pth"}, {"pan", "pan_x4.pth"}};
        return loadModel(GetParam() == "edsr-s" ? test::specOf("models/edsr-s/edsr-s_x4.safetensors")
                                                : test::specOf(test::dataFile("weights/" + files.at(GetParam()))));
    }

    json srga_;
    json ddr_;
    std::vector<Image> patches_;
};

/// 1e-5, or 1e-6 of what is below .05.
void expectRatio(double value, double expected, const std::string& what) {
    EXPECT_NEAR(value, expected, expected < 0.05 ? 1e-6 : 1e-5 * expected) << what;
}

void expectDdr(const FeatureGram& found, const json& record) {
    std::vector<int> labels;
    std::vector<int> contents;
    for (std::size_t i = 0; i < 3 * ofClass; ++i) {
        labels.push_back(static_cast<int>(i / ofClass));
        contents.push_back(static_cast<int>(i % ofClass));
    }
    EXPECT_EQ(found.dimension, record.at("dimension").get<std::size_t>()) << found.key;
    const double trace = record.at("trace");
    EXPECT_NEAR(totalVariation(found.gram) / trace, 1.0, 1e-5) << found.key;
    const auto tap = sortPatches(found.gram, labels, contents, {.permutations = 9}, 1).value();
    expectRatio(tap.ratioFeatures, record.at("ch_features"), found.key);
    expectRatio(tap.ratioPca2, record.at("ch_pca2"), found.key);
    const auto principal = principalComponents(found.gram, 10);
    expectRatio(calinskiHarabasz(gramOfScores(principal, 10), labels), record.at("ch_pca10"), found.key);
    for (std::size_t k = 0; k < 10; ++k) {
        EXPECT_NEAR(std::sqrt(principal.eigenvalues[k]) / record.at("singular_values")[k].get<double>(), 1.0, 1e-5)
            << found.key;
    }
}

TEST_P(FeatureRecords, Agree) {
    const auto network = model();
    const auto survey = surveyTaps(network, side);
    ASSERT_TRUE(survey.deepest.has_value());
    EXPECT_EQ(survey.taps[*survey.deepest].key, srga_.at("tap"));
    EXPECT_EQ(survey.addsInput, GetParam() == "pan");

    std::vector<std::string> keys;
    for (const auto& [key, record] : ddr_.items()) {
        keys.push_back(key);
    }
    FeatureGrams collector(network, keys, patches_.size(), {usualFeatureMemory()});
    ASSERT_TRUE(collector.add(patches_));
    const auto grams = collector.grams().value();
    for (const auto& found : grams) {
        expectDdr(found, ddr_.at(found.key));
    }

    const auto deepest = std::ranges::find(grams, srga_.at("tap").get<std::string>(), &FeatureGram::key);
    ASSERT_NE(deepest, grams.end());
    EXPECT_EQ(deepest->dimension, srga_.at("dimension").get<std::size_t>());
    std::vector<GramMatrix> sets;
    for (std::size_t first = 0; first < 3 * ofClass; first += ofClass) {
        std::vector<std::size_t> rows;
        for (std::size_t i = first; i < first + ofClass; ++i) {
            rows.push_back(i);
        }
        sets.push_back(ofRows(deepest->gram, rows));
    }
    const auto comparison = compareSets(sets, srga_.at("components"), true, {.preset = SrgaPreset::Official}).value();
    for (std::size_t s = 0; s < sets.size(); ++s) {
        const auto& record = srga_.at("sets")[s];
        const auto& set = comparison.sets[s];
        EXPECT_NEAR(set.sigma / record.at("sigma").get<double>(), 1.0, 1e-6);
        EXPECT_NEAR(set.beta.value(), record.at("beta_authors").get<double>(), 0.001 + 1e-12);
        EXPECT_NEAR(set.ratio / record.at("ratio").get<double>(), 1.0, 1e-5);
        EXPECT_EQ(set.removed, record.at("removed").get<std::size_t>());
        if (s > 0) {
            EXPECT_NEAR(comparison.indices[s - 1].srga.value(), srga_.at("index")[s].get<double>(), 0.01);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, FeatureRecords, testing::Values("edsr-s", "imdn", "pan"),
                         [](const auto& tested) { return tested.param == "edsr-s" ? "EdsrS" : tested.param; });

}  // namespace
}  // namespace lamscope::features_golden_test
