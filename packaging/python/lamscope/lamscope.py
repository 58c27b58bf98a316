# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Lamscope look at a super-resolution network where it runs: no export, any operator that autograd knows.

    import lamscope
    lamscope.show(net, "photo.png", scale=4)                 # opens the window on the network
    lamscope.serve({"mine": net, "edsr": net2}, scale=4)     # prints an address for the window or lamscope-cli
    maps = lamscope.lam(net, "photo.png", patch=(120, 120), scale=4)    # runs lamscope-cli, returns arrays

One module, for Python 3.8 or newer and PyTorch 1.10 or newer; serve_function() takes NumPy in PyTorch's place. The
server calls the network and nothing else. docs/bridge.md describes its use, docs/bridge-protocol.md what crosses.

What show(), serve() and lam() are told of a network (options), all but `scale` with a default:

    scale          side of the output divided by the side of the input, 1 to 8
    range          the network takes and returns values in [0, range], usually 1.0 (default) or 255.0
    mean           informational: the mean that the network subtracts inside, one number per channel, in [0, 1]
    colour         "rgb" (default): three channels; "y": one, the luma of YCbCr (BT.601, from 16/255 to 235/255)
    size_multiple  input sides must be multiples of this (1); Lamscope pads by reflection and crops the output
    minimum_side   smallest input side that the network takes (1)
    fixed_size     (width, height) if the network takes inputs of one size only
    max_batch      the most images that the network takes at once; larger batches are divided
    name           shown by Lamscope instead of the key in the dictionary
    preprocess     called with the batch; what it returns is given to the network: a tensor, a tuple of arguments, or a
                   dictionary of named arguments
    output         picks the tensor of images out of what the network returns, as in output=lambda y: y["sr"]; without
                   it, the only tensor of the right shape is taken
    postprocess    called with that tensor; returns images in [0, range]
    device         where inputs are sent; by default where the network's first weight is

Several networks are a dictionary of networks by name. Where they differ in an option, a value of the dictionary is a
pair of the network and its own options: {"mine": net, "edsr": (net2, {"range": 255.0})}.
"""
import ast
import atexit
import collections
import contextlib
import ctypes
import functools
import getpass
import hashlib
import hmac
import itertools
import json
import math
import operator
import os
import platform
import queue
import re
import secrets
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import weakref
from pathlib import Path

__version__ = "1.0"
__all__ = ["Error", "LamMaps", "Server", "lam", "serve", "serve_function", "show"]

PROTOCOL = 1
MAGIC = b"LSB1"
HEADER_LIMIT = 1 << 20
PAYLOAD_LIMIT = 256 << 20
TENSOR_LIMIT = 4096
IN_FLIGHT = 4
PASSES = 256
CLIENTS = 16
HELLO_SECONDS = 10
HASH_SECONDS = 4
FRAME_SECONDS = 60
SILENCE_SECONDS = 300
TRACE_LINES = 20
ITEM_BYTES = {"float32": 4, "float16": 2}

_OPTIONS = {"scale": None, "range": 1.0, "mean": None, "colour": "rgb", "size_multiple": 1, "minimum_side": 1,
            "fixed_size": None, "max_batch": None, "name": None, "preprocess": None, "output": None,
            "postprocess": None, "device": None}


class Error(Exception):
    """What is wrong, and what to do, in words."""


LamMaps = collections.namedtuple("LamMaps", "document maps attributions")
LamMaps.__doc__ = """What lam() returns.

document      the result document of lamscope-cli, a dictionary; document["results"] has one entry for each network and
              patch, with "di", "gini" and the rest
maps          for each of these entries the map, [h, w]
attributions  for each of these entries the signed attribution, [3, h, w]
"""


def serve(networks, port=None, host="127.0.0.1", memory=None, wait=None, **options):
    """Serves networks to Lamscope; prints their address. Returns a Server, in a script once that has been stopped.

    networks  a network, or a dictionary of networks by name, see the module's description; a network is a
              torch.nn.Module with its weights loaded, or a function of a batch [n, c, h, w]
    port      None: a Unix socket that only this user can open. A number, or 0 for a free one: TCP on `host`; the
              address then holds a random token
    host      for TCP: other addresses than 127.0.0.1 let other machines connect, and nothing is encrypted: rather
              forward the port by the line for ssh that is printed
    memory    most bytes for passes that are held for gradients; by default a quarter of the device's memory
    wait      whether to return only when the server is stopped, by Ctrl+C or stop(); by default so in a script, and
              not in a notebook or an interactive session

    The network is called in eval mode, with its parameters frozen and gradients on; after each call it is as before.
    """
    server = Server(_torch_networks(networks, options), port, host, memory)
    server.announce()
    return _waited(server, server.wait, wait)


def serve_function(forward, vjp, card, port=None, host="127.0.0.1", memory=None, wait=None):
    """Serves a network of any framework; needs NumPy instead of PyTorch. Returns a Server as serve() does.

    forward  x -> y: float32 arrays [n, c, h, w] -> [n, c, scale·h, scale·w], in [0, range]
    vjp      (x, cotangent) -> gradient: the product of the cotangent, of the shape of y, with the Jacobian of forward
             at x; of the shape of x
    card     a dictionary: the options of the module's description from `scale` to `name`, and "id" (default "network")
    """
    card = dict(card)
    name = card.pop("id", "network")
    server = Server([_FunctionNetwork(name, forward, vjp, card)], port, host, memory)
    server.announce()
    return _waited(server, server.wait, wait)


def show(networks, image=None, wait=None, **options):
    """Opens Lamscope's window on running networks. Returns a Server, in a script once the window is closed.

    image    a file, an array or tensor [3, h, w] or [h, w, 3] in [0, 1], a picture of PIL, or a list of them
    wait     whether to return only when the window is closed; by default so in a script, and not in a notebook or an
             interactive session, where the server goes on in the background
    options  see the module's description; memory as in serve()

    The window is on this machine, and is served over a Unix socket: the address of a TCP port, with its token, would
    stand where all users of the machine can read it, among the arguments of the program.

    The program `lamscope` is looked for in the variable LAMSCOPE_PROGRAM, then on PATH.
    """
    if "port" in options or "host" in options:
        raise Error("show() takes no port and no host: its window is on this machine. For others there is serve(port=…)")
    memory = options.pop("memory", None)
    server = Server(_torch_networks(networks, options), memory=memory)
    if "LAMSCOPE_EXIT_WITH_STDIN" in os.environ:  # the window is on another machine, and has started this script
        server.announce()
        return _waited(server, server.wait, True)
    try:
        program = _program("LAMSCOPE_PROGRAM", "lamscope")
    except Error as error:
        print(f"{error}. Until then the networks are served:", flush=True)
        server.announce()
        return _waited(server, server.wait, wait)
    try:
        images = image if isinstance(image, (list, tuple)) else [] if image is None else [image]
        window = subprocess.Popen([program, server.address] + [_image_file(i, server.folder) for i in images],
                                  stdin=subprocess.DEVNULL, start_new_session=True)
    except BaseException:
        server.stop()
        raise
    server.window = window
    return _waited(server, window.wait, wait)


def lam(networks, image, patch, lr=False, **options):
    """Computes local attribution maps with lamscope-cli; returns LamMaps, of NumPy arrays or else of tensors.

    image    a file, array, tensor or picture as in show(): the HR image, reduced here by the scale, or with lr=True
             the LR image
    patch    (x, y) or (x, y, size) in SR pixels, or a list of them
    options  those of the module's description; all others are flags of `lamscope-cli lam`: context=64, nodes=27,
             preset="paper", figure=["a.pdf", "b.png"]; True is a flag without a value, False and None are left out

    The program is looked for in the variable LAMSCOPE_CLI, then on PATH.
    """
    program = _program("LAMSCOPE_CLI", "lamscope-cli")
    flags = {name: options.pop(name) for name in list(options) if name not in _OPTIONS}
    patches = _patches(patch)
    with Server(_torch_networks(networks, options)) as server:
        folder = tempfile.mkdtemp(dir=server.folder)
        document = os.path.join(folder, "lam.json")
        arguments = [program, "lam", "--lr" if lr else "--hr", _image_file(image, folder), "--json", document, "--npy",
                     folder, "--model"]
        arguments += [f"{server.address}#{_quoted(name)}" for name in server.networks]
        for numbers in patches:
            arguments += ["--patch", ",".join(map(str, numbers))]
        for name, value in flags.items():
            if value is None or value is False:
                continue
            values = value if isinstance(value, (list, tuple)) else [] if value is True else [value]
            arguments += ["--" + name.replace("_", "-"), *map(str, values)]
        run = subprocess.run(arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            raise Error(f"lamscope-cli lam failed with code {run.returncode}: {run.stderr.strip()[-2000:]}")
        with open(document, encoding="utf-8") as stream:
            content = json.load(stream)
        maps, attributions = ([_read_npy(os.path.join(folder, os.path.basename(result["files"][kind])))
                               for result in content["results"]] for kind in ("map", "attribution"))
        return LamMaps(content, maps, attributions)


def _patches(patch):
    """Lists of whole numbers, also of NumPy's."""
    try:
        try:
            return [list(map(operator.index, patch))]
        except TypeError:
            return [list(map(operator.index, one)) for one in patch]
    except TypeError:
        raise Error(f"patch is (x, y) or (x, y, size), whole numbers of SR pixels, or a list of them, not {patch!r}") \
            from None


def _waited(server, wait, wanted):
    if wanted is None:
        wanted = not (hasattr(sys, "ps1") or "ipykernel" in sys.modules)
    if wanted:
        try:
            wait()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        finally:
            server.stop()
    return server


def _program(variable, name):
    program = os.environ.get(variable) or shutil.which(name)
    if program is None:
        raise Error(f"the program {name} is not on PATH: put its folder there, or set {variable} to the program's file")
    return program


def _quoted(text):
    return urllib.parse.quote(text, safe="-._~/")


# Errors and checks


class _Refused(Exception):
    """An error answer."""

    def __init__(self, code, message, trace=()):
        super().__init__(message)
        self.code = code
        self.message = message
        self.trace = list(trace)


class _Gone(Exception):
    """The client has closed the connection."""


def _whole(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_name(value):
    return isinstance(value, str) and 1 <= len(value) <= 200


def _numbers(values):
    """A list of floats; empty if these are no finite numbers."""
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        return []
    return numbers if all(map(math.isfinite, numbers)) else []


def _sides(shape):
    return "x".join(map(str, shape))


def _failure(error):
    """What the network raised, as an error answer with the last lines of the traceback."""
    if isinstance(error, _Refused):
        return error
    lines = []
    for frame in traceback.extract_tb(error.__traceback__)[-TRACE_LINES // 2:]:
        if os.path.abspath(frame.filename) != os.path.abspath(__file__):
            lines += [f'File "{frame.filename}", line {frame.lineno}, in {frame.name}', frame.line or ""]
    words = f"{type(error).__name__}: {error}".rstrip(": ")
    code = "out_of_memory" if _is_out_of_memory(error) else "exception"
    return _Refused(code, words, [line[:500] for line in lines if line][-TRACE_LINES:])


def _is_out_of_memory(error):
    words = str(error)
    return isinstance(error, MemoryError) or any(
        part in words for part in ("out of memory", "can't allocate memory", "not enough memory", "RESOURCE_EXHAUSTED"))


# Frames


def _receive(connection, length, patience, deadline=None):
    """`length` bytes; memory is taken for what arrives, not for what a header promises."""
    data = bytearray()
    while len(data) < length:
        seconds = patience if deadline is None else min(patience, deadline - time.monotonic())
        if seconds <= 0:
            raise socket.timeout
        connection.settimeout(seconds)
        part = connection.recv(min(length - len(data), 1 << 20))
        if not part:
            raise _Gone
        data += part
    return data


def _read_frame(connection, payload_limit, deadline=None):
    """Header and payload as bytes. Raises _Refused("bad_frame") where nothing after it can be understood."""
    try:
        start = _receive(connection, 1, SILENCE_SECONDS, deadline)
        start += _receive(connection, 15, FRAME_SECONDS, deadline)
        magic, header_length, payload_length = struct.unpack("<4sIQ", start)
        if magic != MAGIC:
            raise _Refused("bad_frame", "this is no frame of Lamscope's bridge: it begins with other bytes than LSB1")
        if header_length > HEADER_LIMIT or payload_length > payload_limit:
            raise _Refused("bad_frame", f"a header of {header_length} and a payload of {payload_length} bytes are "
                                        f"announced; {HEADER_LIMIT} and {payload_limit} are the most")
        return (_receive(connection, header_length, FRAME_SECONDS, deadline),
                _receive(connection, payload_length, FRAME_SECONDS, deadline))
    except socket.timeout:
        raise _Refused("bad_frame", "nothing came for too long, or a frame was not completed") from None


_Array = collections.namedtuple("_Array", "name dtype shape data")


def _short_integer(text):
    if len(text) > 20:
        raise ValueError("a number is too long")
    return int(text)


def _parse_header(data):
    try:
        header = json.loads(data.decode("utf-8"), parse_int=_short_integer)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise _Refused("bad_request", "the header is not a JSON object in UTF-8")
    return header


def _arrays(header, payload):
    """The payload's tensors by name."""
    entries = header.get("tensors", [])
    if not isinstance(entries, list) or len(entries) > TENSOR_LIMIT:
        raise _Refused("bad_request", f"tensors is a list of at most {TENSOR_LIMIT}")
    arrays, offset = {}, 0
    for entry in entries:
        if not isinstance(entry, dict):
            raise _Refused("bad_request", "an entry of tensors is an object")
        name, dtype, shape = entry.get("name"), entry.get("dtype"), entry.get("shape")
        if not isinstance(name, str) or dtype not in ITEM_BYTES or not isinstance(shape, list) or len(shape) > 8 \
                or not all(_whole(side, 0, 2**31 - 1) for side in shape):
            raise _Refused("bad_request", "a tensor has a name, dtype float32 or float16, and a shape of up to 8 sides")
        end = offset + _product(shape) * ITEM_BYTES[dtype]
        if end > len(payload):
            break
        arrays[name] = _Array(name, dtype, shape, memoryview(payload)[offset:end])
        offset = end
    if len(arrays) != len(entries) or offset != len(payload):
        raise _Refused("bad_request", f"the tensors of the header do not make a payload of {len(payload)} bytes")
    return arrays


def _product(shape):
    return functools.reduce(lambda a, b: a * b, shape, 1)


def _frame(header, tensors=()):
    """Bytes-like parts of a frame; `tensors` are (name, dtype, shape, bytes-like)."""
    if tensors:
        header = dict(header, tensors=[{"name": name, "dtype": dtype, "shape": list(shape)}
                                       for name, dtype, shape, _ in tensors])
    text = json.dumps(header).encode()
    payload = [memoryview(data).cast("B") for _, _, shape, data in tensors if _product(shape)]
    start = struct.pack("<4sIQ", MAGIC, len(text), sum(map(len, payload))) + text
    return [start, *payload]


# Networks


class _Turn:
    """One call of a network at a time. A thread that would wait for itself is told so."""

    def __init__(self):
        self.lock = threading.Lock()
        self.thread = None

    def take(self, seconds=-1):
        """Whether it is this thread's turn, by then."""
        if self.thread == threading.get_ident():
            raise Error("this would wait for ever: the network is paused by this very thread, and is not called before "
                        "the block of server.paused() has ended")
        taken = self.lock.acquire(timeout=seconds)
        if taken:
            self.thread = threading.get_ident()
        return taken

    def give(self):
        self.thread = None
        self.lock.release()

    def __enter__(self):
        self.take()

    def __exit__(self, *_):
        self.give()


class _Network:
    """What all frameworks share: the card, and one call at a time."""

    can = ()
    parameters = None
    framework = ""
    device = "cpu"

    def __init__(self, name, options):
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise Error(f"there is no option {', '.join(unknown)}; a network has {', '.join(_OPTIONS)}")
        if not _is_name(name):
            raise Error(f"a network's name is a text of 1 to 200 characters, not {name!r}")
        self.id = name
        self.options = dict(_OPTIONS, **options)
        self.lock = _Turn()
        self._check_options()
        self.scale = self.options["scale"]
        self.channels = 3 if self.options["colour"] == "rgb" else 1
        self.max_batch = self.options["max_batch"]

    def _check_options(self):
        options = self.options
        if not _whole(options["scale"], 1, 8):
            raise Error(f"{self.id}: scale is a whole number from 1 to 8, not {options['scale']!r}")
        if not _number(options["range"]) or not 1e-3 <= options["range"] <= 1e6:
            raise Error(f"{self.id}: range is the largest value of the network's input, usually 1.0 or 255.0, not "
                        f"{options['range']!r}")
        if options["colour"] not in ("rgb", "y"):
            raise Error(f'{self.id}: colour is "rgb" or "y", not {options["colour"]!r}')
        for rule in ("size_multiple", "minimum_side"):
            if not _whole(options[rule], 1, 512):
                raise Error(f"{self.id}: {rule} is a whole number from 1 to 512, not {options[rule]!r}")
        channels = 3 if options["colour"] == "rgb" else 1
        if options["mean"] is not None:
            mean = _numbers(options["mean"])
            if len(mean) != channels or not all(0 <= value <= 1 for value in mean):
                raise Error(f"{self.id}: mean is a list of {channels} numbers from 0 to 1 (divide by the range), not "
                            f"{options['mean']!r}")
            options["mean"] = mean
        if options["fixed_size"] is not None:
            size = _numbers(options["fixed_size"])
            if len(size) != 2 or not all(value == int(value) and 1 <= value <= 1 << 14 for value in size):
                raise Error(f"{self.id}: fixed_size is (width, height) in pixels, not {options['fixed_size']!r}")
            options["fixed_size"] = [int(value) for value in size]
        if options["max_batch"] is not None and not _whole(options["max_batch"], 1, 1 << 16):
            raise Error(f"{self.id}: max_batch is a whole number from 1 on, not {options['max_batch']!r}")
        if options["name"] is not None and not _is_name(options["name"]):
            raise Error(f"{self.id}: name is a text of 1 to 200 characters, not {options['name']!r}")
        for hook in ("preprocess", "output", "postprocess"):
            if options[hook] is not None and not callable(options[hook]):
                raise Error(f"{self.id}: {hook} is a function, not {options[hook]!r}")

    def card(self, seconds=-1):
        options = self.options
        return {"id": self.id, "name": options["name"] or self.id, "scale": self.scale,
                "range": float(options["range"]), "mean": options["mean"], "channels": self.channels, "frames": 1,
                "size_multiple": options["size_multiple"], "minimum_side": options["minimum_side"],
                "fixed_size": options["fixed_size"], "max_batch": self.max_batch, "parameters": self.parameters,
                "device": str(self.device), "framework": self.framework, "weights_sha256": self.weights_sha256(seconds),
                "can": list(self.can)}

    def sr_shape(self, shape):
        return (*shape[:2], shape[2] * self.scale, shape[3] * self.scale)

    def check_shape(self, found, expected):
        if tuple(found) != tuple(expected):
            n, c, height, width = expected
            raise _Refused("shape", f"scale={self.scale} should make {_sides(expected)} of a "
                                    f"{_sides((n, c, height // self.scale, width // self.scale))} input, but the "
                                    f"network gives {_sides(found)}")

    def weights_sha256(self, seconds=-1):
        """Of the weights as they are, or where the network is in use for so long, as they were before."""
        return None

    def state(self):
        """A whole number that changes when the weights do."""
        return 0

    def free_memory(self):
        pass


_Pass = collections.namedtuple("_Pass", "network x y bytes state device")


class _FunctionNetwork(_Network):
    """Two functions on arrays of NumPy."""

    def __init__(self, name, forward, vjp, card):
        unused = [option for option in ("preprocess", "output", "postprocess", "device") if option in card]
        if unused:
            raise Error(f"{name}: {unused[0]} goes with networks of PyTorch; forward() and vjp() do all by themselves")
        super().__init__(name, card)
        import numpy
        self.numpy = numpy
        self.functions = forward, vjp
        self.framework = f"NumPy {numpy.__version__}"

    def decode(self, array):
        return self.numpy.frombuffer(array.data, "<f2" if array.dtype == "float16" else "<f4").reshape(array.shape) \
            .astype("float32")

    def encode(self, name, array, dtype):
        data = self.numpy.ascontiguousarray(array, "<f2" if dtype == "float16" else "<f4")
        return name, dtype, data.shape, data

    def forward(self, x, keep, check):
        step = self.max_batch or len(x)
        parts = []
        for first in range(0, len(x), step):
            check()
            part = self.numpy.asarray(self.functions[0](x[first:first + step]))
            self.check_shape(part.shape, self.sr_shape(x[first:first + step].shape))
            parts.append(part.astype("float32"))
        y = self.numpy.concatenate(parts)
        return _Pass(self, x, y, x.nbytes + y.nbytes, self.state(), self.device)

    def vjp(self, held, region, cotangent, check):
        whole = self.numpy.zeros_like(held.y)
        whole[region] = cotangent
        step = self.max_batch or len(whole)
        parts = []
        for first in range(0, len(whole), step):
            check()
            x = held.x[first:first + step]
            part = self.numpy.asarray(self.functions[1](x, whole[first:first + step]))
            if part.shape != x.shape:
                raise _Refused("shape", f"vjp() should return {_sides(x.shape)}, not {_sides(part.shape)}")
            parts.append(part.astype("float32"))
        return self.numpy.concatenate(parts)


class _SavedTensors:
    """Counts the bytes that autograd saves in a pass. PyTorch leaves it to such hooks to notice tensors that were
    overwritten after they were saved."""

    def __init__(self, weights):
        self.bytes = 0
        self.seen = set(weights)

    def pack(self, tensor):
        if tensor.layout is _torch().strided and tensor.data_ptr() not in self.seen:
            self.seen.add(tensor.data_ptr())
            self.bytes += tensor.numel() * tensor.element_size()
        return tensor.detach(), tensor._version  # the tensor itself would be held by its own graph

    def unpack(self, saved):
        tensor, version = saved
        if tensor._version != version:
            raise RuntimeError(
                f"a tensor of {_sides(tensor.shape)} that the gradient needs has been overwritten: a layer works in "
                "place on what another one still needs, or the weights have changed since. Write y = x + 1 for x += 1, "
                "and inplace=False")
        return tensor


class _Weights:
    """What all servers of a module share: the lock under which it is called, and a number for the weights as they are.

    They are known by where they are and by how often PyTorch has counted a change of them: to look at that is quick.
    """

    def __init__(self):
        self.lock = _Turn()
        self.known = None
        self.number = 0
        self.hashed = None, None  # state and SHA-256

    def state(self, module):
        found = [(weight.data_ptr(), 0 if weight.is_inference() else weight._version)
                 for weight in itertools.chain(module.parameters(), module.buffers())]
        if found != self.known:
            # Drawn, not counted: a server that was started anew has other weights, too.
            self.known, self.number = found, secrets.randbits(52) + 1
        return self.number


_weights_of = weakref.WeakKeyDictionary()


class _TorchNetwork(_Network):
    """A torch.nn.Module, or a function of a tensor."""

    def __init__(self, name, net, options):
        super().__init__(name, options)
        torch = _torch()
        self.net = net
        self.module = net if isinstance(net, torch.nn.Module) else None
        if self.module is None and not callable(net):
            raise Error(f"{name}: a torch.nn.Module is expected, this is a {type(net).__name__}: build the network and "
                        "load its weights (load_state_dict) first")
        if self.module is not None:  # served twice, it is one network
            self.shared = _weights_of.setdefault(net, _Weights())
            self.lock = self.shared.lock
        self.framework = f"PyTorch {torch.__version__}"
        if self.module is not None:
            self.parameters = sum(parameter.numel() for parameter in net.parameters())
            self.can = ("weights", "taps", "features")

    # Both as they are now: a notebook moves its network to the GPU when it likes.

    @property
    def dtype(self):
        weight = self._first_weight()
        return _torch().float32 if weight is None else weight.dtype

    @property
    def device(self):
        weight = self._first_weight()
        return _torch().device(self.options["device"] or ("cpu" if weight is None else weight.device))

    def _first_weight(self):
        weights = () if self.module is None else itertools.chain(self.module.parameters(), self.module.buffers())
        return next((weight for weight in weights if weight.is_floating_point()), None)

    def card(self, seconds=-1):
        card = super().card(seconds)
        if self.device.type == "cuda":
            card["device"] += f" ({_torch().cuda.get_device_name(self.device)})"
        return card

    def _weights(self):
        if self.module is None:
            return {}
        return {name: value for name, value in self.module.state_dict().items() if isinstance(value, _torch().Tensor)}

    def weights_sha256(self, seconds=-1):
        if self.module is None:
            return None
        if self.shared.hashed[0] != self.state() and self.lock.take(seconds):
            try:
                self.shared.hashed = self.state(), self._hash()
            finally:
                self.lock.give()
        return self.shared.hashed[1]

    def _hash(self):
        digest = hashlib.sha256()
        for name, value in self._weights().items():
            digest.update(f"{name}\0{value.dtype}\0{_sides(value.shape)}\0".encode())
            if value.numel():
                digest.update(_memory(value.detach().cpu().contiguous()))
        return digest.hexdigest()

    def state(self):
        return 0 if self.module is None else self.shared.state(self.module)

    def decode(self, array):
        torch = _torch()
        dtype = torch.float16 if array.dtype == "float16" else torch.float32
        return torch.frombuffer(array.data, dtype=dtype).reshape(array.shape).to(torch.float32)

    def encode(self, name, tensor, dtype):
        torch = _torch()
        tensor = tensor.detach().to("cpu", torch.float16 if dtype == "float16" else torch.float32).contiguous()
        return name, dtype, tensor.shape, _memory(tensor) if tensor.numel() else b""

    @contextlib.contextmanager
    def _ready(self):
        """Eval mode, frozen parameters, the network's device; afterwards the network is as before."""
        torch = _torch()
        modules = [] if self.module is None else list(self.module.modules())
        modes = [(module, module.training) for module in modules]
        learning = [] if self.module is None else [p for p in self.module.parameters() if p.requires_grad]
        place = torch.cuda.device(self.device) if self.device.type == "cuda" else contextlib.nullcontext()
        try:
            if any(training for _, training in modes):
                self.module.eval()
            for parameter in learning:
                parameter.requires_grad_(False)
            with place:
                yield
        finally:
            for module, training in modes:
                if module.training != training:
                    module.training = training
            for parameter in learning:
                parameter.requires_grad_(True)

    def _call(self, x):
        options = self.options
        given = options["preprocess"](x) if options["preprocess"] else x
        if isinstance(given, tuple):
            result = self.net(*given)
        elif isinstance(given, dict):
            result = self.net(**given)
        else:
            result = self.net(given)
        expected = self.sr_shape(x.shape)
        if options["output"]:
            result = options["output"](result)
        elif not options["postprocess"]:
            result = _only_image(result, expected)
        if options["postprocess"]:
            result = options["postprocess"](result)
        is_tensor = isinstance(result, _torch().Tensor)
        if not is_tensor or not result.is_floating_point():
            what = f"a tensor of {result.dtype}" if is_tensor else f"a {type(result).__name__}"
            raise _Refused("shape", f"the network returns {what}, not a tensor of images: output=lambda y: … picks it")
        if result.dim() == 3 and len(x) == 1:
            result = result[None]
        self.check_shape(result.shape, expected)
        return result

    def _batch(self, x, check):
        """The network's output for all images. Some networks take single images only: where a batch fails and its
        images do not, all batches are divided from then on."""
        try:
            return self._divided(x, self.max_batch or len(x), check)
        except Exception as error:
            is_cancelled = isinstance(error, _Refused) and error.code == "cancelled"
            if len(x) == 1 or self.max_batch == 1 or is_cancelled or _is_out_of_memory(error):
                raise
            trouble = error
        try:
            y = self._divided(x, 1, check)
        except Exception:
            raise trouble from None
        self.max_batch = 1
        return y

    def _divided(self, x, step, check):
        parts = []
        for first in range(0, len(x), step):
            check()
            # A copy: networks may work in place on their input, which a leaf of the graph does not allow.
            parts.append(self._call(x[first:first + step].clone()))
        return parts[0] if len(parts) == 1 else _torch().cat(parts)

    def forward(self, x, keep, check):
        torch = _torch()
        x = x.to(self.device, self.dtype)
        saved = _SavedTensors(weight.data_ptr() for weight in self._weights().values())
        state = self.state()
        with self._ready(), torch.set_grad_enabled(keep):
            if not keep:
                return _Pass(self, x, self._batch(x, check), 0, state, x.device)
            x.requires_grad_(True)
            with torch.autograd.graph.saved_tensors_hooks(saved.pack, saved.unpack):
                y = self._batch(x, check)
        if not y.requires_grad:
            raise _Refused("no_gradient", "the output has no gradient with respect to the input: remove "
                                          "torch.no_grad(), detach() and NumPy from forward()")
        return _Pass(self, x, y, saved.bytes + sum(t.numel() * t.element_size() for t in (x, y)), state, x.device)

    def vjp(self, held, region, cotangent, check):
        torch = _torch()
        with self._ready(), torch.enable_grad():
            y = held.y[region]
            gradient, = torch.autograd.grad(y, held.x, cotangent.to(y.device, y.dtype), retain_graph=True,
                                            allow_unused=True)
        if gradient is None:
            raise _Refused("no_gradient", "the output does not depend on the input: remove detach() from forward()")
        return gradient

    def list_weights(self):
        learnt = {name for name, _ in self.module.named_parameters()}
        return [{"name": name, "dtype": str(value.dtype).replace("torch.", ""), "shape": list(value.shape),
                 "trainable": name in learnt} for name, value in self._weights().items()]

    def weights(self, names, limit):
        """Tensors by name."""
        weights = self._weights()
        missing = [name for name in names if name not in weights]
        if missing:
            raise _Refused("bad_request", f"the network has no weight {missing[0]}")
        _check_size(sum(weights[name].numel() for name in names) * 4, limit)
        return [(name, weights[name]) for name in names]

    def observe(self, x, take, names=None):
        """Calls take(name, kind, output) after each evaluation of a module with a name of `names`, or of any."""
        torch = _torch()

        def hook(name, kind, _module, _inputs, output):
            if isinstance(output, torch.Tensor) and output.dim() in (3, 4):
                take(name, kind, output)

        handles = []
        try:
            for name, module in self.module.named_modules():
                kind = _kind(module)
                if name and kind and (names is None or name in names):
                    handles.append(module.register_forward_hook(functools.partial(hook, name, kind)))
            with self._ready(), torch.no_grad():
                self._call(x.to(self.device, self.dtype))
        finally:
            for handle in handles:
                handle.remove()

    def taps(self, x):
        kinds = {}
        self.observe(x, lambda name, kind, _: kinds.setdefault(name, kind))
        return [{"name": name, "kind": kind} for name, kind in kinds.items()]

    def features(self, x, names, limit):
        found = []
        total = 0

        def take(name, _kind, output):
            nonlocal total
            total += output.numel() * 4
            _check_size(total, limit)
            found.append((name, output.clone()))  # activations work in place

        self.observe(x, take, set(names))
        return found

    def free_memory(self):
        if self.device.type == "cuda":
            _torch().cuda.empty_cache()


@functools.lru_cache(None)
def _torch():
    # Imported when first needed: serve_function() does without.
    try:
        import torch
    except ImportError as error:
        raise Error(f"PyTorch cannot be imported by {sys.executable}: {error}. Networks of other frameworks go to "
                    "serve_function()") from error
    return torch


def _memory(tensor):
    """The bytes of a contiguous tensor on the CPU, without NumPy. They hold as long as the view does."""
    buffer = (ctypes.c_ubyte * (tensor.numel() * tensor.element_size())).from_address(tensor.data_ptr())
    buffer.tensor = tensor
    return memoryview(buffer).cast("B")


def _kind(module):
    nn = _torch().nn
    if isinstance(module, (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)):
        return "transposed_convolution"
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        return "convolution"
    if isinstance(module, nn.Linear):
        return "linear"
    parts = next(module.children(), None)
    return "block" if parts is not None and next(module.parameters(), None) is not None else None


def _only_image(result, expected):
    """The tensor of a network that returns several, or a dictionary: the only one of the right shape."""
    if isinstance(result, _torch().Tensor):
        return result
    found = list(itertools.islice(_tensors(result, "y", 4), 100))
    fitting = [tensor for _, tensor in found if tuple(tensor.shape) == tuple(expected)]
    if len(fitting) != 1:
        listed = ", ".join(f"{place}: {_sides(tensor.shape)}" for place, tensor in found[:10]) or "no tensors"
        raise _Refused("shape", f"the network returns a {type(result).__name__} ({listed}); {len(fitting)} of them are "
                                f"{_sides(expected)}: output=lambda y: … picks the image")
    return fitting[0]


def _tensors(value, place, depth):
    if isinstance(value, _torch().Tensor):
        yield place, value
    elif depth and isinstance(value, dict):
        for key, part in value.items():
            yield from _tensors(part, f"{place}[{key!r}]", depth - 1)
    elif depth and isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _tensors(part, f"{place}[{index}]", depth - 1)
    elif depth and hasattr(value, "__dict__"):
        for name, part in vars(value).items():
            yield from _tensors(part, f"{place}.{name}", depth - 1)


def _torch_networks(networks, options):
    _torch()
    if not isinstance(networks, dict):
        name = type(networks).__name__ if not hasattr(networks, "__name__") else networks.__name__
        networks = {name: networks}
    if networks and all(isinstance(value, _torch().Tensor) for value in networks.values()):
        raise Error("a torch.nn.Module is expected, these are weights: build the network and load them "
                    "(load_state_dict) first")
    made = []
    for name, value in networks.items():
        net, own = value if isinstance(value, tuple) else (value, {})
        made.append(_TorchNetwork(name, net, dict(options, **own)))
    return made


# Held passes


class _HeldPasses:
    """The passes of all clients, within a budget of bytes for each device; the least recently asked for goes first."""

    def __init__(self, memory):
        self.memory = memory
        self.lock = threading.Lock()
        self.passes = collections.OrderedDict()  # number -> (client, pass), the most recently asked for last
        self.numbers = itertools.count(1)

    def add(self, client, held):
        with self.lock:
            number = next(self.numbers)
            self.passes[number] = client, held
            device = held.device
            here = [(n, c, p) for n, (c, p) in self.passes.items() if p.device == device]
            total = sum(p.bytes for _, _, p in here)
            budget = self.memory or _quarter_of_memory(device)
            own = sum(c is client for c, _ in self.passes.values())
            for old, owner, p in here[:-1]:
                if total <= budget and (own <= PASSES or owner is not client):
                    continue
                self._drop(old)
                total -= p.bytes
                own -= owner is client
            return number

    def get(self, client, number):
        with self.lock:
            owner, held = self.passes.get(number, (None, None))
            if owner is not client:
                raise _Refused("no_pass", f"pass {number} is not held any more: repeat forward")
            self.passes.move_to_end(number)
            return held

    def release(self, client, numbers=None):
        """Forgets passes of this client, by default all; returns their numbers."""
        with self.lock:
            mine = [n for n, (owner, _) in self.passes.items() if owner is client and (numbers is None or n in numbers)]
            for number in mine:
                del self.passes[number]
            return mine

    def clear(self):
        with self.lock:
            for number in list(self.passes):
                self._drop(number)

    def _drop(self, number):
        client, _ = self.passes.pop(number)
        client.dropped.append(number)


def _quarter_of_memory(device):
    if getattr(device, "type", "cpu") == "cuda":
        return _torch().cuda.get_device_properties(device).total_memory // 4
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    except (AttributeError, ValueError, OSError):
        return 1 << 30


# Clients


class _Request:
    def __init__(self, header, arrays):
        self.header = header
        self.id = header["id"]
        self.arrays = arrays
        self.cancelled = False

    def check(self):
        if self.cancelled:
            raise _Refused("cancelled", "cancelled by the client")

    def field(self, name, fits, expected, default=None):
        value = self.header.get(name, default)
        if not fits(value):
            raise _Refused("bad_request", f"{name} is {expected}")
        return value

    def flag(self, name):
        return self.field(name, lambda value: isinstance(value, bool), "true or false", False)

    def names(self):
        return self.field("names", lambda value: isinstance(value, list) and len(value) <= TENSOR_LIMIT and
                          all(isinstance(name, str) for name in value), f"a list of at most {TENSOR_LIMIT} names")

    def dtype(self):
        return self.field("dtype", lambda value: isinstance(value, str) and value in ITEM_BYTES, "float32 or float16",
                          "float32")

    def region(self, sr_shape):
        """The region as an index of the SR; all of it where none is asked for."""
        height, width = sr_shape[2:]
        value = self.field("region", lambda value: value is None or isinstance(value, list) and len(value) == 4 and
                           all(_whole(number, 0, 2**31 - 1) for number in value),
                           "[x, y, width, height] in SR pixels, or null")
        x, y, w, h = value or (0, 0, width, height)
        if not (1 <= w <= width - x and 1 <= h <= height - y):
            raise _Refused("bad_request", f"the region {value} is not inside the SR of {width}x{height}")
        return (slice(None), slice(None), slice(y, y + h), slice(x, x + w))

    def batch(self, network):
        array = self.arrays.get("x")
        if array is None or len(array.shape) != 4 or not all(array.shape) or array.shape[1] != network.channels:
            raise _Refused("bad_request", f"x is a batch [n, {network.channels}, h, w]")
        return network.decode(array)


def _check_size(size, limit):
    if size > limit:
        raise _Refused("too_large", f"the answer has {size} bytes; the client takes {limit}: ask for a region")


class _Client:
    """One connection: a thread reads its requests, another one answers them."""

    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.writing = connection.dup()  # a timeout of its own
        self.writing.settimeout(FRAME_SECONDS)
        self.write_lock = threading.Lock()
        self.queue = queue.Queue()
        self.open = {}  # id -> request that waits or runs
        self.running = None
        self.lock = threading.Lock()
        self.dropped = collections.deque(maxlen=4 * PASSES)
        self.max_payload = PAYLOAD_LIMIT
        self.threads = [threading.Thread(target=work, daemon=True, name="lamscope client")
                        for work in (self._read, self._work)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def abandon(self):
        """Closes what start() has left half done."""
        self.close()
        self.queue.put(None)
        self.connection.close()
        self.writing.close()

    def refuse(self, refused, request_id=None):
        error = {"code": refused.code, "message": refused.message[:4000]}
        if refused.trace:
            error["trace"] = refused.trace
        answer = {"id": request_id, "error": error}
        if refused.code == "protocol":
            answer["protocol"] = PROTOCOL
        self.answer(answer)

    def answer(self, header, tensors=()):
        dropped = []
        with contextlib.suppress(IndexError):
            while True:
                dropped.append(self.dropped.popleft())
        if dropped:
            header = dict(header, dropped=dropped)
        parts = _frame(header, tensors)
        if len(parts[0]) > HEADER_LIMIT or len(tensors) > TENSOR_LIMIT:
            parts = _frame({"id": header["id"], "error": {
                "code": "too_large", "message": f"an answer has a header of {HEADER_LIMIT} bytes and {TENSOR_LIMIT} "
                                                "tensors at most: ask for fewer names"}})
        if sum(map(len, parts)) < 1 << 16:
            parts = [b"".join(parts)]
        with self.write_lock:
            try:
                for part in parts:
                    view = memoryview(part)
                    while len(view):
                        view = view[self.writing.send(view):]
            except OSError:  # also a client that does not read: nothing that follows would be understood
                self.close()

    def _read(self):
        try:
            self._greet()
            while True:
                self._take(*_read_frame(self.connection, PAYLOAD_LIMIT))
        except _Refused as refused:
            self.refuse(refused)
        except (_Gone, OSError):
            pass
        finally:
            with self.lock:
                for request in self.open.values():
                    request.cancelled = True
            self.queue.put(None)
            self.server.forget(self)
            self.close()
            self.connection.close()

    def _greet(self):
        header, _ = _read_frame(self.connection, 0, time.monotonic() + HELLO_SECONDS)
        header = _parse_header(header)
        if header.get("request") != "hello":
            raise _Refused("hello", "the first request is hello")
        token = str(header.get("token")).encode("utf-8", "replace")
        if self.server.token is not None and not hmac.compare_digest(token, self.server.token.encode()):
            raise _Refused("token", "the token is wrong: copy the whole address that the server printed")
        self._hello(header)

    def _hello(self, header):
        protocol = header.get("protocol")
        if protocol != PROTOCOL:
            older = "the program" if _whole(protocol, 0, PROTOCOL) else "lamscope.py"
            raise _Refused("protocol", f"the server speaks version {PROTOCOL} of the bridge's protocol, the client "
                                       f"version {str(protocol)[:50]}: update {older}")
        limit = header.get("max_payload", PAYLOAD_LIMIT)
        self.max_payload = limit if _whole(limit, 0, 1 << 40) else PAYLOAD_LIMIT
        networks = self.server.networks.values()
        self.answer({"id": header.get("id") if _whole(header.get("id"), 1, 2**53) else None, "protocol": PROTOCOL,
                     "server": f"lamscope.py {__version__}, Python {platform.python_version()}",
                     "limits": {"header": HEADER_LIMIT, "payload": PAYLOAD_LIMIT, "in_flight": IN_FLIGHT,
                                "passes": PASSES},
                     "networks": [network.card(HASH_SECONDS / len(networks)) for network in networks]})

    def _take(self, header, payload):
        """Answers what is answered at once, and queues the rest."""
        request_id = None
        try:
            header = _parse_header(header)
            request_id = header.get("id")
            if not _whole(request_id, 1, 2**53):
                request_id = None
                raise _Refused("bad_request", "id is a whole number from 1 to 2^53")
            request = _Request(header, _arrays(header, payload))
            kind = header.get("request")
            if kind == "hello":
                self._hello(header)
            elif kind == "ping":
                self.answer({"id": request_id})
            elif kind == "cancel":
                self.answer({"id": request_id, "cancelled": self._cancel(header.get("cancel"))})
            elif kind == "release":
                passes = request.field("passes", lambda value: value is None or isinstance(value, list) and
                                       all(_whole(number, 1, 2**53) for number in value), "a list of numbers")
                self.answer({"id": request_id,
                             "released": self.server.passes.release(self, passes if passes is None else set(passes))})
            elif isinstance(kind, str) and kind in self.HANDLERS:
                self._enqueue(request)
            else:
                raise _Refused("unknown_request", f"there is no request {str(kind)[:100]!r}")
        except _Refused as refused:
            self.refuse(refused, request_id)
            if refused.code == "protocol":
                raise _Gone from None

    def _enqueue(self, request):
        with self.lock:
            if len(self.open) >= IN_FLIGHT:
                raise _Refused("busy", f"{IN_FLIGHT} requests wait or run already")
            if request.id in self.open:
                raise _Refused("bad_request", "the id is that of a request that waits or runs")
            self.open[request.id] = request
        self.queue.put(request)

    def _cancel(self, number):
        with self.lock:
            request = self.open.get(number) if _whole(number, 1, 2**53) else None
            if request is None:
                return False
            request.cancelled = True
            if request is self.running:
                return False
            del self.open[number]
        self.refuse(_Refused("cancelled", "cancelled by the client"), number)
        return True

    def _work(self):
        """Answers one request after the other."""
        while True:
            request = self.queue.get()
            if request is None:
                break
            with self.lock:
                if request.id not in self.open or request.cancelled:
                    self.open.pop(request.id, None)
                    continue
                self.running = request
            try:
                answer, tensors = self.HANDLERS[request.header["request"]](self, request)
            except BaseException as error:  # also SystemExit of a network
                answer = _failure(error)
            with self.lock:
                del self.open[request.id]
                self.running = None
            if isinstance(answer, _Refused):
                self.refuse(answer, request.id)
            else:
                self.answer(dict(answer, id=request.id), tensors)
            del request, answer
            tensors = ()
        self.server.passes.release(self)
        self.writing.close()

    def _network(self, request, needs=None):
        name = request.header.get("network")
        network = self.server.networks.get(name) if isinstance(name, str) else None
        if network is None:
            raise _Refused("no_network", f"there is no network {str(name)[:200]!r}; the server has "
                                         f"{', '.join(self.server.networks)}")
        if needs is not None and needs not in network.can:
            raise _Refused("unsupported", f"{network.id} runs where {needs} cannot be asked for")
        return network

    def _held(self, request):
        return self.server.passes.get(self, request.field("pass", lambda value: _whole(value, 1, 2**53), "a number"))

    def _of_held(self, request, held, work):
        """work() with the network's lock, if the weights are still those of the pass."""
        def checked():
            if held.network.state() != held.state:
                number = request.header["pass"]
                self.server.passes.release(self, {number})
                raise _Refused("no_pass", f"the weights have changed since pass {number}: repeat forward")
            return work()

        return self._alone(held.network, request, checked)

    def _alone(self, network, request, work):
        """work() with the network's lock; if memory runs out, once more without the passes that are held."""
        with network.lock:
            for first in (True, False):
                request.check()
                try:
                    return work()
                except Exception as error:
                    if not first or not _is_out_of_memory(error):
                        raise
                # Here the traceback, which keeps tensors alive, is gone.
                self.server.passes.clear()
                network.free_memory()

    def _forward(self, request):
        network = self._network(request)
        keep, dtype = request.flag("keep"), request.dtype()
        x = request.batch(network)
        region = request.region(network.sr_shape(x.shape))
        held = self._alone(network, request, lambda: network.forward(x, keep, request.check))
        y = self._encoded(network, "y", held.y[region], dtype)
        request.check()  # a client that has cancelled never asks for the pass, nor releases it
        return {"pass": self.server.passes.add(self, held) if keep else None, "state": held.state}, [y]

    def _again(self, request):
        held, dtype = self._held(request), request.dtype()
        y = held.y[request.region(held.y.shape)]
        return {}, [self._of_held(request, held, lambda: self._encoded(held.network, "y", y, dtype))]

    def _vjp(self, request):
        held, dtype, release = self._held(request), request.dtype(), request.flag("release")
        region = request.region(held.y.shape)
        cotangent = request.arrays.get("cotangent")
        expected = (*held.y.shape[:2], region[2].stop - region[2].start, region[3].stop - region[3].start)
        if cotangent is None or tuple(cotangent.shape) != expected:
            raise _Refused("bad_request", f"cotangent is {_sides(expected)}, as the region")
        network = held.network
        cotangent = network.decode(cotangent)
        gradient = self._of_held(request, held, lambda: network.vjp(held, region, cotangent, request.check))
        if release:
            self.server.passes.release(self, {request.header["pass"]})
        return {}, [self._encoded(network, "gradient", gradient, dtype)]

    def _weights(self, request):
        network = self._network(request, "weights")
        if "names" not in request.header:
            return {"weights": network.list_weights()}, []
        dtype = request.dtype()
        return {}, [network.encode(name, tensor, dtype) for name, tensor in
                    network.weights(request.names(), self.max_payload)]

    def _taps(self, request):
        network = self._network(request, "taps")
        x = request.batch(network)
        return {"taps": self._alone(network, request, lambda: network.taps(x))}, []

    def _features(self, request):
        network = self._network(request, "features")
        x, names, dtype = request.batch(network), request.names(), request.dtype()
        found = self._alone(network, request, lambda: network.features(x, names, self.max_payload))
        return {}, [network.encode(name, tensor, dtype) for name, tensor in found]

    def _encoded(self, network, name, array, dtype):
        _check_size(_product(array.shape) * ITEM_BYTES[dtype], self.max_payload)
        return network.encode(name, array, dtype)

    HANDLERS = {"forward": _forward, "read": _again, "vjp": _vjp, "weights": _weights, "taps": _taps,
                "features": _features}


# The server


class Server:
    """Networks that Lamscope can reach at `address`. Threads of its own answer; made by serve() and show().

    Can be used in a `with` statement, which stops it at the end.
    """

    def __init__(self, networks, port=None, host="127.0.0.1", memory=None):
        if sys.byteorder != "little":
            raise Error("the bridge needs a little-endian processor")
        if not networks:
            raise Error("there is no network to serve")
        self.networks = {network.id: network for network in networks}
        for network in networks:
            with network.lock:
                pass  # says so where it is paused by this thread, which could wait for this server for ever
            network.weights_sha256()  # takes long for large networks; hello is to be answered soon
        self.passes = _HeldPasses(memory)
        self.window = None
        self.token = None
        self.clients = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._process = os.getpid()
        self.folder = tempfile.mkdtemp(prefix="lamscope-")  # for what is handed to the programs
        self._remove = [self.folder]
        try:
            self.address = self._listen(port, host)
        except BaseException:
            self._clean()
            raise
        _live_servers.add(self)
        _watch_signals()
        self._thread = threading.Thread(target=self._accept, daemon=True, name="lamscope server")
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def announce(self):
        """Prints how to reach the networks."""
        here = f"{_user()}@{socket.gethostname()}"
        path = urllib.parse.unquote(self.address[len("lamscope+unix://"):])
        local = f"/tmp/lamscope-{secrets.token_hex(4)}.sock"
        forward, there = (f"ssh -N -L {local}:{path} {here}", f"lamscope+unix://{local}") if self.token is None else \
            (f"ssh -N -L {self._port}:{self._target}:{self._port} {here}",
             f"lamscope+tcp://127.0.0.1:{self._port}/{self.token}")
        print(f"Serving {', '.join(self.networks)}. In the window: Networks > Connect. In a terminal:\n"
              f"lamscope {self.address}\n"
              f"or lamscope-cli lam --model {self.address}\n"
              f"From another machine: {forward}\n  and there: lamscope {there}", flush=True)
        if "LAMSCOPE_EXIT_WITH_STDIN" in os.environ:
            threading.Thread(target=_exit_with_stdin, daemon=True, name="lamscope input").start()

    def wait(self):
        """Returns once the server is stopped."""
        while not self._stopped.wait(3600):
            pass

    @contextlib.contextmanager
    def paused(self):
        """While it lasts, no network is called: for a step of training in the session that serves the network."""
        with contextlib.ExitStack() as locks:
            for lock in {id(network.lock): network.lock for network in self.networks.values()}.values():
                locks.enter_context(lock)
            yield

    def stop(self):
        """Closes all connections and removes the socket. The window, where there is one, stays. Can be repeated."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        _live_servers.discard(self)
        self._clean()
        with self._lock:
            clients = list(self.clients)
        for client in clients:
            client.close()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        # A call of a network ends when it ends: who stops a server does not wait for more than a moment.
        deadline = time.monotonic() + 5
        for thread in [self._thread] + [thread for client in clients for thread in client.threads]:
            if thread is not threading.current_thread() and thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))

    def forget(self, client):
        with self._lock:
            self.clients.discard(client)

    def _listen(self, port, host):
        path = os.environ.get("LAMSCOPE_SOCKET")
        if path is None and port is None and not hasattr(socket, "AF_UNIX"):
            port = 0
        if path is None and port is not None:
            return self._listen_tcp(port, host)
        path = self._free_path() if path is None else os.path.abspath(path)
        folder = os.path.dirname(path)
        if len(os.fsencode(path)) > 100:
            raise Error(f"{path} is too long for a socket: 100 bytes are the most")
        if not os.path.isdir(folder):
            try:
                os.mkdir(folder, 0o700)
            except OSError as error:
                raise Error(f"{folder}: the folder cannot be made: {error.strerror}") from error
            self._remove.insert(0, folder)
        if os.stat(folder).st_uid != os.getuid() or os.stat(folder).st_mode & 0o077:
            # Whoever can write there can put a socket of their own in this one's place.
            raise Error(f"{folder} belongs to another user, or others can enter it: set LAMSCOPE_SOCKET to a path in a "
                        "folder of your own of mode 0700, or in one that is not there yet")
        if not _remove_stale(path):
            raise Error(f"{path}: another server runs there, or the file is no socket")
        self._socket = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            os.fchmod(self._socket.fileno(), 0o600)  # on Linux, the file then never has another mode
        try:
            self._socket.bind(path)
            os.chmod(path, 0o600)
            self._remove.insert(0, path)
            self._socket.listen(CLIENTS)
        except OSError as error:
            self._socket.close()
            raise Error(f"{path}: no socket can be made there: {error.strerror}") from error
        return "lamscope+unix://" + _quoted(path)

    def _listen_tcp(self, port, host):
        if not _whole(port, 0, 65535):
            raise Error(f"port is a number from 0 (a free one) to 65535, not {port!r}")
        self.token = secrets.token_hex(16)
        try:
            family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            self._socket = socket.socket(family)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(place)
            self._socket.listen(CLIENTS)
        except OSError as error:
            raise Error(f"{host}:{port}: cannot listen there: {error.strerror or error}") from error
        self._port = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self._target = shown
        if host in ("0.0.0.0", "::"):  # all addresses of this machine
            self._target, shown = "127.0.0.1", socket.gethostname()
        return f"lamscope+tcp://{shown}:{self._port}/{self.token}"

    def _free_path(self):
        folder = _socket_folder()
        for entry in folder.glob("*.sock"):  # of servers that were killed
            _remove_stale(str(entry))
        name = re.sub(r"[^A-Za-z0-9_-]", "", next(iter(self.networks)))[:20] or "network"
        suffixes = itertools.chain([""], map("-{}".format, itertools.count(2)))
        paths = (folder / f"{name}-{os.getpid()}{suffix}.sock" for suffix in suffixes)
        return str(next(path for path in paths if not path.exists()))

    def _accept(self):
        while not self._stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if self._stopped.wait(0.1):  # or the process has no more files
                    return
                continue
            try:
                self._welcome(connection)
            except Exception as error:  # no more files or threads: this client goes, and others may come
                connection.close()
                print(f"lamscope: a client could not be served: {error}", file=sys.stderr)

    def _welcome(self, connection):
        if connection.family != getattr(socket, "AF_UNIX", None):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client = _Client(self, connection)
        with self._lock:
            full = len(self.clients) >= CLIENTS
            if not full:
                self.clients.add(client)
        if full:
            client.writing.settimeout(1)
            client.refuse(_Refused("full", f"the server has {CLIENTS} clients already"))
            client.abandon()
            return
        try:
            client.start()
        except BaseException:
            self.forget(client)
            client.abandon()
            raise
        if self._stopped.is_set():
            client.close()

    def _clean(self):
        """Removes the files of this process."""
        if os.getpid() != self._process:
            return
        for path in self._remove:
            with contextlib.suppress(OSError):
                if path == self.folder:
                    shutil.rmtree(path, ignore_errors=True)
                elif os.path.isdir(path):
                    os.rmdir(path)
                else:
                    os.unlink(path)
        self._remove = []


_live_servers = weakref.WeakSet()


@atexit.register
def _stop_all():
    for server in list(_live_servers):
        if os.getpid() == server._process:
            server.stop()


def _close_in_child():
    # A child that outlives its parent would keep the address busy without ever answering.
    for server in list(_live_servers):
        server._socket.close()
        for client in list(server.clients):
            client.connection.close()
            client.writing.close()
    _live_servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_in_child)


def _watch_signals():
    """Has the files removed when the process is ended by a signal that nobody handles."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end_by_signal)


def _end_by_signal(number, _frame):
    for server in list(_live_servers):
        server._clean()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _exit_with_stdin():
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    for server in list(_live_servers):
        server._clean()
    os._exit(0)


def _user():
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # as in a container without an entry for this user
        return str(os.getuid())


def _socket_folder():
    """A folder that only this user can enter: in XDG_RUNTIME_DIR, else where temporary files are."""
    user = os.getuid()
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and len(os.fsencode(runtime)) <= 50 and os.access(runtime, os.W_OK | os.X_OK):
        folder = Path(runtime) / "lamscope"
    else:
        folder = Path(tempfile.gettempdir()) / f"lamscope-{user}"
        if len(os.fsencode(str(folder))) > 58:
            folder = Path("/tmp") / f"lamscope-{user}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != user:
        raise Error(f"{folder} belongs to another user or is no folder: set XDG_RUNTIME_DIR to a folder of your own")
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def _remove_stale(path):
    """Removes the socket of a server that was killed. Returns whether the path is free now."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return False
    except FileNotFoundError:
        return True
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
            return False
        except ConnectionRefusedError:
            with contextlib.suppress(OSError):
                os.unlink(path)
            return not os.path.exists(path)
        except OSError:
            return not os.path.exists(path)


# Images and arrays in files


def _image_file(image, folder):
    """The name of a file with this image."""
    if isinstance(image, (str, os.PathLike)):
        path = os.path.abspath(os.fspath(image))
        if not os.path.isfile(path):
            raise Error(f"{path}: there is no such file")
        return path
    number = len(os.listdir(folder)) + 1
    if hasattr(image, "save"):  # of PIL
        path = os.path.join(folder, f"image-{number}.png")
        image.save(path)
        return path
    tensor = _torch().as_tensor(image).detach().to("cpu", _torch().float32)
    if tensor.dim() == 4 and len(tensor) == 1:
        tensor = tensor[0]
    if tensor.dim() != 3 or 3 not in (tensor.shape[0], tensor.shape[2]):
        raise Error(f"an image is [3, h, w] or [h, w, 3], this is {_sides(tensor.shape)}")
    path = os.path.join(folder, f"image-{number}.npy")
    header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(tensor.shape)}).encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    with open(path, "wb") as stream:
        stream.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + _memory(tensor.contiguous()))
    return path


def _read_npy(path):
    """An array of NumPy, or a tensor where there is no NumPy."""
    try:
        import numpy
        return numpy.load(path)
    except ImportError:
        with open(path, "rb") as stream:
            content = bytearray(stream.read())
        length, = struct.unpack("<H", content[8:10])
        shape = ast.literal_eval(content[10:10 + length].decode())["shape"]
        return _torch().frombuffer(content, dtype=_torch().float32, offset=10 + length).reshape(shape)
