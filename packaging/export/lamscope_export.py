#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a PyTorch super-resolution network as a file that Lamscope opens.

In Python, with this file beside your script, call export() on a network with its weights loaded:

    from lamscope_export import export
    export(net, "net", scale=4, range=1.0)

Or from a shell, where make() in my_network.py returns the network with its weights loaded:

    python lamscope_export.py my_network.py:make net --scale 4 --range 1

The network is scripted or traced (net.pt), or exported by torch.export (net.pt2): the first way that is right at every
size is taken, unless the file's name has an ending. The result is compared with the network itself, outputs and
gradients, and stored with a card that tells Lamscope the scale, the value range and the size rules. Needs only PyTorch:
1.10 or newer for net.pt, 2.9 or newer for net.pt2.
"""
import argparse
import contextlib
import importlib.util
import io
import itertools
import json
import logging
import math
import os
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

CARD = "lamscope.json"
TOLERANCE = 1e-4  # largest accepted difference between file and network, relative to the network's largest value
GRADIENT_TOLERANCE = 1e-3  # of gradients, relative to their norm: a few kinks may fall to the other side
DIFFERENCE_TOLERANCE = 1e-2  # of the slope along a direction, where the network's own gradient fails
LAM_CONTEXT = 64  # side that Lamscope cuts around a patch by default, pixels: the best side for a fixed size
MODULI = (2, 3, 5, 7, 8, 16)  # what networks pad and divide sides by
EXPORT_SIZES = ((48, 80), (57, 71))  # (width, height) at which exported programs are compared, where the network fits
POOL = range(40, 106)  # sides at which guards are tried
MOST_RUNS = 24  # of the network, to sort guards
MOST_GUARDS = 64  # on a card

# What Lamscope runs of graphs of torch.export: assertions (which it leaves out) and sizes, functions on numbers, and the
# operators of aten that core/model/pt2/operators.cpp lists, their overloads after the point.
SIZE_OPERATORS = frozenset("""
    _assert_tensor_metadata _assert_scalar _assert_async _assert_async.msg sym_constrain_range
    sym_constrain_range_for_size sym_size.int sym_numel
""".split())
NUMBER_FUNCTIONS = frozenset("""
    add sub mul floordiv mod truediv pow neg pos eq ne lt le gt ge and_ or_ lshift rshift getitem trunc
    sym_int sym_float sym_max sym_min sym_not sym_ite sym_sqrt _sym_sqrt
""".split())
OPERATORS = frozenset("""
    _adaptive_avg_pool2d _conj _fft_c2c _fft_c2r _fft_r2c _log_softmax _native_batch_norm_legit.no_stats
    _native_batch_norm_legit_no_training _pad_circular _pad_enum _softmax _to_copy _unsafe_view
    _upsample_bicubic2d_aa _upsample_bicubic2d_aa.vec _upsample_bilinear2d_aa _upsample_bilinear2d_aa.vec
    _upsample_nearest_exact2d _upsample_nearest_exact2d.vec abs adaptive_avg_pool1d adaptive_avg_pool2d
    adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d add.Scalar add.Tensor add_.Scalar add_.Tensor addbmm
    addcdiv addcmul addmm adjoint affine_grid_generator alias all all.dim amax amin angle any any.dim arange
    arange.start arange.start_step argmax argmin argsort atan atan2 atleast_2d avg_pool1d avg_pool2d avg_pool3d
    baddbmm batch_norm bilinear bitwise_and.Tensor bitwise_not bitwise_or.Tensor bitwise_xor.Tensor bmm
    broadcast_tensors cat ceil celu celu_ channel_shuffle chunk clamp clamp.Tensor clamp_ clamp_max clamp_max.Tensor
    clamp_max_ clamp_min clamp_min.Tensor clamp_min_ clone col2im complex concat conj conj_physical constant_pad_nd
    contiguous conv1d conv1d.padding conv2d conv2d.padding conv3d conv3d.padding conv_transpose1d
    conv_transpose2d.input conv_transpose3d.input convolution copy copy_ cos cosh cosine_similarity cumprod cumsum
    detach diagonal diagonal_scatter div.Scalar div.Scalar_mode div.Tensor div.Tensor_mode div_.Scalar div_.Tensor
    dot dropout einsum elu elu_ embedding empty.memory_format empty_like eq.Scalar eq.Tensor erf exp exp2 exp_
    expand expand_as expm1 eye feature_dropout fft_fft fft_fft2 fft_fftn fft_fftshift fft_ifft fft_ifft2 fft_ifftn
    fft_ifftshift fft_irfft fft_irfft2 fft_irfftn fft_rfft fft_rfft2 fft_rfftn fill.Scalar fill.Tensor fill_.Scalar
    fill_.Tensor flatten.using_ints flip floor floor_divide floor_divide.Scalar fmax fmin fmod.Scalar fmod.Tensor
    frac full full_like gather ge.Scalar ge.Tensor gelu gelu_ glu grid_sampler grid_sampler_2d group_norm gt.Scalar
    gt.Tensor hamming_window hann_window hardshrink hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh hardtanh_
    hstack hypot im2col imag index.Tensor index_add index_copy index_fill.int_Scalar index_put index_put_
    index_select instance_norm isfinite isinf isnan layer_norm le.Scalar le.Tensor leaky_relu leaky_relu_
    lerp.Scalar lerp.Tensor lift_fresh_copy linalg_cross linalg_matmul linalg_norm linalg_vecdot linalg_vector_norm
    linear linspace log log1p log2 log_sigmoid log_softmax.int logaddexp logical_and logical_not logical_or
    logical_xor logsumexp lt.Scalar lt.Tensor mT masked_fill.Scalar masked_fill.Tensor masked_fill_.Scalar
    masked_scatter matmul max max.dim max.other max_pool1d max_pool2d max_pool2d_with_indices max_pool3d maximum
    mean mean.dim median.dim meshgrid.indexing min min.dim min.other minimum mish mish_ mm movedim.int
    movedim.intlist mul.Scalar mul.Tensor mul_.Scalar mul_.Tensor mv nan_to_num narrow native_batch_norm
    native_group_norm native_layer_norm ne.Scalar ne.Tensor neg neg_ new_empty new_full new_ones new_zeros
    norm.Scalar norm.ScalarOpt_dim numpy_T ones ones_like outer pad permute pixel_shuffle pixel_unshuffle polar
    pow.Scalar pow.Tensor_Scalar pow.Tensor_Tensor pow_.Scalar prelu prod.dim_int ravel real reciprocal
    reflection_pad1d reflection_pad2d relu relu6 relu6_ relu_ remainder.Scalar remainder.Tensor repeat
    repeat_interleave.self_int replication_pad1d replication_pad2d reshape reshape_as resolve_conj resolve_neg
    rms_norm roll rot90 round rsqrt rsub.Scalar rsub.Tensor scalar_tensor scaled_dot_product_attention scatter.src
    scatter.value scatter_add scatter_reduce.two select.int select_scatter selu selu_ sigmoid sigmoid_ sign silu
    silu_ sin sinh slice.Tensor slice_scatter softmax.int softplus softshrink sort sort.stable split.Tensor
    split.sizes split_with_sizes sqrt sqrt_ square squeeze squeeze.dim squeeze.dims squeeze_copy stack
    std.correction std.dim std_mean.correction sub.Scalar sub.Tensor sub_.Scalar sub_.Tensor sum sum.dim_IntList
    swapaxes t take_along_dim tan tanh tanh_ tensor_split.sections tensordot threshold threshold_ tile to.device
    to.dtype to.dtype_layout to.other topk transpose.int tril triu trunc type_as unbind.int unflatten.int unfold
    unsqueeze upsample_bicubic2d upsample_bicubic2d.vec upsample_bilinear2d upsample_bilinear2d.vec
    upsample_linear1d.vec upsample_nearest1d.vec upsample_nearest2d upsample_nearest2d.vec upsample_nearest3d.vec
    upsample_trilinear3d.vec var.correction var.dim var_mean.correction var_mean.dim view view_as view_as_complex
    view_as_real vstack where.Scalar where.ScalarOther where.ScalarSelf where.self zero zero_ zeros zeros_like
""".split())


class ExportError(Exception):
    """What is wrong, and what to do, in words."""


class _NoShapeHelps(ExportError):
    """torch.export fails for a reason that other example shapes do not remove."""


class _ChangesState(_NoShapeHelps):
    """forward() writes into buffers or weights, which only the functional graph shows."""


def export(net, file, scale, range=1.0, mean=None, size_multiple=1, minimum_side=1, colour="rgb", name=None, size=None):
    """Writes `net` with a card; returns the card as a dictionary. `net` is left as it was.

    file           net.pt: scripted or traced; net.pt2: exported by torch.export; without an ending, the way is chosen,
                   and the ending added
    scale          side of the output divided by the side of the input, 1 to 8
    range          the network takes and returns values in [0, range], usually 1.0 or 255.0
    mean           informational: the mean that the network subtracts inside, one number per channel, in [0, 1]
    size_multiple  input sides must be multiples of this; Lamscope pads by reflection and crops the output
    minimum_side   smallest input side that the network takes
    colour         "rgb": three channels; "y": one, the luma of YCbCr (BT.601, from 16/255 to 235/255 of the range)
    name           shown by Lamscope instead of the file's name
    size           side, or (width, height), of the example that is run; needed only where 64 does not work
    """
    import torch

    card = _card(scale, range, mean, size_multiple, minimum_side, colour, name)
    file, ways = _ways(file)
    if not isinstance(net, torch.nn.Module):
        raise ExportError(f"a torch.nn.Module is expected, this is a {type(net).__name__}: build the network and "
                          "load its weights (load_state_dict) first")
    if isinstance(net, torch.nn.DataParallel):
        net = net.module
    with _ready(net), _quiet():
        network = _Network(net, card, _example_size(size, size_multiple, minimum_side))
        network.check()
        found, troubles = _convert(network, ways)
        card.update(found.rules)
        if "fixed_size" in card:
            for rule in ("size_multiple", "minimum_side"):
                card.pop(rule, None)
        file += "" if file.endswith((".pt", ".pth", ".pt2")) else found.ending
        _save(found, file, card)
    _report(found, troubles, file, card, ways)
    return card


def _ways(file):
    """The file's name as text, and the ways that its ending allows, in the order in which they are tried."""
    file = os.fspath(file)
    ending = os.path.splitext(file)[1]
    if ending in (".pt", ".pth"):
        return file, (_scripted, _traced)
    if ending == ".pt2":
        return file, (_exported,)
    if ending:
        raise ExportError(f"{file}: give the file's name the ending .pt or .pt2, or none")
    return file, (_scripted, _traced, _exported)


_MULTIPLES = "If sides have to be multiples of a number, give size_multiple="
_CONSTANTS = "adaptive_max_pool2d and int() make sizes constants"
_ADVICE = "to lift that, write forward() so that every size comes from its input, without int(), Python's loops over " \
          "sizes and adaptive_max_pool2d"


def _report(found, troubles, file, card, ways):
    sizes = [_words(size) for size in found.checked]
    print(f"lamscope_export: {file}: {found.how}, checked on {', '.join(sizes[:-1])}{' and ' if sizes[1:] else ''}"
          f"{sizes[-1]} pixels; card: {json.dumps(card)}")
    for trouble in troubles:
        print(f"lamscope_export: {trouble}")
    if "guards" in card:
        print("lamscope_export: Lamscope will use it at sizes that satisfy the card's guards; " + _ADVICE)
    if "fixed_size" in card:
        print(f"lamscope_export: it works at {_words(found.checked[0])} only, and Lamscope will use it at that size; "
              "size=SIDE chooses another one")
        if not (found.trouble or "").endswith(_MULTIPLES):
            print("lamscope_export: " + _ADVICE
                  + ("" if _exported in ways else "; or let torch.export try (torch 2.9 or newer): give the file's name "
                                                  "the ending .pt2, or none"))


# The card and the arguments


def _card(scale, range, mean, size_multiple, minimum_side, colour, name):
    def whole(value, most):
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most

    def number(value):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)

    if not whole(scale, 8):
        raise ExportError(f"scale is a whole number from 1 to 8, not {scale!r}")
    if not number(range) or not 1e-3 <= range <= 1e6:
        raise ExportError(f"range is the largest value of the network's input, usually 1.0 or 255.0, not {range!r}")
    if colour not in ("rgb", "y"):
        raise ExportError(f'colour is "rgb" or "y", not {colour!r}')
    card = {"scale": scale, "range": float(range), "colour": colour}
    if mean is not None:
        channels = 3 if colour == "rgb" else 1
        try:
            values = [float(value) for value in mean]
        except (TypeError, ValueError):
            values = []
        if len(values) != channels or not all(0 <= value <= 1 for value in values):
            raise ExportError(f"mean is a list of {channels} numbers from 0 to 1 (divide by the range), not {mean!r}")
        card["mean"] = values
    for rule, value in (("size_multiple", size_multiple), ("minimum_side", minimum_side)):
        if not whole(value, 512):
            raise ExportError(f"{rule} is a whole number from 1 to 512, not {value!r}")
        if value > 1:
            card[rule] = value
    if name is not None:
        if not isinstance(name, str) or not 1 <= len(name.encode()) <= 200:
            raise ExportError(f"name is a text of 1 to 200 characters, not {name!r}")
        card["name"] = name
    return card


def _example_size(size, size_multiple, minimum_side):
    if size is None:
        side = math.ceil(max(LAM_CONTEXT, minimum_side) / size_multiple) * size_multiple
        return side, side
    width, height = (size, size) if isinstance(size, int) else size
    if not all(isinstance(side, int) and 1 <= side <= 1024 for side in (width, height)):
        raise ExportError(f"size is a side or (width, height), whole numbers from 1 to 1024, not {size!r}")
    return width, height


# The network as it is


@contextlib.contextmanager
def _ready(net):
    """Puts `net` on the CPU, in float32, in eval mode, its weights without gradient; afterwards `net` is as before."""
    import torch

    # What was there is put back, not converted back: float64 would return rounded. Buffers are copied, as forward() may
    # write into them.
    buffers = list(net.buffers())
    written = {id(buffer) for buffer in buffers}
    homes = [(tensor, tensor.data, tensor.requires_grad) for tensor in itertools.chain(net.parameters(), buffers)]
    modes = [(module, module.training) for module in net.modules()]
    try:
        net.eval()
        for tensor, data, _ in homes:
            tensor.requires_grad_(False)
            tensor.data = data.to("cpu", torch.float32 if data.is_floating_point() else data.dtype,
                                  copy=id(tensor) in written)
        yield
    finally:
        for module, training in modes:
            module.training = training
        for tensor, data, requires_grad in homes:
            tensor.data = data
            tensor.requires_grad_(requires_grad)


@contextlib.contextmanager
def _quiet():
    """Without PyTorch's warnings that TorchScript is old and that sizes may become constants: the checks test this."""
    log = logging.getLogger("torch")
    level = log.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            log.setLevel(level)


class _Network:
    """The network itself, with what it gives: each output is computed once. Sizes are (width, height)."""

    def __init__(self, net, card, size):
        self.net = net
        self.card = card
        self.size = size
        self.gradient = None  # for cotangent(); None if the network's own autograd fails, see autograd_trouble
        self.autograd_trouble = None
        self.slope = None  # (direction, derivative of the output times cotangent()), where there is no gradient
        self._outputs = {}

    def picture(self, size, batch=1):
        """Random images in the network's range."""
        import torch

        width, height = size
        channels = 3 if self.card["colour"] == "rgb" else 1
        generator = torch.Generator().manual_seed(width * 4096 + height)
        return torch.rand(batch, channels, height, width, generator=generator) * self.card["range"]

    def output(self, size, batch=1):
        """What the network gives for picture(); throws if it fails."""
        if (size, batch) not in self._outputs:
            image = self.picture(size, batch)
            try:
                sr = _run(self.net, image, "the network")
                _check_shape(sr, image, self.card["scale"])
            except ExportError as error:
                sr = error
            self._outputs[size, batch] = sr
        result = self._outputs[size, batch]
        if isinstance(result, ExportError):
            raise result
        return result

    def cotangent(self):
        import torch

        return torch.randn(self.output(self.size).shape, generator=torch.Generator().manual_seed(1))

    def check(self):
        """Runs the example. Throws if gradients do not reach the input: maps of a detached network would be zero."""
        try:
            self.output(self.size)
        except ExportError as error:
            if "scale=" in str(error):
                raise
            raise ExportError(f"{error}. If it takes certain sizes only, give size_multiple=, minimum_side= or size=") \
                from error
        try:
            self.gradient = _gradient(self.net, self.picture(self.size), self.cotangent())
        except Exception as error:  # whatever forward() and PyTorch raise
            self.autograd_trouble = _last_line(error)
            self.slope = self._slope()
        if self.autograd_trouble is None and (self.gradient is None or not bool(self.gradient.abs().sum() > 0)):
            raise ExportError("the output has no gradient with respect to the input: remove torch.no_grad(), detach() "
                              "and NumPy from forward()")

    def _slope(self):
        """The central difference along a random direction, in float64."""
        import torch

        tensors = [tensor for tensor in itertools.chain(self.net.parameters(), self.net.buffers())
                   if tensor.is_floating_point()]
        image = self.picture(self.size)
        direction = torch.randn(image.shape, generator=torch.Generator().manual_seed(2))
        cotangent = self.cotangent().double()
        step = 1e-6 * self.card["range"]
        try:
            for tensor in tensors:
                tensor.data = tensor.data.double()
            ends = [(_run(self.net, image.double() + sign * step * direction.double(), "the network") * cotangent).sum()
                    for sign in (1, -1)]
        except ExportError as error:
            raise ExportError(f"the network's gradient fails ({self.autograd_trouble}), and so does the network in "
                              f"float64, by which the file's gradient could be checked: {error}") from error
        finally:
            for tensor in tensors:
                tensor.data = tensor.data.float()
        return direction, float((ends[0] - ends[1]) / (2 * step))

    def compare(self, module, how, size, batch=1):
        """Throws unless the module gives what the network gives."""
        expected = self.output(size, batch)
        found = _run(module, self.picture(size, batch), f"the {how} network")
        if found.shape != expected.shape:
            raise ExportError(f"gives {_shape(found)} at {_words(size)}, the network itself {_shape(expected)}")
        difference = float((found - expected).abs().max())
        largest = float(expected.abs().max())
        if not difference <= TOLERANCE * largest:
            raise ExportError(f"differs from the network itself at {_words(size)} by {difference:.3g} where values "
                              f"reach {largest:.3g}")

    def compare_example(self, module, how):
        """compare() at the example's size, and the gradients there."""
        try:
            self.compare(module, how, self.size)
        except ExportError as error:
            if "differs" not in str(error):
                raise
            raise ExportError(f"{error}: does forward() depend on chance or on stored values?") from error
        try:
            gradient = _gradient(module, self.picture(self.size), self.cotangent())
        except Exception as error:
            if "inplace operation" in str(error):
                raise ExportError("its gradient fails, as forward() writes in place into a tensor that the gradient "
                                  "needs") from error
            raise ExportError(f"its gradient fails: {_last_line(error)}") from error
        if gradient is None:
            raise ExportError("has no gradient with respect to the input")
        if self.slope is None:
            fits = float((gradient - self.gradient).norm()) <= GRADIENT_TOLERANCE * float(self.gradient.norm())
        else:
            direction, slope = self.slope
            # By chance the slope may be near 0: its usual size is the measure.
            usual = float(gradient.norm() * direction.norm()) / math.sqrt(direction.numel())
            fits = abs(float((gradient * direction).sum()) - slope) <= DIFFERENCE_TOLERANCE * usual
        if not fits:
            raise ExportError("has another gradient than the network itself: forward() has torch.no_grad() or "
                              "detach(), which this way does not keep")


def _run(module, image, who):
    import torch

    what = _shape(image)
    try:
        with torch.no_grad():
            result = module(image)
    except Exception as error:
        raise ExportError(f"{who} fails on a {what} input: {_last_line(error)}") from error
    if not isinstance(result, torch.Tensor):
        raise ExportError(f"{who} returns a {type(result).__name__}, not one tensor: wrap it in a torch.nn.Module "
                          "whose forward() returns the image alone")
    return result


def _gradient(module, image, cotangent):
    """Of the sum of output times cotangent with respect to the image; None if the output does not depend on it."""
    import torch

    image.requires_grad_(True)
    with torch.enable_grad():
        sr = module(image * 1)  # a copy, into which forward() may write
        if not sr.requires_grad:
            return None
        return torch.autograd.grad((sr * cotangent).sum(), image, allow_unused=True)[0]


def _check_shape(sr, lr, scale):
    expected = (*lr.shape[:2], lr.shape[2] * scale, lr.shape[3] * scale)
    if tuple(sr.shape) != expected:
        raise ExportError(f"scale={scale} should make {'x'.join(map(str, expected))} of a {_shape(lr)} input, but the "
                          f"network gives {_shape(sr)}")
    if not bool(sr.isfinite().all()):
        raise ExportError("the network's output has NaN or infinite values: are its weights loaded?")


def _shape(tensor):
    return "x".join(map(str, tensor.shape))


def _words(size):
    return "x".join(map(str, size))


# The ways


class _Found:
    """A network that can be stored: how, as what, the card's rules for its sizes, and the sizes that were compared."""

    def __init__(self, how, ending, stored, rules, checked, trouble=None):
        self.how = how
        self.ending = ending
        self.stored = stored
        self.rules = rules
        self.checked = checked
        self.trouble = trouble  # why it is not right at every size, or None

    def limits(self):
        """0: right at every size; 1: at sizes that satisfy guards; 2: at one size."""
        return 2 if "fixed_size" in self.rules else 1 if "guards" in self.rules else 0


def _convert(network, ways):
    """The first way that is right at every size, else the least limited one; and why the others were not taken."""
    best, troubles = None, []
    for way in ways:
        how = way.__name__[1:]
        try:
            found = way(network)
        except Exception as error:  # PyTorch's compilers raise many types on code that they do not know
            words = str(error) if isinstance(error, ExportError) else _last_line(error)
            troubles.append(f"not {how}: {words}")
            continue
        if found.trouble is not None:
            troubles.append(f"{how}: {found.trouble}")
        if best is None or found.limits() < best.limits():
            best = found
        if best.limits() == 0:
            break
    if best is None:
        words = {1: "the network cannot be exported by torch.export",
                 2: "the network can neither be scripted nor traced",
                 3: "the network can neither be scripted nor traced nor exported by torch.export"}[len(ways)]
        raise ExportError(words + ":\n  " + "\n  ".join(troubles)
                          + "\nA network that cannot be stored can be probed where it runs: docs/bridge.md of Lamscope")
    return best, troubles


def _scripted(network):
    import torch

    return _torchscript(network, "scripted", torch.jit.script(network.net))


def _traced(network):
    import torch

    with torch.no_grad():
        # Traced on another picture than the checked one, so that values that became constants are noticed.
        example = network.picture(network.size).flip(2, 3) * 0.5
        return _torchscript(network, "traced", torch.jit.trace(network.net, example, check_trace=False))


def _torchscript(network, how, module):
    import torch

    with tempfile.TemporaryDirectory() as folder:  # a module that cannot be stored fails here
        torch.jit.save(module, os.path.join(folder, "net.pt"))
    network.compare_example(module, how)
    checked = [network.size]
    for size in _other_sizes(network):
        try:
            network.output(size)
        except ExportError as error:
            trouble = f"{error}. {_MULTIPLES}"
        else:
            try:
                network.compare(module, how, size)
                checked.append(size)
                continue
            except ExportError as error:
                trouble = f"{error}: right at {_words(network.size)} only, as sizes became constants"
        return _Found(how, ".pt", module, {"fixed_size": list(network.size)}, checked[:1], trouble)
    return _Found(how, ".pt", module, {}, checked)


def _other_sizes(network):
    """Two more sizes. Each side of the three is divisible by each of MODULI once and once not, where the size multiple
    allows that, and differs from the others modulo them: networks that pad to multiples take both branches."""
    step = network.card.get("size_multiple", 1)

    def best(first):
        candidates = [first + step * count for count in range(1, max(32 // step, 3) + 1)]

        def score(pair):
            sides = (first, *pair)
            both = sum(len({side % modulus == 0 for side in sides}) for modulus in MODULI)
            return both, sum(len({side % modulus for side in sides}) for modulus in MODULI), -sum(pair)

        return max(itertools.combinations(candidates, 2), key=score)

    (width, other_width), (height, other_height) = map(best, network.size)
    # Not square: a network that confuses width and height is then noticed.
    return (other_width, height), (width, other_height)


# torch.export


def _exported(network):
    import torch

    if tuple(map(int, torch.__version__.split(".")[:2])) < (2, 9):
        raise ExportError(f"torch {torch.__version__} cannot write a .pt2 file that Lamscope reads: 2.9 or newer can")
    troubles = []
    for any_batch, any_side in ((True, True), (False, True), (True, False), (False, False)):
        try:
            found = _exported_at(network, any_batch, any_side)
        except _NoShapeHelps:
            raise
        except ExportError as error:
            troubles.append(str(error))
            continue
        if not any_side:
            found.trouble = troubles[0]
            if not found.trouble.endswith(_MULTIPLES):
                found.trouble += f": works at {_words(network.size)} only ({_CONSTANTS})"
        elif found.trouble is None and troubles:
            found.trouble = f"one image at a time, as with several: {troubles[0]}"
        return found
    raise ExportError("; ".join(dict.fromkeys(troubles)))


def _exported_at(network, any_batch, any_side):
    """torch.export with the shapes named free; the others are those of the example."""
    import torch

    free = torch.export.Dim.AUTO
    # One image would become a constant, and sides of Lamscope's context satisfy the guards that matter.
    example = network.picture(network.size, 2 if any_batch else 1)
    dimensions = {**({0: free} if any_batch else {}), **({2: free, 3: free} if any_side else {})}
    try:
        # Without gradients, torch.no_grad() in forward() would be lost. PyTorch prints graphs that it gives up on.
        with torch.enable_grad(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            program = torch.export.export(network.net, (example,), dynamic_shapes=(dimensions or None,), strict=False)
    except Exception as error:
        raise _export_trouble(error) from error
    guards = list(program._guards_code)
    # Functional graphs run without in-place writes, but blocks of torch.no_grad() are lost in them.
    troubles = []
    for functional in (True, False):
        try:
            try:
                candidate = program.run_decompositions({}) if functional else program
            except Exception as error:
                raise _export_trouble(error) from error
            _make_fit(candidate)
            _check_shapes(candidate, any_batch, any_side)
            module = candidate.module(check_guards=False)
            network.compare_example(module, "exported")
            for batch in (1, 3) if any_batch else (1,):
                network.compare(module, "exported", network.size, batch)
        except _ChangesState:
            raise
        except ExportError as error:
            troubles.append(error)
            continue
        rules, checked, trouble = {"batch": "any" if any_batch else 1}, [network.size], None
        if any_side:
            binding, wrong, minimum_side, checked = _sort_guards(network, module, guards, any_batch)
            if binding:
                rules["guards"] = binding
                trouble = wrong + ": right only where the card's guards hold (" + _CONSTANTS + ")"
            if minimum_side is not None:
                rules["minimum_side"] = minimum_side
        else:
            rules["fixed_size"] = list(network.size)
        return _Found("exported by torch.export", ".pt2", candidate, rules, checked, trouble)
    raise troubles[0]


def _export_trouble(error):
    """An ExportError, in words that say what to change in forward()."""
    text = f"{type(error).__name__}: {error}"
    place = _last_place([(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])
    where = f" ({place})" if place else ""
    if "DataDependent" in text or "data-dependent" in text.lower():
        return _NoShapeHelps(f"sizes depend on values in forward(){where}: torch.export cannot follow")
    return ExportError(f"torch.export fails{where}: {_last_line(error)}")


def _make_fit(program):
    """Makes the program one that Lamscope reads, or throws. Cuts the user's paths out of it."""
    import torch

    kinds = torch.export.graph_signature
    for spec in program.graph_signature.output_specs:
        if spec.kind == kinds.OutputKind.USER_INPUT_MUTATION:
            raise ExportError("forward() writes into its input: write x = x - mean instead of x -= mean")
        if spec.kind != kinds.OutputKind.USER_OUTPUT:
            raise _ChangesState(f"forward() changes the network's own state ({spec.target or spec.kind.name}): take "
                                "out what it stores on self")
    for name, tensor in itertools.chain(program.state_dict.items(), program.constants.items()):
        if not isinstance(tensor, torch.Tensor) or type(tensor) not in (torch.Tensor, torch.nn.Parameter) \
                or tensor.layout != torch.strided:
            raise _NoShapeHelps(f"{name} is a {type(tensor).__name__}, not a plain tensor: convert it first")
    for graph_module in program.graph_module.modules():
        if not isinstance(graph_module, torch.fx.GraphModule):
            continue
        for node in list(graph_module.graph.nodes):
            place = _last_place(re.findall(r'File "([^"]*)", line (\d+)', node.meta.get("stack_trace") or ""))
            for key in ("nn_module_stack", "torch_fn", "source_fn_stack", "from_node", "custom", "stack_trace"):
                node.meta.pop(key, None)
            if place:
                node.meta["stack_trace"] = place
            if node.op != "call_function":
                continue
            if node.target is torch.ops.aten.copy.default:
                _without_copy(graph_module.graph, node)
            _check_operator(node.target, place)
        graph_module.recompile()
    program._example_inputs = None


def _without_copy(graph, node):
    """x[...] = y becomes aten.copy(x, y), which has no derivative: y in the type and the shape of x has one."""
    import torch

    target, source = node.args[:2]
    if source.meta["val"].dtype != target.meta["val"].dtype:
        with graph.inserting_before(node):
            converted = graph.call_function(torch.ops.aten.to.dtype, (source, target.meta["val"].dtype))
        converted.meta = {**source.meta, "val": source.meta["val"].to(target.meta["val"].dtype)}
        source = converted
    node.target = torch.ops.aten.expand_as.default
    node.args = (source, target)
    node.kwargs = {}


def _check_operator(target, place):
    """Throws unless Lamscope runs it."""
    import torch

    where = f" ({place})" if place else ""
    schema = getattr(target, "_schema", None)
    if schema is None:
        name = getattr(target, "__name__", str(target))
        if isinstance(target, torch._ops.HigherOrderOperator):
            if name == "wrap_with_set_grad_enabled":
                return
            raise _NoShapeHelps(f"control flow that Lamscope does not run: {name}{where}")
        if name in NUMBER_FUNCTIONS:
            return
        raise ExportError(f"{name} is not a function that Lamscope runs{where}")
    overload = target._overloadname
    name = schema.name + ("" if overload in ("", "default") else "." + overload)
    space, _, plain = name.partition("::")
    if space == "aten" and (plain in OPERATORS or plain in SIZE_OPERATORS):
        return
    if space != "aten":
        raise _NoShapeHelps(f"custom operator {name}{where}: Lamscope runs PyTorch's own operators only")
    if torch.Tag.nondeterministic_seeded in target.tags:
        raise _NoShapeHelps(f"operator {name} draws random numbers{where}: remove it from forward()")
    if torch.Tag.data_dependent_output in target.tags or torch.Tag.dynamic_output_shape in target.tags:
        raise _NoShapeHelps(f"sizes depend on values in forward() ({name}{place and ', ' + place}): Lamscope cannot "
                            "follow")
    raise _NoShapeHelps(f"operator {name} is not one that Lamscope runs{where}")


def _check_shapes(program, any_batch, any_side):
    """Throws if a dimension that should be free became a constant."""
    import torch

    inputs = program.graph_signature.user_inputs
    node, = (node for node in program.graph.nodes if node.op == "placeholder" and node.name == inputs[0])
    shape = node.meta["val"].shape
    for index, what in ((0, "the batch size"),) * any_batch + ((2, "the height"), (3, "the width")) * any_side:
        if not isinstance(shape[index], torch.SymInt) or shape[index].node.maybe_as_int() is not None:
            raise ExportError(f"{what} became a constant")


def _sort_guards(network, module, guards, any_batch):
    """Which of the conditions on sizes that torch.export noted matter: the graph may be right where they do not hold.

    Returns those that were violated where the graph is wrong and nowhere where it is right, how it was wrong, the
    smallest side if some were too small for the network, and the sizes that were compared. Throws if the guards do not
    explain every wrong size.
    """
    pool = _pool(network, guards, any_batch)
    right, wrong, failed = {}, {}, {}  # by (size, batch): the violated guards, as bits; of wrong sizes with the words

    def look(key):
        violated = pool.pop(key) if key in pool else _violated(guards, *key)
        size, batch = key
        try:
            network.output(size, batch)
        except ExportError as error:
            failed[key] = error
            return
        try:
            network.compare(module, "exported", size, batch)
            right[key] = violated
        except ExportError as error:
            wrong[key] = violated, str(error)

    def cleared():
        return _union(right.values())

    def suspects():
        return _union(violated for violated, _ in wrong.values()) & ~cleared()

    def runs():
        return len(right) + len(wrong) + len(failed)

    look((network.size, 1))
    for size in _export_sizes(network):
        look((size, 1))
    # The sizes that violate the most of what no size has violated yet.
    while runs() < MOST_RUNS and pool:
        untried = ~(cleared() | _union(violated for violated, _ in wrong.values()))
        key = max(pool, key=lambda key: _count(pool[key] & untried))
        if not pool[key] & untried:
            break
        look(key)
    # Of guards that were violated together, each alone.
    while runs() < MOST_RUNS:
        alone = _union(violated for violated, _ in wrong.values() if _count(violated & suspects()) == 1)
        doubtful = suspects() & ~alone
        keys = [key for key in pool if pool[key] & doubtful]
        if not keys:
            break
        look(min(keys, key=lambda key: _count(pool[key] & suspects())))
    binding = suspects()
    # And sizes that should be right.
    fine = [key for key in pool if not pool[key] & binding]
    for key in fine[:: max(len(fine) // 2, 1)][:2] if binding else ():
        look(key)

    for violated, words in wrong.values():
        if not violated & binding:
            raise ExportError(words)
    if _violated(guards, network.size, 1) & binding or binding and not fine or _count(binding) > MOST_GUARDS:
        raise ExportError(next(iter(wrong.values()))[1])
    minimum_side = None
    if failed:
        largest_failed = max(min(size) for size, _ in failed)
        if {size for size, _ in right} == {network.size} or min(min(size) for size, _ in right) <= largest_failed:
            raise ExportError(f"{next(iter(failed.values()))}. {_MULTIPLES}")
        minimum_side = min(min(size) for size, _ in right)
    guards = [guard for index, guard in enumerate(guards) if binding >> index & 1]
    words = next((words for _, words in wrong.values()), None)
    return guards, words, minimum_side, list(dict.fromkeys(size for size, _ in right))


def _pool(network, guards, any_batch):
    """Sizes to try, each (size, batch) with the guards that it violates, as bits; the smallest first."""
    step, smallest = network.card.get("size_multiple", 1), network.card.get("minimum_side", 1)
    sides = [side for side in POOL if side % step == 0 and side >= smallest]
    if len(sides) < 4:
        first = math.ceil(max(POOL[0], smallest) / step)
        sides = [step * count for count in range(first, first + 4)]
    # Each width with some heights: all pairs would be too many to evaluate some hundred guards for.
    keys = {((side, sides[(index + 11 * shift) % len(sides)]), 1)
            for index, side in enumerate(sides) for shift in range(6)}
    if any_batch:
        keys.add((network.size, 3))
    return {key: _violated(guards, *key) for key in sorted(keys, key=lambda key: key[0][0] * key[0][1] * key[1])}


def _export_sizes(network):
    """Those of EXPORT_SIZES that the size rules allow, and those at which a trace is compared."""
    step, smallest = network.card.get("size_multiple", 1), network.card.get("minimum_side", 1)
    sizes = [size for size in EXPORT_SIZES if all(side >= smallest and side % step == 0 for side in size)]
    return [size for size in dict.fromkeys([*sizes, *_other_sizes(network)]) if size != network.size]


class _Input:
    """Stands for L in a guard such as L['x'].size()[2] % 8 == 0."""

    def __init__(self, size, batch, channels):
        self._shape = batch, channels, size[1], size[0]

    def __getitem__(self, name):
        return self

    def size(self):
        return self._shape


def _violated(guards, size, batch):
    """Bit i is set if guard i does not hold, or cannot be read."""
    import torch

    bits = 0
    names = {"L": _Input(size, batch, 3), "math": math, "torch": torch}
    for index, guard in enumerate(guards):
        try:
            holds = bool(eval(guard, names))  # PyTorch's own text about this network, in this process
        except Exception:
            holds = False
        bits |= 0 if holds else 1 << index
    return bits


def _union(bits):
    total = 0
    for one in bits:
        total |= one
    return total


def _count(bits):
    return bin(bits).count("1")


# Files and words


def _save(found, file, card):
    """Writes a file beside `file` and renames it, so that no half-written file stays."""
    import torch

    stem, ending = os.path.splitext(file)
    partial = stem + ".part" + ending
    files = {CARD: json.dumps(card, indent=1)}
    try:
        if found.ending == ".pt2":
            torch.export.save(found.stored, partial, extra_files=files)
        else:
            torch.jit.save(found.stored, partial, _extra_files=files)
        os.replace(partial, file)
    except Exception as error:  # of the disk, or of PyTorch's writers
        raise ExportError(f"{file} cannot be written: {_last_line(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            os.remove(partial)


def _last_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if "Error: " in line]
    return (causes or lines or [type(error).__name__])[-1 if causes else 0]


def _is_own(file):
    """Whether a file of a traceback is the user's: neither this one nor of PyTorch, SymPy or Python itself."""
    import torch

    def folder(module):
        return os.path.dirname(os.path.abspath(module.__file__)) + os.sep

    foreign = [folder(module) for module in (torch, sys.modules.get("sympy"), sys.modules.get("torchgen")) if module]
    python = file.startswith(folder(os)) and "-packages" not in file
    return not (file.startswith("<") or python or file == __file__ or file.startswith(tuple(foreign)))


def _last_place(frames):
    """"net.py:12", the user's line among the files and lines of a traceback; "" if there is none."""
    own = [frame for frame in frames if _is_own(frame[0])]
    return f"{os.path.basename(own[-1][0])}:{own[-1][1]}" if own else ""


def _network_from(source):
    """`source` is FILE.py:FUNCTION; the function returns the network with its weights."""
    path, separator, function = source.rpartition(":")
    if not separator or not function.isidentifier():
        raise ExportError(f"{source}: FILE.py:FUNCTION is expected, a function that returns the network with its "
                          "weights")
    if not Path(path).is_file():
        raise ExportError(f"{path}: there is no such file")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None:
        raise ExportError(f"{path} is not a Python file")
    sys.path.insert(0, str(Path(path).resolve().parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not hasattr(module, function):
        raise ExportError(f"{path} has no {function}()")
    return getattr(module, function)()


def _main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", metavar="FILE.py:FUNCTION", help="returns the network with its weights")
    parser.add_argument("file", help="what to write: net.pt, net.pt2, or net, to which the better ending is added")
    parser.add_argument("--scale", type=int, required=True, help="side of the output / side of the input")
    parser.add_argument("--range", type=float, default=1.0, help="values are in [0, RANGE]: 1 (default) or 255")
    parser.add_argument("--mean", type=float, nargs="+", help="subtracted inside the network, in [0, 1]; informational")
    parser.add_argument("--size-multiple", type=int, default=1, help="input sides must be multiples of this")
    parser.add_argument("--minimum-side", type=int, default=1, help="smallest input side")
    parser.add_argument("--colour", choices=["rgb", "y"], default="rgb", help="y: one channel, luma (default: rgb)")
    parser.add_argument("--name", help="shown by Lamscope instead of the file's name")
    parser.add_argument("--size", type=int, nargs="+", metavar="SIDE", help="side, or width and height, of the example")
    options = vars(parser.parse_args())
    if options["size"] is not None:
        if len(options["size"]) > 2:
            parser.error("--size takes one or two sides")
        options["size"] = options["size"][0] if len(options["size"]) == 1 else tuple(options["size"])
    try:
        export(_network_from(options.pop("network")), **options)
    except (ExportError, ImportError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    _main()
