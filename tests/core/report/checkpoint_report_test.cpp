// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/checkpoint_report.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CheckpointComparison smallComparison() {
    CheckpointComparison comparison;
    comparison.first = {.file = "psnr.pth", .nesting = {}, .prefix = "", .tensors = 4, .warnings = {}};
    comparison.second = {
        .file = "gan.pth", .nesting = {"params_ema"}, .prefix = "module.", .tensors = 5, .warnings = {"A sentence."}};
    comparison.missing = {{.name = "old.weight", .shape = std::vector<std::int64_t>{3, 5}, .dtype = "float32"}};
    comparison.extra = {{.name = "scale", .shape = std::vector<std::int64_t>{}, .dtype = "int64"}};
    comparison.otherShapes = {{.name = "tail.weight", .first = {48, 64, 3, 3}, .second = {12, 64, 3, 3}}};
    comparison.otherTypes = {{.name = "body.weight", .first = "float32", .second = "float16"}};
    comparison.distances = {{.name = "body.weight",
                             .shape = {64, 64, 3, 3},
                             .isCounter = false,
                             .distance = {.largest = 0.0625, .relative = 0.125}},
                            {.name = "head.weight", .shape = {64}, .isCounter = false, .distance = {}}};
    comparison.all = {.largest = 0.0625, .relative = 0.03125};
    return comparison;
}

TEST(CheckpointReport, SaysWhatMattersFirst) {
    const auto text = toText(smallComparison());
    EXPECT_THAT(text, HasSubstr("  A               psnr.pth: 4 tensors\n"));
    EXPECT_THAT(text,
                HasSubstr("  B               gan.pth: 5 tensors, under params_ema, without the prefix module.\n"));
    EXPECT_THAT(text, HasSubstr("relative L2 0.0312, largest |A - B| 0.0625; 1 of 2 tensors differ\n"));
    std::size_t last = 0;
    for (const char* part : {"distance", "missing from B (1)", "old.weight", "3x5", "in B alone (1)", "scalar",
                             "of another shape (1)", "48x64x3x3", "12x64x3x3", "of another type (1)", "float16",
                             "of other values, the farthest first (1)", "body.weight", "B: A sentence."}) {
        const auto place = text.find(part, last);
        ASSERT_NE(place, std::string::npos) << part << " in\n" << text;
        last = place;
    }
    EXPECT_THAT(text, Not(HasSubstr("head.weight"))) << "equal tensors are counted, not listed";
}

TEST(CheckpointReport, KeepsToTheColumnsAndRowsOfATerminal) {
    auto comparison = smallComparison();
    comparison.distances.clear();
    for (int i = 0; i < 300; ++i) {
        comparison.distances.push_back(
            {.name = fmt::format("{:a>200}.{}.weight", "", i),
             .shape = {1024, 1024, 1024, 1024, 1024},
             .isCounter = false,
             .distance = {.largest = std::numeric_limits<double>::infinity(), .relative = std::nullopt}});
    }
    std::istringstream lines(toText(comparison));
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line); ++rows) {
        EXPECT_LE(line.size(), 100U) << line;
    }
    EXPECT_LT(rows, 50U);
    EXPECT_THAT(lines.str(), AllOf(HasSubstr("... and 280 more; --json has all"), HasSubstr("not finite"),
                                   HasSubstr("aaa.0.weight")));
}

TEST(CheckpointReport, SaysThatNothingDiffers) {
    CheckpointComparison comparison;
    comparison.distances = {{.name = "a", .shape = {2}, .isCounter = false, .distance = {}}};
    EXPECT_THAT(toText(comparison), HasSubstr("distance        none over 1 tensor\n"));
    EXPECT_TRUE(comparison.isEqual());
    comparison.distances.clear();
    EXPECT_THAT(toText(comparison), HasSubstr("no tensor is in both"));
}

TEST(CheckpointReport, JsonHasEveryTensorAndNullForWhatIsNotFinite) {
    auto comparison = smallComparison();
    comparison.distances[0].distance = {.largest = std::numeric_limits<double>::infinity(), .relative = std::nullopt};
    const auto json = jsonOf(comparison);
    EXPECT_EQ(json["first"]["file"], "psnr.pth");
    EXPECT_EQ(json["second"]["prefix"], "module.");
    EXPECT_EQ(json["equal"], false);
    EXPECT_EQ(json["missing"][0]["name"], "old.weight");
    EXPECT_EQ(json["extra"][0]["shape"].size(), 0U);
    EXPECT_EQ(json["other_shape"][0]["second"][0], 12);
    EXPECT_EQ(json["other_type"][0]["first"], "float32");
    EXPECT_EQ(json["relative_l2"], 0.03125);
    ASSERT_EQ(json["distances"].size(), 2U);
    EXPECT_TRUE(json["distances"][0]["largest"].is_null());
    EXPECT_TRUE(json["distances"][0]["relative_l2"].is_null());
    EXPECT_EQ(json["distances"][1]["largest"], 0.0);
}

TEST(CheckpointReport, ListsTensorsOfEachSet) {
    FileTensors file;
    file.listing.file = "net.pt";
    file.listing.container = Container::TorchScript;
    file.listing.sets = {
        {.nesting = {},
         .tensors = {{.name = "head.weight", .shape = std::vector<std::int64_t>{8, 3, 3, 3}, .dtype = "float32"},
                     {.name = "mean", .shape = std::vector<std::int64_t>{}, .dtype = "float64"}},
         .warnings = {}},
        {.nesting = {"CONSTANTS"},
         .tensors = {{.name = "c0", .shape = std::nullopt, .dtype = "sparse_tensor"}},
         .warnings = {"A sentence."}}};
    file.sha256 = "0123";
    EXPECT_EQ(toText(file),
              "net.pt\n"
              "  container       torchscript\n"
              "  sha256          0123\n"
              "  2 tensors, 217 values\n"
              "    head.weight  8x3x3x3  float32\n"
              "    mean         scalar   float64\n"
              "  CONSTANTS: 1 tensor, 0 values\n"
              "    c0  ?  sparse_tensor\n"
              "  warning: A sentence.\n");
    const auto json = nlohmann::json::parse(toJson(std::vector{file}, std::nullopt));
    EXPECT_TRUE(json["comparison"].is_null());
    const auto& result = json["results"][0];
    EXPECT_EQ(result["file"], "net.pt");
    EXPECT_EQ(result["container"], "torchscript");
    EXPECT_EQ(result["sets"][0]["values"], 217);
    EXPECT_EQ(result["sets"][0]["keys"][0]["shape"], nlohmann::json({8, 3, 3, 3}));
    EXPECT_EQ(result["sets"][1]["nesting"][0], "CONSTANTS");
    EXPECT_TRUE(result["sets"][1]["keys"][0]["shape"].is_null());
}

}  // namespace
}  // namespace lamscope
