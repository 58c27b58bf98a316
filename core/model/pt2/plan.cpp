// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/plan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "model/pt2/operators.h"
#include "model/pt2/stored_tensor.h"

namespace lamscope::pt2 {

namespace {

const Argument* find(const Node& node, std::string_view name) {
    const auto found = std::ranges::find(node.inputs, name, &NamedArgument::name);
    return found == node.inputs.end() ? nullptr : &found->value;
}

std::string whereOf(const Node& node) {
    return node.source.empty() ? "" : fmt::format(" ({})", node.source);
}

/// A reason that no schema tells.
[[noreturn]] void refuse(const Node& node, std::string_view why) {
    throw UnsupportedProgram(fmt::format("uses {}{}, {}", operatorName(node.target), whereOf(node), why));
}

[[noreturn]] void damaged(const Node& node, std::string_view what) {
    throw FormatError(fmt::format("is damaged: {}{} {}", operatorName(node.target), whereOf(node), what));
}

bool isFalse(const Argument* argument) {
    const auto* value = argument == nullptr ? nullptr : std::get_if<bool>(argument);
    return value != nullptr && !*value;
}

bool isAbsent(const Argument* argument) {
    return argument == nullptr || std::holds_alternative<None>(*argument);
}

bool isZero(const Argument* argument) {
    if (argument == nullptr) {
        return true;
    }
    const auto* real = std::get_if<double>(argument);
    const auto* whole = std::get_if<std::int64_t>(argument);
    return (real != nullptr && *real == 0.0) || (whole != nullptr && *whole == 0);
}

/// Operators that draw numbers or learn in training mode, of which their schemas do not tell.
void checkEvaluationMode(const Node& node, std::string_view name) {
    constexpr std::string_view advice = "in training mode: export the network in eval mode";
    if (name == "aten::batch_norm" || name == "aten::native_batch_norm") {
        if (!isFalse(find(node, "training"))) {
            refuse(node, advice);
        }
    } else if (name == "aten::dropout" || name == "aten::feature_dropout") {
        if (!isFalse(find(node, "train"))) {
            refuse(node, advice);
        }
    } else if (name == "aten::instance_norm") {
        if (!isAbsent(find(node, "running_mean")) || !isAbsent(find(node, "running_var"))) {
            refuse(node, "with running statistics, which it changes: use track_running_stats=False");
        }
    } else if (name == "aten::scaled_dot_product_attention") {
        if (!isZero(find(node, "dropout_p"))) {
            refuse(node, advice);
        }
    }
}

/// The operator that is called, and a name of an argument that it does not take. No memory is left uninitialised.
struct Called {
    std::string name;
    std::optional<std::string_view> dropped = std::nullopt;
};

Called calledFor(const std::string& name) {
    if (name == "aten::empty.memory_format") {
        return {"aten::zeros", "memory_format"};
    }
    if (name == "aten::empty_like") {
        return {"aten::zeros_like"};
    }
    return {name == "aten::new_empty" ? "aten::new_zeros" : name};
}

c10::OperatorHandle findOperator(const Node& node, const std::string& name) {
    const auto dot = name.find('.');
    const auto overload = dot == std::string::npos ? "" : name.substr(dot + 1);
    const auto found = c10::Dispatcher::singleton().findSchema({name.substr(0, dot), overload});
    if (!found) {
        refuse(node, "which needs a newer LibTorch");
    }
    return *found;
}

/// The kind of layer; nullopt for operators that are none.
std::optional<Tap::Kind> kindOfLayer(std::string_view name, const Node& node) {
    const auto base = name.substr(0, name.find('.'));
    static constexpr std::array convolutions{"aten::conv1d", "aten::conv2d", "aten::conv3d"};
    static constexpr std::array transposed{"aten::conv_transpose1d", "aten::conv_transpose2d",
                                           "aten::conv_transpose3d"};
    const bool isConvolution = base == "aten::convolution";
    if (std::ranges::find(transposed, base) != transposed.end()
        || (isConvolution && !isFalse(find(node, "transposed")))) {
        return Tap::Kind::TransposedConvolution;
    }
    if (isConvolution || std::ranges::find(convolutions, base) != convolutions.end()) {
        return Tap::Kind::Convolution;
    }
    return base == "aten::linear" ? std::optional(Tap::Kind::Linear) : std::nullopt;
}

template <typename... Cases>
struct ByCase : Cases... {
    using Cases::operator()...;
};

template <typename Visit>
void forEachSlot(const Operand& operand, const Visit& visit) {
    if (const auto* value = std::get_if<FromSlot>(&operand)) {
        visit(value->slot);
    } else if (const auto* list = std::get_if<TensorList>(&operand)) {
        for (const auto& slot : list->slots) {
            if (slot) {
                visit(*slot);
            }
        }
    } else {
        const auto visitNumbers = [&](const auto* items) {
            for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
                if (const auto* number = std::get_if<NumberSlot>(&(*items)[i])) {
                    visit(number->slot);
                }
            }
        };
        visitNumbers(std::get_if<SymbolicInts>(&operand));
        visitNumbers(std::get_if<SymbolicFloats>(&operand));
    }
}

template <typename Visit>
void forEachRead(const Step& step, const Visit& visit) {
    std::visit(ByCase{
                   [&](const CallOperator& call) {
                       for (const auto& operand : call.operands) {
                           forEachSlot(operand, visit);
                       }
                   },
                   [&](const CopyValues& copy) {
                       visit(copy.target);
                       visit(copy.source);
                   },
                   [&](const PassOn& pass) { visit(pass.slot); },
                   [&](const TakeSize& size) { visit(size.tensor); },
                   [&](const ComputeNumber& compute) {
                       for (const auto& operand : compute.operands) {
                           if (const auto* slot = std::get_if<Slot>(&operand)) {
                               visit(*slot);
                           }
                       }
                   },
                   [&](const RunSubgraph& run) { std::ranges::for_each(run.operands, visit); },
               },
               step.action);
}

template <typename Visit>
void forEachMade(const Step& step, const Visit& visit) {
    for (const auto& result : step.results) {
        if (const auto* tensor = std::get_if<TensorSlot>(&result)) {
            visit(tensor->slot);
        } else if (const auto* number = std::get_if<NumberSlot>(&result)) {
            visit(number->slot);
        } else if (const auto* list = std::get_if<std::vector<TensorSlot>>(&result)) {
            std::ranges::for_each(*list, [&](const TensorSlot& each) { visit(each.slot); });
        }
    }
}

class Planner {
public:
    Planner(const Graph& graph, const StoredNames& stored, ScalarType weightType)
        : graph_(graph)
        , stored_(stored)
        , weightType_(weightType) {}

    [[nodiscard]] Plan plan();

private:
    [[nodiscard]] Step step(const Node& node);
    [[nodiscard]] CallOperator call(const Node& node, const std::string& name);
    [[nodiscard]] std::vector<Operand> operandsOf(const Node& node, const Called& called,
                                                  const c10::FunctionSchema& schema) const;
    [[nodiscard]] std::optional<Operand> leftOut(const Node& node, const c10::FunctionSchema& schema,
                                                 const c10::Argument& argument) const;
    void checkLiteralSizes(const Node& node, const CallOperator& call) const;
    [[nodiscard]] std::optional<Layer> layerOf(const Node& node, std::string_view name) const;
    [[nodiscard]] RunSubgraph subgraph(const Node& node);
    static Slot tensorOf(const Node& node, std::string_view name);
    static TakeSize sizeOf(const Node& node);
    static ComputeNumber numberOf(const Node& node);
    static void checkResults(const Node& node, std::size_t count);
    void release(Plan& plan) const;

    const Graph& graph_;
    const StoredNames& stored_;
    ScalarType weightType_;
    bool writes_ = false;
};

Plan Planner::plan() {
    Plan plan{.values = graph_.values.size(), .inputs = graph_.inputs, .steps = {}, .outputs = {}, .writes = false};
    for (const auto& node : graph_.nodes) {
        if (callKind(node.target) != CallKind::Assertion) {
            plan.steps.push_back(step(node));
        }
    }
    for (const auto& output : graph_.outputs) {
        if (const auto* tensor = std::get_if<TensorSlot>(&output)) {
            plan.outputs.push_back(tensor->slot);
        } else if (const auto* number = std::get_if<NumberSlot>(&output)) {
            plan.outputs.push_back(number->slot);
        }
    }
    plan.writes = writes_;
    release(plan);
    return plan;
}

Step Planner::step(const Node& node) {
    auto name = operatorName(node.target);
    Step step{.action = PassOn{}, .results = node.outputs, .released = {}, .name = name, .source = node.source};
    switch (callKind(node.target)) {
        case CallKind::Number:
            checkResults(node, 1);
            if (findNumberOperator(node.target) != nullptr) {
                step.action = numberOf(node);
            } else {
                step.action = sizeOf(node);
            }
            return step;
        case CallKind::GradMode:
            step.action = subgraph(node);
            return step;
        case CallKind::Operator:
            break;
        default:
            throw UnsupportedProgram(fmt::format("uses {}{}", refusalOf(node.target), whereOf(node)));
    }
    checkEvaluationMode(node, name);
    if (name == "aten::dropout" || name == "aten::feature_dropout") {
        checkResults(node, 1);
        step.action = PassOn{tensorOf(node, "input")};
    } else if (name == "aten::copy") {
        checkResults(node, 1);
        step.action = CopyValues{.target = tensorOf(node, "self"), .source = tensorOf(node, "src")};
    } else {
        step.action = call(node, name);
    }
    return step;
}

CallOperator Planner::call(const Node& node, const std::string& name) {
    const auto called = calledFor(name);
    CallOperator call{.op = findOperator(node, called.name), .operands = {}, .written = {}, .bound = {}, .layer = {}};
    const auto& schema = call.op.schema();
    checkResults(node, schema.returns().size());
    call.operands = operandsOf(node, called, schema);
    for (std::size_t i = 0; i < call.operands.size(); ++i) {
        const auto* alias = schema.arguments()[i].alias_info();
        if (alias == nullptr || !alias->isWrite()) {
            continue;
        }
        const auto* slot = std::get_if<FromSlot>(&call.operands[i]);
        if (slot == nullptr || slot->as != FromSlot::As::Itself) {
            damaged(node, "writes to a number");
        }
        call.written.push_back(i);
        writes_ = true;
    }
    call.bound = OutputBound::of(schema, findListed(name)->group);
    checkLiteralSizes(node, call);
    call.layer = layerOf(node, name);
    return call;
}

std::vector<Operand> Planner::operandsOf(const Node& node, const Called& called,
                                         const c10::FunctionSchema& schema) const {
    for (const auto& given : node.inputs) {
        const bool isDropped = called.dropped && given.name == *called.dropped;
        if (!isDropped && !schema.argumentIndexWithName(given.name)) {
            damaged(node, fmt::format("has no argument '{}'", detail::printable(given.name)));
        }
        if (std::ranges::count(node.inputs, given.name, &NamedArgument::name) > 1) {
            damaged(node, fmt::format("has its argument '{}' twice", detail::printable(given.name)));
        }
    }
    std::vector<Operand> operands;
    for (const auto& wanted : schema.arguments()) {
        const auto* given = find(node, wanted.name());
        if (wanted.name() == "pin_memory") {
            operands.emplace_back(c10::IValue());
            continue;
        }
        auto operand =
            isAbsent(given) ? leftOut(node, schema, wanted) : makeOperand(wanted, *given, graph_, weightType_);
        if (!operand) {
            damaged(node, fmt::format("{} '{}', which is {}", given == nullptr ? "lacks" : "does not take its argument",
                                      wanted.name(), wanted.type()->repr_str()));
        }
        operands.push_back(std::move(*operand));
    }
    return operands;
}

/// For an argument that is not given, or given as None.
std::optional<Operand> Planner::leftOut(const Node& node, const c10::FunctionSchema& schema,
                                        const c10::Argument& argument) const {
    const bool makesFromNothing = std::ranges::none_of(
        schema.arguments(), [](const auto& other) { return other.type()->isSubtypeOf(*c10::TensorType::get()); });
    if (makesFromNothing && argument.name() == "device") {
        return ComputationDevice{};
    }
    if (makesFromNothing && argument.name() == "dtype" && !node.outputs.empty()) {
        // PyTorch's default is float32, whatever the network computes in.
        const auto* result = std::get_if<TensorSlot>(&node.outputs.front());
        if (result != nullptr && graph_.values[result->slot].facts) {
            const auto type = graph_.values[result->slot].facts->type;
            return type == weightType_ ? Operand(ComputationType{}) : Operand(c10::IValue(torchType(type)));
        }
    }
    if (find(node, argument.name()) != nullptr) {
        return makeOperand(argument, None{}, graph_, weightType_);
    }
    return argument.default_value() ? std::optional<Operand>(*argument.default_value()) : std::nullopt;
}

void Planner::checkLiteralSizes(const Node& node, const CallOperator& call) const {
    const auto check = [&](std::int64_t size) {
        if (size > largestLiteralSize) {
            refuse(node, fmt::format("with a size of {}: at most {}", size, largestLiteralSize));
        }
    };
    const auto& schema = call.op.schema();
    for (std::size_t i = 0; i < call.operands.size(); ++i) {
        if (!holdsSizes(schema, schema.arguments()[i])) {
            continue;
        }
        if (const auto* constant = std::get_if<c10::IValue>(&call.operands[i])) {
            if (constant->isInt()) {
                check(constant->toInt());
            } else if (constant->isIntList()) {
                std::ranges::for_each(constant->toIntVector(), check);
            }
        } else if (const auto* mixed = std::get_if<SymbolicInts>(&call.operands[i])) {
            for (const auto& item : *mixed) {
                if (const auto* literal = std::get_if<std::int64_t>(&item)) {
                    check(*literal);
                }
            }
        }
    }
}

std::optional<Layer> Planner::layerOf(const Node& node, std::string_view name) const {
    const auto kind = kindOfLayer(name, node);
    const auto tensorNamed = [&](std::string_view argument) {
        const auto* value = kind ? find(node, argument) : nullptr;
        return value == nullptr ? nullptr : std::get_if<TensorSlot>(value);
    };
    const auto* weight = tensorNamed("weight");
    const auto* input = tensorNamed("input");
    const auto stored = weight == nullptr ? stored_.end() : stored_.find(weight->slot);
    if (stored == stored_.end() || input == nullptr) {
        return std::nullopt;
    }
    std::string_view path = stored->second;
    constexpr std::string_view suffix = ".weight";
    if (path.ends_with(suffix)) {
        path.remove_suffix(suffix.size());
    }
    return Layer{.tap = {.name = std::string(path), .kind = *kind}, .input = input->slot};
}

RunSubgraph Planner::subgraph(const Node& node) {
    const auto* mode = node.inputs.size() < 2 ? nullptr : std::get_if<bool>(&node.inputs[0].value);
    const auto* inner = mode == nullptr ? nullptr : std::get_if<Subgraph>(&node.inputs[1].value);
    if (inner == nullptr) {
        damaged(node, "lacks its mode or its graph");
    }
    RunSubgraph run{.gradients = *mode, .plan = nullptr, .operands = {}};
    StoredNames stored;
    for (std::size_t i = 2; i < node.inputs.size(); ++i) {
        const auto& argument = node.inputs[i].value;
        const auto* tensor = std::get_if<TensorSlot>(&argument);
        const auto* number = std::get_if<NumberSlot>(&argument);
        if (tensor == nullptr && number == nullptr) {
            damaged(node, "has an operand that is no value of the graph");
        }
        run.operands.push_back(tensor != nullptr ? tensor->slot : number->slot);
        const auto name = stored_.find(run.operands.back());
        if (name != stored_.end() && i - 2 < inner->graph->inputs.size()) {
            stored.emplace(inner->graph->inputs[i - 2], name->second);
        }
    }
    auto plan = makePlan(*inner->graph, stored, weightType_);
    if (plan.inputs.size() != run.operands.size()) {
        damaged(node, fmt::format("gives {} operands to a graph of {}", run.operands.size(), plan.inputs.size()));
    }
    std::size_t results = 0;
    for (const auto& result : node.outputs) {
        const auto* list = std::get_if<std::vector<TensorSlot>>(&result);
        results += list != nullptr ? list->size() : 1;
    }
    if (plan.outputs.size() != results || inner->graph->outputs.size() != results) {
        damaged(node, fmt::format("takes {} results of a graph of {}", results, plan.outputs.size()));
    }
    writes_ = writes_ || plan.writes;
    run.plan = std::make_shared<const Plan>(std::move(plan));
    return run;
}

Slot Planner::tensorOf(const Node& node, std::string_view name) {
    const auto* argument = find(node, name);
    const auto* tensor = argument == nullptr ? nullptr : std::get_if<TensorSlot>(argument);
    if (tensor == nullptr) {
        damaged(node, fmt::format("lacks its tensor '{}'", name));
    }
    return tensor->slot;
}

TakeSize Planner::sizeOf(const Node& node) {
    TakeSize size{.tensor = tensorOf(node, "self"), .dimension = {}};
    if (operatorName(node.target) != "aten::sym_size.int") {
        return size;
    }
    const auto* argument = find(node, "dim");
    const auto* dimension = argument == nullptr ? nullptr : std::get_if<std::int64_t>(argument);
    if (dimension == nullptr) {
        damaged(node, "lacks its number 'dim'");
    }
    size.dimension = *dimension;
    return size;
}

ComputeNumber Planner::numberOf(const Node& node) {
    ComputeNumber compute{.function = findNumberOperator(node.target), .operands = {}};
    for (const auto& input : node.inputs) {
        if (const auto* slot = std::get_if<NumberSlot>(&input.value)) {
            compute.operands.emplace_back(slot->slot);
        } else if (const auto* whole = std::get_if<std::int64_t>(&input.value)) {
            compute.operands.emplace_back(PlainNumber(*whole));
        } else if (const auto* real = std::get_if<double>(&input.value)) {
            compute.operands.emplace_back(PlainNumber(*real));
        } else if (const auto* truth = std::get_if<bool>(&input.value)) {
            compute.operands.emplace_back(PlainNumber(*truth));
        } else {
            damaged(node, "computes with what is no number");
        }
    }
    if (compute.operands.size() != compute.function->operands) {
        damaged(node, fmt::format("has {} operands", compute.operands.size()));
    }
    return compute;
}

void Planner::checkResults(const Node& node, std::size_t count) {
    if (node.outputs.size() != count) {
        damaged(node, fmt::format("has {} results, {} in the file", count, node.outputs.size()));
    }
}

/// Every slot but the outputs is released after the last step that reads it, or that makes it if nobody does.
void Planner::release(Plan& plan) const {
    std::vector<bool> isNeeded(plan.values, false);
    for (const Slot slot : plan.outputs) {
        isNeeded[slot] = true;
    }
    for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step) {
        const auto last = [&](Slot slot) {
            if (!isNeeded[slot]) {
                isNeeded[slot] = true;
                step->released.push_back(slot);
            }
        };
        forEachRead(*step, last);
        forEachMade(*step, last);
    }
}

}  // namespace

std::string inWords(const Step& step) {
    return step.source.empty() ? step.name : fmt::format("{} ({})", step.name, step.source);
}

Plan makePlan(const Graph& graph, const StoredNames& stored, ScalarType weightType) {
    return Planner(graph, stored, weightType).plan();
}

}  // namespace lamscope::pt2
