// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/operators.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lamscope::pt2 {

namespace {

using detail::printable;

struct GroupNames {
    OperatorGroup group;
    std::string_view names;  ///< of aten, separated by spaces
};

constexpr std::array<GroupNames, 16> groups{{
    {OperatorGroup::Arithmetic,
     "add.Tensor add.Scalar sub.Tensor sub.Scalar rsub.Scalar rsub.Tensor mul.Tensor mul.Scalar div.Tensor "
     "div.Scalar div.Tensor_mode div.Scalar_mode pow.Tensor_Scalar pow.Tensor_Tensor pow.Scalar neg abs sign "
     "reciprocal square sqrt rsqrt exp expm1 exp2 log log1p log2 sin cos tan atan atan2 tanh sinh cosh erf "
     "floor ceil round trunc frac remainder.Scalar remainder.Tensor fmod.Scalar fmod.Tensor floor_divide "
     "floor_divide.Scalar maximum minimum fmax fmin clamp clamp.Tensor clamp_min clamp_max clamp_min.Tensor "
     "clamp_max.Tensor lerp.Scalar lerp.Tensor addcmul addcdiv logaddexp hypot nan_to_num"},
    {OperatorGroup::Compare,
     "eq.Tensor eq.Scalar ne.Tensor ne.Scalar lt.Tensor lt.Scalar le.Tensor le.Scalar gt.Tensor gt.Scalar "
     "ge.Tensor ge.Scalar logical_and logical_or logical_not logical_xor bitwise_and.Tensor bitwise_or.Tensor "
     "bitwise_not bitwise_xor.Tensor isnan isinf isfinite where.self where.ScalarSelf where.ScalarOther "
     "where.Scalar"},
    {OperatorGroup::Reduce,
     "mean mean.dim sum sum.dim_IntList prod.dim_int amax amin max.dim min.dim max.other min.other max min "
     "var.dim var.correction std.dim std.correction var_mean.correction var_mean.dim std_mean.correction "
     "norm.ScalarOpt_dim norm.Scalar linalg_vector_norm linalg_norm logsumexp argmax argmin cumsum cumprod "
     "any.dim all.dim any all topk sort sort.stable argsort median.dim"},
    {OperatorGroup::Activation,
     "relu relu6 leaky_relu prelu elu selu celu gelu silu mish sigmoid hardtanh hardsigmoid hardswish softplus "
     "log_sigmoid softmax.int _softmax log_softmax.int _log_softmax threshold hardshrink softshrink glu"},
    {OperatorGroup::Convolution,
     "conv1d conv1d.padding conv2d conv2d.padding conv3d conv3d.padding conv_transpose1d "
     "conv_transpose2d.input conv_transpose3d.input convolution linear bilinear matmul mm bmm addmm baddbmm "
     "addbmm mv dot outer einsum tensordot linalg_matmul linalg_vecdot im2col col2im"},
    {OperatorGroup::Norm,
     "batch_norm _native_batch_norm_legit_no_training _native_batch_norm_legit.no_stats native_batch_norm "
     "instance_norm group_norm native_group_norm layer_norm native_layer_norm rms_norm linalg_cross "
     "cosine_similarity"},
    {OperatorGroup::Pool,
     "max_pool2d max_pool2d_with_indices max_pool1d max_pool3d avg_pool1d avg_pool2d avg_pool3d "
     "adaptive_avg_pool1d adaptive_avg_pool2d _adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
     "adaptive_max_pool2d"},
    {OperatorGroup::Resize,
     "upsample_nearest1d.vec upsample_nearest2d.vec upsample_nearest2d upsample_nearest3d.vec "
     "_upsample_nearest_exact2d.vec _upsample_nearest_exact2d upsample_bilinear2d.vec upsample_bilinear2d "
     "upsample_bicubic2d.vec upsample_bicubic2d upsample_linear1d.vec upsample_trilinear3d.vec "
     "_upsample_bilinear2d_aa.vec _upsample_bilinear2d_aa _upsample_bicubic2d_aa.vec _upsample_bicubic2d_aa "
     "pixel_shuffle pixel_unshuffle channel_shuffle grid_sampler grid_sampler_2d affine_grid_generator pad "
     "constant_pad_nd reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d _pad_circular "
     "_pad_enum"},
    {OperatorGroup::Shape,
     "view _unsafe_view reshape permute transpose.int t mT squeeze squeeze.dim squeeze.dims unsqueeze "
     "flatten.using_ints unflatten.int expand expand_as repeat repeat_interleave.self_int tile cat concat "
     "stack hstack vstack split.Tensor split.sizes split_with_sizes chunk tensor_split.sections unbind.int "
     "slice.Tensor select.int narrow index.Tensor index_select gather take_along_dim embedding unfold roll "
     "flip rot90 movedim.int movedim.intlist swapaxes contiguous clone alias detach lift_fresh_copy "
     "meshgrid.indexing diagonal tril triu view_as reshape_as type_as broadcast_tensors squeeze_copy adjoint "
     "atleast_2d ravel numpy_T"},
    {OperatorGroup::Scatter,
     "slice_scatter select_scatter diagonal_scatter index_put index_add index_copy index_fill.int_Scalar "
     "scatter.src scatter.value scatter_add scatter_reduce.two masked_fill.Scalar masked_fill.Tensor "
     "masked_scatter copy fill.Scalar fill.Tensor zero"},
    {OperatorGroup::Factory,
     "zeros ones full empty.memory_format arange arange.start arange.start_step linspace eye zeros_like "
     "ones_like full_like empty_like new_zeros new_ones new_full new_empty scalar_tensor hann_window "
     "hamming_window"},
    {OperatorGroup::Types, "_to_copy to.dtype to.device to.dtype_layout to.other"},
    {OperatorGroup::Fourier,
     "fft_rfft2 fft_irfft2 fft_rfftn fft_irfftn fft_fft2 fft_ifft2 fft_fftn fft_ifftn fft_rfft fft_irfft "
     "fft_fft fft_ifft fft_fftshift fft_ifftshift _fft_r2c _fft_c2r _fft_c2c real imag complex view_as_real "
     "view_as_complex conj _conj resolve_conj resolve_neg conj_physical angle polar"},
    {OperatorGroup::Attention, "scaled_dot_product_attention"},
    {OperatorGroup::Dropout, "dropout feature_dropout"},
    {OperatorGroup::InPlace,
     "relu_ relu6_ leaky_relu_ silu_ gelu_ elu_ hardtanh_ hardswish_ hardsigmoid_ mish_ sigmoid_ tanh_ "
     "add_.Tensor add_.Scalar sub_.Tensor sub_.Scalar mul_.Tensor mul_.Scalar div_.Tensor div_.Scalar clamp_ "
     "clamp_min_ clamp_max_ copy_ fill_.Scalar fill_.Tensor zero_ masked_fill_.Scalar exp_ sqrt_ neg_ "
     "pow_.Scalar threshold_ index_put_ celu_ selu_"},
}};

/// The words of a text, separated by spaces.
std::vector<std::string_view> wordsOf(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        words.push_back(word);
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return words;
}

bool isAmong(std::string_view word, std::string_view list) {
    const auto words = wordsOf(list);
    return std::ranges::find(words, word) != words.end();
}

std::vector<ListedOperator> makeList() {
    std::vector<ListedOperator> list;
    for (const auto& [group, names] : groups) {
        for (const auto name : wordsOf(names)) {
            list.push_back({.name = fmt::format("aten::{}", name), .group = group});
        }
    }
    std::ranges::sort(list, {}, &ListedOperator::name);
    return list;
}

const std::vector<ListedOperator>& whiteList() {
    static const auto list = makeList();
    return list;
}

constexpr std::string_view operatorPrefix = "torch.ops.";
constexpr std::string_view gradMode = "torch.ops.higher_order.wrap_with_set_grad_enabled";

/// Functions on plain numbers, by target.
const std::set<std::string, std::less<>>& numberFunctions() {
    static const auto all = [] {
        std::set<std::string, std::less<>> targets{"torch.ops.aten.sym_size.int", "torch.ops.aten.sym_numel.default",
                                                   "torch._sym_sqrt", "math.trunc"};
        for (const auto name : wordsOf("add sub mul floordiv mod truediv pow neg pos eq ne lt le gt ge and_ or_ lshift "
                                       "rshift")) {
            targets.insert(fmt::format("_operator.{}", name));
        }
        for (const auto name : wordsOf("sym_int sym_float sym_max sym_min sym_not sym_ite sym_sqrt")) {
            targets.insert(fmt::format("torch.{}", name));
        }
        return targets;
    }();
    return all;
}

bool isAssertion(std::string_view name) {
    static constexpr std::array<std::string_view, 6> assertions{
        "aten::_assert_tensor_metadata", "aten::_assert_scalar",      "aten::_assert_async",
        "aten::_assert_async.msg",       "aten::sym_constrain_range", "aten::sym_constrain_range_for_size"};
    return std::ranges::find(assertions, name) != assertions.end();
}

/// "randn_like" of "aten::randn_like.generator".
std::string_view plainName(std::string_view name) {
    name.remove_prefix(name.find("::") + 2);
    return name.substr(0, name.find('.'));
}

bool isRandom(std::string_view plain) {
    return plain.starts_with("rand") || plain.starts_with("bernoulli") || plain.starts_with("normal")
           || isAmong(plain,
                      "multinomial poisson uniform uniform_ exponential exponential_ cauchy_ log_normal_ geometric_ "
                      "random random_ rrelu rrelu_ rrelu_with_noise native_dropout alpha_dropout "
                      "feature_alpha_dropout");
}

bool givesUnknownSizes(std::string_view plain) {
    return isAmong(plain,
                   "item nonzero nonzero_numpy argwhere unique _unique _unique2 unique_dim unique_consecutive "
                   "masked_select _local_scalar_dense bincount");
}

template <typename Visit>
void visitNodes(const Graph& graph, const Visit& visit) {
    for (const Node& node : graph.nodes) {
        visit(node);
        for (const NamedArgument& input : node.inputs) {
            if (const auto* subgraph = std::get_if<Subgraph>(&input.value)) {
                visitNodes(*subgraph->graph, visit);
            }
        }
    }
}

}  // namespace

std::span<const ListedOperator> listedOperators() {
    return whiteList();
}

CallKind callKind(std::string_view target) {
    if (numberFunctions().contains(target)) {
        return CallKind::Number;
    }
    if (target == gradMode) {
        return CallKind::GradMode;
    }
    const std::string name = operatorName(target);
    if (isAssertion(name)) {
        return CallKind::Assertion;
    }
    return findListed(name) != nullptr ? CallKind::Operator : CallKind::Refused;
}

std::string operatorName(std::string_view target) {
    if (!target.starts_with(operatorPrefix)) {
        return std::string(target);
    }
    const auto rest = target.substr(operatorPrefix.size());
    const auto space = rest.find('.');
    const auto overload = rest.rfind('.');
    if (space == std::string_view::npos || overload == space) {
        return std::string(target);
    }
    std::string name = fmt::format("{}::{}", rest.substr(0, space), rest.substr(space + 1, overload - space - 1));
    if (const auto text = rest.substr(overload + 1); text != "default") {
        name += fmt::format(".{}", text);
    }
    return name;
}

const ListedOperator* findListed(std::string_view name) {
    const auto found = std::ranges::lower_bound(whiteList(), name, {}, &ListedOperator::name);
    return found != whiteList().end() && found->name == name ? &*found : nullptr;
}

std::string refusalOf(std::string_view target) {
    constexpr std::string_view higherOrder = "torch.ops.higher_order.";
    if (callKind(target) != CallKind::Refused) {
        return "";
    }
    if (target.starts_with(higherOrder)) {
        return fmt::format(
            "control flow or another operator of higher order ({}), which is not supported: write "
            "forward() without it",
            printable(target.substr(higherOrder.size())));
    }
    const std::string name = operatorName(target);
    const std::string shown = printable(name);
    if (name.find("::") == std::string::npos) {
        return fmt::format("{}, which is not an operator of PyTorch: write forward() without it", shown);
    }
    if (!name.starts_with("aten::")) {
        return fmt::format(
            "the custom operator {}: write it with operators of PyTorch, or connect to the network where "
            "it runs",
            shown);
    }
    const auto plain = plainName(name);
    if (isRandom(plain)) {
        return fmt::format("{}, which draws random numbers: export in eval mode, or without the noise", shown);
    }
    if (givesUnknownSizes(plain)) {
        return fmt::format(
            "{}, whose sizes depend on values: write forward() without it, or connect to the network "
            "where it runs",
            shown);
    }
    return fmt::format(
        "{}, which is not one of the operators that Lamscope runs: write forward() without it, or "
        "connect to the network where it runs",
        shown);
}

std::vector<RefusedOperator> refusedOperators(const Program& program) {
    std::vector<RefusedOperator> refused;
    std::set<std::string_view> seen;
    visitNodes(program.graph, [&](const Node& node) {
        if (seen.insert(node.target).second) {
            if (auto reason = refusalOf(node.target); !reason.empty()) {
                refused.push_back({.target = node.target, .reason = std::move(reason), .source = node.source});
            }
        }
    });
    return refused;
}

std::map<std::string, int> operatorCounts(const Program& program) {
    std::map<std::string, int> counts;
    visitNodes(program.graph, [&](const Node& node) { ++counts[node.target]; });
    return counts;
}

void checkOperators(const Program& program) {
    if (const auto refused = refusedOperators(program); !refused.empty()) {
        const auto& first = refused.front();
        throw UnsupportedProgram(
            fmt::format("uses {}{}", first.reason, first.source.empty() ? "" : fmt::format(" (at {})", first.source)));
    }
}

}  // namespace lamscope::pt2
