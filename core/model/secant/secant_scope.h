// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients that are averaged over a piece of a path instead of taken at a point: the secant rule.
//
// A cell is a piece [a, b] of a path. A network is evaluated at both ends, and differentiated once: every nonlinear
// operation passes the gradient on by a factor that turns the difference of its argument at the two ends into the
// difference of its result, exactly. So does the network as a whole: factor times (b − a) is F(b) − F(a), for a cell of
// any length. (The discrete gradient of Gonzalez, J. Nonlinear Sci. 6, 1996; layer by layer it is the rescale rule of
// DeepLIFT, Shrikumar et al., ICML 2017.) As the cell shrinks, the factors become the ordinary derivatives.
//
// No network knows of it: while a scope is open on a thread, the framework's dispatcher hands each operation to a rule.
// The files *_rules.cpp hold the rules. An operation that is neither linear nor has a rule is refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace lamscope {

/// What the nonlinear operations of an evaluation read at the end of its last cell, in the order of evaluation: the
/// left end of the next. Safe to copy; not thread-safe.
class SecantTape {
public:
    [[nodiscard]] bool empty() const { return tensors_.empty(); }

private:
    friend class SecantScope;
    std::vector<torch::Tensor> tensors_;
};

/// While it lives, what this thread evaluates is differentiated by cells: gradients of the results with respect to
/// slot k of a batch are those of the cell from slot k−1 to slot k. Backward passes may run later, any number of times.
/// Scopes do not nest.
///
/// Slots are equal parts of the first dimension of every tensor, in the order of the batch.
class SecantScope {
public:
    /// @param slots  points in the batch, at least 1.
    /// @param left   the tape of the same evaluation at the left end of slot 0; null: slot 0 is a cell of no length,
    ///               whose gradient is the ordinary one.
    /// @param own    filled with what the next cell needs; must outlive this object, like `left`.
    SecantScope(std::int64_t slots, const SecantTape* left, SecantTape& own);
    SecantScope(const SecantScope&) = delete;
    SecantScope& operator=(const SecantScope&) = delete;
    ~SecantScope();

    /// The scope that is open on this thread; null where none is.
    [[nodiscard]] static SecantScope* current();

    /// `value` at the left end of the cell of each slot, detached; puts what the next cell needs on the tape. Throws
    /// Error(ModelFailure) where the tape is that of another evaluation, or `value` has no slots.
    [[nodiscard]] torch::Tensor atLeftEnds(const torch::Tensor& value);

private:
    std::int64_t slots_;
    const SecantTape* left_;
    SecantTape& own_;
    bool intercepted_;
};

/// Whether a scope is open on this thread: for operations that the framework's dispatcher does not see, and for those
/// in place, which overwrite what a rule reads.
[[nodiscard]] bool secantScopeIsOpen();

}  // namespace lamscope
