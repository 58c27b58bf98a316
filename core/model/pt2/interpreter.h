// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <torch/types.h>

#include "model/network.h"
#include "model/pt2/archive.h"
#include "model/pt2/plan.h"

namespace lamscope::pt2 {

/// Runs the graph of an exported program: operators of the white list through LibTorch's dispatcher, gradients by
/// ordinary autograd. Layers whose weight is a stored tensor report their features; a stop of the evaluation
/// (StoppableEvaluation) is noticed between two operators.
class Interpreter {
public:
    /// Weights are on the CPU in the types of the file. Throws UnsupportedProgram on operators that are not listed or
    /// not to be used so, FormatError where arguments are not those of an operator's schema.
    explicit Interpreter(const Pt2Archive& archive);

    /// The program's output; differentiable in `input`. Its type must be that of the computation, see to(). Safe to
    /// call from several threads at once. Throws what LibTorch throws when it runs out of memory, std::runtime_error
    /// with the operator and its line in the user's code for every other failure; one is an operator that would write
    /// into a weight.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& input) const;

    /// The parameters under their names in the file, in the program's order; tied ones once, under the first name.
    [[nodiscard]] NamedTensors namedParameters() const;

    /// Moves all stored tensors, and converts those of the type that most weights have, in place: index tables and
    /// constants of other types keep theirs. Not to be called while the program runs.
    void to(torch::Device device, torch::ScalarType type);

    /// The type that most weights have in the file.
    [[nodiscard]] torch::ScalarType weightType() const { return weightType_; }

    /// Whether the graph has operators in place.
    [[nodiscard]] bool writes() const { return plan_.writes; }

private:
    /// A stored tensor and the slot that it is bound to.
    struct Bound {
        Slot slot = 0;
        std::string name;
        bool isParameter = false;
        bool isConverted = false;  ///< has the type of the computation
        torch::Tensor tensor;
    };

    /// `gradients`: whether the caller wants them.
    void run(const Plan& plan, Frame& frame, bool gradients) const;
    void perform(const Step& step, Frame& frame, bool gradients) const;
    void call(const CallOperator& call, const Step& step, Frame& frame) const;
    [[nodiscard]] std::vector<c10::IValue> runSubgraph(const RunSubgraph& run, const Frame& frame,
                                                       bool gradients) const;
    void findStorages();

    Computation computation_;
    torch::ScalarType weightType_;
    Slot input_;
    Slot output_;
    /// Whether the graph may regroup values as they lie in memory, where the exporter's were contiguous.
    bool readsMemoryOrder_ = false;
    Plan plan_;
    std::vector<Bound> bound_;
    std::unordered_set<const void*> storages_;  ///< of the stored tensors: nothing writes there
};

}  // namespace lamscope::pt2
