// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/operand.h"

#include <algorithm>
#include <utility>

#include <ATen/ScalarOps.h>
#include <ATen/core/jit_type.h>

#include "model/pt2/stored_tensor.h"

namespace lamscope::pt2 {

namespace {

using Kind = c10::TypeKind;

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

std::int64_t wholeNumber(const c10::IValue& number) {
    return number.isBool() ? static_cast<std::int64_t>(number.toBool()) : number.toInt();
}

double realNumber(const c10::IValue& number) {
    return number.isDouble() ? number.toDouble() : static_cast<double>(wholeNumber(number));
}

/// Takes part in type promotion as a Python number does.
torch::Tensor numberAsTensor(const c10::IValue& number) {
    return at::native::wrapped_scalar_tensor(number.toScalar());
}

bool isEmptyList(const Argument& given) {
    return std::visit(
        [](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::string>) {
                return false;
            } else if constexpr (requires { value.empty(); }) {
                return value.empty();
            } else {
                return false;
            }
        },
        given);
}

/// An element type, as a schema has it in two ways: "ScalarType" is an int for those who compute.
struct Wanted {
    c10::TypePtr type;
    c10::TypePtr real;
    std::optional<std::int32_t> count;  ///< of a list that one number may stand for
};

class OperandMaker {
public:
    OperandMaker(const Graph& graph, ScalarType weightType)
        : graph_(graph)
        , weightType_(weightType) {}

    [[nodiscard]] std::optional<Operand> make(const Wanted& wanted, const Argument& given) const {
        switch (wanted.type->kind()) {
            case Kind::OptionalType:
                return optional(wanted, given);
            case Kind::ListType:
                return list(wanted, given);
            case Kind::TensorType:
                return tensor(given);
            case Kind::IntType:
            case Kind::SymIntType:
                return whole(*wanted.real, given);
            case Kind::FloatType:
            case Kind::SymFloatType:
                return real(given);
            case Kind::BoolType:
            case Kind::SymBoolType:
                return constantOrSlot<bool>(given, Value::Kind::Bool);
            case Kind::NumberType:
                return scalar(given);
            case Kind::StringType:
                return constant<std::string>(given);
            case Kind::DeviceObjType:
                return std::holds_alternative<Device>(given) ? std::optional<Operand>(ComputationDevice{})
                                                             : std::nullopt;
            default:
                return std::nullopt;
        }
    }

private:
    [[nodiscard]] std::optional<Operand> optional(const Wanted& wanted, const Argument& given) const {
        if (std::holds_alternative<None>(given)) {
            return Operand(c10::IValue());
        }
        const auto real = wanted.real->cast<c10::OptionalType>();
        const auto inner = wanted.type->expectRef<c10::OptionalType>().getElementType();
        return make({inner, real ? real->getElementType() : inner, wanted.count}, given);
    }

    [[nodiscard]] std::optional<Operand> list(const Wanted& wanted, const Argument& given) const {
        const auto element = wanted.type->expectRef<c10::ListType>().getElementType();
        switch (element->kind()) {
            case Kind::TensorType:
                return tensors(given, false);
            case Kind::OptionalType:
                return tensors(given, true);
            case Kind::IntType:
            case Kind::SymIntType:
                return ints(wanted.count, given);
            case Kind::FloatType:
            case Kind::SymFloatType:
                return floats(wanted.count, given);
            case Kind::BoolType:
                return bools(given);
            default:
                return std::nullopt;
        }
    }

    [[nodiscard]] static std::optional<Operand> tensors(const Argument& given, bool mayLack) {
        TensorList result{.slots = {}, .mayLack = mayLack};
        if (const auto* all = std::get_if<std::vector<TensorSlot>>(&given)) {
            for (const auto& tensor : *all) {
                result.slots.emplace_back(tensor.slot);
            }
            return result;
        }
        if (const auto* some = std::get_if<std::vector<std::optional<TensorSlot>>>(&given)) {
            for (const auto& tensor : *some) {
                if (!tensor && !mayLack) {
                    return std::nullopt;
                }
                result.slots.push_back(tensor ? std::optional(tensor->slot) : std::nullopt);
            }
            return result;
        }
        return isEmptyList(given) ? std::optional<Operand>(std::move(result)) : std::nullopt;
    }

    [[nodiscard]] std::optional<Operand> ints(std::optional<std::int32_t> count, const Argument& given) const {
        if (isEmptyList(given)) {
            return Operand(c10::IValue(std::vector<std::int64_t>()));
        }
        if (const auto* values = std::get_if<std::vector<std::int64_t>>(&given)) {
            return Operand(c10::IValue(*values));
        }
        if (const auto* values = std::get_if<SymbolicInts>(&given)) {
            const bool whole = std::ranges::all_of(*values, [this](const auto& item) {
                const auto* slot = std::get_if<NumberSlot>(&item);
                return slot == nullptr || kindOf(*slot) != Value::Kind::Float;
            });
            return whole ? std::optional<Operand>(*values) : std::nullopt;
        }
        if (const auto* value = std::get_if<std::int64_t>(&given); value != nullptr && count) {
            return Operand(c10::IValue(std::vector<std::int64_t>(static_cast<std::size_t>(*count), *value)));
        }
        if (const auto* slot = std::get_if<NumberSlot>(&given);
            slot != nullptr && count && kindOf(*slot) != Value::Kind::Float) {
            return Operand(SymbolicInts(static_cast<std::size_t>(*count), *slot));
        }
        return std::nullopt;
    }

    [[nodiscard]] static std::optional<Operand> floats(std::optional<std::int32_t> count, const Argument& given) {
        if (isEmptyList(given)) {
            return Operand(c10::IValue(std::vector<double>()));
        }
        if (const auto* values = std::get_if<std::vector<double>>(&given)) {
            return Operand(c10::IValue(*values));
        }
        if (const auto* values = std::get_if<std::vector<std::int64_t>>(&given)) {
            return Operand(c10::IValue(std::vector<double>(values->begin(), values->end())));
        }
        if (const auto* values = std::get_if<SymbolicFloats>(&given)) {
            return Operand(*values);
        }
        if (const auto* values = std::get_if<SymbolicInts>(&given)) {
            SymbolicFloats result;
            for (const auto& item : *values) {
                const auto* whole = std::get_if<std::int64_t>(&item);
                if (whole != nullptr) {
                    result.emplace_back(static_cast<double>(*whole));
                } else {
                    result.emplace_back(std::get<NumberSlot>(item));
                }
            }
            return Operand(std::move(result));
        }
        const auto copies = static_cast<std::size_t>(count.value_or(0));
        if (const auto* slot = std::get_if<NumberSlot>(&given); slot != nullptr && count) {
            return Operand(SymbolicFloats(copies, *slot));
        }
        const auto value = literal(given);
        return value && count ? std::optional<Operand>(c10::IValue(std::vector<double>(copies, realNumber(*value))))
                              : std::nullopt;
    }

    [[nodiscard]] static std::optional<Operand> bools(const Argument& given) {
        const auto* values = std::get_if<std::vector<bool>>(&given);
        if (values == nullptr && !isEmptyList(given)) {
            return std::nullopt;
        }
        c10::List<bool> list;
        for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
            list.push_back((*values)[i]);
        }
        return Operand(c10::IValue(std::move(list)));
    }

    [[nodiscard]] static std::optional<Operand> tensor(const Argument& given) {
        if (const auto* value = std::get_if<TensorSlot>(&given)) {
            return FromSlot{value->slot};
        }
        if (const auto* slot = std::get_if<NumberSlot>(&given)) {
            return FromSlot{slot->slot, FromSlot::As::Tensor};
        }
        const auto value = literal(given);
        return value ? std::optional<Operand>(LiteralTensor{*value}) : std::nullopt;
    }

    [[nodiscard]] std::optional<Operand> whole(const c10::Type& real, const Argument& given) const {
        switch (real.kind()) {
            case Kind::ScalarTypeType: {
                const auto* type = std::get_if<ScalarType>(&given);
                if (type == nullptr) {
                    return std::nullopt;
                }
                return *type == weightType_ ? Operand(ComputationType{}) : Operand(c10::IValue(torchType(*type)));
            }
            case Kind::MemoryFormatType: {
                const auto* format = std::get_if<MemoryFormat>(&given);
                return format != nullptr ? std::optional<Operand>(c10::IValue(torchFormat(*format))) : std::nullopt;
            }
            case Kind::LayoutType:
                return std::holds_alternative<StridedLayout>(given)
                           ? std::optional<Operand>(c10::IValue(c10::Layout::Strided))
                           : std::nullopt;
            default:
                break;
        }
        if (const auto* slot = std::get_if<NumberSlot>(&given)) {
            return kindOf(*slot) != Value::Kind::Float ? std::optional<Operand>(FromSlot{slot->slot, FromSlot::As::Int})
                                                       : std::nullopt;
        }
        const auto value = literal(given);
        return value && !value->isDouble() ? std::optional<Operand>(c10::IValue(wholeNumber(*value))) : std::nullopt;
    }

    [[nodiscard]] static std::optional<Operand> real(const Argument& given) {
        if (const auto* slot = std::get_if<NumberSlot>(&given)) {
            return FromSlot{slot->slot, FromSlot::As::Double};
        }
        const auto value = literal(given);
        return value ? std::optional<Operand>(c10::IValue(realNumber(*value))) : std::nullopt;
    }

    [[nodiscard]] static std::optional<Operand> scalar(const Argument& given) {
        if (const auto* slot = std::get_if<NumberSlot>(&given)) {
            return FromSlot{slot->slot};
        }
        const auto value = literal(given);
        return value ? std::optional<Operand>(*value) : std::nullopt;
    }

    template <typename T>
    [[nodiscard]] static std::optional<Operand> constant(const Argument& given) {
        const auto* value = std::get_if<T>(&given);
        return value != nullptr ? std::optional<Operand>(c10::IValue(*value)) : std::nullopt;
    }

    template <typename T>
    [[nodiscard]] std::optional<Operand> constantOrSlot(const Argument& given, Value::Kind kind) const {
        const auto* slot = std::get_if<NumberSlot>(&given);
        return slot != nullptr && kindOf(*slot) == kind ? std::optional<Operand>(FromSlot{slot->slot})
                                                        : constant<T>(given);
    }

    /// A number that the file states.
    [[nodiscard]] static std::optional<c10::IValue> literal(const Argument& given) {
        if (const auto* value = std::get_if<std::int64_t>(&given)) {
            return c10::IValue(*value);
        }
        if (const auto* value = std::get_if<double>(&given)) {
            return c10::IValue(*value);
        }
        const auto* value = std::get_if<bool>(&given);
        return value != nullptr ? std::optional(c10::IValue(*value)) : std::nullopt;
    }

    [[nodiscard]] Value::Kind kindOf(const NumberSlot& number) const { return graph_.values[number.slot].kind; }

    const Graph& graph_;
    ScalarType weightType_;
};

c10::IValue listOf(const TensorList& list, const Frame& frame) {
    if (list.mayLack) {
        c10::List<std::optional<at::Tensor>> tensors;
        tensors.reserve(list.slots.size());
        for (const auto& slot : list.slots) {
            tensors.push_back(slot ? std::optional(frame[*slot].toTensor()) : std::nullopt);
        }
        return tensors;
    }
    c10::List<at::Tensor> tensors;
    tensors.reserve(list.slots.size());
    for (const auto& slot : list.slots) {
        tensors.push_back(frame[slot.value()].toTensor());
    }
    return tensors;
}

c10::IValue fromSlot(const FromSlot& from, const Frame& frame) {
    const auto& value = frame[from.slot];
    switch (from.as) {
        case FromSlot::As::Int:
            return wholeNumber(value);
        case FromSlot::As::Double:
            return realNumber(value);
        case FromSlot::As::Tensor:
            return numberAsTensor(value);
        case FromSlot::As::Itself:
            break;
    }
    return value;
}

}  // namespace

std::optional<Operand> makeOperand(const c10::Argument& wanted, const Argument& given, const Graph& graph,
                                   ScalarType weightType) {
    return OperandMaker(graph, weightType).make({wanted.type(), wanted.real_type(), wanted.N()}, given);
}

c10::IValue valueOf(const Operand& operand, const Frame& frame, const Computation& computation) {
    return std::visit(
        Overloaded{
            [](const c10::IValue& constant) { return constant; },
            [&](const FromSlot& from) { return fromSlot(from, frame); },
            [](const LiteralTensor& literal) { return c10::IValue(numberAsTensor(literal.number)); },
            [&](const TensorList& list) { return listOf(list, frame); },
            [&](const SymbolicInts& items) {
                std::vector<std::int64_t> values;
                values.reserve(items.size());
                for (const auto& item : items) {
                    const auto* whole = std::get_if<std::int64_t>(&item);
                    values.push_back(whole != nullptr ? *whole : wholeNumber(frame[std::get<NumberSlot>(item).slot]));
                }
                return c10::IValue(std::move(values));
            },
            [&](const SymbolicFloats& items) {
                std::vector<double> values;
                values.reserve(items.size());
                for (const auto& item : items) {
                    const auto* real = std::get_if<double>(&item);
                    values.push_back(real != nullptr ? *real : realNumber(frame[std::get<NumberSlot>(item).slot]));
                }
                return c10::IValue(std::move(values));
            },
            [&](const ComputationType&) { return c10::IValue(computation.type); },
            [&](const ComputationDevice&) { return c10::IValue(computation.device); },
        },
        operand);
}

}  // namespace lamscope::pt2
