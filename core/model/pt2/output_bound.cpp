// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/output_bound.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

namespace lamscope::pt2 {

namespace {

std::optional<std::size_t> indexOf(const c10::FunctionSchema& schema, std::string_view argument) {
    const auto index = schema.argumentIndexWithName(argument);
    return index ? std::optional(static_cast<std::size_t>(*index)) : std::nullopt;
}

/// -1 stands for a size that is kept.
double productOf(const c10::IValue& sizes) {
    double product = 1.0;
    if (sizes.isIntList()) {
        for (const std::int64_t size : sizes.toIntVector()) {
            product *= std::max(static_cast<double>(size), 1.0);
        }
    } else if (sizes.isInt()) {
        product = static_cast<double>(sizes.toInt());
    }
    return product;
}

double elementsOf(const c10::IValue& tensor) {
    return tensor.isTensor() ? static_cast<double>(tensor.toTensor().numel()) : 0.0;
}

double padded(const c10::IValue& value, const c10::IValue& padding) {
    if (!value.isTensor() || !padding.isIntList()) {
        return 0.0;
    }
    const auto pads = padding.toIntVector();
    const auto sizes = value.toTensor().sizes();
    double product = 1.0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto pair = 2 * (sizes.size() - 1 - i);  // the last size comes first
        double size = static_cast<double>(sizes[i]);
        if (pair + 1 < pads.size()) {
            size += static_cast<double>(pads[pair]) + static_cast<double>(pads[pair + 1]);
        }
        product *= std::max(size, 0.0);
    }
    return product;
}

double realValue(const c10::IValue& number) {
    return number.isScalar() ? number.toScalar().toDouble() : 0.0;
}

}  // namespace

std::optional<OutputBound> OutputBound::of(const c10::FunctionSchema& schema) {
    using enum Rule;
    const std::string_view name = schema.name();
    const auto is = [&](std::string_view other) { return name == other; };
    const auto contains = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
    const auto made = [&](Rule rule, std::string_view argument,
                          std::string_view second = {}) -> std::optional<OutputBound> {
        const auto index = indexOf(schema, argument);
        return index ? std::optional(OutputBound(rule, *index, indexOf(schema, second))) : std::nullopt;
    };
    if (contains("::upsample") || contains("::_upsample") || is("aten::col2im")) {
        return made(Resize, "output_size", "scale_factors");
    }
    if (is("aten::repeat") || is("aten::repeat_interleave")) {
        return made(Multiples, "repeats");
    }
    if (is("aten::tile")) {
        return made(Multiples, "dims");
    }
    if (contains("pad")) {
        const auto pad = made(Padding, "pad");
        return pad ? pad : made(Padding, "padding");
    }
    if (is("aten::arange")) {
        return made(Range, "end", "step");
    }
    if (is("aten::linspace")) {
        return made(Sizes, "steps");
    }
    if (is("aten::eye")) {
        return made(Sizes, "n", schema.overload_name() == "m" ? "m" : "n");
    }
    if (is("aten::hann_window") || is("aten::hamming_window")) {
        return made(Sizes, "window_length");
    }
    if (is("aten::view") || is("aten::_unsafe_view")) {  // sizes that the operator itself compares with its input's
        return std::nullopt;
    }
    return made(Sizes, "size");
}

double OutputBound::elements(const torch::jit::Stack& arguments) const {
    const auto& sizes = arguments[sizes_];
    switch (rule_) {
        case Rule::Sizes:
            return productOf(sizes) * (second_ ? productOf(arguments[*second_]) : 1.0);
        case Rule::Multiples:
            return elementsOf(arguments[0]) * productOf(sizes);
        case Rule::Padding:
            return padded(arguments[0], sizes);
        case Rule::Resize: {
            double factor = 1.0;
            if (second_ && arguments[*second_].isDoubleList()) {
                for (const double each : arguments[*second_].toDoubleVector()) {
                    factor *= std::max(each, 1.0);
                }
                return elementsOf(arguments[0]) * factor;
            }
            if (!arguments[0].isTensor() || arguments[0].toTensor().dim() < 2) {
                return 0.0;
            }
            const auto& tensor = arguments[0].toTensor();
            return static_cast<double>(tensor.size(0) * tensor.size(1)) * productOf(sizes);
        }
        case Rule::Range: {
            const double start = sizes_ > 0 ? realValue(arguments[0]) : 0.0;
            const double step = second_ ? realValue(arguments[*second_]) : 1.0;
            return step == 0.0 ? 0.0 : std::abs((realValue(sizes) - start) / step);
        }
    }
    return 0.0;
}

}  // namespace lamscope::pt2
