// SPDX-License-Identifier: GPL-3.0-or-later
// Small programs, written node by node.
#include "model/pt2/interpreter.h"

#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/pt2/small_program.h"
#include "model/pt2/archive.h"
#include "model/stoppable_evaluation.h"
#include "runtime/torch_headers.h"

namespace lamscope::pt2 {
namespace {

using nlohmann::json;
using test::nodeOf;
using test::tensorNamed;
using testing::AllOf;
using testing::HasSubstr;

using Nodes = std::vector<json>;

json whole(std::int64_t value) {
    return {{"as_int", value}};
}

json wholes(const std::vector<std::int64_t>& values) {
    return {{"as_ints", values}};
}

json real(double value) {
    return {{"as_float", value}};
}

json type(int number) {
    return {{"as_scalar_type", number}};
}

json number(const std::string& name) {
    return {{"as_sym_int", {{"as_name", name}}}};
}

json aten(const std::string& name, const std::vector<std::pair<std::string, json>>& inputs,
          const std::string& result = "y") {
    return nodeOf("torch.ops.aten." + name, inputs, {tensorNamed(result)});
}

const json x = tensorNamed("x");
const json weight = tensorNamed("p_weight");  // [3, 1, 1]: 1, 2, 3

/// An archive whose graph has these nodes in place of its own; the last one makes y.
Pt2Archive archiveOf(const Nodes& nodes, const json& facts = json::object()) {
    auto parts = test::smallArchive();
    auto& graph = parts.program["graph_module"]["graph"];
    graph["nodes"] = nodes;
    graph["outputs"] = json::array({tensorNamed("y")});
    graph["tensor_values"].update(facts);
    parts.program["graph_module"]["signature"]["output_specs"] =
        json::array({{{"user_output", {{"arg", tensorNamed("y")}}}}});
    const auto bytes = test::packed(parts);
    return readPt2(std::as_bytes(std::span(bytes)));
}

Interpreter programOf(const Nodes& nodes, const json& facts = json::object()) {
    return Interpreter(archiveOf(nodes, facts));
}

torch::Tensor someImage() {
    return torch::linspace(-1.0, 2.0, 2 * 3 * 4 * 5).view({2, 3, 4, 5});
}

std::string refusal(const Nodes& nodes) {
    try {
        static_cast<void>(programOf(nodes));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "is loaded";
}

std::string failure(const Nodes& nodes) {
    try {
        static_cast<void>(programOf(nodes)(someImage()));
    } catch (const std::exception& error) {
        return error.what();
    }
    return "runs";
}

torch::Tensor scales() {
    return torch::tensor({1.0F, 2.0F, 3.0F}).view({3, 1, 1});
}

TEST(Pt2Interpreter, ComputesOperatorsAndTheirGradients) {
    const auto program = programOf({aten("mul.Tensor", {{"self", x}, {"other", weight}}, "product"),
                                    aten("relu.default", {{"self", tensorNamed("product")}})});
    const auto input = someImage().requires_grad_(true);
    const auto output = program(input);
    EXPECT_TRUE(at::equal(output, (someImage() * scales()).relu()));
    EXPECT_TRUE(at::equal(torch::autograd::grad({output.sum()}, {input}).front(),
                          (someImage() > 0).to(torch::kFloat32) * scales()));
    EXPECT_FALSE(program.writes());
}

TEST(Pt2Interpreter, NumberInPlaceOfATensorKeepsTheType) {
    auto program = programOf({aten("mul.Tensor", {{"self", x}, {"other", real(0.5)}})});
    program.to(torch::kCPU, torch::kFloat16);
    const auto output = program(someImage().to(torch::kFloat16));
    EXPECT_EQ(output.scalar_type(), torch::kFloat16);
    EXPECT_TRUE(at::equal(output, someImage().to(torch::kFloat16) * 0.5));
}

TEST(Pt2Interpreter, ArgumentsAreConvertedAsTheSchemaAsks) {
    // int[2] of one number, bool by default, an integer where the schema has a float
    const auto pooled = programOf({aten("avg_pool2d.default", {{"self", x}, {"kernel_size", whole(2)}})})(someImage());
    EXPECT_TRUE(at::equal(pooled, at::avg_pool2d(someImage(), {2, 2})));
    const auto elu = programOf({aten("softplus.default", {{"self", x}, {"beta", whole(2)}})})(someImage());
    EXPECT_TRUE(at::equal(elu, at::softplus(someImage(), 2)));
    const auto factors = programOf(
        {aten("upsample_nearest2d.vec",
              {{"input", x}, {"output_size", {{"as_none", true}}}, {"scale_factors", wholes({2, 3})}})})(someImage());
    EXPECT_EQ(factors.sizes(), at::IntArrayRef({2, 3, 8, 15}));
    // An empty list of the wrong kind, and tensors where some may lack.
    const auto summed = programOf({aten("sum.dim_IntList", {{"self", x}, {"dim", {{"as_floats", json::array()}}}})});
    EXPECT_TRUE(at::equal(summed(someImage()), someImage().sum()));
    const auto picked = programOf(
        {aten("arange.default", {{"end", whole(2)}, {"dtype", type(5)}}, "order"),
         aten("index.Tensor",
              {{"self", x},
               {"indices", {{"as_optional_tensors", json::array({{{"as_none", true}}, tensorNamed("order")})}}}})})(
        someImage());
    EXPECT_TRUE(at::equal(picked, someImage().narrow(1, 0, 2)));
}

TEST(Pt2Interpreter, SizesAreNumbers) {
    const Nodes nodes = {
        nodeOf("torch.ops.aten.sym_size.int", {{"self", x}, {"dim", whole(2)}}, {number("height")}),
        nodeOf("_operator.floordiv", {{"a", number("height")}, {"b", whole(3)}}, {number("third")}),
        nodeOf("_operator.add", {{"a", number("third")}, {"b", whole(2)}}, {number("side")}),
        aten("adaptive_avg_pool2d.default",
             {{"self", x}, {"output_size", {{"as_sym_ints", {{{"as_name", "side"}}, {{"as_int", 2}}}}}}})};
    EXPECT_EQ(programOf(nodes)(someImage()).sizes(), at::IntArrayRef({2, 3, 3, 2}));
}

TEST(Pt2Interpreter, CopyHasAGradient) {
    const auto program = programOf({aten("mul.Tensor", {{"self", x}, {"other", weight}}, "target"),
                                    aten("copy.default", {{"self", tensorNamed("target")}, {"src", x}})});
    const auto input = someImage().requires_grad_(true);
    const auto output = program(input);
    EXPECT_TRUE(at::equal(output, someImage()));
    EXPECT_TRUE(at::equal(torch::autograd::grad({output.sum()}, {input}).front(), torch::ones_like(input)));
}

TEST(Pt2Interpreter, TypesOfWeightsFollowTheComputation) {
    const json facts = {{"zeros", {{"dtype", 7}, {"sizes", json::array({whole(1)})}}},
                        {"table", {{"dtype", 5}, {"sizes", json::array({whole(1)})}}}};
    const Nodes nodes = {
        aten("zeros.default", {{"size", wholes({1})}}, "zeros"),  // float32 by PyTorch's default
        aten("ones.default", {{"size", wholes({1})}, {"dtype", type(5)}}, "table"),
        aten("mul.Tensor", {{"self", x}, {"other", weight}}, "product"),
        aten("to.dtype", {{"self", tensorNamed("table")}, {"dtype", type(7)}}, "one"),
        aten("cat.default", {{"tensors", {{"as_tensors", {{{"name", "zeros"}}, {{"name", "one"}}}}}}}, "both"),
        aten("sum.default", {{"self", tensorNamed("both")}}, "sum"),
        aten("add.Tensor", {{"self", tensorNamed("product")}, {"other", tensorNamed("sum")}})};
    auto program = programOf(nodes, facts);
    program.to(torch::kCPU, torch::kFloat64);
    const auto input = torch::full({1, 3, 2, 2}, 0.1, torch::kFloat64);
    const auto output = program(input);
    EXPECT_EQ(output.scalar_type(), torch::kFloat64);
    EXPECT_TRUE(at::equal(output, input * scales().to(torch::kFloat64) + 1.0));
}

TEST(Pt2Interpreter, EmptyIsZeros) {
    const Nodes nodes = {
        aten("empty_like.default", {{"self", x}}, "nothing"),
        aten("empty.memory_format",
             {{"size", wholes({4, 5})}, {"dtype", type(7)}, {"memory_format", {{"as_memory_format", 1}}}}, "plane"),
        aten("add.Tensor", {{"self", tensorNamed("nothing")}, {"other", tensorNamed("plane")}})};
    EXPECT_TRUE(at::equal(programOf(nodes)(someImage()), torch::zeros({2, 3, 4, 5})));
}

TEST(Pt2Interpreter, OperatorsInPlaceLeaveTheCallersImage) {
    const auto program = programOf({aten("relu_.default", {{"self", x}}, "positive"),
                                    aten("mul.Tensor", {{"self", tensorNamed("positive")}, {"other", weight}})});
    EXPECT_TRUE(program.writes());
    const auto input = someImage().requires_grad_(true);
    const auto output = program(input);
    EXPECT_TRUE(at::equal(output, someImage().relu() * scales()));
    EXPECT_TRUE(at::equal(input, someImage()));
    EXPECT_TRUE(torch::autograd::grad({output.sum()}, {input}).front().defined());
}

TEST(Pt2Interpreter, OperatorsInPlaceReachWhatSharesTheirMemory) {
    // What is reshaped lies contiguous in the exporter's example: it is a view of the product.
    const auto program =
        programOf({aten("mul.Tensor", {{"self", x}, {"other", weight}}, "product"),
                   aten("reshape.default", {{"self", tensorNamed("product")}, {"shape", wholes({2, 60})}}, "rows"),
                   aten("relu_.default", {{"self", tensorNamed("rows")}}, "positive"),
                   aten("alias.default", {{"self", tensorNamed("product")}})});
    const auto expected = (someImage() * scales()).relu();
    EXPECT_TRUE(at::equal(program(someImage()), expected));
    EXPECT_TRUE(at::equal(program(someImage().contiguous(at::MemoryFormat::ChannelsLast)), expected));
}

TEST(Pt2Interpreter, WeightsAreNotWrittenTo) {
    EXPECT_THAT(failure({aten("add_.Scalar", {{"self", weight}, {"other", whole(1)}}, "changed"),
                         aten("mul.Tensor", {{"self", x}, {"other", tensorNamed("changed")}})}),
                AllOf(HasSubstr("aten::add_.Scalar"), HasSubstr("weight"), HasSubstr("run_decompositions({})")));
    // Nor through a view of them, whatever the schema says of it.
    EXPECT_THAT(failure({aten("type_as.default", {{"self", weight}, {"other", x}}, "same"),
                         aten("unsqueeze.default", {{"self", tensorNamed("same")}, {"dim", whole(0)}}, "view"),
                         aten("relu_.default", {{"self", tensorNamed("view")}}, "changed"),
                         aten("mul.Tensor", {{"self", x}, {"other", tensorNamed("changed")}})}),
                HasSubstr("would write into a weight"));
    EXPECT_THAT(refusal({aten("add_.Scalar", {{"self", real(1.0)}, {"other", whole(1)}})}),
                HasSubstr("writes to a number"));
}

TEST(Pt2Interpreter, StoredTensorsAreNamedParameters) {
    const auto parameters = programOf({aten("mul.Tensor", {{"self", x}, {"other", weight}})}).namedParameters();
    ASSERT_EQ(parameters.size(), 1U);
    EXPECT_EQ(parameters.front().first, "weight");
    EXPECT_TRUE(at::equal(parameters.front().second, scales()));
}

TEST(Pt2Interpreter, TrainingIsRefused) {
    const json truth = {{"as_bool", true}};
    const json untruth = {{"as_bool", false}};
    const json none = {{"as_none", true}};
    EXPECT_THAT(refusal({aten("dropout.default", {{"input", x}, {"p", real(0.5)}, {"train", truth}})}),
                HasSubstr("eval mode"));
    const auto passed = programOf({aten("dropout.default", {{"input", x}, {"p", real(0.5)}, {"train", untruth}})});
    EXPECT_TRUE(at::equal(passed(someImage()), someImage()));
    const auto norm = [&](const json& training) {
        return aten("batch_norm.default", {{"input", x},
                                           {"weight", none},
                                           {"bias", none},
                                           {"running_mean", none},
                                           {"running_var", none},
                                           {"training", training},
                                           {"momentum", real(0.1)},
                                           {"eps", real(1e-5)},
                                           {"cudnn_enabled", untruth}});
    };
    EXPECT_THAT(refusal({norm(truth)}), HasSubstr("eval mode"));
    EXPECT_THAT(refusal({aten("scaled_dot_product_attention.default",
                              {{"query", x}, {"key", x}, {"value", x}, {"dropout_p", real(0.1)}})}),
                HasSubstr("eval mode"));
    EXPECT_THAT(refusal({aten("instance_norm.default", {{"input", x},
                                                        {"weight", none},
                                                        {"bias", none},
                                                        {"running_mean", weight},
                                                        {"running_var", weight},
                                                        {"use_input_stats", truth},
                                                        {"momentum", real(0.1)},
                                                        {"eps", real(1e-5)},
                                                        {"cudnn_enabled", untruth}})}),
                HasSubstr("running statistics"));
}

TEST(Pt2Interpreter, ArgumentsThatTheSchemaLacksAreDamage) {
    EXPECT_THAT(refusal({aten("relu.default", {{"self", x}, {"slope", real(0.1)}})}),
                AllOf(HasSubstr("aten::relu"), HasSubstr("no argument 'slope'")));
    EXPECT_THAT(refusal({aten("mul.Tensor", {{"self", x}})}), HasSubstr("lacks 'other'"));
    EXPECT_THAT(refusal({aten("softmax.int", {{"self", x}, {"dim", real(0.5)}})}), HasSubstr("'dim'"));
    EXPECT_THAT(
        refusal({nodeOf("torch.ops.aten.relu.default", {{"self", x}}, {tensorNamed("y"), tensorNamed("second")})}),
        HasSubstr("1 results, 2 in the file"));
    EXPECT_THAT(refusal({aten("randn_like.default", {{"self", x}})}), HasSubstr("random numbers"));
}

TEST(Pt2Interpreter, SizesAreBounded) {
    EXPECT_THAT(refusal({aten("zeros.default", {{"size", wholes({65537})}})}), HasSubstr("65537: at most 65536"));
    EXPECT_THAT(failure({aten("zeros.default", {{"size", wholes({60000, 60000})}})}), HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("repeat.default", {{"self", x}, {"repeats", wholes({1, 1, 60000, 600})}})}),
                HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("expand.default", {{"self", weight}, {"size", wholes({60000, 60000, 3, 1, 1})}})}),
                HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("arange.start_step", {{"start", whole(0)}, {"end", real(1e12)}, {"step", whole(2)}})}),
                HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("constant_pad_nd.default", {{"self", x}, {"pad", wholes({0, 60000, 0, 60000})}})}),
                HasSubstr("2^31"));
}

TEST(Pt2Interpreter, ResultsAreBoundedBeforeTheyAreMade) {
    const auto line = [](const std::vector<std::int64_t>& size, const std::string& name) {
        return aten("ones.default", {{"size", wholes(size)}}, name);
    };
    const auto outer = [&](const std::string& name, const std::string& second) {
        return failure({line({60000, 1}, "column"), line({1, 60000}, "row"), line({60000}, "plain"),
                        aten(name, {{"self", tensorNamed(name.starts_with("outer") ? "plain" : "column")},
                                    {second, tensorNamed(name.starts_with("outer") ? "plain" : "row")}})});
    };
    EXPECT_THAT(outer("mul.Tensor", "other"), HasSubstr("2^31"));
    EXPECT_THAT(outer("matmul.default", "other"), HasSubstr("2^31"));
    EXPECT_THAT(outer("outer.default", "vec2"), HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("adaptive_avg_pool2d.default", {{"self", x}, {"output_size", wholes({60000, 60000})}})}),
                HasSubstr("2^31"));
    EXPECT_THAT(failure({aten("fft_fft2.default", {{"self", x}, {"s", wholes({60000, 60000})}})}), HasSubstr("2^31"));
    EXPECT_THAT(failure({line({3, 3, 1, 1}, "kernel"),
                         aten("conv2d.default",
                              {{"input", x}, {"weight", tensorNamed("kernel")}, {"padding", wholes({30000, 30000})}})}),
                HasSubstr("2^31"));
    EXPECT_THAT(failure({line({3, 3, 1, 1}, "kernel"),
                         aten("conv_transpose2d.input",
                              {{"input", x}, {"weight", tensorNamed("kernel")}, {"stride", wholes({30000, 30000})}})}),
                HasSubstr("2^31"));
    // A Gram matrix of many pixels is small.
    EXPECT_EQ(failure({line({1, 60000}, "row"), line({60000, 1}, "column"),
                       aten("matmul.default", {{"self", tensorNamed("row")}, {"other", tensorNamed("column")}})}),
              "runs");
}

TEST(Pt2Interpreter, TensorsAreNotCutIntoMoreThanTheFileNames) {
    const auto cut = [](const std::string& name, const std::vector<std::pair<std::string, json>>& inputs) {
        const json parts = {{"as_tensors", {{{"name", "a"}}, {{"name", "y"}}}}};
        return failure({nodeOf("torch.ops.aten." + name, inputs, {parts})});
    };
    EXPECT_EQ(cut("chunk.default", {{"self", x}, {"chunks", whole(2)}, {"dim", whole(2)}}), "runs");
    EXPECT_EQ(cut("split.Tensor", {{"self", x}, {"split_size", whole(3)}, {"dim", whole(3)}}), "runs");
    EXPECT_EQ(cut("unbind.int", {{"self", x}}), "runs");
    EXPECT_THAT(cut("tensor_split.sections", {{"self", x}, {"sections", whole(60000)}}),
                HasSubstr("60000 tensors, the file expects 2"));
    EXPECT_THAT(cut("split.Tensor", {{"self", x}, {"split_size", whole(1)}, {"dim", whole(3)}}),
                HasSubstr("5 tensors, the file expects 2"));
}

TEST(Pt2Interpreter, NumbersOfTheFileAreNotWrittenTo) {
    const auto program = programOf({aten("alias.default", {{"self", real(1.0)}}, "one"),
                                    aten("add_.Scalar", {{"self", tensorNamed("one")}, {"other", whole(1)}}, "two"),
                                    aten("mul.Tensor", {{"self", x}, {"other", tensorNamed("two")}})});
    EXPECT_TRUE(at::equal(program(someImage()), 2.0 * someImage()));
    EXPECT_TRUE(at::equal(program(someImage()), 2.0 * someImage()));
}

TEST(Pt2Interpreter, FailuresNameOperatorAndLine) {
    auto node = aten("matmul.default", {{"self", x}, {"other", weight}});
    node["metadata"] = {{"stack_trace", "  File \"/home/me/net.py\", line 12, in forward\n    return x @ w\n"}};
    EXPECT_THAT(failure({node}), AllOf(HasSubstr("aten::matmul"), HasSubstr("net.py:12")));
}

TEST(Pt2Interpreter, StopIsNoticedBetweenOperators) {
    const auto program = programOf({aten("relu.default", {{"self", x}})});
    std::stop_source source;
    const auto token = source.get_token();
    const StoppableEvaluation stoppable(token);
    EXPECT_TRUE(program(someImage()).defined());
    source.request_stop();
    EXPECT_THROW(static_cast<void>(program(someImage())), EvaluationStopped);
}

/// A subgraph of gradients on or off: (relu(x)), added to x.
Nodes withGradMode(bool enabled) {
    const json inner = {{"inputs", json::array({x})},
                        {"outputs", json::array({tensorNamed("inner")})},
                        {"nodes", json::array({aten("relu.default", {{"self", x}}, "inner")})},
                        {"tensor_values", json::object()}};
    return json::array(
        {nodeOf("torch.ops.higher_order.wrap_with_set_grad_enabled",
                {{"", {{"as_bool", enabled}}}, {"", {{"as_graph", {{"name", "submod"}, {"graph", inner}}}}}, {"", x}},
                {tensorNamed("part")}),
         aten("add.Tensor", {{"self", x}, {"other", tensorNamed("part")}})});
}

TEST(Pt2Interpreter, BlocksWithoutGradientStaySo) {
    for (const bool enabled : {false, true}) {
        const auto program = programOf(withGradMode(enabled));
        const auto input = someImage().requires_grad_(true);
        const auto output = program(input);
        EXPECT_TRUE(at::equal(output, someImage() + someImage().relu()));
        const auto expected = enabled ? 1.0 + (someImage() > 0).to(torch::kFloat32) : torch::ones_like(input);
        EXPECT_TRUE(at::equal(torch::autograd::grad({output.sum()}, {input}).front(), expected));
    }
}

}  // namespace
}  // namespace lamscope::pt2
