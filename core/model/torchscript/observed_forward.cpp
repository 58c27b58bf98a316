// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/torchscript/observed_forward.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include "model/feature_sink.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

namespace jit = torch::jit;

constexpr auto reportName = "lamscope::report_features";

void report(jit::Stack& stack) {
    const auto kind = static_cast<Tap::Kind>(jit::pop(stack).toInt());
    const auto name = jit::pop(stack).toStringRef();
    const auto output = jit::pop(stack).toTensor();
    const auto input = jit::pop(stack).toTensor();
    reportFeatures(kind, name, input, output);
}

/// Once for the process. Conservative: no pass takes an operator without results for useless.
void registerReport() {
    static const jit::RegisterOperators registration(
        {jit::Operator(std::string(reportName) + "(Tensor input, Tensor output, str name, int kind) -> ()", report,
                       c10::AliasAnalysisKind::CONSERVATIVE)});
}

/// The path from the module to an attribute of it, e.g. "body.0.conv1.weight"; nullopt for any other value.
std::optional<std::string> pathOf(const jit::Value* value, const jit::Value* module) {
    if (value == module) {
        return "";
    }
    if (value->node()->kind() != c10::prim::GetAttr) {
        return std::nullopt;
    }
    const auto owner = pathOf(value->node()->input(), module);
    if (!owner) {
        return std::nullopt;
    }
    const auto& name = value->node()->s(c10::attr::name);
    return owner->empty() ? name : *owner + "." + name;
}

/// The kind of layer that an operator computes; nullopt where it is none.
std::optional<Tap::Kind> kindOf(const jit::Node& node) {
    switch (node.kind()) {
        case c10::aten::conv1d:
        case c10::aten::conv2d:
        case c10::aten::conv3d:
            return Tap::Kind::Convolution;
        case c10::aten::conv_transpose1d:
        case c10::aten::conv_transpose2d:
        case c10::aten::conv_transpose3d:
            return Tap::Kind::TransposedConvolution;
        case c10::aten::convolution:
        case c10::aten::_convolution: {  // as a trace writes all of them
            const auto transposed = jit::toIValue(node.namedInput("transposed"));
            return transposed && transposed->toBool() ? Tap::Kind::TransposedConvolution : Tap::Kind::Convolution;
        }
        case c10::aten::linear:
            return Tap::Kind::Linear;
        default:
            return std::nullopt;
    }
}

void insertReports(jit::Block& block, const jit::Value* module) {
    for (auto* node : block.nodes()) {
        for (auto* inner : node->blocks()) {
            insertReports(*inner, module);
        }
        const auto kind = kindOf(*node);
        auto name = kind ? pathOf(node->namedInput("weight"), module) : std::nullopt;
        if (!name) {
            continue;
        }
        constexpr std::string_view suffix = ".weight";
        if (name->ends_with(suffix)) {
            name->resize(name->size() - suffix.size());
        }
        auto& graph = *node->owningGraph();
        const jit::WithInsertPoint behind(node->next());
        auto* const nameValue = graph.insertConstant(*name);
        auto* const kindValue = graph.insertConstant(static_cast<std::int64_t>(*kind));
        graph.insertNode(graph.create(c10::Symbol::fromQualString(reportName),
                                      {node->input(0), node->output(), nameValue, kindValue}, /*num_outputs=*/0));
    }
}

std::shared_ptr<jit::Graph> observedGraph(const jit::Module& module) {
    registerReport();
    auto graph = module.get_method("forward").graph()->copy();
    jit::Inline(*graph);
    insertReports(*graph->block(), graph->inputs()[0]);
    return graph;
}

}  // namespace

ObservedForward::ObservedForward(const jit::Module& module)
    : module_(module)
    , executor_(observedGraph(module), "observed forward") {}

c10::IValue ObservedForward::operator()(const torch::Tensor& lr) const {
    auto executor = executor_;  // a handle
    jit::Stack stack{module_._ivalue(), lr};
    module_.get_method("forward").function().getSchema().checkAndNormalizeInputs(stack);  // adds default arguments
    executor.run(stack);
    return std::move(stack.front());
}

}  // namespace lamscope
