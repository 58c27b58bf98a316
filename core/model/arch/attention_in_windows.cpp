// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/attention_in_windows.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/arch/window_kernels.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using torch::Tensor;

std::int64_t countHeads(const std::vector<WindowedHeads>& groups) {
    std::int64_t heads = 0;
    for (const auto& group : groups) {
        heads += group.bias.size(0);
    }
    return heads;
}

/// Groups as autograd keeps them.
struct KeptGroups : torch::CustomClassHolder {
    std::vector<WindowedHeads> groups;
};

/// One window of a group whose heads follow `firstHead` others.
template <typename T>
WindowOfHeads<T> windowOf(const WindowedHeads& group, std::int64_t number, std::int64_t firstHead,
                          std::int64_t channels, std::int64_t dimensions) {
    const auto& tokens = group.tokens;
    WindowOfHeads<T> window;
    window.queries = tokens.queries.size(1);
    window.keys = tokens.keys.size(1);
    window.queryTokens = tokens.queries.const_data_ptr<std::int64_t>() + number * window.queries;
    window.keyTokens = tokens.keys.const_data_ptr<std::int64_t>() + number * window.keys;
    if (tokens.queryAreas.defined()) {
        window.queryAreas = tokens.queryAreas.const_data_ptr<std::int64_t>() + number * window.queries;
        window.keyAreas = tokens.keyAreas.const_data_ptr<std::int64_t>() + number * window.keys;
    }
    window.channels = channels;
    window.dimensions = dimensions;
    window.firstHead = firstHead;
    window.heads = group.bias.size(0);
    window.bias = group.bias.const_data_ptr<T>();
    window.addsToKeys = tokens.keysAreShared;
    return window;
}

/// Calls `work` with each window of each image, the number of the image and scratch memory.
template <typename T, typename Work>
void forWindows(const std::vector<WindowedHeads>& groups, std::int64_t images, std::int64_t channels,
                const Work& work) {
    const auto dimensions = channels / countHeads(groups);
    std::int64_t firstHead = 0;
    for (const auto& group : groups) {
        const auto heads = group.bias.size(0);
        const auto windows = group.tokens.queries.size(0);
        // Windows may write to the same tokens, heads do not.
        const auto parts = group.tokens.keysAreShared ? heads : windows;
        at::parallel_for(0, images * parts, 1, [&](std::int64_t begin, std::int64_t end) {
            const auto size = scratchFor(windowOf<T>(group, 0, firstHead, channels, dimensions));
            const auto scratch = at::zeros({size}, group.bias.options());
            for (auto i = begin; i < end; ++i) {
                const auto part = i % parts;
                if (!group.tokens.keysAreShared) {
                    work(windowOf<T>(group, part, firstHead, channels, dimensions), i / parts,
                         scratch.template data_ptr<T>());
                    continue;
                }
                for (std::int64_t number = 0; number < windows; ++number) {
                    auto window = windowOf<T>(group, number, firstHead + part, channels, dimensions);
                    window.heads = 1;
                    window.bias += part * window.keys * window.queries;
                    work(window, i / parts, scratch.template data_ptr<T>());
                }
            }
        });
        firstHead += heads;
    }
}

template <typename Work>
void withType(const Tensor& x, const Work& work) {
    if (x.scalar_type() == torch::kFloat32) {
        work(float());
    } else {
        work(double());
    }
}

/// With `left`, gradients are those of cells from `left` to `qkv`.
class AttentionInWindows : public torch::autograd::Function<AttentionInWindows> {
public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& qkv,
                          const std::optional<Tensor>& left, const c10::intrusive_ptr<KeptGroups>& kept) {
        const auto source = qkv.contiguous();
        const auto channels = qkv.size(3) / 3;
        auto result = at::empty({qkv.size(0), qkv.size(1), qkv.size(2), channels}, source.options());
        const auto tokens = qkv.size(1) * qkv.size(2);
        withType(qkv, [&](auto zero) {
            using T = decltype(zero);
            const T* from = source.const_data_ptr<T>();
            T* to = result.data_ptr<T>();
            forWindows<T>(kept->groups, qkv.size(0), channels,
                          [&](const WindowOfHeads<T>& window, std::int64_t image, T* scratch) {
                              attendInWindow(window, from + image * tokens * 3 * channels,
                                             to + image * tokens * channels, scratch);
                          });
        });
        context->save_for_backward({source, left.value_or(Tensor())});
        context->saved_data["groups"] = c10::IValue::make_capsule(kept);
        return result;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto kept = c10::static_intrusive_pointer_cast<KeptGroups>(context->saved_data["groups"].toCapsule());
        const auto& qkv = saved[0];
        const auto left = saved[1].defined() ? saved[1].contiguous() : Tensor();
        const auto gradient = gradients[0].contiguous();
        const bool adds = std::ranges::any_of(kept->groups, [](const auto& g) { return g.tokens.keysAreShared; });
        auto result = adds ? at::zeros_like(qkv) : at::empty_like(qkv);
        const auto tokens = qkv.size(1) * qkv.size(2);
        const auto channels = qkv.size(3) / 3;
        withType(qkv, [&](auto zero) {
            using T = decltype(zero);
            const T* from = gradient.const_data_ptr<T>();
            const T* right = qkv.const_data_ptr<T>();
            const T* before = left.defined() ? left.const_data_ptr<T>() : nullptr;
            T* to = result.data_ptr<T>();
            forWindows<T>(kept->groups, qkv.size(0), channels,
                          [&](const WindowOfHeads<T>& window, std::int64_t image, T* scratch) {
                              const auto rows = image * tokens * channels;
                              if (before == nullptr) {
                                  throughWindow(window, from + rows, right + 3 * rows, to + 3 * rows, scratch);
                              } else {
                                  throughWindowOverCell(window, from + rows, before + 3 * rows, right + 3 * rows,
                                                        to + 3 * rows, scratch);
                              }
                          });
        });
        return {result, {}, {}};
    }
};

bool hasKernels(const Tensor& qkv, const std::vector<WindowedHeads>& groups) {
    return qkv.is_cpu() && (qkv.scalar_type() == torch::kFloat32 || qkv.scalar_type() == torch::kFloat64)
           && std::ranges::none_of(groups, [&](const auto& group) {
                  return group.bias.requires_grad() || group.bias.scalar_type() != qkv.scalar_type();
              });
}

}  // namespace

Tensor attendInWindows(const Tensor& qkv, const std::vector<WindowedHeads>& groups) {
    for (const auto& [tokens, bias] : groups) {
        TORCH_CHECK(bias.size(1) == tokens.keys.size(1) && bias.size(2) == tokens.queries.size(1),
                    "biases of other windows");
    }
    if (!hasKernels(qkv, groups)) {
        return attendByParts(qkv, groups);
    }
    const auto kept = c10::make_intrusive<KeptGroups>();
    kept->groups = groups;
    for (auto& group : kept->groups) {
        group.bias = group.bias.contiguous();
    }
    const bool isOverCells = secantScopeIsOpen() && qkv.requires_grad() && at::GradMode::is_enabled();
    const auto left = isOverCells ? std::optional(SecantScope::current()->atLeftEnds(qkv)) : std::nullopt;
    return AttentionInWindows::apply(qkv, left, kept);
}

Tensor attendByParts(const Tensor& qkv, const std::vector<WindowedHeads>& groups) {
    const auto images = qkv.size(0);
    const auto tokens = qkv.size(1) * qkv.size(2);
    const auto heads = countHeads(groups);
    const auto dimensions = qkv.size(3) / 3 / heads;
    const double factor = 1.0 / std::sqrt(static_cast<double>(dimensions));
    // Token 0 is that of zeros.
    const auto withZeros =
        at::constant_pad_nd(qkv.reshape({images, tokens, 3, heads, dimensions}), {0, 0, 0, 0, 0, 0, 1, 0});
    std::vector<Tensor> results;
    std::int64_t firstHead = 0;
    for (const auto& [places, bias] : groups) {
        const auto ofHeads = withZeros.narrow(3, firstHead, bias.size(0));
        firstHead += bias.size(0);
        const auto gather = [&](std::int64_t part, const Tensor& index) {
            return ofHeads.select(2, part)
                .index_select(1, index.flatten().clamp_min(-1) + 1)
                .reshape({images * index.size(0), index.size(1), bias.size(0), dimensions})
                .transpose(1, 2);
        };
        auto scores = at::matmul(gather(0, places.queries) * factor, gather(1, places.keys).transpose(-2, -1))
                      + bias.transpose(1, 2);
        if (places.queryAreas.defined()) {
            constexpr double maskedScore = -100.0;
            const auto mask =
                places.queryAreas.unsqueeze(2).ne(places.keyAreas.unsqueeze(1)).to(qkv.scalar_type()) * maskedScore;
            const auto ofImages = scores.view({images, mask.size(0), bias.size(0), mask.size(1), mask.size(2)});
            scores = (ofImages + mask.unsqueeze(1)).view(scores.sizes());
        }
        const auto attended = at::matmul(at::softmax(scores, -1), gather(2, places.keys));
        const auto rows = attended.transpose(1, 2).reshape({images, -1, bias.size(0) * dimensions});
        // The row of each token; what is no query comes first.
        const auto order = places.queries.flatten().argsort();
        results.push_back(rows.index_select(1, order.narrow(0, order.size(0) - tokens, tokens)));
    }
    return at::cat(results, 2).reshape({images, qkv.size(1), qkv.size(2), -1});
}

}  // namespace lamscope
