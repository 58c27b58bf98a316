// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/program_report.h"

#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/doctor.h"

namespace lamscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

pt2::Survey exampleProgram() {
    pt2::Survey program;
    program.torchVersion = "2.11.0+cpu";
    program.schema = "8.17";
    program.inputs = {{.name = "x",
                       .sizes = {{.value = 2, .expression = "s0"},
                                 {.value = 3, .expression = ""},
                                 {.value = 64, .expression = "s53"},
                                 {.value = 56, .expression = "2*s1"}}}};
    program.ranges = {{"s0", {.least = std::nullopt, .most = std::nullopt}}, {"s53", {.least = 15, .most = 128}}};
    program.guards = {"a", "b"};
    program.nodes = 12;
    program.operators = {{.target = "torch.ops.mine.warp.default",
                          .count = 2,
                          .refusal = "the custom operator mine::warp",
                          .source = "net.py:12"},
                         {.target = "torch.ops.aten.conv2d.default", .count = 9, .refusal = "", .source = "net.py:3"},
                         {.target = "_operator.mul", .count = 1, .refusal = "", .source = ""}};
    return program;
}

TEST(ProgramReport, SaysWhatIsOutsideOfTheListAndWhere) {
    EXPECT_EQ(toText(exampleProgram()),
              "  written by      torch 2.11.0+cpu, schema 8.17\n"
              "  input           x: [any, 3, 15 to 128, 2*s1], in the exporter's example 2x3x64x56\n"
              "  size guards     2; --json lists them\n"
              "  operators       aten::conv2d 9, _operator.mul 1\n"
              "  Operators outside of the list of those that run here (1):\n"
              "    mine::warp 2, first at net.py:12: the custom operator mine::warp\n");
}

TEST(ProgramReport, WrapsManyOperatorsIntoLines) {
    auto program = exampleProgram();
    program.operators.clear();
    program.guards.reset();
    for (int i = 0; i < 60; ++i) {
        program.operators.push_back(
            {.target = fmt::format("torch.ops.aten.operator_{}.default", i), .count = 1, .refusal = "", .source = ""});
    }
    const auto text = toText(program);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 100U) << line;
    }
    EXPECT_THAT(text, AllOf(HasSubstr("aten::operator_0 1, aten::operator_1 1,"), HasSubstr("aten::operator_59 1\n"),
                            HasSubstr("outside of list none\n"), HasSubstr("the example's size alone")));
}

TEST(ProgramReport, JsonHasSizesAndOperators) {
    const auto json = jsonOf(exampleProgram());
    EXPECT_EQ(json["torch"], "2.11.0+cpu");
    EXPECT_EQ(json["inputs"][0]["sizes"][1], 3);
    EXPECT_EQ(json["inputs"][0]["sizes"][2]["symbol"], "s53");
    EXPECT_EQ(json["inputs"][0]["sizes"][2]["example"], 64);
    EXPECT_EQ(json["ranges"]["s53"][0], 15);
    EXPECT_TRUE(json["ranges"]["s0"][1].is_null());
    EXPECT_EQ(json["guards"].size(), 2U);
    EXPECT_EQ(json["operators"][0]["name"], "mine::warp");
    EXPECT_EQ(json["operators"][0]["outside"], true);
    EXPECT_EQ(json["operators"][0]["source"], "net.py:12");
    EXPECT_EQ(json["operators"][1]["count"], 9);
    EXPECT_TRUE(json["operators"][1]["reason"].is_null());
}

TEST(Doctor, OfARefusedProgramSaysWhyAndWhatIsInIt) {
    ModelReport report;
    report.card.file = "net.pt2";
    report.card.container = "torch-export";
    report.program = exampleProgram();
    report.refusal = "net.pt2: uses mine::warp.";
    const auto text = toText(report);
    EXPECT_THAT(text, AllOf(HasSubstr("  refused         net.pt2: uses mine::warp.\n"), HasSubstr("aten::conv2d 9"),
                            Not(HasSubstr("architecture"))));
    const auto json = jsonOf(report);
    EXPECT_EQ(json["refusal"], report.refusal);
    EXPECT_EQ(json["program"]["nodes"], 12);
    EXPECT_TRUE(json["architecture"].is_null());
    report.card.architecture = "torch.export";
    report.refusal.clear();
    report.card.guards = {.texts = {"h % 5 != 0"}, .example = {64, 48}, .violated = [](int, int) {
                              return std::optional<std::string>();
                          }};
    EXPECT_THAT(toText(report), HasSubstr("  size rules      h % 5 != 0; 64x48 LR pixels satisfy them\n"));
    EXPECT_EQ(jsonOf(report)["size_rules"][0], "h % 5 != 0");
    report.program.reset();
    EXPECT_FALSE(jsonOf(report).contains("program")) << "other files have none";
}

}  // namespace
}  // namespace lamscope
