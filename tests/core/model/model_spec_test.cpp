// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/model_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

TEST(ModelSpec, PlainFile) {
    const auto spec = ModelSpec::parse("some dir/net.pth");
    EXPECT_EQ(spec.file, "some dir/net.pth");
    EXPECT_EQ(spec.settings, ModelSettings());
}

TEST(ModelSpec, Settings) {
    const auto spec = ModelSpec::parse("net.pth:scale=4,range=255,name=RFDN,weights=params_ema,arch=rfdn");
    EXPECT_EQ(spec.file, "net.pth");
    EXPECT_EQ(spec.settings.scale, 4);
    EXPECT_EQ(spec.settings.range, 255.0);
    EXPECT_EQ(spec.settings.name, "RFDN");
    EXPECT_EQ(spec.settings.weights, "params_ema");
    EXPECT_EQ(spec.settings.architecture, "rfdn");
    EXPECT_EQ(ModelSpec::parse(spec.toString()), spec);
}

TEST(ModelSpec, ColoursOfNetworksOfOneChannel) {
    for (const std::string colour : {"y", "each"}) {
        const auto spec = ModelSpec::parse("ffdnet.pth:sigma=25,colour=" + colour);
        EXPECT_EQ(spec.settings.colour, colour);
        EXPECT_EQ(spec.settings.assumptions, (Assumptions{{"sigma", {25.0}}}));
        EXPECT_EQ(ModelSpec::parse(spec.toString()), spec);
    }
    EXPECT_THROW(static_cast<void>(ModelSpec::parse("net.pth:colour=rgb")), Error);
}

TEST(ModelSpec, ColonInTheFileName) {
    EXPECT_EQ(ModelSpec::parse("run 12:30/net.pth").file, "run 12:30/net.pth");
    const auto spec = ModelSpec::parse("12:30/net.pth:scale=2");
    EXPECT_EQ(spec.file, "12:30/net.pth");
    EXPECT_EQ(spec.settings.scale, 2);
}

TEST(ModelSpec, AFileWhoseNameLooksLikeSettingsIsAFile) {
    const test::TemporaryFolder folder;
    const auto file = folder.write("net:scale=2.pth", "x");
    EXPECT_EQ(ModelSpec::parse(file.string()).file, file);
    EXPECT_EQ(ModelSpec::parse(file.string()).settings, ModelSettings());
    const auto spec = ModelSpec::parse(file.string() + ":range=255");
    EXPECT_EQ(spec.file, file);
    EXPECT_EQ(spec.settings.range, 255.0);
    EXPECT_EQ(ModelSpec::parse(spec.toString()), spec);
    EXPECT_THROW(static_cast<void>(ModelSpec::parse((folder / "other:scale=2.pth").string())), Error);
}

TEST(ModelSpec, MistakesAreNamed) {
    for (const auto* text : {"", ":scale=4", "a.pth:scale=", "a.pth:scale=four", "a.pth:scale=4,", "a.pth:scale=0",
                             "a.pth:size=4", "a.pth:range=-1", "a.pth:range=nan", "a.pth:scale=4,range"}) {
        if (std::string_view(text) == "a.pth:scale=4,") {
            EXPECT_NO_THROW(static_cast<void>(ModelSpec::parse(text)));
            continue;
        }
        EXPECT_THROW(static_cast<void>(ModelSpec::parse(text)), Error) << text;
    }
}

TEST(ModelSpec, TakesAssumptionsAsNumbersJoinedBySlashes) {
    const auto spec = ModelSpec::parse("net.pth:residual_scale=0.1,dilation=1/2/5");
    EXPECT_EQ(spec.settings.assumptions, (Assumptions{{"residual_scale", {0.1}}, {"dilation", {1.0, 2.0, 5.0}}}));
    EXPECT_EQ(ModelSpec::parse(spec.toString()), spec);
    EXPECT_THROW(ModelSpec::parse("net.pth:dilation=1/x"), Error);
}

std::vector<std::string> namesOfFilesOf(const std::filesystem::path& model) {
    ModelSpec spec;
    spec.file = model;
    std::vector<std::string> names;
    for (const auto& file : filesOf(std::span(&spec, 1))) {
        names.push_back(file.filename().string());
    }
    return names;
}

TEST(FilesOfModels, AreThoseThatAreRead) {
    const test::TemporaryFolder folder;
    const std::string first = "model-00001-of-00002.safetensors";
    const std::string second = "model-00002-of-00002.safetensors";
    const std::string index = "model.safetensors.index.json";
    folder.write(first, "x");
    folder.write(second, "x");
    folder.write("report.json", "{}");
    folder.write(index, R"({"weight_map": {"a": ")" + first + R"(", "b": ")" + second + R"("}})");
    EXPECT_THAT(namesOfFilesOf(folder / index), testing::UnorderedElementsAre(index, first, second));
    EXPECT_THAT(namesOfFilesOf(folder.path()), testing::UnorderedElementsAre(index, first, second));
    EXPECT_THAT(namesOfFilesOf(folder / "none.pth"), testing::Contains("none.pth"));
    EXPECT_THAT(namesOfFilesOf("bicubic"), testing::IsEmpty());
}

}  // namespace
}  // namespace lamscope
