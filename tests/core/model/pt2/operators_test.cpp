// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/operators.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include <ATen/core/dispatch/Dispatcher.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_data.h"

namespace lamscope::pt2 {
namespace {

using testing::HasSubstr;

c10::OperatorHandle registered(const std::string& name) {
    const auto point = name.find('.');
    const auto handle = c10::Dispatcher::singleton().findSchema(
        {name.substr(0, point), point == std::string::npos ? "" : name.substr(point + 1)});
    if (!handle) {
        throw std::runtime_error(name + " is not registered");
    }
    return *handle;
}

bool isString(const c10::TypePtr& type) {
    const auto contained = type->containedTypes();
    return type->kind() == c10::TypeKind::StringType
           || std::any_of(contained.begin(), contained.end(), [](const auto& inner) { return isString(inner); });
}

TEST(Pt2Operators, AreThoseOfTheDesign) {
    LAMSCOPE_NEED_DATA(file, "pt2/operators.txt");
    std::ifstream stream(file);
    std::vector<std::string> expected;
    for (std::string line; std::getline(stream, line);) {
        expected.push_back(line);
    }
    std::vector<std::string> names;
    std::ranges::transform(listedOperators(), std::back_inserter(names), &ListedOperator::name);
    EXPECT_TRUE(std::ranges::is_sorted(names));
    EXPECT_THAT(names, testing::UnorderedElementsAreArray(expected));
}

TEST(Pt2Operators, AreRegisteredAndCannotReachOutside) {
    static const std::set<std::string, std::less<>> texts{"mode", "padding",       "approximate", "equation",
                                                          "norm", "rounding_mode", "indexing",    "reduce"};
    for (const auto& [name, group] : listedOperators()) {
        SCOPED_TRACE(name);
        const auto handle = registered(name);
        const auto& schema = handle.schema();
        for (const auto& argument : schema.arguments()) {
            EXPECT_THAT(argument.type()->str(), testing::Not(HasSubstr("Generator")));
            EXPECT_TRUE(!isString(argument.type()) || texts.contains(argument.name())) << argument.name();
        }
        EXPECT_EQ(schema.is_mutable(), group == OperatorGroup::InPlace);
        EXPECT_TRUE(!handle.hasTag(at::Tag::nondeterministic_seeded) || group == OperatorGroup::Dropout
                    || group == OperatorGroup::Attention);
        EXPECT_TRUE(!handle.hasTag(at::Tag::data_dependent_output) || name == "aten::index.Tensor");
        EXPECT_TRUE(!handle.hasTag(at::Tag::dynamic_output_shape) || name == "aten::index.Tensor");
    }
}

TEST(Pt2Operators, AreNamedAsRegistered) {
    EXPECT_EQ(operatorName("torch.ops.aten.add.Tensor"), "aten::add.Tensor");
    EXPECT_EQ(operatorName("torch.ops.aten.relu.default"), "aten::relu");
    EXPECT_EQ(operatorName("torch.ops.mine.shift.default"), "mine::shift");
    EXPECT_EQ(operatorName("_operator.mul"), "_operator.mul");
    EXPECT_EQ(operatorName("torch.ops.higher_order.cond"), "torch.ops.higher_order.cond");
    ASSERT_NE(findListed("aten::relu"), nullptr);
    EXPECT_EQ(findListed("aten::relu")->group, OperatorGroup::Activation);
    EXPECT_EQ(findListed("aten::relu.out"), nullptr);
}

TEST(Pt2Operators, AreToldByTheirKind) {
    EXPECT_EQ(callKind("torch.ops.aten.conv2d.default"), CallKind::Operator);
    EXPECT_EQ(callKind("torch.ops.aten.sym_size.int"), CallKind::Number);
    EXPECT_EQ(callKind("_operator.floordiv"), CallKind::Number);
    EXPECT_EQ(callKind("torch.sym_max"), CallKind::Number);
    EXPECT_EQ(callKind("math.trunc"), CallKind::Number);
    EXPECT_EQ(callKind("torch.ops.aten._assert_async.msg"), CallKind::Assertion);
    EXPECT_EQ(callKind("torch.ops.aten.sym_constrain_range_for_size.default"), CallKind::Assertion);
    EXPECT_EQ(callKind("torch.ops.higher_order.wrap_with_set_grad_enabled"), CallKind::GradMode);
    for (const auto* target :
         {"torch.ops.aten.set_.source_Tensor", "torch.ops.aten.resize_.default", "torch.ops.aten.as_strided.default",
          "torch.ops.aten.add.out", "torch.load", "os.system", "_operator.getitem", "", "torch.ops.", "torch.ops.aten",
          "torch.ops.aten.", "math.sqrt"}) {
        EXPECT_EQ(callKind(target), CallKind::Refused) << target;
        EXPECT_NE(refusalOf(target), "") << target;
    }
}

TEST(Pt2Operators, AreRefusedInWords) {
    EXPECT_EQ(refusalOf("torch.ops.aten.conv2d.default"), "");
    for (const auto* name :
         {"rand.default", "randn_like.default", "bernoulli.p", "normal_.default", "randperm.default"}) {
        EXPECT_THAT(refusalOf(std::string("torch.ops.aten.") + name), HasSubstr("draws random numbers")) << name;
    }
    for (const auto* name : {"item.default", "nonzero.default", "unique_dim.default", "masked_select.default",
                             "_local_scalar_dense.default"}) {
        EXPECT_THAT(refusalOf(std::string("torch.ops.aten.") + name), HasSubstr("sizes depend on values")) << name;
    }
    EXPECT_THAT(refusalOf("torch.ops.mamba.scan.default"), HasSubstr("custom operator mamba::scan"));
    EXPECT_THAT(refusalOf("torch.ops.higher_order.cond"), HasSubstr("control flow"));
    EXPECT_THAT(refusalOf("torch.ops.higher_order.flex_attention"), HasSubstr("flex_attention"));
    EXPECT_THAT(refusalOf("torch.ops.aten.channel_shuffle.out"),
                HasSubstr("aten::channel_shuffle.out, which is not one"));
}

Node called(const std::string& target, const std::string& source = "") {
    return {.target = target, .inputs = {}, .outputs = {}, .source = source};
}

TEST(Pt2Operators, OfSubgraphsCountToo) {
    Graph inner;
    inner.nodes = {called("torch.ops.aten.relu.default"), called("torch.ops.mine.shift.default", "net.py:3")};
    Program program;
    program.graph.nodes = {called("torch.ops.aten.relu.default"),
                           called("torch.ops.higher_order.wrap_with_set_grad_enabled"),
                           called("torch.ops.aten.rand.default")};
    program.graph.nodes[1].inputs.push_back(
        {.name = "", .value = Subgraph{.name = "inner", .graph = std::make_shared<const Graph>(inner)}});
    EXPECT_EQ(operatorCounts(program).at("torch.ops.aten.relu.default"), 2);
    const auto refused = refusedOperators(program);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0].target, "torch.ops.mine.shift.default");
    EXPECT_EQ(refused[0].source, "net.py:3");
    EXPECT_THAT([&] { checkOperators(program); },
                testing::ThrowsMessage<UnsupportedProgram>(
                    testing::AllOf(HasSubstr("uses the custom operator"), testing::EndsWith("(at net.py:3)"))));
}

}  // namespace
}  // namespace lamscope::pt2
