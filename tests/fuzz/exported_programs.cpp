// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/exported_programs.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <variant>
#include <vector>

#include "model/pt2/guards.h"
#include "model/pt2/operators.h"
#include "model/pt2/survey.h"
#include "model/pt2/tensor_records.h"

namespace lamscope::test {

namespace {

using pt2::FormatError;
using pt2::Graph;
using pt2::NumberSlot;
using pt2::TensorSlot;

constexpr std::int64_t mostZeros = std::int64_t{1} << 16U;

void demand(bool condition, const char* what) {
    if (!condition) {
        throw std::logic_error(what);
    }
}

/// Whether what an argument or a result names is there, and of its kind.
class Checker {
public:
    explicit Checker(const Graph& graph)
        : graph_(graph) {}

    void operator()(TensorSlot tensor) const { checkSlot(tensor.slot, true); }
    void operator()(NumberSlot number) const { checkSlot(number.slot, false); }
    void operator()(const std::vector<TensorSlot>& tensors) const { std::ranges::for_each(tensors, *this); }
    void operator()(const std::vector<std::optional<TensorSlot>>& tensors) const {
        for (const auto& tensor : tensors) {
            if (tensor) {
                (*this)(*tensor);
            }
        }
    }
    void operator()(const pt2::SymbolicInts& numbers) const { checkNumbers(numbers); }
    void operator()(const pt2::SymbolicFloats& numbers) const { checkNumbers(numbers); }
    void operator()(const pt2::Subgraph& subgraph) const;

    template <typename Literal>
    void operator()(const Literal& /*literal*/) const {}

private:
    void checkSlot(pt2::Slot slot, bool isTensor) const {
        demand(slot < graph_.values.size(), "a value that is not there");
        demand((graph_.values[slot].kind == pt2::Value::Kind::Tensor) == isTensor, "a value of another kind");
    }

    template <typename Numbers>
    void checkNumbers(const Numbers& numbers) const {
        for (const auto& number : numbers) {
            std::visit(*this, number);
        }
    }

    const Graph& graph_;
};

void checkGraph(const Graph& graph) {
    const Checker check(graph);
    for (const auto slot : graph.inputs) {
        demand(slot < graph.values.size(), "an input that is not there");
    }
    for (const auto& node : graph.nodes) {
        for (const auto& input : node.inputs) {
            std::visit(check, input.value);
        }
        for (const auto& output : node.outputs) {
            std::visit(check, output);
        }
        demand(detail::isPlainText(node.target) && detail::isPlainText(node.source), "a node that cannot be shown");
    }
    for (const auto& output : graph.outputs) {
        std::visit(check, output);
    }
}

void Checker::operator()(const pt2::Subgraph& subgraph) const {
    checkGraph(*subgraph.graph);
}

/// Touches the first and the last value.
void checkTensor(const pt2::StoredTensor& tensor) {
    demand(tensor.sizes.size() == tensor.strides.size(), "a tensor without strides");
    if (tensor.numel() == 0) {
        return;
    }
    std::int64_t last = tensor.offset;
    for (std::size_t axis = 0; axis < tensor.sizes.size(); ++axis) {
        last += tensor.sizes[axis] == 1
                    ? 0
                    : (tensor.sizes[axis] - 1) * tensor.strides[axis];  // the sanitizer finds overflow
    }
    const auto values = static_cast<std::int64_t>(tensor.record->size() / itemSize(tensor.type));
    demand(tensor.offset >= 0 && last >= tensor.offset && last < values, "a tensor outside of its record");
}

}  // namespace

pt2::Pt2Archive withZeros(std::span<const std::byte> text) {
    pt2::Pt2Archive archive;
    archive.program = pt2::parseProgram({reinterpret_cast<const char*>(text.data()), text.size()});
    std::int64_t total = 0;
    for (const auto& input : archive.program.bound) {
        const auto& facts = archive.program.graph.values[input.slot].facts;
        pt2::StoredTensor tensor{.type = facts ? facts->type : pt2::ScalarType::Float, .sizes = {}, .strides = {}};
        std::int64_t count = 1;
        for (const auto& size : facts ? facts->sizes : std::vector<pt2::Extent>{}) {
            const std::int64_t side = size.value.value_or(1);
            if (side < 0 || side > mostZeros || count * side > mostZeros) {
                throw FormatError("has a weight that is too large to be tried");
            }
            tensor.sizes.push_back(side);
            count *= side;
        }
        total += count;
        if (total > mostZeros) {
            throw FormatError("has weights that are too large to be tried");
        }
        std::int64_t stride = 1;
        for (auto side = tensor.sizes.rbegin(); side != tensor.sizes.rend(); ++side) {
            tensor.strides.insert(tensor.strides.begin(), stride);
            stride *= *side;
        }
        tensor.record =
            std::make_shared<const std::vector<std::byte>>(static_cast<std::size_t>(count) * itemSize(tensor.type));
        archive.tensors.emplace(input.tensor, std::move(tensor));
    }
    return archive;
}

void checkExport(const pt2::Pt2Archive& archive) {
    const pt2::Program& program = archive.program;
    checkGraph(program.graph);
    demand(program.input < program.graph.values.size() && program.output < program.graph.values.size(),
           "a program without input or output");
    demand(program.inputValue().facts && program.inputValue().facts->sizes.size() == 4, "an input that is no picture");
    for (const auto& input : program.bound) {
        demand(archive.tensors.contains(input.tensor), "a tensor that is not there");
    }
    for (const auto& [name, tensor] : archive.tensors) {
        checkTensor(tensor);
    }
    for (const std::int64_t side : {1, 8, 64}) {
        const auto rule = violatedRule(program, {.batch = 1, .channels = 3, .height = side, .width = 8});
        demand(!rule || (!rule->empty() && detail::isPlainText(*rule)), "a rule that cannot be shown");
    }
    checkOperators(program);
}

void surveyExport(std::span<const std::byte> archive) {
    try {
        const auto survey = pt2::surveyPt2(archive);
        for (const auto& use : survey.operators) {
            demand(use.count > 0 && use.count <= survey.nodes, "an operator that is never called");
            demand(detail::isPlainText(use.target) && detail::isPlainText(use.source), "a call that cannot be shown");
        }
    } catch (const FormatError&) {  // an answer
    }
    try {
        const auto records = pt2::openTensorRecords(archive);
        for (std::size_t place = 0; place < records->dictionaries().size(); ++place) {
            for (std::size_t i = 0; i < records->dictionaries()[place].names.size(); ++i) {
                demand(!records->describe(place, i).dtype.empty(), "a tensor without a type");
                const auto data = records->load(place, i);
                demand(std::ranges::all_of(data.shape, [](std::int64_t side) { return side >= 0; }), "a negative side");
            }
        }
    } catch (const FormatError&) {  // an answer
    }
}

}  // namespace lamscope::test
