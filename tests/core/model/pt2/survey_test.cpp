// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/survey.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "support/expect_error.h"
#include "support/test_data.h"

namespace lamscope::pt2_survey_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// An archive with this program and nothing else.
std::string archiveOf(const std::string& program) {
    return test::zipFile({{"net/archive_format", "pt2"}, {"net/models/model.json", program}});
}

pt2::Survey surveyed(const std::string& archive) {
    return pt2::surveyPt2(test::asBytes(archive));
}

std::string node(const std::string& target, const std::string& metadata = "{}", const std::string& inputs = "") {
    return R"({"target":")" + target + R"(","inputs":[)" + inputs + R"(],"outputs":[],"metadata":)" + metadata + "}";
}

std::string programOf(const std::string& nodes, const std::string& rest = "") {
    return R"({"graph_module":{"graph":{"nodes":[)" + nodes + "]" + rest + "}}}";
}

TEST(Pt2Survey, CountsOperatorsAndNamesWhereRefusedOnesAreCalled) {
    const std::string first = R"({"stack_trace":"  File \"/home/me/net.py\", line 12, in forward\n    x = y\n"})";
    const std::string second = R"({"stack_trace":"  File \"/home/me/net.py\", line 40, in forward\n    x = y\n"})";
    const std::string inside = R"({"name":"","arg":{"as_graph":{"name":"g","graph":{"nodes":[)"
                               + node("torch.ops.aten.relu.default") + "]}}}}";
    const auto survey = surveyed(archiveOf(
        programOf(node("torch.ops.aten.relu.default") + "," + node("torch.ops.aten.conv2d.default") + ","
                  + node("torch.ops.higher_order.wrap_with_set_grad_enabled", "{}", inside) + ","
                  + node("torch.ops.mine.warp.default", first) + "," + node("torch.ops.mine.warp.default", second))));
    EXPECT_EQ(survey.nodes, 6U);
    ASSERT_THAT(survey.operators, SizeIs(4));
    EXPECT_EQ(survey.operators[0].target, "torch.ops.mine.warp.default");
    EXPECT_EQ(survey.operators[0].count, 2U);
    EXPECT_EQ(survey.operators[0].source, "net.py:12");
    EXPECT_THAT(survey.operators[0].refusal, HasSubstr("mine::warp"));
    EXPECT_EQ(survey.operators[1].target, "torch.ops.aten.relu.default");
    EXPECT_EQ(survey.operators[1].count, 2U);
    EXPECT_THAT(survey.operators[1].refusal, IsEmpty());
}

TEST(Pt2Survey, ReadsSizesRangesAndGuards) {
    const auto survey = surveyed(archiveOf(R"json({
        "graph_module": {
            "graph": {"nodes": [], "tensor_values": {"x": {"dtype": 7, "sizes": [
                {"as_int": 1}, {"as_int": 3},
                {"as_expr": {"expr_str": "Symbol('s53', positive=True, integer=True)", "hint": {"as_int": 64}}},
                {"as_new": 1}]}}},
            "signature": {"input_specs": [
                {"parameter": {"arg": {"name": "p"}, "parameter_name": "p"}},
                {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}, {"user_input": {"arg": {"as_int": 2}}}]}},
        "range_constraints": {"s53": {"min_val": 15, "max_val": null}},
        "guards_code": ["L['x'].size()[2] >= 15"],
        "schema_version": {"major": 9, "minor": 1}, "torch_version": "3.0.0"})json"));
    EXPECT_EQ(survey.torchVersion, "3.0.0");
    EXPECT_EQ(survey.schema, "9.1") << "schemas that are refused are surveyed";
    ASSERT_THAT(survey.inputs, SizeIs(1));
    EXPECT_EQ(survey.inputs[0].name, "x");
    ASSERT_THAT(survey.inputs[0].sizes, SizeIs(4));
    EXPECT_EQ(survey.inputs[0].sizes[1].value, 3);
    EXPECT_TRUE(survey.inputs[0].sizes[1].isFixed());
    EXPECT_EQ(survey.inputs[0].sizes[2].expression, "s53");
    EXPECT_EQ(survey.inputs[0].sizes[2].value, 64);
    EXPECT_EQ(survey.inputs[0].sizes[3].expression, "?");
    EXPECT_EQ(survey.ranges.at("s53").least, 15);
    EXPECT_EQ(survey.ranges.at("s53").most, std::nullopt);
    EXPECT_THAT(survey.guards.value(), ElementsAre("L['x'].size()[2] >= 15"));
}

TEST(Pt2Survey, LeavesEmptyWhatIsNotStated) {
    for (const char* program : {"{}", "[]", "7", R"({"graph_module":[]})", R"({"graph_module":{"graph":{"nodes":3}}})",
                                R"({"graph_module":{"signature":{"input_specs":"x"}},"guards_code":{}})"}) {
        const auto survey = surveyed(archiveOf(program));
        EXPECT_EQ(survey.nodes, 0U) << program;
        EXPECT_THAT(survey.inputs, IsEmpty()) << program;
        EXPECT_EQ(survey.guards, std::nullopt) << program;
    }
}

TEST(Pt2Survey, RefusesWhatIsNoProgram) {
    EXPECT_THROW(static_cast<void>(surveyed(archiveOf("{"))), pt2::FormatError);
    EXPECT_THROW(static_cast<void>(surveyed(archiveOf(std::string(100, '[')))), pt2::FormatError);
    EXPECT_THROW(static_cast<void>(surveyed(test::zipFile({{"net/data.pkl", "x"}}))), pt2::FormatError);
    const test::TemporaryFolder folder;
    test::expectError(ErrorCode::BadFile, {"net.pt2", "not JSON"},
                      [&] { static_cast<void>(pt2::surveyPt2(folder.write("net.pt2", archiveOf("{")))); });
}

std::vector<std::string> refusedIn(const pt2::Survey& survey) {
    std::vector<std::string> names;
    for (const auto& use : survey.operators) {
        if (!use.refusal.empty()) {
            names.push_back(use.target);
        }
    }
    return names;
}

TEST(Pt2Survey, OfArchivesThatAreRefusedSaysWhatIsOutsideOfTheList) {
    LAMSCOPE_NEED_DATA(random, "pt2/random.pt2");
    EXPECT_THAT(refusedIn(pt2::surveyPt2(random)), ElementsAre(HasSubstr("randn_like")));
    EXPECT_THAT(refusedIn(pt2::surveyPt2(test::dataFile("pt2/custom_op.pt2"))),
                ElementsAre(HasSubstr("lamdemo.shift")));
    EXPECT_THAT(refusedIn(pt2::surveyPt2(test::dataFile("pt2/choice.pt2"))),
                ElementsAre(HasSubstr("higher_order.cond")));
    // Refused for their layout or weights, not for their operators.
    for (const char* name : {"pt2/legacy.pt2", "pt2/pickled.pt2"}) {
        const auto survey = pt2::surveyPt2(test::dataFile(name));
        EXPECT_THAT(refusedIn(survey), IsEmpty()) << name;
        EXPECT_GT(survey.nodes, 0U) << name;
    }
}

TEST(Pt2Survey, OfAnArchiveThatRuns) {
    LAMSCOPE_NEED_DATA(sides, "pt2/sides.pt2");
    const auto survey = pt2::surveyPt2(sides);
    EXPECT_THAT(survey.guards.value(), SizeIs(223));
    EXPECT_EQ(survey.schema, "8.17");
    EXPECT_THAT(survey.torchVersion, HasSubstr("2.11.0"));
    EXPECT_THAT(refusedIn(survey), IsEmpty());
    ASSERT_THAT(survey.inputs, SizeIs(1));
    EXPECT_EQ(survey.inputs[0].name, "x");
    std::size_t total = 0;
    for (const auto& use : survey.operators) {
        total += use.count;
    }
    EXPECT_EQ(total, survey.nodes);
    EXPECT_TRUE(std::ranges::is_sorted(survey.operators, std::ranges::greater(), &pt2::OperatorUse::count));
}

}  // namespace
}  // namespace lamscope::pt2_survey_test
