// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/guards.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/pt2/small_program.h"
#include "model/pt2/archive.h"
#include "support/test_data.h"

namespace lamscope::pt2 {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr InputSize someSize{.batch = 2, .channels = 3, .height = 64, .width = 56};

bool holds(const std::string& guard) {
    return satisfies(guard, someSize);
}

TEST(Pt2Guards, KnowTheSizesOfTheInput) {
    EXPECT_TRUE(holds("L['x'].size()[0] == 2"));
    EXPECT_TRUE(holds("L['x'].size()[1] == 3"));
    EXPECT_TRUE(holds("L['x'].size()[2] == 64"));
    EXPECT_TRUE(holds("L[\"x\"].size()[3] == 56"));
    EXPECT_FALSE(holds("L['x'].size()[2] == 63"));
    EXPECT_TRUE(holds("L['LR'].size()[2] // 8 == 8"));
}

TEST(Pt2Guards, DivideAsPythonDoes) {
    EXPECT_TRUE(holds("7 // 2 == 3"));
    EXPECT_TRUE(holds("(-7) // 2 == -4"));
    EXPECT_TRUE(holds("7 // (-2) == -4"));
    EXPECT_TRUE(holds("(-7) // (-2) == 3"));
    EXPECT_TRUE(holds("(-6) // 2 == -3"));
    EXPECT_TRUE(holds("7 % 3 == 1"));
    EXPECT_TRUE(holds("(-7) % 3 == 2"));
    EXPECT_TRUE(holds("7 % (-3) == -2"));
    EXPECT_TRUE(holds("(-7) % (-3) == -1"));
    EXPECT_TRUE(holds("(-6) % 3 == 0"));
    EXPECT_TRUE(holds("-7 // 2 == -4"));  // the sign binds before the quotient
    for (int a = -9; a <= 9; ++a) {
        for (const int b : {-4, -3, -1, 1, 2, 5}) {
            const auto law = "(" + std::to_string(a) + " // " + std::to_string(b) + ")*" + std::to_string(b) + " + ("
                             + std::to_string(a) + ") % (" + std::to_string(b) + ") == " + std::to_string(a);
            EXPECT_TRUE(holds(law)) << law;
        }
    }
}

TEST(Pt2Guards, FollowPythonsPrecedence) {
    EXPECT_TRUE(holds("2 + 3 * 4 == 14"));
    EXPECT_TRUE(holds("(2 + 3) * 4 == 20"));
    EXPECT_TRUE(holds("10 - 3 - 2 == 5"));
    EXPECT_TRUE(holds("2 * 7 // 3 == 4"));
    EXPECT_TRUE(holds("2 * (7 // 3) == 4"));
    EXPECT_TRUE(holds("not 1 == 2"));
    EXPECT_TRUE(holds("1 == 1 or 1 == 2 and 1 == 3"));
    EXPECT_FALSE(holds("(1 == 1 or 1 == 2) and 1 == 3"));
    EXPECT_TRUE(holds("1 < 2 < 3"));
    EXPECT_FALSE(holds("1 < 3 < 2"));
    EXPECT_TRUE(holds("1 <= 1 and 2 >= 2 and 1 != 2 and 3 > 2"));
    EXPECT_TRUE(holds("max(1, 5, 3) == 5"));
    EXPECT_TRUE(holds("min(4, 2 + 1) == 3"));
    EXPECT_TRUE(holds("True"));
    EXPECT_FALSE(holds("False"));
}

TEST(Pt2Guards, KnowFloatingPointNumbers) {
    EXPECT_TRUE(holds("math.trunc(2.5) == 2"));
    EXPECT_TRUE(holds("math.trunc(2.0*torch.sym_float(L['x'].size()[3])) == 112"));
    EXPECT_TRUE(holds("math.trunc(-0.5*torch.sym_float(3)) == -1"));
}

TEST(Pt2Guards, NumbersHaveAPointInEveryLocale) {
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    std::setlocale(LC_NUMERIC, "de_DE.UTF-8");  // nothing changes where it is not installed
    const bool isRead = holds("2.5 * 2 == 5");
    std::setlocale(LC_NUMERIC, before.c_str());
    EXPECT_TRUE(isRead);
}

TEST(Pt2Guards, DivideAndRoundRealNumbers) {  // of 64 rows and 56 columns
    EXPECT_TRUE(holds("4 / 2 == 2"));
    EXPECT_TRUE(holds("7 / 2 == 3.5"));
    EXPECT_TRUE(holds("7 / 2 * 2 == 7"));
    EXPECT_TRUE(holds("math.trunc(L['x'].size()[2] / 8) == 8"));
    EXPECT_TRUE(holds("math.ceil(L['x'].size()[2] / 10) == 7"));
    EXPECT_TRUE(holds("math.floor(L['x'].size()[2] / 10) == 6"));
    EXPECT_TRUE(holds("math.floor((-7) / 2) == -4 and math.ceil((-7) / 2) == -3 and math.trunc((-7) / 2) == -3"));
    EXPECT_TRUE(holds("math.floor(9007199254740993) == 9007199254740993"));
    EXPECT_TRUE(holds("(L['x'].size()[2] / L['x'].size()[3]) <= 1.5"));
    EXPECT_FALSE(holds("(L['x'].size()[2] / L['x'].size()[3]) <= 1.125"));
    EXPECT_FALSE(holds("1 / 0 != 0"));
    EXPECT_FALSE(holds("1 / 0.0 != 0"));
}

TEST(Pt2Guards, DoNotHoldWhereTheyCannotBeComputed) {
    EXPECT_FALSE(holds("1 // 0 == 0"));
    EXPECT_FALSE(holds("1 // 0 != 0"));
    EXPECT_FALSE(holds("not 1 % 0 == 0"));
    EXPECT_FALSE(holds("9223372036854775807 + 1 != 0"));
    EXPECT_FALSE(holds("9223372036854775807 * 2 != 0"));
    EXPECT_FALSE(holds("(-9223372036854775807 - 1) // (-1) != 0"));
    EXPECT_FALSE(holds("99999999999999999999 != 0"));
    EXPECT_TRUE(holds("1 == 1 or 1 // 0 == 0"));  // as Python, which does not look at the second
    EXPECT_FALSE(holds("1 == 2 and 1 // 0 == 0"));
}

TEST(Pt2Guards, DoNotHoldWhereTheyCannotBeRead) {
    for (const auto* text : {"", "1 ==", "(1 == 1", "1 == 1)", "L['x].size()[2] == 64", "L['x'].size()[4] == 0",
                             "L['x'].size()[-1] == 56", "L['x'].dtype == 1", "2 ** 2 == 4", "f(1) == 1", "1 == 1; 1",
                             "'a' == 'a'", "maximum(1) == 1", "nothing", "1 = 1", "1 == 1 1"}) {
        EXPECT_FALSE(holds(text)) << text;
    }
    EXPECT_FALSE(holds(std::string(100000, '(') + "1" + std::string(100000, ')')));
    EXPECT_FALSE(holds(std::string(100000, '-') + "1"));
    EXPECT_TRUE(holds(std::string(30, '(') + "1" + std::string(30, ')')));
}

Program programWith(const std::vector<std::string>& guards) {
    auto edited = test::smallProgram();
    edited["guards_code"] = guards;
    return parseProgram(edited.dump());
}

TEST(Pt2Guards, AllowWhatTheProgramAllows) {
    const Program program = programWith({"L['x'].size()[2] % 5 != 0"});
    EXPECT_EQ(violatedRule(program, {.batch = 1, .channels = 3, .height = 48, .width = 80}), std::nullopt);
    EXPECT_THAT(violatedRule(program, {.batch = 1, .channels = 3, .height = 40, .width = 40}),
                Optional(HasSubstr("L['x'].size()[2] % 5 != 0")));
    EXPECT_THAT(violatedRule(program, {.batch = 1, .channels = 1, .height = 48, .width = 80}),
                Optional(HasSubstr("channels == 3")));
    EXPECT_THAT(violatedRule(program, {.batch = 1, .channels = 3, .height = 1, .width = 80}),
                Optional(HasSubstr("height >= 2")));
}

TEST(Pt2Guards, AlwaysAllowTheExamplesSize) {
    const Program program = programWith({"1 == 2"});
    EXPECT_EQ(violatedRule(program, someSize), std::nullopt);
    EXPECT_EQ(violatedRule(program, {.batch = 1, .channels = 3, .height = 64, .width = 56}), std::nullopt);
    EXPECT_THAT(violatedRule(program, {.batch = 1, .channels = 3, .height = 56, .width = 64}),
                Optional(HasSubstr("1 == 2")));
}

TEST(Pt2Guards, DoNotTakeTheHabitOfTheExporterForARule) {
    const Program program = programWith({"2 <= L['x'].size()[0]"});
    EXPECT_EQ(violatedRule(program, {.batch = 1, .channels = 3, .height = 48, .width = 48}), std::nullopt);
    const Program strict = programWith({"3 <= L['x'].size()[0]"});
    EXPECT_TRUE(violatedRule(strict, {.batch = 1, .channels = 3, .height = 48, .width = 48}));
}

TEST(Pt2Guards, WithoutGuardsOnlyTheExamplesSizeIsKnown) {
    auto edited = test::smallProgram();
    edited.erase("guards_code");
    const Program program = parseProgram(edited.dump());
    EXPECT_EQ(violatedRule(program, someSize), std::nullopt);
    EXPECT_THAT(violatedRule(program, {.batch = 1, .channels = 3, .height = 48, .width = 48}),
                Optional(HasSubstr("example")));
}

TEST(Pt2Guards, KnowFixedEqualAndDerivedSides) {
    auto edited = test::smallProgram();
    auto& sizes = edited["graph_module"]["graph"]["tensor_values"]["x"]["sizes"];
    sizes[0] = {{"as_int", 1}};
    sizes[3] = sizes[2];
    const Program square = parseProgram(edited.dump());
    EXPECT_EQ(violatedRule(square, {.batch = 1, .channels = 3, .height = 48, .width = 48}), std::nullopt);
    EXPECT_THAT(violatedRule(square, {.batch = 1, .channels = 3, .height = 48, .width = 40}),
                Optional(HasSubstr("height == width")));
    EXPECT_THAT(violatedRule(square, {.batch = 2, .channels = 3, .height = 48, .width = 48}),
                Optional(HasSubstr("batch == 1")));
    sizes[3] = {{"as_expr", {{"expr_str", "Mul(Integer(4), Symbol('s1'))"}, {"hint", {{"as_int", 56}}}}}};
    const Program derived = parseProgram(edited.dump());
    EXPECT_THAT(violatedRule(derived, {.batch = 1, .channels = 3, .height = 48, .width = 48}),
                Optional(HasSubstr("width == Mul")));
    edited["range_constraints"]["s53"]["max_val"] = 100;
    EXPECT_THAT(violatedRule(parseProgram(edited.dump()), {.batch = 1, .channels = 3, .height = 101, .width = 56}),
                Optional(HasSubstr("height <= 100")));
}

/// How many guards of an archive hold, as Python evaluates them.
struct Counted {
    const char* name;
    std::array<std::ptrdiff_t, 8> holding;
};

TEST(Pt2Guards, HoldWherePythonSaysSo) {
    LAMSCOPE_NEED_DATA(folder, "pt2");
    constexpr std::array<InputSize, 8> sizes{{{2, 3, 64, 56},
                                              {1, 3, 64, 56},
                                              {2, 3, 64, 64},
                                              {2, 3, 48, 80},
                                              {1, 3, 57, 71},
                                              {3, 3, 40, 40},
                                              {2, 3, 7, 5},
                                              {1, 3, 1, 1}}};
    constexpr std::array<Counted, 4> expected{{{"baked", {192, 192, 189, 190, 178, 176, 152, 115}},
                                               {"norms", {2, 2, 2, 2, 2, 2, 2, 0}},
                                               {"published_rfdn", {19, 19, 17, 17, 19, 17, 11, 10}},
                                               {"sides", {223, 223, 221, 223, 211, 209, 165, 128}}}};
    for (const auto& [name, holding] : expected) {
        const Program program = readPt2(folder / (std::string(name) + ".pt2")).program;
        for (std::size_t index = 0; index < sizes.size(); ++index) {
            const auto count = std::ranges::count_if(
                *program.guards, [&](const std::string& guard) { return satisfies(guard, sizes.at(index)); });
            EXPECT_EQ(count, holding.at(index)) << name << ' ' << index;
        }
    }
}

TEST(Pt2Guards, ForbidTheSizesAtWhichBakedIsWrong) {
    LAMSCOPE_NEED_DATA(file, "pt2/baked.pt2");
    const Program program = readPt2(file).program;
    EXPECT_EQ(violatedRule(program, {.batch = 1, .channels = 3, .height = 64, .width = 56}), std::nullopt);
    EXPECT_TRUE(violatedRule(program, {.batch = 1, .channels = 3, .height = 64, .width = 64}));
}

}  // namespace
}  // namespace lamscope::pt2
