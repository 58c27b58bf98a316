// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/output_bound.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

namespace lamscope::pt2 {

namespace {

using Arguments = torch::jit::Stack;
using Index = std::optional<std::size_t>;

Index indexOf(const c10::FunctionSchema& schema, std::string_view argument) {
    const auto index = schema.argumentIndexWithName(argument);
    return index ? std::optional(static_cast<std::size_t>(*index)) : std::nullopt;
}

std::vector<std::int64_t> numbersIn(const c10::IValue& value) {
    if (value.isIntList()) {
        return value.toIntVector();
    }
    return value.isInt() ? std::vector{value.toInt()} : std::vector<std::int64_t>();
}

/// -1 stands for a size that is kept.
double productOf(const std::vector<std::int64_t>& sizes) {
    double product = 1.0;
    for (const auto size : sizes) {
        product *= std::max(static_cast<double>(size), 1.0);
    }
    return product;
}

/// The sizes of an argument that should be a tensor.
at::IntArrayRef shapeOf(const c10::IValue& value) {
    return value.isTensor() && value.toTensor().defined() ? value.toTensor().sizes() : at::IntArrayRef();
}

double elementsOf(const c10::IValue& value) {
    return value.isTensor() && value.toTensor().defined() ? static_cast<double>(value.toTensor().numel()) : 0.0;
}

double realValue(const c10::IValue& number) {
    return number.isScalar() ? number.toScalar().toDouble() : 0.0;
}

/// The i-th of some numbers, of which one may stand for all.
double nth(const std::vector<std::int64_t>& numbers, std::size_t i, double otherwise) {
    if (numbers.empty()) {
        return otherwise;
    }
    return static_cast<double>(numbers[std::min(i, numbers.size() - 1)]);
}

double statedSizes(const Arguments& arguments, std::size_t sizes, Index columns) {
    return productOf(numbersIn(arguments[sizes])) * (columns ? productOf(numbersIn(arguments[*columns])) : 1.0);
}

double multiples(const Arguments& arguments, std::size_t repeats, Index /*more*/) {
    return elementsOf(arguments[0]) * productOf(numbersIn(arguments[repeats]));
}

double padding(const Arguments& arguments, std::size_t pad, Index /*more*/) {
    const auto pads = numbersIn(arguments[pad]);
    const auto shape = shapeOf(arguments[0]);
    double product = 1.0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const auto pair = 2 * (shape.size() - 1 - i);  // the last size comes first
        auto size = static_cast<double>(shape[i]);
        if (pair + 1 < pads.size()) {
            size += static_cast<double>(pads[pair]) + static_cast<double>(pads[pair + 1]);
        }
        product *= std::max(size, 0.0);
    }
    return product;
}

/// Of pools and resizes to a size, and of resizes by `factors`.
double resize(const Arguments& arguments, std::size_t size, Index factors) {
    if (factors && arguments[*factors].isDoubleList()) {
        double factor = 1.0;
        for (const double each : arguments[*factors].toDoubleVector()) {
            factor *= std::max(each, 1.0);
        }
        return elementsOf(arguments[0]) * factor;
    }
    const auto shape = shapeOf(arguments[0]);
    return shape.size() < 2 ? 0.0 : static_cast<double>(shape[0] * shape[1]) * productOf(numbersIn(arguments[size]));
}

double range(const Arguments& arguments, std::size_t end, Index step) {
    const double start = end > 0 ? realValue(arguments[0]) : 0.0;
    const double width = step ? realValue(arguments[*step]) : 1.0;
    return width == 0.0 ? 0.0 : std::abs((realValue(arguments[end]) - start) / width);
}

/// Of a Fourier transform that cuts or fills up to `lengths` along `dimensions`, by default the last ones.
double transform(const Arguments& arguments, std::size_t lengths, Index dimensions) {
    const auto sizes = numbersIn(arguments[lengths]);
    const auto shape = shapeOf(arguments[0]);
    const auto given = dimensions ? numbersIn(arguments[*dimensions]) : std::vector<std::int64_t>();
    const auto rank = static_cast<std::int64_t>(shape.size());
    double product = elementsOf(arguments[0]) * productOf(sizes);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        // One length belongs to the last dimension.
        const auto fromEnd = static_cast<std::int64_t>(sizes.size() - i);
        auto dimension =
            fromEnd <= std::ssize(given) ? given[given.size() - static_cast<std::size_t>(fromEnd)] : -fromEnd;
        dimension += dimension < 0 ? rank : 0;
        if (dimension >= 0 && dimension < rank) {
            product /= std::max(static_cast<double>(shape[static_cast<std::size_t>(dimension)]), 1.0);
        }
    }
    return product;
}

/// Of a convolution of stride 1 at least: (input, weight, …).
double convolution(const Arguments& arguments, std::size_t pad, Index /*more*/) {
    const auto pads = numbersIn(arguments[pad]);
    const auto shape = shapeOf(arguments[0]);
    const auto weight = shapeOf(arguments[1]);
    double product = weight.empty() ? 0.0 : static_cast<double>(weight[0]);
    const auto sides = weight.size() < 2 ? 0 : weight.size() - 2;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i + sides >= shape.size()) {
            product *= static_cast<double>(shape[i]) + 2.0 * std::max(nth(pads, i + sides - shape.size(), 0.0), 0.0);
        } else if (i + sides + 1 < shape.size()) {
            product *= static_cast<double>(shape[i]);  // the batch
        }
    }
    return product;
}

/// Of a transposed one: (input, weight, bias…); the others are indices of its arguments.
double transposedOf(const Arguments& arguments, std::size_t stride, std::size_t extra, std::size_t groups,
                    std::size_t dilation) {
    const auto strides = numbersIn(arguments[stride]);
    const auto extras = numbersIn(arguments[extra]);
    const auto dilations = numbersIn(arguments[dilation]);
    const auto shape = shapeOf(arguments[0]);
    const auto weight = shapeOf(arguments[1]);
    const auto sides = weight.size() < 2 ? 0 : weight.size() - 2;
    double product = weight.size() < 2 ? 0.0 : static_cast<double>(weight[1]) * productOf(numbersIn(arguments[groups]));
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i + sides >= shape.size()) {
            const auto side = i + sides - shape.size();
            product *= static_cast<double>(shape[i]) * std::max(nth(strides, side, 1.0), 1.0)
                       + static_cast<double>(weight[side + 2]) * std::max(nth(dilations, side, 1.0), 1.0)
                       + std::max(nth(extras, side, 0.0), 0.0);
        } else if (i + sides + 1 < shape.size()) {
            product *= static_cast<double>(shape[i]);
        }
    }
    return product;
}

/// (input, weight, bias, stride, padding, output_padding, groups, dilation)
double transposedConvolution(const Arguments& arguments, std::size_t stride, Index /*more*/) {
    return transposedOf(arguments, stride, stride + 2, stride + 3, stride + 4);
}

/// (input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
double anyConvolution(const Arguments& arguments, std::size_t stride, Index /*more*/) {
    const auto& transposed = arguments[stride + 3];
    return transposed.isBool() && transposed.toBool()
               ? transposedOf(arguments, stride, stride + 4, stride + 5, stride + 2)
               : convolution(arguments, stride + 1, std::nullopt);
}

/// Of tensors that are put side by side.
double sideBySide(const Arguments& arguments, std::size_t tensors, Index /*more*/) {
    double sum = 0.0;
    if (arguments[tensors].isTensorList()) {
        for (const auto& tensor : arguments[tensors].toTensorVector()) {
            sum += static_cast<double>(tensor.numel());
        }
    }
    return sum;
}

/// (input, weight, bias)
double linearLayer(const Arguments& arguments, std::size_t /*sizes*/, Index /*more*/) {
    const auto shape = shapeOf(arguments[0]);
    const auto weight = shapeOf(arguments[1]);
    return shape.empty() || weight.empty() ? 0.0
                                           : elementsOf(arguments[0]) / std::max(static_cast<double>(shape.back()), 1.0)
                                                 * static_cast<double>(weight[0]);
}

/// Of rows of a table (weight, indices).
double rowsOfTable(const Arguments& arguments, std::size_t indices, Index /*more*/) {
    const auto shape = shapeOf(arguments[0]);
    return shape.empty() ? 0.0 : elementsOf(arguments[indices]) * static_cast<double>(shape.back());
}

double outerProduct(const Arguments& arguments, std::size_t /*sizes*/, Index /*more*/) {
    return elementsOf(arguments[0]) * elementsOf(arguments[1]);
}

/// The sizes of one tensor brought to those of another; the last one comes first.
void bringTogether(std::vector<std::int64_t>& largest, at::IntArrayRef shape) {
    largest.resize(std::max(largest.size(), shape.size()), 1);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        auto& size = largest[shape.size() - 1 - i];
        size = std::max(size, shape[i]);
    }
}

double broadcast(const Arguments& arguments, std::size_t /*sizes*/, Index /*more*/) {
    std::vector<std::int64_t> largest;
    for (const auto& argument : arguments) {
        bringTogether(largest, shapeOf(argument));
    }
    return productOf(largest);
}

/// Of two matrices beside each other among the arguments.
double matrixProduct(const Arguments& arguments, std::size_t first, Index /*more*/) {
    const auto left = shapeOf(arguments[first]);
    const auto right = shapeOf(arguments[first + 1]);
    std::vector<std::int64_t> batch;
    bringTogether(batch, left.slice(0, left.size() < 2 ? 0 : left.size() - 2));
    bringTogether(batch, right.slice(0, right.size() < 2 ? 0 : right.size() - 2));
    const double rows = left.size() < 2 ? 1.0 : static_cast<double>(left[left.size() - 2]);
    const double columns = right.size() < 2 ? 1.0 : static_cast<double>(right.back());
    return productOf(batch) * rows * columns;
}

bool isAmong(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<OutputBound> OutputBound::of(const c10::FunctionSchema& schema, OperatorGroup group) {
    std::string_view name = schema.name();
    name.remove_prefix(std::string_view("aten::").size());
    const auto made = [&](Rule rule, std::string_view argument,
                          std::string_view more = {}) -> std::optional<OutputBound> {
        const auto index = indexOf(schema, argument);
        return index ? std::optional(OutputBound(rule, *index, indexOf(schema, more))) : std::nullopt;
    };
    if (group == OperatorGroup::Arithmetic || group == OperatorGroup::Compare
        || isAmong(name, {"complex", "polar", "masked_fill", "cosine_similarity", "linalg_cross"})) {
        return OutputBound(broadcast, 0, std::nullopt);
    }
    if (isAmong(name, {"matmul", "mm", "bmm", "linalg_matmul"})) {
        return OutputBound(matrixProduct, 0, std::nullopt);
    }
    if (isAmong(name, {"addmm", "baddbmm"})) {
        return OutputBound(matrixProduct, 1, std::nullopt);
    }
    if (isAmong(name, {"cat", "concat", "stack", "hstack", "vstack"})) {
        return made(sideBySide, "tensors");
    }
    if (name == "linear") {
        return OutputBound(linearLayer, 0, std::nullopt);
    }
    if (name == "embedding") {
        return made(rowsOfTable, "indices");
    }
    if (name == "outer") {
        return OutputBound(outerProduct, 0, std::nullopt);
    }
    if (group == OperatorGroup::Fourier) {
        for (const auto* const argument : {"s", "n", "last_dim_size"}) {
            if (const auto bound = made(transform, argument, "dim")) {
                return bound;
            }
        }
        return std::nullopt;
    }
    if (name.starts_with("conv_transpose")) {
        return made(transposedConvolution, "stride");
    }
    if (name == "convolution") {  // whose transposition is an argument
        return made(anyConvolution, "stride");
    }
    if (name.starts_with("conv")) {
        return made(convolution, "padding");
    }
    if (isAmong(name, {"repeat", "repeat_interleave"})) {
        return made(multiples, "repeats");
    }
    if (name == "tile") {
        return made(multiples, "dims");
    }
    if (name.find("pad") != std::string_view::npos) {
        const auto pad = made(padding, "pad");
        return pad ? pad : made(padding, "padding");
    }
    if (name == "arange") {
        return made(range, "end", "step");
    }
    if (name == "linspace") {
        return made(statedSizes, "steps");
    }
    if (name == "eye") {
        return made(statedSizes, "n", schema.overload_name() == "m" ? "m" : "n");
    }
    if (isAmong(name, {"hann_window", "hamming_window"})) {
        return made(statedSizes, "window_length");
    }
    if (isAmong(name, {"view", "_unsafe_view", "unfold"})) {  // do not make anything larger
        return std::nullopt;
    }
    const auto sized = made(statedSizes, "size");
    return sized ? sized : made(resize, "output_size", "scale_factors");
}

double OutputBound::elements(const torch::jit::Stack& arguments) const {
    return rule_(arguments, sizes_, more_);
}

bool holdsSizes(const c10::FunctionSchema& schema, const c10::Argument& argument) {
    if (schema.name() == "aten::view" || schema.name() == "aten::_unsafe_view") {
        return false;
    }
    return isAmong(argument.name(),
                   {"size", "output_size", "repeats", "pad", "padding", "output_padding", "stride", "dilation",
                    "kernel_size", "steps", "window_length", "n", "m", "s", "last_dim_size", "sections", "chunks"})
           || (schema.name() == "aten::tile" && argument.name() == "dims");
}

std::optional<std::int64_t> partsOf(const c10::FunctionSchema& schema, const torch::jit::Stack& arguments) {
    const auto number = [&](std::string_view name) {
        const auto index = indexOf(schema, name);
        return index && arguments[*index].isInt() ? arguments[*index].toInt() : 0;
    };
    const auto length = [&] {
        const auto& tensor = arguments[0].toTensor();
        return tensor.size(number("dim"));
    };
    if (schema.name() == "aten::unbind") {
        return length();
    }
    if (schema.name() == "aten::tensor_split") {
        return number("sections");
    }
    if (schema.name() == "aten::chunk" || (schema.name() == "aten::split" && schema.overload_name() == "Tensor")) {
        const bool isChunk = schema.name() == "aten::chunk";
        const auto most = number(isChunk ? "chunks" : "split_size");
        if (most < 1) {
            return std::nullopt;
        }
        const auto roundedUp = [](std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); };
        const auto step = isChunk ? std::max<std::int64_t>(roundedUp(length(), most), 1) : most;
        return std::max<std::int64_t>(roundedUp(length(), step), 1);
    }
    return std::nullopt;
}

}  // namespace lamscope::pt2
