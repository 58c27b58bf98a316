// SPDX-License-Identifier: GPL-3.0-or-later
// The images and pairs of data/cases do what their manifest says. Other tests make such files from their rules.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "image/image_file.h"
#include "model/sr_model.h"
#include "study/evaluate.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using testing::HasSubstr;

class ImageCases : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(file, "cases/manifest.json");
        manifest_ = nlohmann::json::parse(std::ifstream(file));
        folder_ = file.parent_path();
    }

    nlohmann::json manifest_;
    std::filesystem::path folder_;
};

/// What is said beside an image that opens, by what the manifest asks for; empty: nothing.
std::string expectedWarning(const std::string& says) {
    if (says.find("band") != std::string::npos) {
        return "band";
    }
    return says.find("turned") != std::string::npos ? "turned" : says.empty() ? "" : "end";
}

void expectOpens(const std::filesystem::path& file, const nlohmann::json& item, const Image& plain) {
    const auto should = item.at("should").get<std::string>();
    const auto loaded = readImage(file);
    EXPECT_EQ(loaded.image.width(), plain.width());
    EXPECT_EQ(loaded.image.height(), plain.height());
    const auto warning = expectedWarning(item.at("says").get<std::string>());
    if (warning.empty()) {
        EXPECT_TRUE(loaded.warnings.empty());
    } else {
        EXPECT_THAT(loaded.warnings, testing::ElementsAre(HasSubstr(warning)));
    }
    if (should.find("grey") != std::string::npos) {
        EXPECT_TRUE(std::ranges::equal(loaded.image.plane(0), loaded.image.plane(2)));
        EXPECT_THAT(loaded.image.plane(0), testing::Pointwise(testing::FloatNear(1.0F / 255.0F), plain.plane(0)));
    }
    // The arrays were made of the same picture, rounded to their types; the manifest does not say so.
    const bool colourArray = file.extension() == ".npy" && should == "opens";
    if (colourArray || should.find("equals plain.png") != std::string::npos) {
        const bool rounded = colourArray || should.find("1/255") != std::string::npos;
        const float tolerance = rounded ? 1.0F / 255.0F : 0.0F;
        EXPECT_THAT(loaded.image.values(), testing::Pointwise(testing::FloatNear(tolerance + 1e-7F), plain.values()));
    }
}

TEST_F(ImageCases, ImagesOpenOrAreRefusedAsTheManifestSays) {
    const auto plain = readImage(folder_ / "plain.png").image;
    int count = 0;
    for (const auto& item : manifest_) {
        if (item.at("kind") != "image") {
            continue;
        }
        ++count;
        const auto file = folder_ / item.at("file").get<std::string>();
        SCOPED_TRACE(file.string());
        if (item.at("should") != "refused") {
            expectOpens(file, item, plain);
            continue;
        }
        auto words = item.at("says").get<std::string>();
        words = words.starts_with('"') ? words.substr(1, words.size() - 2) : "holds values from";
        try {
            static_cast<void>(readImage(file));
            ADD_FAILURE() << "it opens";
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(words), HasSubstr(file.string())));
        }
    }
    EXPECT_GE(count, 13);
}

TEST_F(ImageCases, PairsAreEvaluated) {
    const auto model = loadModel(ModelSpec::parse("bicubic:scale=2"));
    int count = 0;
    for (const auto& item : manifest_) {
        if (item.at("kind") != "pair") {
            continue;
        }
        ++count;
        EvaluateOptions options;
        options.hrFolder = folder_ / item.at("file").get<std::string>() / "HR";
        options.lrFolder = folder_ / item.at("file").get<std::string>() / "LR";
        EXPECT_EQ(evaluate(model, options)->images.size(), 1U) << options.hrFolder;
    }
    EXPECT_GE(count, 2);
}

}  // namespace
}  // namespace lamscope
