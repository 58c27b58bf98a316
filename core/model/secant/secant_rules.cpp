// SPDX-License-Identifier: GPL-3.0-or-later
// The rules at the framework's dispatcher, and what becomes of operations that have none.
#include "model/secant/secant_rules.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <fmt/format.h>
#include <torch/library.h>

#include "base/error.h"
#include "model/secant/secant_rule.h"
#include "runtime/torch_headers.h"

namespace lamscope {

// Names of operations are common: the networks have some of their own.
namespace secant {

void checkWeights(const Tensor& weights, const std::string& operation) {
    if (dependsOnPath(weights)) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("there is no secant rule for weights of {} that are features themselves", operation));
    }
}

namespace {

/// Linear in the arguments that depend on the path, or of no slope.
const std::unordered_set<std::string>& linearOperations() {
    static const std::unordered_set<std::string> names{"aten::_to_copy",
                                                       "aten::_unsafe_view",
                                                       "aten::add",
                                                       "aten::adaptive_avg_pool2d",
                                                       "aten::alias",
                                                       "aten::avg_pool2d",
                                                       "aten::cat",
                                                       "aten::chunk",
                                                       "aten::clone",
                                                       "aten::col2im",
                                                       "aten::concat",
                                                       "aten::constant_pad_nd",
                                                       "aten::contiguous",
                                                       "aten::conv2d",
                                                       "aten::conv_transpose2d",
                                                       "aten::convolution",
                                                       "aten::cumsum",
                                                       "aten::detach",
                                                       "aten::diagonal",
                                                       "aten::empty_like",
                                                       "aten::eq",
                                                       "aten::expand",
                                                       "aten::expand_as",
                                                       "aten::flatten",
                                                       "aten::flip",
                                                       "aten::ge",
                                                       "aten::gt",
                                                       "aten::im2col",
                                                       "aten::index",
                                                       "aten::index_select",
                                                       "aten::le",
                                                       "aten::linear",
                                                       "aten::lt",
                                                       "aten::mean",
                                                       "aten::movedim",
                                                       "aten::narrow",
                                                       "aten::ne",
                                                       "aten::neg",
                                                       "aten::new_zeros",
                                                       "aten::ones_like",
                                                       "aten::pad",
                                                       "aten::permute",
                                                       "aten::pixel_shuffle",
                                                       "aten::pixel_unshuffle",
                                                       "aten::reflection_pad2d",
                                                       "aten::repeat",
                                                       "aten::repeat_interleave",
                                                       "aten::replication_pad2d",
                                                       "aten::reshape",
                                                       "aten::roll",
                                                       "aten::rsub",
                                                       "aten::select",
                                                       "aten::slice",
                                                       "aten::split",
                                                       "aten::split_with_sizes",
                                                       "aten::squeeze",
                                                       "aten::stack",
                                                       "aten::sub",
                                                       "aten::sum",
                                                       "aten::t",
                                                       "aten::tensor_split",
                                                       "aten::to",
                                                       "aten::transpose",
                                                       "aten::type_as",
                                                       "aten::unbind",
                                                       "aten::unflatten",
                                                       "aten::unfold",
                                                       "aten::unsqueeze",
                                                       "aten::upsample_bicubic2d",
                                                       "aten::upsample_bilinear2d",
                                                       "aten::upsample_nearest2d",
                                                       "aten::view",
                                                       "aten::view_as",
                                                       "aten::zeros_like"};
    return names;
}

bool isLinear(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
    const auto argument = [&](const char* name) -> const c10::IValue& {
        const auto index = schema.argumentIndexWithName(name);
        return stack.at(stack.size() - schema.arguments().size() + static_cast<std::size_t>(index.value()));
    };
    if (linearOperations().contains(schema.name())) {
        // Of a convolution: with features for weights it is a product.
        if (schema.argumentIndexWithName("weight")) {
            checkWeights(argument("weight").toTensor(), schema.name());
        }
        return true;
    }
    // By a number; of tensors there are rules.
    if (schema.name() == "aten::mul" || schema.name() == "aten::div") {
        return schema.overload_name() == "Scalar";
    }
    // With statistics that training has left.
    return schema.name() == "aten::batch_norm" && !argument("training").toBool();
}

void passOrRefuse(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
    const auto& schema = operation.schema();
    const auto arguments = torch::jit::last(*stack, schema.arguments().size());
    const bool depends = std::ranges::any_of(arguments, [](const c10::IValue& value) {
        return value.isTensor() ? dependsOnPath(value.toTensor())
                                : value.isTensorList() && std::ranges::any_of(value.toTensorVector(), dependsOnPath);
    });
    if (depends && !isLinear(schema, *stack)) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("there is no secant rule for the operation {}", schema.name()));
    }
    const Usual usual(secantKey);
    operation.callBoxed(stack);
}

}  // namespace
}  // namespace secant

void registerSecantRules() {
    static const auto registered = [] {
        torch::Library any(torch::Library::IMPL, "_", secantKey, __FILE__, __LINE__);
        any.fallback(torch::CppFunction::makeFromBoxedFunction<&secant::passOrRefuse>());
        torch::Library rules(torch::Library::IMPL, "aten", secantKey, __FILE__, __LINE__);
        secant::addElementwiseRules(rules);
        secant::addHyperbolicRules(rules);
        secant::addProductRules(rules);
        secant::addNormalisationRules(rules);
        secant::addPoolingRules(rules);
        return std::pair(std::move(any), std::move(rules));
    }();
}

}  // namespace lamscope
