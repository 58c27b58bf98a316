// SPDX-License-Identifier: GPL-3.0-or-later
// Weight files as tools write them, by the manifest beside them: each gives the picture of the plain one, or is
// refused.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "image/image_file.h"
#include "model/checkpoint/checkpoint.h"
#include "model/sr_model.h"
#include "study/upscale_files.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;

nlohmann::json manifest() {
    std::ifstream stream(test::dataFile("cases/manifest.json"));
    return stream ? nlohmann::json::parse(stream) : nlohmann::json::array();
}

/// What the refusal of a file must name.
const std::map<std::string, std::string> nameInRefusal{{"quantised.pth", "quantised"}, {"nan.pth", "head.0.bias"}};

class WeightCases : public testing::Test {
protected:
    static std::filesystem::path file(const std::string& name) { return test::dataFile("cases") / name; }

    static Image upscaled(const std::string& name, const std::string& settings = "") {
        return *loadModel(test::specOf(file(name), settings)).upscale(readImage(file("plain.png")).image);
    }

    static double distance(const Image& a, const Image& b) {
        double largest = 0.0;
        for (std::size_t i = 0; i < a.values().size(); ++i) {
            largest =
                std::max(largest, std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
        }
        return a.values().size() == b.values().size() ? largest : INFINITY;
    }

    static std::string refusal(const std::string& name) {
        try {
            static_cast<void>(loadModel(test::specOf(file(name))));
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

    static std::string said(const std::string& name) {
        const auto card = loadModel(test::specOf(file(name))).card();
        std::string text;
        for (const auto& warning : card.warnings) {
            text += warning + "\n";
        }
        return text;
    }
};

TEST_F(WeightCases, DoWhatTheManifestSays) {
    LAMSCOPE_NEED_DATA(folder, "cases/manifest.json");
    const auto plain = upscaled("plain.pth");
    int seen = 0;
    for (const auto& entry : manifest()) {
        if (entry.at("kind") != "weights") {
            continue;
        }
        const std::string name = entry.at("file");
        const std::string should = entry.at("should");
        SCOPED_TRACE(name);
        ++seen;
        if (should.starts_with("equals plain.pth")) {
            EXPECT_LE(distance(upscaled(name), plain), should.ends_with("1e-6") ? 1e-6 : 0.0);
        } else if (should.starts_with("refused")) {
            EXPECT_THAT(refusal(name), HasSubstr(nameInRefusal.at(name)));
        } else {
            EXPECT_NO_THROW(static_cast<void>(upscaled(name)));
        }
    }
    EXPECT_GE(seen, 13);
}

TEST_F(WeightCases, PrunedWeightsAreThePlainOnesMasked) {
    LAMSCOPE_NEED_DATA(pruned, "cases/pruned.pth");
    auto plain = readCheckpoint(file("plain.pth"));
    const auto read = readCheckpoint(pruned);
    ASSERT_EQ(read.tensors.size(), plain.tensors.size());
    for (auto& [name, data] : plain.tensors) {
        for (std::size_t i = 0; name.starts_with("body.") && name.ends_with(".weight") && i < data.values.size();
             i += 3) {
            data.values[i] = 0.0F;
        }
        const auto* found = read.find(name);
        ASSERT_NE(found, nullptr) << name;
        EXPECT_EQ(found->values, data.values) << name;
    }
}

TEST_F(WeightCases, SayWhatWasDone) {
    LAMSCOPE_NEED_DATA(folder, "cases/manifest.json");
    EXPECT_THAT(said("generator_and_ema.pth"),
                AllOf(HasSubstr("generator_ema (16 tensors) was taken"), HasSubstr("weights=generator ")));
    EXPECT_THAT(said("ema_shadow.pth"),
                AllOf(HasSubstr("ema.shadow (16 tensors) was taken"), HasSubstr("weights=model ")));
    EXPECT_THAT(said("with_loss_network.ckpt"), HasSubstr("left out: perceptual, psnr"));
    EXPECT_THAT(said("flop_counters.pth"), HasSubstr("FLOP counter"));
    EXPECT_THAT(said("weight_norm.pth"), HasSubstr("weight normalisation"));
    EXPECT_THAT(said("pruned.pth"), HasSubstr("pruning"));
    EXPECT_LE(
        distance(upscaled("ema_shadow.pth", ":weights=model"), upscaled("generator_and_ema.pth", ":weights=generator")),
        0.0);
}

TEST_F(WeightCases, UpscaleSaysWhatWasDone) {
    LAMSCOPE_NEED_DATA(file, "cases/with_loss_network.ckpt");
    const test::TemporaryFolder folder;
    UpscaleOptions options;
    options.images = {test::dataFile("cases/plain.png")};
    options.outputFolder = folder / "sr";
    const auto summary = upscaleFiles(loadModel(test::specOf(file)), options);
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->warnings, testing::Contains(AllOf(HasSubstr("left out"), HasSubstr("perceptual"))));
}

}  // namespace
}  // namespace lamscope
