// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/selective_scan.h"

#include <algorithm>
#include <array>
#include <vector>

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/secant/secant_rules.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using torch::Tensor;

constexpr std::int64_t statesPerCheckpoint = 64;

/// With the steps first, as the loop takes them.
Tensor stepsFirst(const Tensor& x) {
    return x.permute({3, 0, 1, 2}).contiguous();
}

Tensor stepsLast(const Tensor& x) {
    return x.permute({1, 2, 3, 0});
}

/// The arguments at one end of a cell, or at a point, with the steps first. Channels come last: loops over memory are
/// the longer for it.
struct Coefficients {
    Tensor u;      // [l, n, k, d]
    Tensor delta;  // [l, n, k, d]
    Tensor b;      // [l, n, k, s]
    Tensor c;      // [l, n, k, s]

    Coefficients(const Tensor& u_, const Tensor& delta_, const Tensor& b_, const Tensor& c_)
        : u(stepsFirst(u_))
        , delta(stepsFirst(delta_))
        , b(stepsFirst(b_))
        , c(stepsFirst(c_)) {}
};

/// A piece of the sequence.
struct Piece {
    std::int64_t begin = 0;
    std::int64_t length = 0;

    [[nodiscard]] Tensor of(const Tensor& x) const { return x.narrow(0, begin, length); }
};

/// What the recurrence passes through in a piece.
struct States {
    Tensor steps;    // Δ, [length, n, k, d]
    Tensor inflows;  // Δ·u
    Tensor decays;   // [length, n, k, s, d]
    Tensor states;   // after each step
};

/// `rates` is [k, s, d]; `before` is the state before the first step, [n, k, s, d].
States runThrough(const Coefficients& x, const Tensor& rates, Piece piece, const Tensor& before) {
    States result;
    result.steps = at::softplus(piece.of(x.delta));
    result.inflows = result.steps * piece.of(x.u);
    result.decays = (result.steps.unsqueeze(3) * rates).exp_();
    result.states = result.inflows.unsqueeze(3) * piece.of(x.b).unsqueeze(4);
    const auto decays = result.decays.unbind(0);
    auto states = result.states.unbind(0);
    auto last = before;
    for (std::size_t t = 0; t < states.size(); ++t) {
        last = states[t].addcmul_(decays[t], last);
    }
    return result;
}

Tensor statesBefore(const States& run, const Tensor& before) {
    return at::cat({before.unsqueeze(0), run.states.narrow(0, 0, run.states.size(0) - 1)});
}

/// x / y, and 1 where y is 0.
Tensor quotientOrOne(const Tensor& x, const Tensor& y) {
    return at::where(y != 0, x / at::where(y != 0, y, at::ones_like(y)), at::ones_like(y));
}

/// The mean slope of e^x between two points, from the values there and their distance: (1 − e^−d)/d of the larger.
Tensor slopeOfExponential(const Tensor& left, const Tensor& right, const Tensor& distance) {
    return at::maximum(left, right) * quotientOrOne(-at::expm1(-distance), distance);
}

/// The mean slope of softplus. Of close points, the difference of logarithms is that of 1 + σ(low)·(e^d − 1).
Tensor slopeOfSoftplus(const Tensor& left, const Tensor& right) {
    constexpr double close = 1.0;
    const auto low = at::minimum(left, right);
    const auto distance = (right - left).abs();
    const auto ofClose = at::log1p(at::sigmoid(low) * at::expm1(distance.clamp_max(close))) / distance;
    const auto ofFar = (at::softplus(right) - at::softplus(left)).abs() / distance;
    return at::where(distance > 0, at::where(distance < close, ofClose, ofFar), at::sigmoid(low));
}

Tensor meanOfEnds(const Tensor& left, const Tensor& right) {
    return at::lerp(left, right, 0.5);
}

/// What the gradient of a piece is made of: values at a point or, over a cell, the means and mean slopes that turn
/// differences into differences.
struct Slopes {
    Tensor u;
    Tensor b;
    Tensor c;
    Tensor steps;
    Tensor inflows;
    Tensor states;
    Tensor statesBefore;
    Tensor decays;
    Tensor ofExponential;
    Tensor ofSoftplus;
};

Slopes slopesAtPoint(const Coefficients& x, Piece piece, const States& run, const Tensor& before) {
    return {.u = piece.of(x.u),
            .b = piece.of(x.b),
            .c = piece.of(x.c),
            .steps = run.steps,
            .inflows = run.inflows,
            .states = run.states,
            .statesBefore = statesBefore(run, before),
            .decays = run.decays,
            .ofExponential = run.decays,
            .ofSoftplus = at::sigmoid(piece.of(x.delta))};
}

Slopes slopesOverCell(const Slopes& left, const Slopes& right, const Tensor& deltaLeft, const Tensor& deltaRight,
                      const Tensor& rates) {
    const auto distance = ((right.steps - left.steps).unsqueeze(3) * rates).abs();
    return {.u = meanOfEnds(left.u, right.u),
            .b = meanOfEnds(left.b, right.b),
            .c = meanOfEnds(left.c, right.c),
            .steps = meanOfEnds(left.steps, right.steps),
            .inflows = meanOfEnds(left.inflows, right.inflows),
            .states = meanOfEnds(left.states, right.states),
            .statesBefore = meanOfEnds(left.statesBefore, right.statesBefore),
            .decays = meanOfEnds(left.decays, right.decays),
            .ofExponential = slopeOfExponential(left.decays, right.decays, distance),
            .ofSoftplus = slopeOfSoftplus(deltaLeft, deltaRight)};
}

/// Gradients of the arguments, with the steps first.
struct ScanGradients {
    Tensor u;
    Tensor delta;
    Tensor rates;  // [k, s, d]; undefined: not wanted
    Tensor b;
    Tensor c;
};

/// Adds the piece's part to `result`. `carried` is the gradient of the state after the piece's last step that later
/// ones have left, and becomes that of the state before its first.
void throughPiece(const Slopes& slopes, const Tensor& rates, Piece piece, const Tensor& gradient, Tensor& carried,
                  ScanGradients& result) {
    const auto ofStates = gradient.unsqueeze(3) * slopes.c.unsqueeze(4);
    auto steps = ofStates.unbind(0);
    const auto decays = slopes.decays.unbind(0);
    steps.back().add_(carried);
    for (auto t = steps.size() - 1; t > 0; --t) {
        steps[t - 1].addcmul_(decays[t], steps[t]);
    }
    carried = decays.front() * steps.front();

    piece.of(result.c).copy_(at::matmul(slopes.states, gradient.unsqueeze(4)).squeeze(4));
    piece.of(result.b).copy_(at::matmul(ofStates, slopes.inflows.unsqueeze(4)).squeeze(4));
    const auto ofInflows = at::matmul(slopes.b.unsqueeze(3), ofStates).squeeze(3);
    piece.of(result.u).copy_(ofInflows * slopes.steps);
    const auto ofExponents = ofStates * slopes.statesBefore * slopes.ofExponential;
    const auto ofSteps = ofInflows * slopes.u + (ofExponents * rates).sum(3);
    piece.of(result.delta).copy_(ofSteps * slopes.ofSoftplus);
    if (result.rates.defined()) {
        result.rates += (ofExponents * slopes.steps.unsqueeze(3)).sum(at::IntArrayRef{0, 1});
    }
}

/// As autograd keeps them.
enum Kept { U, Delta, B, C, Checkpoints, KeptOfAnEnd };

class SelectiveScan : public torch::autograd::Function<SelectiveScan> {
public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& u, const Tensor& delta,
                          const Tensor& a, const Tensor& b, const Tensor& c, bool isOverCells) {
        const Coefficients x(u, delta, b, c);
        const auto rates = a.transpose(1, 2).contiguous();
        const auto length = u.size(3);
        auto state = at::zeros({u.size(0), u.size(1), a.size(2), u.size(2)}, u.options());
        std::vector<Tensor> checkpoints;
        std::vector<Tensor> results;
        for (std::int64_t begin = 0; begin < length; begin += statesPerCheckpoint) {
            const Piece piece{begin, std::min(statesPerCheckpoint, length - begin)};
            const auto run = runThrough(x, rates, piece, state);
            results.push_back(at::matmul(piece.of(x.c).unsqueeze(3), run.states).squeeze(3));
            checkpoints.push_back(state);
            state = run.states.select(0, piece.length - 1).clone();
        }
        const std::array<Tensor, KeptOfAnEnd> own{u, delta, b, c, at::stack(checkpoints, 1)};
        torch::autograd::variable_list kept{a};
        kept.insert(kept.end(), own.begin(), own.end());
        for (const auto& value : own) {
            kept.push_back(isOverCells ? SecantScope::current()->atLeftEnds(value) : Tensor());
        }
        context->save_for_backward(kept);
        return stepsLast(at::cat(results)).contiguous();
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto* right = &saved[1];
        const auto* left = right + KeptOfAnEnd;
        const bool isOverCells = left[U].defined();
        const Coefficients atRight(right[U], right[Delta], right[B], right[C]);
        const auto atLeft = isOverCells ? Coefficients(left[U], left[Delta], left[B], left[C]) : atRight;
        const auto& a = saved[0];
        const auto rates = a.detach().transpose(1, 2).contiguous();
        const auto gradient = stepsFirst(gradients[0]);
        ScanGradients result{at::empty_like(atRight.u), at::empty_like(atRight.delta),
                             a.requires_grad() ? at::zeros_like(rates) : Tensor(), at::empty_like(atRight.b),
                             at::empty_like(atRight.c)};
        auto carried = at::zeros_like(right[Checkpoints].select(1, 0));
        const auto length = gradient.size(0);
        for (auto number = right[Checkpoints].size(1) - 1; number >= 0; --number) {
            const auto begin = number * statesPerCheckpoint;
            const Piece piece{begin, std::min(statesPerCheckpoint, length - begin)};
            const auto slopesOf = [&](const Coefficients& x, const Tensor& checkpoints) {
                const auto before = checkpoints.select(1, number);
                return slopesAtPoint(x, piece, runThrough(x, rates, piece, before), before);
            };
            auto slopes = slopesOf(atRight, right[Checkpoints]);
            if (isOverCells) {
                slopes = slopesOverCell(slopesOf(atLeft, left[Checkpoints]), slopes, piece.of(atLeft.delta),
                                        piece.of(atRight.delta), rates);
            }
            throughPiece(slopes, rates, piece, piece.of(gradient), carried, result);
        }
        return {stepsLast(result.u),
                stepsLast(result.delta),
                result.rates.defined() ? result.rates.transpose(1, 2) : Tensor(),
                stepsLast(result.b),
                stepsLast(result.c),
                {}};
    }
};

}  // namespace

Tensor selectiveScan(const ScanArguments& arguments) {
    const auto& [u, delta, a, b, c] = arguments;
    const bool depends = u.requires_grad() || delta.requires_grad() || b.requires_grad() || c.requires_grad();
    const bool isOverCells = secantScopeIsOpen() && depends && at::GradMode::is_enabled();
    const c10::impl::ExcludeDispatchKeyGuard ownRule(secantKey);
    return SelectiveScan::apply(u, delta, a, b, c, isOverCells);
}

}  // namespace lamscope
