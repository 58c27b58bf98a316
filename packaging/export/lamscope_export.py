#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a PyTorch super-resolution network as a TorchScript file that Lamscope opens.

In Python, with this file beside your script, call export() on a network with its weights loaded:

    from lamscope_export import export
    export(net, "net.pt", scale=4, range=1.0)

Or from a shell, where make() in my_network.py returns the network with its weights loaded:

    python lamscope_export.py my_network.py:make net.pt --scale 4 --range 1

The network is scripted if possible, otherwise traced. The result is compared with the network itself on two sizes, and
stored with a card that tells Lamscope the scale, the value range and the size rules. Needs only PyTorch.
"""
import argparse
import contextlib
import importlib.util
import itertools
import json
import math
import os
import sys
import tempfile
import warnings
from pathlib import Path

CARD = "lamscope.json"
TOLERANCE = 1e-4  # largest accepted difference between file and network, relative to the network's largest value
LAM_CONTEXT = 64  # side that Lamscope cuts around a patch by default, pixels: the best side for a fixed size


class ExportError(Exception):
    """What is wrong, and what to do, in words."""


def export(net, file, scale, range=1.0, mean=None, size_multiple=1, minimum_side=1, colour="rgb", name=None, size=None):
    """Writes `net` to `file` (net.pt) with a card; returns the card as a dictionary. `net` is left as it was.

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
    if not isinstance(net, torch.nn.Module):
        raise ExportError(f"a torch.nn.Module is expected, this is a {type(net).__name__}: build the network and "
                          "load its weights (load_state_dict) first")
    if isinstance(net, torch.nn.DataParallel):
        net = net.module
    width, height = _example_size(size, size_multiple, minimum_side)
    # Not square: a network that confuses width and height is then noticed.
    step = size_multiple * math.ceil(8 / size_multiple)
    other = (width + 2 * step, height + step)

    with _ready(net), warnings.catch_warnings():
        # PyTorch warns that TorchScript is old, and that traced sizes may become constants. The checks below test this.
        warnings.simplefilter("ignore")
        example = _picture(card, width, height)
        try:
            expected = _run(net, example, "the network")
        except ExportError as error:
            raise ExportError(f"{error}. If it takes certain sizes only, give size_multiple=, minimum_side= or size=") \
                from error
        _check_shape(expected, example, scale)
        _check_gradient(net, example)
        try:
            other_example = _picture(card, *other)
            other_expected = _run(net, other_example, "the network")
            _check_shape(other_expected, other_example, scale)
        except ExportError as error:
            print(f"lamscope_export: {error}. If sides have to be multiples of a number, give size_multiple=")
            other_expected = None
        module, how, fits_other = _convert(net, example, expected, other_example, other_expected)
        if not fits_other:
            card["fixed_size"] = [width, height]
            for rule in ("size_multiple", "minimum_side"):
                card.pop(rule, None)
        _save(module, file, card)
    print(f"lamscope_export: {file}: {how}, checked on {width}x{height}"
          + (f" and {other[0]}x{other[1]}" if fits_other else "") + f" pixels; card: {json.dumps(card)}")
    if not fits_other:
        print(f"lamscope_export: it works at {width}x{height} only, and Lamscope will use it at that size; size=SIDE "
              "chooses another one")
        if other_expected is not None:
            print("lamscope_export: to lift that, write forward() so that every size comes from its input, without "
                  "int() and Python's loops over sizes")
    return card


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


@contextlib.contextmanager
def _ready(net):
    """Puts `net` on the CPU, in float32 and in eval mode; afterwards `net` is as before."""
    import torch

    tensors = list(itertools.chain(net.parameters(), net.buffers()))
    homes = [(tensor, tensor.device, tensor.dtype) for tensor in tensors]
    modes = [(module, module.training) for module in net.modules()]
    try:
        net.eval()
        for tensor in tensors:
            tensor.data = tensor.data.to("cpu", torch.float32 if tensor.is_floating_point() else tensor.dtype)
        yield
    finally:
        for module, training in modes:
            module.training = training
        for tensor, device, dtype in homes:
            tensor.data = tensor.data.to(device, dtype)


def _picture(card, width, height):
    """A random image in the network's range."""
    import torch

    channels = 3 if card["colour"] == "rgb" else 1
    generator = torch.Generator().manual_seed(width * 4096 + height)
    return torch.rand(1, channels, height, width, generator=generator) * card["range"]


def _run(module, image, who):
    import torch

    what = "x".join(map(str, image.shape))
    try:
        with torch.no_grad():
            result = module(image)
    except Exception as error:
        raise ExportError(f"{who} fails on a {what} input: {_last_line(error)}") from error
    if not isinstance(result, torch.Tensor):
        raise ExportError(f"{who} returns a {type(result).__name__}, not one tensor: wrap it in a torch.nn.Module whose "
                          "forward() returns the image alone")
    return result


def _check_shape(sr, lr, scale):
    expected = (*lr.shape[:2], lr.shape[2] * scale, lr.shape[3] * scale)
    if tuple(sr.shape) != expected:
        raise ExportError(f"scale={scale} should make {'x'.join(map(str, expected))} of a "
                          f"{'x'.join(map(str, lr.shape))} input, but the network gives {'x'.join(map(str, sr.shape))}")
    if not bool(sr.isfinite().all()):
        raise ExportError("the network's output has NaN or infinite values: are its weights loaded?")


def _check_gradient(net, image):
    """Fails if gradients do not reach the input: attribution needs them, and a detached graph gives maps of zeros."""
    import torch

    image = image.clone().requires_grad_(True)
    with torch.enable_grad():
        sr = net(image)
        if sr.requires_grad:
            gradient, = torch.autograd.grad(sr.sum(), image, allow_unused=True)
            if gradient is not None and bool(gradient.abs().sum() > 0):
                return
    raise ExportError("the output has no gradient with respect to the input: remove torch.no_grad(), detach() and NumPy "
                      "from forward()")


def _convert(net, example, expected, other_example, other_expected):
    """Returns the module, how it was made, and whether it fits the other size; scripting is tried first."""
    troubles = []
    at_one_size = None
    for how, make in (("scripted", _script), ("traced", _trace)):
        try:
            module = _stored(make(net, example))
            _check_same(module, example, expected, how)
        except Exception as error:  # PyTorch's compiler raises many types on code that it does not know
            troubles.append(f"{how}: {_last_line(error)}")
            continue
        try:
            if other_expected is None:
                return module, how, False
            _check_same(module, other_example, other_expected, how)
            return module, how, True
        except ExportError:
            at_one_size = at_one_size or (module, how, False)
    if at_one_size is None:
        raise ExportError("the network can neither be scripted nor traced:\n  " + "\n  ".join(troubles))
    return at_one_size


def _script(net, example):
    import torch

    return torch.jit.script(net)


def _trace(net, example):
    import torch

    with torch.no_grad():
        # Traced on another picture than the checked one, so that values that became constants are noticed.
        return torch.jit.trace(net, example.flip(2, 3) * 0.5, check_trace=False)


def _stored(module):
    """Saves and loads the module, so that a module that cannot be stored fails here."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "net.pt")
        torch.jit.save(module, file)
        torch.jit.load(file)
    return module


def _check_same(module, image, expected, how):
    found = _run(module, image, f"the {how} network")
    if found.shape != expected.shape:
        raise ExportError(f"the {how} network gives {'x'.join(map(str, found.shape))}, the network itself "
                          f"{'x'.join(map(str, expected.shape))}")
    difference = float((found - expected).abs().max())
    largest = float(expected.abs().max())
    if not difference <= TOLERANCE * largest:
        raise ExportError(f"the {how} network differs from the network itself by {difference:.3g} where values reach "
                          f"{largest:.3g}: does its forward() depend on chance or on stored values?")


def _save(module, file, card):
    """Writes a file beside `file` and renames it, so that no half-written file stays."""
    import torch

    file = os.fspath(file)
    if os.path.splitext(file)[1] not in (".pt", ".pth"):
        raise ExportError(f"{file}: give the file's name the ending .pt")
    partial = file + ".part"
    try:
        torch.jit.save(module, partial, _extra_files={CARD: json.dumps(card, indent=1)})
        os.replace(partial, file)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            os.remove(partial)
        raise ExportError(f"{file} cannot be written: {_last_line(error)}") from error


def _last_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if "Error: " in line]
    return (causes or lines or [type(error).__name__])[-1 if causes else 0]


def _network_from(source):
    """`source` is FILE.py:FUNCTION; the function returns the network with its weights."""
    path, separator, function = source.rpartition(":")
    if not separator or not function.isidentifier():
        raise ExportError(f"{source}: FILE.py:FUNCTION is expected, a function that returns the network with its weights")
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
    parser.add_argument("network", metavar="FILE.py:FUNCTION", help="a function that returns the network with its weights")
    parser.add_argument("file", help="what to write, for example net.pt")
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
