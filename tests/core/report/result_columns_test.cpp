// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/result_columns.h"

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

const ResultColumn& columnOf(std::string_view key) {
    for (const auto& column : resultColumns()) {
        if (column.key == key) {
            return column;
        }
    }
    throw std::out_of_range(std::string(key));
}

ResultValue valueOf(std::string_view key, const LamResult& result, const LamResult* reference = nullptr) {
    const ModelCard card;
    return columnOf(key).value({.card = card, .result = result, .name = "net", .reference = reference});
}

TEST(ResultColumns, KeysAreUniqueAndTheFirstIsTheName) {
    std::set<std::string_view> keys;
    for (const auto& column : resultColumns()) {
        EXPECT_TRUE(keys.insert(column.key).second) << column.key;
        EXPECT_STRNE(column.explanation, "") << column.key;
    }
    EXPECT_EQ(resultColumns().front().key, "network");
    EXPECT_EQ(valueOf("network", {}), ResultValue("net"));
}

TEST(ResultColumns, HeadingsOfTheTerminalAreAscii) {
    for (const auto& column : resultColumns()) {
        const std::string heading = column.terminal.heading != nullptr ? column.terminal.heading : "";
        EXPECT_THAT(heading, testing::Each(testing::Ge(' ')));  // bytes of other characters are negative or above 127
        EXPECT_THAT(heading, testing::Each(testing::Le('~')));
    }
}

TEST(ResultColumns, WhatIsNotDefinedIsNotKnown) {
    LamResult result;
    for (const auto* key : {"di", "gini", "mass95_pixels", "radius_pixels", "completeness_error", "estimated_map_error",
                            "psnr_patch", "psnr", "di_difference", "mask_mass_ratio"}) {
        EXPECT_FALSE(isKnown(valueOf(key, result))) << key;
        EXPECT_TRUE(std::isnan(shownNumber(columnOf(key), valueOf(key, result)))) << key;
    }
    result.psnr = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(isKnown(valueOf("psnr", result)));
}

TEST(ResultColumns, DifferencesAreOfTheirTwoValues) {
    LamResult mine;
    LamResult theirs;
    mine.diffusionIndex = 9.5;
    mine.detectorImage = 80.5;
    mine.detectorBaseline = 2.25;
    EXPECT_FALSE(isKnown(valueOf("di_difference", mine, &theirs)));
    theirs.diffusionIndex = 20.0;
    EXPECT_EQ(valueOf("di_difference", mine, &theirs), ResultValue(-10.5));
    EXPECT_EQ(valueOf("detector_difference", mine), ResultValue(78.25));
}

TEST(ResultColumns, RestorationIsThatOfTheRow) {
    const ModelCard card;
    const LamResult result;
    ResultRow row{.card = card, .result = result, .name = "net"};
    EXPECT_FALSE(isKnown(columnOf("e_r").value(row)));
    RestorationMeasures measures;
    measures.er = 0.25;
    measures.transmission = 0.5;
    row.restoration = &measures;
    EXPECT_EQ(columnOf("e_r").value(row), ResultValue(0.25));
    EXPECT_EQ(columnOf("transmission").value(row), ResultValue(0.5));
    EXPECT_FALSE(isKnown(columnOf("e_b").value(row)));
    EXPECT_FALSE(isKnown(columnOf("removed_slope").value(row)));
}

TEST(ResultColumns, PeopleReadTheCompletenessErrorInPercent) {
    LamResult result;
    result.completenessError = -0.0625;
    const auto value = valueOf("completeness_error", result);
    EXPECT_EQ(value, ResultValue(-0.0625));
    EXPECT_EQ(shownNumber(columnOf("completeness_error"), value), -6.25);
}

TEST(ResultColumns, CellsOfADiMapHaveTheirValuesInTheSameColumns) {
    const DiMapCell cell{.patch = {32, 48, 16},
                         .nodes = 9,
                         .diffusionIndex = 4.5,
                         .mass95Pixels = 77,
                         .radiusPixels = 3.25,
                         .completenessError = 0.5};
    const auto result = resultOfCell(cell);
    for (const auto& column : resultColumns()) {
        if (column.ofDiMapCell) {
            EXPECT_TRUE(isKnown(valueOf(column.key, result))) << column.key;
        }
    }
    EXPECT_EQ(valueOf("patch_y", result), ResultValue(std::int64_t{48}));
    EXPECT_EQ(valueOf("di", result), ResultValue(4.5));
    EXPECT_EQ(valueOf("mass95_pixels", result), ResultValue(std::int64_t{77}));
    EXPECT_EQ(valueOf("radius_pixels", result), ResultValue(3.25));
    EXPECT_EQ(valueOf("completeness_error", result), ResultValue(0.5));
    EXPECT_EQ(valueOf("nodes", result), ResultValue(std::int64_t{9}));
}

}  // namespace
}  // namespace lamscope
