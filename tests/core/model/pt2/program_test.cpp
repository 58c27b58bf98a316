// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/program.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/pt2/small_program.h"

namespace lamscope::pt2 {
namespace {

using nlohmann::json;
using test::nodeOf;
using test::smallProgram;
using test::tensorNamed;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

json& graphOf(json& program) {
    return program["graph_module"]["graph"];
}

json& nodesOf(json& program) {
    return graphOf(program)["nodes"];
}

json& inputSpecs(json& program) {
    return program["graph_module"]["signature"]["input_specs"];
}

json& outputSpecs(json& program) {
    return program["graph_module"]["signature"]["output_specs"];
}

/// Adds an input of the graph, with its specification.
void addInput(json& program, const std::string& name, const json& spec) {
    graphOf(program)["inputs"].push_back(tensorNamed(name));
    inputSpecs(program).push_back(spec);
}

/// The message with which the program is refused as unsupported.
std::string unsupported(const json& program) {
    try {
        static_cast<void>(parseProgram(program.dump()));
    } catch (const UnsupportedProgram& error) {
        return error.what();
    } catch (const FormatError& error) {
        return std::string("is taken for damaged: ") + error.what();
    }
    return "is read";
}

/// The message with which the text is refused as damaged.
std::string damagedText(const std::string& text) {
    try {
        static_cast<void>(parseProgram(text));
    } catch (const UnsupportedProgram& error) {
        return std::string("is taken for unsupported: ") + error.what();
    } catch (const FormatError& error) {
        return error.what();
    }
    return "is read";
}

std::string damaged(const json& program) {
    return damagedText(program.dump());
}

/// The argument as it is read beside the tensors x and p_weight and the number n.
Argument read(const json& argument) {
    json program = smallProgram();
    nodesOf(program).push_back(nodeOf("torch.ops.aten.sym_size.int", {}, {{{"as_sym_int", {{"as_name", "n"}}}}}));
    nodesOf(program).push_back(nodeOf("torch.ops.aten.any.default", {{"given", argument}}, {}));
    return parseProgram(program.dump()).graph.nodes.back().inputs.front().value;
}

constexpr Slot weightSlot = 0;
constexpr Slot inputSlot = 1;
constexpr Slot numberSlot = 4;  // behind the results of the two nodes of smallProgram()

TEST(Pt2Program, readsNodesSlotsAndBindings) {
    const Program program = parseProgram(smallProgram().dump());
    const Graph& graph = program.graph;
    ASSERT_EQ(graph.nodes.size(), 2U);
    EXPECT_EQ(graph.nodes[0].target, "torch.ops.aten.mul.Tensor");
    EXPECT_EQ(graph.nodes[0].inputs[0].name, "self");
    EXPECT_EQ(std::get<TensorSlot>(graph.nodes[0].inputs[0].value), TensorSlot{inputSlot});
    EXPECT_EQ(std::get<TensorSlot>(graph.nodes[0].inputs[1].value), TensorSlot{weightSlot});
    EXPECT_EQ(std::get<TensorSlot>(graph.nodes[1].inputs[0].value), std::get<TensorSlot>(graph.nodes[0].outputs[0]));
    EXPECT_EQ(TensorSlot{program.output}, std::get<TensorSlot>(graph.nodes[1].outputs[0]));
    EXPECT_EQ(program.inputValue().name, "x");
    ASSERT_EQ(program.bound.size(), 1U);
    EXPECT_EQ(program.bound[0].slot, weightSlot);
    EXPECT_EQ(program.bound[0].tensor, "weight");
    EXPECT_EQ(program.torchVersion, "2.11.0");
    EXPECT_EQ(program.schemaMinor, 17);
}

TEST(Pt2Program, readsTheInputsShapeWithItsSymbols) {
    const Program program = parseProgram(smallProgram().dump());
    const auto& facts = program.inputValue().facts;
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->type, ScalarType::Float);
    ASSERT_EQ(facts->sizes.size(), 4U);
    EXPECT_EQ(facts->sizes[0].expression, "s77");
    EXPECT_TRUE(facts->sizes[1].isFixed());
    EXPECT_EQ(facts->sizes[1].value, 3);
    EXPECT_EQ(facts->sizes[2].expression, "s53");
    EXPECT_EQ(facts->sizes[3].value, 56);
    EXPECT_EQ(program.ranges.at("s53").least, 2);
    EXPECT_FALSE(program.ranges.at("s53").most);
}

TEST(Pt2Program, readsEveryKindOfArgument) {
    const json name = {{"as_name", "n"}};
    EXPECT_EQ(std::get<TensorSlot>(read(tensorNamed("x"))), TensorSlot{inputSlot});
    EXPECT_THAT(std::get<std::vector<TensorSlot>>(read({{"as_tensors", {{{"name", "p_weight"}}, {{"name", "x"}}}}})),
                ElementsAre(TensorSlot{weightSlot}, TensorSlot{inputSlot}));
    EXPECT_EQ(std::get<TensorSlot>(read({{"as_optional_tensor", tensorNamed("x")}})), TensorSlot{inputSlot});
    EXPECT_EQ(std::get<None>(read({{"as_optional_tensor", {{"as_none", true}}}})), None{});
    EXPECT_THAT(std::get<std::vector<std::optional<TensorSlot>>>(
                    read({{"as_optional_tensors", json::array({{{"as_none", true}}, tensorNamed("x")})}})),
                ElementsAre(std::nullopt, TensorSlot{inputSlot}));
    EXPECT_EQ(std::get<std::int64_t>(read({{"as_int", -7}})), -7);
    EXPECT_THAT(std::get<std::vector<std::int64_t>>(read({{"as_ints", {1, 2}}})), ElementsAre(1, 2));
    EXPECT_EQ(std::get<double>(read({{"as_float", 0.25}})), 0.25);
    EXPECT_THAT(std::get<std::vector<double>>(read({{"as_floats", {2, 0.5}}})), ElementsAre(2.0, 0.5));
    EXPECT_TRUE(std::get<bool>(read({{"as_bool", true}})));
    EXPECT_THAT(std::get<std::vector<bool>>(read({{"as_bools", {true, false}}})), ElementsAre(true, false));
    EXPECT_EQ(std::get<std::string>(read({{"as_string", "reflect"}})), "reflect");
    EXPECT_EQ(std::get<None>(read({{"as_none", true}})), None{});
    EXPECT_EQ(std::get<NumberSlot>(read({{"as_sym_int", name}})), NumberSlot{numberSlot});
    EXPECT_EQ(std::get<std::int64_t>(read({{"as_sym_int", {{"as_int", 5}}}})), 5);
    EXPECT_EQ(std::get<double>(read({{"as_sym_float", {{"as_float", 1.5}}}})), 1.5);
    EXPECT_TRUE(std::get<bool>(read({{"as_sym_bool", {{"as_bool", true}}}})));
    EXPECT_THAT(
        std::get<SymbolicInts>(read({{"as_sym_ints", json::array({{{"as_int", 3}}, name})}})),
        ElementsAre(SymbolicInts::value_type(std::int64_t{3}), SymbolicInts::value_type(NumberSlot{numberSlot})));
    EXPECT_THAT(std::get<SymbolicFloats>(read({{"as_sym_floats", json::array({{{"as_float", 0.5}}, name})}})),
                ElementsAre(SymbolicFloats::value_type(0.5), SymbolicFloats::value_type(NumberSlot{numberSlot})));
    EXPECT_EQ(std::get<ScalarType>(read({{"as_scalar_type", 13}})), ScalarType::BFloat16);
    EXPECT_EQ(std::get<Device>(read({{"as_device", {{"type", "cuda"}, {"index", 1}}}})), (Device{"cuda", 1}));
    EXPECT_EQ(std::get<Device>(read({{"as_device", {{"type", "cpu"}, {"index", nullptr}}}})),
              (Device{"cpu", std::nullopt}));
    EXPECT_EQ(std::get<StridedLayout>(read({{"as_layout", 7}})), StridedLayout{});
    EXPECT_EQ(std::get<MemoryFormat>(read({{"as_memory_format", 2}})), MemoryFormat::ChannelsLast);
}

TEST(Pt2Program, readsNumbersThatJsonLacks) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(std::get<double>(read({{"as_float", "Infinity"}})), infinity);
    EXPECT_EQ(std::get<double>(read({{"as_float", "-Infinity"}})), -infinity);
    EXPECT_TRUE(std::isnan(std::get<double>(read({{"as_float", "NaN"}}))));
    EXPECT_THROW(static_cast<void>(read({{"as_float", "much"}})), FormatError);
    EXPECT_THROW(static_cast<void>(parseProgram(R"({"schema_version": {"major": 8, "minor": NaN}})")), FormatError);
}

TEST(Pt2Program, readsSubgraphsWithValuesOfTheirOwn) {
    const json inner = {
        {"inputs", json::array({tensorNamed("x")})},
        {"nodes",
         json::array({nodeOf("torch.ops.aten.exp.default", {{"self", tensorNamed("x")}}, {tensorNamed("exp")})})},
        {"outputs", json::array({tensorNamed("exp")})},
        {"tensor_values", json::object()}};
    const auto subgraph = std::get<Subgraph>(read({{"as_graph", {{"name", "submod_1"}, {"graph", inner}}}}));
    EXPECT_EQ(subgraph.name, "submod_1");
    EXPECT_EQ(subgraph.graph->values.size(), 2U);
    EXPECT_THAT(subgraph.graph->inputs, ElementsAre(0U));
    EXPECT_EQ(std::get<TensorSlot>(subgraph.graph->outputs.front()), TensorSlot{1});
}

TEST(Pt2Program, readsResultsOfSeveralKinds) {
    json program = smallProgram();
    nodesOf(program).push_back(nodeOf("torch.ops.aten.split.Tensor", {{"self", tensorNamed("x")}},
                                      {{{"as_tensors", {{{"name", "a"}}, {{"name", "b"}}}}},
                                       {{"as_none", true}},
                                       {{"as_sym_bool", {{"as_name", "truth"}}}}}));
    const Graph graph = parseProgram(program.dump()).graph;
    const auto& outputs = graph.nodes.back().outputs;
    EXPECT_THAT(std::get<std::vector<TensorSlot>>(outputs[0]), ElementsAre(TensorSlot{4}, TensorSlot{5}));
    EXPECT_EQ(std::get<None>(outputs[1]), None{});
    EXPECT_EQ(graph.values[std::get<NumberSlot>(outputs[2]).slot].kind, Value::Kind::Bool);
}

TEST(Pt2Program, namesTheFirstPlaceInTheNetworksOwnCode) {
    const auto place = [](const std::string& trace) {
        json program = smallProgram();
        nodesOf(program)[0]["metadata"]["stack_trace"] = trace;
        return parseProgram(program.dump()).graph.nodes[0].source;
    };
    EXPECT_EQ(place("  File \"/home/someone/net.py\", line 12, in forward\n    return self.up(x)\n"), "net.py:12");
    EXPECT_EQ(place("  File \"/usr/lib/python3/site-packages/torch/nn/modules/module.py\", line 1, in _call\n    f()\n"
                    "  File \"C:\\nets\\net.py\", line 30, in forward\n    x = y\n"),
              "net.py:30");
    EXPECT_EQ(place("net.py:7\n"), "net.py:7");
    EXPECT_EQ(place(""), "");
}

TEST(Pt2Program, ignoresUnknownFields) {
    json program = smallProgram();
    program["from_the_future"] = {{"deep", {1, 2, 3}}};
    nodesOf(program)[0]["is_hop_single_tensor_return"] = nullptr;
    program["schema_version"]["minor"] = 99;
    EXPECT_EQ(parseProgram(program.dump()).graph.nodes.size(), 2U);
}

TEST(Pt2Program, hasNoGuardsWhereTheFileHasNone) {
    json program = smallProgram();
    EXPECT_TRUE(parseProgram(program.dump()).guards);
    program.erase("guards_code");
    EXPECT_FALSE(parseProgram(program.dump()).guards);
}

TEST(Pt2Program, refusesOtherSchemas) {
    json program = smallProgram();
    program["schema_version"]["major"] = 9;
    EXPECT_THAT(unsupported(program), AllOf(HasSubstr("schema 9.17"), HasSubstr("older torch")));
    program["schema_version"]["major"] = 7;
    EXPECT_THAT(unsupported(program), AllOf(HasSubstr("schema 7.17"), HasSubstr("2.9 or newer")));
}

TEST(Pt2Program, refusesUnknownKindsByName) {
    for (const std::string kind : {"as_custom_obj", "as_operator", "as_complex", "as_strings", "as_nested_tensors",
                                   "as_int_lists", "as_string_to_argument", "as_novelty"}) {
        json program = smallProgram();
        nodesOf(program)[0]["inputs"][1]["arg"] = {{kind, 1}};
        EXPECT_THAT(unsupported(program), HasSubstr("an argument of the kind " + kind));
    }
    json program = smallProgram();
    addInput(program, "token", {{"token", {{"arg", {{"name", "token"}}}}}});
    EXPECT_THAT(unsupported(program), HasSubstr("an input of the kind token"));
    program = smallProgram();
    addInput(program, "thing", {{"custom_obj", {{"arg", {{"name", "thing"}}}}}});
    EXPECT_THAT(unsupported(program), HasSubstr("an input of the kind custom_obj"));
    program = smallProgram();
    nodesOf(program)[0]["outputs"][0] = {{"as_custom_obj", {{"name", "mul"}}}};
    EXPECT_THAT(unsupported(program), HasSubstr("a result of the kind as_custom_obj"));
}

TEST(Pt2Program, refusesTypesLayoutsAndFormatsThatAreNotRead) {
    const auto argument = [](const json& value) {
        json program = smallProgram();
        nodesOf(program)[0]["inputs"][1]["arg"] = value;
        return unsupported(program);
    };
    EXPECT_THAT(argument({{"as_scalar_type", 28}}), HasSubstr("type of tensors number 28"));
    EXPECT_THAT(argument({{"as_scalar_type", 0}}), HasSubstr("type of tensors number 0"));
    EXPECT_THAT(argument({{"as_layout", 1}}), HasSubstr("layout of tensors number 1"));
    EXPECT_THAT(argument({{"as_memory_format", 9}}), HasSubstr("memory format 9"));
}

TEST(Pt2Program, refusesSeveralInputsAndOutputs) {
    json program = smallProgram();
    addInput(program, "y", {{"user_input", {{"arg", tensorNamed("y")}}}});
    EXPECT_THAT(unsupported(program), AllOf(HasSubstr("takes 2 tensors"), HasSubstr("wrap")));
    program = smallProgram();
    inputSpecs(program).push_back({{"user_input", {{"arg", {{"as_int", 3}}}}}});
    graphOf(program)["inputs"].push_back({{"as_int", 3}});
    EXPECT_THAT(unsupported(program), HasSubstr("an input of the kind as_int beside a picture"));
    program = smallProgram();
    outputSpecs(program).push_back({{"user_output", {{"arg", tensorNamed("mul")}}}});
    graphOf(program)["outputs"].push_back(tensorNamed("mul"));
    EXPECT_THAT(unsupported(program), AllOf(HasSubstr("returns 2 tensors"), HasSubstr("wrap")));
    program = smallProgram();
    outputSpecs(program)[0] = {{"user_output", {{"arg", {{"as_none", true}}}}}};
    EXPECT_THAT(unsupported(program), HasSubstr("returns something of the kind as_none"));
}

TEST(Pt2Program, refusesProgramsThatChangeTheirState) {
    for (const std::string kind : {"buffer_mutation", "parameter_mutation", "user_input_mutation", "token"}) {
        json program = smallProgram();
        outputSpecs(program).push_back({{kind, {{"arg", {{"name", "mul"}}}}}});
        EXPECT_THAT(unsupported(program),
                    AllOf(HasSubstr("changes its own state"), HasSubstr(kind), HasSubstr("eval")));
    }
    json program = smallProgram();
    outputSpecs(program)[0] = {{"loss_output", {{"arg", {{"name", "relu"}}}}}};
    EXPECT_THAT(unsupported(program), HasSubstr("an output of the kind loss_output"));
}

TEST(Pt2Program, refusesTensorsOfOtherRankThanPictures) {
    json program = smallProgram();
    graphOf(program)["tensor_values"]["x"]["sizes"].erase(0);
    EXPECT_THAT(unsupported(program), HasSubstr("a tensor of 3 dimensions"));
}

TEST(Pt2Program, acceptsLiteralInputsThatNothingUses) {
    json program = smallProgram();
    inputSpecs(program).push_back({{"constant_input", {{"name", "flag"}, {"value", {{"as_bool", true}}}}}});
    graphOf(program)["inputs"].push_back({{"as_bool", true}});
    EXPECT_EQ(parseProgram(program.dump()).bound.size(), 1U);
    nodesOf(program)[0]["inputs"][1]["arg"] = tensorNamed("flag");
    EXPECT_THAT(damaged(program), HasSubstr("uses the value 'flag' before it is made"));
}

TEST(Pt2Program, refusesValuesThatAreUsedBeforeTheyAreMadeOrMadeTwice) {
    json program = smallProgram();
    std::swap(nodesOf(program)[0], nodesOf(program)[1]);
    EXPECT_THAT(damaged(program), HasSubstr("uses the value 'mul' before it is made"));
    program = smallProgram();
    nodesOf(program)[1]["outputs"][0] = tensorNamed("mul");
    EXPECT_THAT(damaged(program), HasSubstr("makes the value 'mul' twice"));
    program = smallProgram();
    nodesOf(program)[1]["inputs"][0]["arg"] = {{"as_sym_int", {{"as_name", "mul"}}}};
    EXPECT_THAT(damaged(program), HasSubstr("'mul' as a number"));
    program = smallProgram();
    outputSpecs(program)[0] = {{"user_output", {{"arg", tensorNamed("mul")}}}};
    EXPECT_THAT(damaged(program), HasSubstr("different outputs"));
    program = smallProgram();
    graphOf(program)["inputs"].push_back(tensorNamed("stray"));
    EXPECT_THAT(damaged(program), HasSubstr("nothing is bound to the input 'stray'"));
}

TEST(Pt2Program, refusesWhatIsBeyondItsBounds) {
    EXPECT_THAT(damagedText("{"), HasSubstr("is not JSON"));
    EXPECT_THAT(damagedText("[1]"), HasSubstr("has no \"schema_version\""));
    EXPECT_THAT(damagedText(std::string(1000, '[') + std::string(1000, ']')), HasSubstr("nested more than 64 deep"));
    json program = smallProgram();
    nodesOf(program)[0]["inputs"][1]["arg"] = {{"as_ints", std::vector<int>(4097, 1)}};
    EXPECT_THAT(damaged(program), HasSubstr("at most 4096 items"));
    program = smallProgram();
    nodesOf(program)[0]["inputs"] = std::vector<json>(65, nodesOf(program)[0]["inputs"][0]);
    EXPECT_THAT(damaged(program), HasSubstr("has 65 items, at most 64 are read"));
    program = smallProgram();
    nodesOf(program)[0]["target"] = std::string(1025, 'a');
    EXPECT_THAT(damaged(program), HasSubstr("longer than 1024 bytes"));
    program = smallProgram();
    nodesOf(program) = std::vector<json>(50001);
    EXPECT_THAT(damaged(program), HasSubstr("at most 50000 are read"));
    program = smallProgram();
    nodesOf(program)[0]["inputs"][1]["arg"] = {{"as_int", std::numeric_limits<std::uint64_t>::max()}};
    EXPECT_THAT(damaged(program), HasSubstr("in place of a whole number"));
    program = smallProgram();
    nodesOf(program)[0]["inputs"][1]["arg"] = {{"as_int", 1}, {"as_float", 1.0}};
    EXPECT_THAT(damaged(program), HasSubstr("of one kind and is of 2"));
}

TEST(Pt2Program, refusesGraphsThatAreNestedTooDeep) {
    const auto nested = [](int levels) {
        json graph = {{"inputs", json::array()},
                      {"nodes", json::array()},
                      {"outputs", json::array()},
                      {"tensor_values", json::object()}};
        const json leaf = graph;
        for (int level = 1; level < levels; ++level) {
            json outer = leaf;
            outer["nodes"].push_back(
                nodeOf("torch.ops.higher_order.cond", {{"", {{"as_graph", {{"name", "g"}, {"graph", graph}}}}}}, {}));
            graph = std::move(outer);
        }
        json program = smallProgram();
        nodesOf(program).push_back(
            nodeOf("torch.ops.higher_order.cond", {{"", {{"as_graph", {{"name", "g"}, {"graph", graph}}}}}}, {}));
        return program;
    };
    EXPECT_EQ(parseProgram(nested(7).dump()).graph.nodes.size(), 3U);
    EXPECT_THAT(damaged(nested(8)), HasSubstr("nested more than"));
}

}  // namespace
}  // namespace lamscope::pt2
