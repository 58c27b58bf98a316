// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/option_table.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope {
namespace {

using Json = nlohmann::ordered_json;

enum class Colour { Red, Green };

struct Paint {
    Colour colour = Colour::Green;
    double thickness = 0.5;
    int layers = 1;
    std::optional<int> width{};
    std::optional<double> gloss{};

    friend bool operator==(const Paint&, const Paint&) = default;
};

constexpr auto colours = std::to_array<OptionChoice<Colour>>(
    {{Colour::Red, {"red", "Red", "warm"}}, {Colour::Green, {"green", "Green", "cool"}}});

const std::vector<OptionRow<Paint>>& table() {
    static const std::vector<OptionRow<Paint>> rows{
        choiceRow({.name = "colour", .title = "Colour", .subject = "the colour", .help = "which one"}, &Paint::colour,
                  colours),
        numberRow({.name = "thickness", .title = "T", .subject = "the thickness", .help = "of a layer", .unit = "mm"},
                  &Paint::thickness, {.least = 0.25, .most = 4.0}),
        numberRow({.name = "layers", .title = "L", .subject = "the number of layers", .help = "how many"},
                  &Paint::layers, {.least = 1, .most = 9, .odd = true}),
        numberRow({.name = "width", .title = "W", .subject = "the width", .help = "of the brush", .zeroWord = "whole"},
                  &Paint::width, {.least = 0, .most = 64}),
        numberRow({.name = "gloss", .title = "G", .subject = "the gloss", .help = "how shiny"}, &Paint::gloss,
                  {.positive = true}),
    };
    return rows;
}

void set(Paint& paint, std::string_view name, const Json& value) {
    setOption(table(), paint, name, value);
}

void expectRefused(const std::vector<std::string>& parts, std::string_view name, const Json& value) {
    test::expectError(ErrorCode::InvalidArgument, parts, [&] {
        Paint paint;
        set(paint, name, value);
        checkOptions(table(), paint);
    });
}

TEST(OptionTable, JsonHoldsEveryOptionInOrder) {
    const Paint paint;
    EXPECT_EQ(optionsJson(table(), paint).dump(),
              R"({"colour":"green","thickness":0.5,"layers":1,"width":null,"gloss":null})");
}

TEST(OptionTable, ValuesReadBackFromJsonAndFromText) {
    const Paint paint{.colour = Colour::Red, .thickness = 1.0 / 3.0, .layers = 7, .width = 0, .gloss = 1e-7};
    Paint fromJson;
    Paint fromText;
    for (const auto& row : table()) {
        const auto value = row.get(paint);
        row.set(fromJson, Json::parse(value.dump()));
        row.set(fromText, optionValueOf(row, optionText(row, value)));
    }
    EXPECT_EQ(fromJson, paint);
    EXPECT_EQ(fromText, paint);
}

TEST(OptionTable, NullUnsetsWhatMayBeUnset) {
    Paint paint{.width = 3, .gloss = 2.0};
    set(paint, "width", nullptr);
    set(paint, "gloss", nullptr);
    EXPECT_EQ(paint, Paint());
    expectRefused({"thickness", "null"}, "thickness", nullptr);
}

TEST(OptionTable, AWordStandsForZero) {
    const auto& width = optionRow(table(), "width");
    Paint paint;
    set(paint, "width", "whole");
    EXPECT_EQ(paint.width, 0);
    EXPECT_EQ(statedOptionValue(width, 0), Json("whole"));
    EXPECT_EQ(statedOptionValue(width, 3), Json(3));
    EXPECT_EQ(statedOptionValue(width, nullptr), Json(nullptr));
    EXPECT_EQ(optionText(width, 0), "whole");
    test::expectError(ErrorCode::InvalidArgument, {"0 is not possible; give 'whole'", "1 to 64"},
                      [&] { static_cast<void>(optionValueOf(width, "0")); });
}

TEST(OptionTable, TextsThatAreNoNumbersAreRefused) {
    const auto refused = [](std::string_view name, const std::string& text) {
        test::expectError(ErrorCode::InvalidArgument, {"'" + text + "' is not a"},
                          [&] { static_cast<void>(optionValueOf(optionRow(table(), name), text)); });
    };
    refused("layers", "many");
    refused("layers", "3.5");
    refused("layers", "3x");
    refused("layers", "99999999999");
    refused("thickness", "");
    refused("thickness", "1,5");
    EXPECT_EQ(optionValueOf(optionRow(table(), "thickness"), "+1e-1"), Json(0.1));
}

TEST(OptionTable, RangesAreChecked) {
    expectRefused({"the thickness must lie between 0.25 and 4, found 0.125"}, "thickness", 0.125);
    expectRefused({"the thickness must lie between"}, "thickness", std::numeric_limits<double>::quiet_NaN());
    expectRefused({"the number of layers must lie between 1 and 9, found 11"}, "layers", 11);
    expectRefused({"the number of layers must be odd, found 4"}, "layers", 4);
    expectRefused({"the gloss must be a positive number, found 0"}, "gloss", 0.0);
    expectRefused({"the gloss must be a positive number, found inf"}, "gloss", std::numeric_limits<double>::infinity());
    expectRefused({"the width must lie between 0 and 64, found -1"}, "width", -1);
    EXPECT_NO_THROW(checkOptions(table(), Paint()));
}

TEST(OptionTable, WrongTypesAndNamesAreRefused) {
    expectRefused({"the option 'layers' cannot be \"many\""}, "layers", "many");
    expectRefused({"the number of layers must be a whole number, found 2.5"}, "layers", 2.5);
    expectRefused({"whole number"}, "layers", 1e300);
    expectRefused({"the option 'colour' cannot be 3"}, "colour", 3);
    expectRefused({"unknown colour 'blue'; the known ones are red, green"}, "colour", "blue");
    expectRefused({"unknown option 'gloos'; the known ones are colour, thickness, layers, width, gloss"}, "gloos", 1);
}

TEST(OptionTable, HelpNamesChoicesUnitsAndRanges) {
    EXPECT_EQ(optionHelp(optionRow(table(), "colour")), "which one: red (warm) or green (cool)");
    EXPECT_EQ(optionHelp(optionRow(table(), "thickness")), "of a layer (mm, 0.25 to 4)");
    EXPECT_EQ(optionHelp(optionRow(table(), "layers")), "how many (odd, 1 to 9)");
    EXPECT_EQ(optionHelp(optionRow(table(), "width")), "of the brush (1 to 64, or 'whole')");
    EXPECT_EQ(optionHelp(optionRow(table(), "gloss")), "how shiny (above 0)");
}

}  // namespace
}  // namespace lamscope
