// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps against the authors' scripts, whose pasted blocks are used again. An intervention's PSNR differs
// by the rounding of single values to 8 bits, which moves it by up to 5e-4 dB; another block, a block beside its place
// or colours the wrong way round cost more than a hundred times that.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/cem/cem_scan.h"
#include "support/test_data.h"

namespace lamscope::cem_golden_test {
namespace {

constexpr double psnrTolerance = 5e-4;
constexpr double effectTolerance = 3e-4;

NpyArray goldenArray(const nlohmann::json& record, const char* key) {
    return readNpy(test::dataFile("golden/methods") / record.at(key).get<std::string>());
}

nlohmann::json goldenCases() {
    std::ifstream stream(test::dataFile("golden/methods/cem.json"));
    return nlohmann::json::parse(stream);
}

std::vector<std::uint8_t> bytesOf(const NpyArray& array) {
    std::vector<std::uint8_t> bytes;
    for (const double value : array.values) {
        bytes.push_back(static_cast<std::uint8_t>(value));
    }
    return bytes;
}

class PublishedEffects : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(records, "golden/methods/cem.json");
        const auto cases = goldenCases().at("cases");
        const auto found = std::find_if(cases.begin(), cases.end(),
                                        [](const nlohmann::json& one) { return one.at("model") == GetParam(); });
        ASSERT_NE(found, cases.end());
        record_ = *found;
        const auto box = record_.at("box").get<std::vector<int>>();
        const auto hr = readImage(test::dataFile("images") / record_.at("image").get<std::string>()).image;
        auto pair =
            makeLowResolution(hr.cropped({box[0], box[1], box[2] - box[0], box[3] - box[1]}), 4, Reduction::Pillow);
        input_ = {.lr = std::make_shared<const Image>(pair.lr), .hr = std::make_shared<const Image>(pair.hr)};
        const auto roi = record_.at("roi").get<std::vector<int>>();
        roi_ = {roi[0], roi[1], roi[2]};
        options_.block = record_.at("block");
        options_.coarse = record_.at("coarse");
        options_.fine = record_.at("fine");
        options_.tolerance = record_.at("tolerance_db");
        coarse_ = goldenArray(record_, "coarse_file");
        fine_ = goldenArray(record_, "fine_file");
        const auto patches = goldenArray(record_, "patches_file");
        interventions_.side = record_.at("block_lr");
        interventions_.values = bytesOf(patches);
        interventions_.isRecord = true;
        interventions_.source = "record";
        const auto each = static_cast<std::size_t>(options_.fine);
        for (std::size_t block = 0; block * each < fine_.values.size(); ++block) {
            if (fine_.values[block * each] != 0.0) {
                interventions_.recordedFine.push_back(block);
            }
        }
    }

    [[nodiscard]] CemResult compute() const {
        const auto weights = test::dataFile("weights") / record_.at("weights").get<std::string>();
        const auto model = loadModel(ModelSpec::parse(weights.string() + ":scale=4"));
        return *computeCem(model, input_, std::make_shared<const CemInterventions>(interventions_), options_, roi_);
    }

    void expectNumbers(const CemResult& result) const {
        EXPECT_NEAR(result.psnrOrigin, record_.at("psnr_origin").get<double>(), psnrTolerance);
        const auto effects = record_.at("effect");
        const auto errors = record_.at("standard_error");
        const auto columns = effects.at(0).size();
        ASSERT_EQ(result.blocks.size(), effects.size() * columns);
        for (std::size_t block = 0; block < result.blocks.size(); ++block) {
            const double effect = effects.at(block / columns).at(block % columns);
            const auto& ours = result.blocks[block];
            if ((effect == 0.0) != (ours.effect == 0.0)) {
                // 0 on one side of the tolerance, on the other of it almost the tolerance
                EXPECT_NEAR(std::abs(effect + ours.effect), options_.tolerance, 1e-3) << block;
                continue;
            }
            EXPECT_NEAR(ours.effect, effect, effectTolerance) << block;
            if (ours.draws == options_.fine) {
                EXPECT_NEAR(ours.standardError, errors.at(block / columns).at(block % columns).get<double>(),
                            effectTolerance)
                    << block;
            }
        }
        const auto& counts = record_.at("counts_outside_roi");
        EXPECT_NEAR(result.outside.negative, counts.at("negative").get<int>(), 1);
        EXPECT_NEAR(result.outside.positive, counts.at("positive").get<int>(), 1);
        EXPECT_NEAR(result.outside.zero, counts.at("zero").get<int>(), 1);
        const auto& certain = record_.at("certain_outside_roi");
        EXPECT_NEAR(result.outside.certainNegative, certain.at("negative").get<int>(), 1);
        EXPECT_NEAR(result.outside.certainPositive, certain.at("positive").get<int>(), 1);
        const auto& official = record_.at("counts_official");
        EXPECT_NEAR(result.countsOfficial[0], official.at("negative").get<int>(), 1);
        EXPECT_NEAR(result.countsOfficial[1], official.at("positive").get<int>(), 1);
        EXPECT_NEAR(result.countsOfficial[2], official.at("zero").get<int>(), 1);
        EXPECT_NEAR(result.outside.minimum, record_.at("minimum_outside_roi").get<double>(), effectTolerance);
        EXPECT_NEAR(result.outside.maximum, record_.at("maximum_outside_roi").get<double>(), effectTolerance);
        EXPECT_NEAR(studentQuantile(options_.fine), record_.at("t_quantile").get<double>(), 1e-9);
    }

    /// Which blocks our coarse draws would find.
    void expectOwnFineBlocks(const CemResult& result) const {
        const auto each = static_cast<std::size_t>(options_.coarse);
        for (std::size_t block = 0; block < result.blocks.size(); ++block) {
            double largest = 0.0;
            for (std::size_t k = 0; k < each; ++k) {
                largest = std::max(largest, std::abs(result.psnrOrigin - result.coarsePsnr[block * each + k]));
            }
            if (std::abs(largest - options_.tolerance) > 1e-3) {
                EXPECT_EQ(largest >= options_.tolerance, std::ranges::binary_search(interventions_.recordedFine, block))
                    << block;
            }
        }
    }

    nlohmann::json record_;
    CemInput input_;
    Patch roi_;
    CemOptions options_;
    NpyArray coarse_;
    NpyArray fine_;
    CemInterventions interventions_;
};

TEST_P(PublishedEffects, LrIsTheirs) {
    const auto lr = goldenArray(record_, "lr_file");
    const auto& ours = *input_.lr;
    ASSERT_EQ(lr.shape, (std::vector<std::int64_t>{ours.height(), ours.width(), 3}));
    for (std::size_t i = 0; i < lr.values.size(); ++i) {
        const auto pixel = static_cast<int>(i / 3);
        EXPECT_EQ(ours.at(static_cast<int>(i % 3), pixel / ours.width(), pixel % ours.width()) * 255.0F, lr.values[i]);
    }
}

// Recorded blocks are pasted as they are, and the reach of CARN-M holds the whole image: both presets evaluate the
// same.
TEST_P(PublishedEffects, EveryDrawAndEveryNumber) {
    options_.preset = GetParam() == "carn_m" ? CemPreset::Official : CemPreset::Fast;
    const auto result = compute();
    EXPECT_EQ(result.forwards, record_.at("forwards").get<int>());
    EXPECT_EQ(result.fineBlocks, record_.at("fine_blocks").get<int>());
    for (std::size_t i = 0; i < coarse_.values.size(); ++i) {
        EXPECT_NEAR(result.coarsePsnr[i], coarse_.values[i], psnrTolerance) << i;
    }
    for (std::size_t i = 0; i < fine_.values.size(); ++i) {
        if (fine_.values[i] != 0.0) {
            EXPECT_NEAR(result.finePsnr[i], fine_.values[i], psnrTolerance) << i;
        } else {
            EXPECT_TRUE(std::isnan(result.finePsnr[i])) << i;
        }
    }
    expectNumbers(result);
    expectOwnFineBlocks(result);
}

INSTANTIATE_TEST_SUITE_P(Networks, PublishedEffects, testing::Values("carn_m", "imdn_x4"),
                         [](const auto& tested) { return tested.param; });

TEST(PublishedPatches, AreReducedAsTheirs) {
    LAMSCOPE_NEED_DATA(records, "golden/methods/cem.json");
    const auto cases = goldenCases();
    const auto raw = bytesOf(goldenArray(cases.at("reduce"), "file"));
    const auto pasted = bytesOf(goldenArray(cases.at("cases").at(0), "patches_file"));
    constexpr std::size_t patchBytes = 8 * 8 * 3;
    for (std::size_t draw = 0; draw < raw.size() / patchBytes; ++draw) {
        const auto reduced = resizedPatch(std::span(raw).subspan(draw * patchBytes, patchBytes), 8, 2);
        for (std::size_t pixel = 0; pixel < 4; ++pixel) {
            for (std::size_t colour = 0; colour < 3; ++colour) {
                EXPECT_EQ(reduced[pixel * 3 + colour], pasted[draw * 12 + pixel * 3 + 2 - colour]) << draw;
            }
        }
    }
}

}  // namespace
}  // namespace lamscope::cem_golden_test
