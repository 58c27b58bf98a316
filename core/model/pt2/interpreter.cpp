// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/interpreter.h"

#include <algorithm>
#include <map>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/pt2/operators.h"
#include "model/pt2/stored_tensor.h"
#include "model/stoppable_evaluation.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope::pt2 {

namespace {

/// A failure that already names its operator.
class StepFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <typename... Actions>
struct ByAction : Actions... {
    using Actions::operator()...;
};

/// The floating type that most stored values have.
ScalarType mostCommonType(const Pt2Archive& archive) {
    std::map<ScalarType, std::int64_t> counts;
    for (const auto& [name, tensor] : archive.tensors) {
        const auto type = torchType(tensor.type);
        if (c10::isFloatingType(type)) {
            counts[tensor.type] += tensor.numel();
        }
    }
    const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
    return most == counts.end() ? ScalarType::Float : most->first;
}

StoredNames namesOf(const Program& program) {
    StoredNames names;
    for (const auto& bound : program.bound) {
        names.emplace(bound.slot, bound.tensor);
    }
    return names;
}

/// Only what the white list allows is resolved.
const Graph& checkedGraph(const Program& program) {
    checkOperators(program);
    return program.graph;
}

c10::IValue toValue(const PlainNumber& number) {
    return std::visit([](const auto value) { return c10::IValue(value); }, number);
}

PlainNumber toNumber(const c10::IValue& value) {
    if (value.isBool()) {
        return value.toBool();
    }
    return value.isInt() ? PlainNumber(value.toInt()) : PlainNumber(value.toDouble());
}

c10::IValue computed(const ComputeNumber& compute, const Frame& frame) {
    std::vector<PlainNumber> numbers;
    for (const auto& operand : compute.operands) {
        const auto* slot = std::get_if<Slot>(&operand);
        numbers.push_back(slot != nullptr ? toNumber(frame[*slot]) : std::get<PlainNumber>(operand));
    }
    return toValue(compute.function->function(numbers));
}

void checkElements(const torch::Tensor& tensor) {
    if (tensor.defined() && tensor.numel() > mostElements) {
        throw std::length_error(fmt::format("its result has {} values, at most 2^31 are allowed", tensor.numel()));
    }
}

/// Asks before a tensor is cut into more parts than the file has names for.
void checkParts(const CallOperator& call, const Step& step, const torch::jit::Stack& arguments) {
    const auto* list = step.results.empty() ? nullptr : std::get_if<std::vector<TensorSlot>>(&step.results.front());
    const auto parts = list == nullptr ? std::nullopt : partsOf(call.op.schema(), arguments);
    if (parts && *parts != std::ssize(*list)) {
        throw std::runtime_error(fmt::format("it gives {} tensors, the file expects {}", *parts, list->size()));
    }
}

/// Writes the results of a step to their slots.
void store(const Step& step, std::span<const c10::IValue> values, Frame& frame) {
    for (std::size_t i = 0; i < step.results.size(); ++i) {
        const auto& value = values[i];
        std::visit(ByAction{
                       [](const None&) {},
                       [&](const TensorSlot& tensor) {
                           checkElements(value.toTensor());
                           frame[tensor.slot] = value;
                       },
                       [&](const NumberSlot& number) { frame[number.slot] = value; },
                       [&](const std::vector<TensorSlot>& list) {
                           const auto tensors = value.toTensorVector();
                           if (tensors.size() != list.size()) {
                               throw std::runtime_error(fmt::format("it gives {} tensors, the file expects {}",
                                                                    tensors.size(), list.size()));
                           }
                           for (std::size_t k = 0; k < list.size(); ++k) {
                               checkElements(tensors[k]);
                               frame[list[k].slot] = tensors[k];
                           }
                       },
                   },
                   step.results[i]);
    }
}

/// What autograd says of operators in place that it cannot follow.
bool concernsInPlace(const std::string& message) {
    return message.find("in-place") != std::string::npos || message.find("inplace") != std::string::npos;
}

}  // namespace

Interpreter::Interpreter(const Pt2Archive& archive)
    : weightType_(torchType(mostCommonType(archive)))
    , input_(archive.program.input)
    , output_(archive.program.output)
    , plan_(makePlan(checkedGraph(archive.program), namesOf(archive.program), mostCommonType(archive))) {
    computation_.type = weightType_;
    // A view that a later step writes through is a copy where values lie in another order.
    readsMemoryOrder_ =
        plan_.writes || std::ranges::any_of(archive.program.graph.nodes, [](const Node& node) {
            return node.target == "torch.ops.aten.view.default" || callKind(node.target) == CallKind::GradMode;
        });
    using Key = std::tuple<const void*, ScalarType, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>;
    std::map<Key, torch::Tensor> tied;
    for (const auto& bound : archive.program.bound) {
        const auto& stored = archive.tensors.find(bound.tensor)->second;
        const Key key(stored.record.get(), stored.type, stored.offset, stored.sizes, stored.strides);
        const auto known = tied.find(key);
        const auto tensor = known != tied.end() ? known->second : tied.emplace(key, makeTensor(stored)).first->second;
        bound_.push_back({.slot = bound.slot,
                          .name = bound.tensor,
                          .isParameter = stored.isParameter && known == tied.end(),
                          .isConverted = tensor.scalar_type() == weightType_,
                          .tensor = tensor});
    }
    findStorages();
}

NamedTensors Interpreter::namedParameters() const {
    NamedTensors all;
    for (const auto& bound : bound_) {
        if (bound.isParameter) {
            all.emplace_back(bound.name, bound.tensor);
        }
    }
    return all;
}

void Interpreter::to(torch::Device device, torch::ScalarType type) {
    computation_ = {.device = device, .type = type};
    for (const auto& bound : bound_) {
        const auto wanted = bound.isConverted ? type : bound.tensor.scalar_type();
        bound.tensor.set_data(bound.tensor.to(device, wanted));
    }
    findStorages();
}

void Interpreter::findStorages() {
    storages_.clear();
    for (const auto& bound : bound_) {
        if (bound.tensor.numel() > 0) {
            storages_.insert(bound.tensor.storage().data());
        }
    }
}

torch::Tensor Interpreter::operator()(const torch::Tensor& input) const {
    Frame frame(plan_.values);
    for (const auto& bound : bound_) {
        frame[bound.slot] = bound.tensor;
    }
    // What is written to must not be the caller's, and a leaf with gradient cannot be.
    const auto start = readsMemoryOrder_ ? input.contiguous() : input;
    frame[input_] = plan_.writes ? start.clone() : start;
    run(plan_, frame, at::GradMode::is_enabled());
    return frame[output_].toTensor();
}

void Interpreter::run(const Plan& plan, Frame& frame, bool gradients) const {
    for (const auto& step : plan.steps) {
        StoppableEvaluation::throwIfStopped();
        try {
            perform(step, frame, gradients);
        } catch (const Error&) {
            throw;
        } catch (const StepFailure&) {
            throw;
        } catch (const std::exception& error) {
            if (isOutOfMemory(error)) {
                throw;
            }
            const auto message = briefMessage(error);
            throw StepFailure(fmt::format("{}: {}{}", inWords(step), message,
                                          concernsInPlace(message) ? ": export with run_decompositions({})" : ""));
        }
        for (const Slot slot : step.released) {
            frame[slot] = c10::IValue();
        }
    }
}

void Interpreter::perform(const Step& step, Frame& frame, bool gradients) const {
    const auto storeOne = [&](const c10::IValue& value) { store(step, {&value, 1}, frame); };
    std::visit(ByAction{
                   [&](const CallOperator& each) { call(each, step, frame); },
                   [&](const CopyValues& copy) {
                       const auto& target = frame[copy.target].toTensor();
                       storeOne(frame[copy.source].toTensor().to(target.scalar_type()).expand_as(target));
                   },
                   [&](const PassOn& pass) { storeOne(frame[pass.slot]); },
                   [&](const TakeSize& size) {
                       const auto& tensor = frame[size.tensor].toTensor();
                       storeOne(size.dimension ? tensor.size(*size.dimension) : tensor.numel());
                   },
                   [&](const ComputeNumber& compute) { storeOne(computed(compute, frame)); },
                   [&](const RunSubgraph& run) {
                       const auto results = runSubgraph(run, frame, gradients);
                       std::size_t next = 0;
                       for (const auto& result : step.results) {
                           if (const auto* list = std::get_if<std::vector<TensorSlot>>(&result)) {
                               for (const auto& each : *list) {
                                   frame[each.slot] = results[next++];
                               }
                               continue;
                           }
                           if (const auto* tensor = std::get_if<TensorSlot>(&result)) {
                               frame[tensor->slot] = results[next];
                           } else if (const auto* number = std::get_if<NumberSlot>(&result)) {
                               frame[number->slot] = results[next];
                           }
                           ++next;
                       }
                   },
               },
               step.action);
}

void Interpreter::call(const CallOperator& call, const Step& step, Frame& frame) const {
    torch::jit::Stack stack;
    stack.reserve(call.operands.size());
    for (const auto& operand : call.operands) {
        stack.push_back(valueOf(operand, frame, computation_));
    }
    for (const auto index : call.written) {
        const auto& target = stack[index].toTensor();
        if (target.numel() > 0 && storages_.contains(target.storage().data())) {
            throw std::runtime_error("it would write into a weight: export with run_decompositions({})");
        }
    }
    if (call.bound && call.bound->elements(stack) > static_cast<double>(mostElements)) {
        throw std::length_error("its result has more than 2^31 values");
    }
    checkParts(call, step, stack);
    call.op.callBoxed(stack);
    store(step, stack, frame);
    if (call.layer && featuresAreObserved()) {
        const auto& [tap, input] = *call.layer;
        reportFeatures(tap.kind, tap.name, frame[input].toTensor(), stack.front().toTensor());
    }
}

std::vector<c10::IValue> Interpreter::runSubgraph(const RunSubgraph& run, const Frame& frame, bool gradients) const {
    const at::AutoGradMode mode(run.gradients && gradients);
    Frame inner(run.plan->values);
    for (std::size_t i = 0; i < run.operands.size(); ++i) {
        inner[run.plan->inputs[i]] = frame[run.operands[i]];
    }
    this->run(*run.plan, inner, gradients);
    std::vector<c10::IValue> results;
    for (const Slot slot : run.plan->outputs) {
        results.push_back(inner[slot]);
    }
    return results;
}

}  // namespace lamscope::pt2
