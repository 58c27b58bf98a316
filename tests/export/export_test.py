#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports networks with a real PyTorch and opens them with lamscope-cli.

usage: export_test.py PATH/lamscope-cli
Exit code 77 (skipped) where no PyTorch can be imported.
"""
import array
import ast
import contextlib
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else sys.exit(__doc__)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packaging/export"))

try:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    import torch
except (ImportError, OSError) as trouble:
    print(f"skipped: no PyTorch can be imported by {sys.executable}: {trouble}")
    sys.exit(77)

from lamscope_export import ExportError, export  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402


class Scriptable(nn.Module):
    """A convolution and a pixel shuffle beside bilinear enlargement; works on [0, range]."""

    def __init__(self, scale: int = 2, channels: int = 3):
        super().__init__()
        self.scale = scale
        torch.manual_seed(1)
        self.convolution = nn.Conv2d(channels, channels * scale * scale, 3, padding=1, bias=False)
        nn.init.normal_(self.convolution.weight, std=0.005)
        self.dropout = nn.Dropout(0.5)  # chance, unless exported in eval mode
        self.register_buffer("order", torch.arange(channels * scale * scale))

    def forward(self, x):
        details = functional.pixel_shuffle(self.convolution(self.dropout(x))[:, self.order], self.scale)
        return details + functional.interpolate(x, scale_factor=float(self.scale), mode="bilinear")


class TracedOnly(Scriptable):
    """TorchScript's compiler knows no lambdas."""

    def forward(self, x):
        shuffled = (lambda y: functional.pixel_shuffle(y, self.scale))(self.convolution(x))
        return functional.interpolate(x, scale_factor=2.0) + shuffled


class OneSize(TracedOnly):
    """int() makes constants of sizes while it is traced."""

    def forward(self, x):
        size = (lambda sides: [int(side) * self.scale for side in sides])(x.shape[2:])
        return functional.interpolate(x, size=size) + functional.pixel_shuffle(self.convolution(x), self.scale)


class Windows(Scriptable):
    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, c, h // 7, 7, w // 7, 7).view(n, c, h, w)
        return functional.interpolate(x, scale_factor=2.0) + functional.pixel_shuffle(self.convolution(x), self.scale)


class Detached(Scriptable):
    def forward(self, x):
        return super().forward(x).detach()


class Pair(Scriptable):
    def forward(self, x):
        return x, x


class Random(Scriptable):
    def forward(self, x):
        return functional.interpolate(x + torch.rand_like(x), scale_factor=2.0)


def write_npy(file, tensor):
    """[3, h, w] as float32 in NumPy's format 1.0, without NumPy."""
    header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(tensor.shape)}).encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    with open(file, "wb") as stream:
        stream.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        stream.write(array.array("f", tensor.flatten().tolist()).tobytes())


def read_npy(file):
    with open(file, "rb") as stream:
        content = stream.read()
    length, = struct.unpack("<H", content[8:10])
    shape = ast.literal_eval(content[10:10 + length].decode())["shape"]
    return torch.tensor(array.array("f", content[10 + length:]).tolist()).view(shape)


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = os.path.join(self.folder, "net.pt")

    def export(self, net, **options):
        """The exporter's words."""
        words = io.StringIO()
        with contextlib.redirect_stdout(words):
            export(net, self.file, **options)
        self.assertEqual(os.listdir(self.folder), [os.path.basename(self.file)])
        return words.getvalue()

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)

    def info(self):
        run = self.run_program("info", self.file, "--json", "-")
        self.assertEqual(run.returncode, 0, run.stderr)
        card = json.loads(run.stdout)["results"][0]
        with open(self.file, "rb") as stream:
            self.assertEqual(card["sha256"], hashlib.sha256(stream.read()).hexdigest())
        self.assertEqual(card["container"], "torchscript")
        self.assertEqual(card["architecture"], "TorchScript")
        return card

    def assert_same_output(self, net, width, height, value_range=1.0):
        """lamscope-cli upscale gives what PyTorch gives."""
        lr = torch.rand(3, height, width, generator=torch.Generator().manual_seed(2))
        image = os.path.join(self.folder, "lr.npy")
        write_npy(image, lr)
        out = os.path.join(self.folder, "out")
        run = self.run_program("upscale", "--lr", image, "--model", self.file, "--out", out)
        self.assertEqual(run.returncode, 0, run.stderr)
        results = [os.path.join(root, name) for root, _, names in os.walk(out) for name in names]
        self.assertEqual(len(results), 1, results)
        with torch.no_grad():
            expected = net.eval()(lr[None] * value_range)[0] / value_range
        self.assertLess(float((read_npy(results[0]) - expected).abs().max()), 1e-5)

    def test_scripted(self):
        net = Scriptable().train()
        words = self.export(net, scale=2, range=255.0, mean=[0.4488, 0.4371, 0.4040], minimum_side=8, name="Mine")
        self.assertIn("scripted, checked on 64x64, 77x75 and 75x77 pixels", words)
        self.assertTrue(net.training)
        card = self.info()
        self.assertEqual(card["name"], "Mine")
        self.assertEqual(card["scale"], 2)
        self.assertEqual(card["range"], 255.0)
        self.assertIn("stated by the card in the archive", card["range_evidence"])
        self.assertEqual(card["mean"], [0.4488, 0.4371, 0.4040])
        self.assertEqual(card["minimum_side"], 8)
        self.assertIsNone(card["fixed_size"])
        self.assertEqual(card["parameters"], 12 * 3 * 9)
        self.assertEqual(card["receptive_field"], 1)
        self.assertEqual(card["warnings"], [])
        self.assert_same_output(net, 31, 20, 255.0)

    def test_traced(self):
        net = TracedOnly()
        words = self.export(net, scale=2)
        self.assertIn("traced, checked on 64x64, 77x75 and 75x77 pixels", words)
        card = self.info()
        self.assertEqual((card["name"], card["scale"], card["range"]), ("net", 2, 1.0))
        self.assertIsNone(card["fixed_size"])
        self.assert_same_output(net, 31, 20)

    def test_trace_of_one_size(self):
        net = OneSize()
        words = self.export(net, scale=2)
        self.assertIn("works at 64x64 only", words)
        self.assertEqual(self.info()["fixed_size"], [64, 64])
        self.assert_same_output(net, 64, 64)

    def test_trace_of_a_chosen_size(self):
        self.export(OneSize(), scale=2, size=(40, 24))
        self.assertEqual(self.info()["fixed_size"], [40, 24])

    def test_trace_without_card_is_found_out(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.jit.trace(OneSize().eval(), torch.rand(1, 3, 36, 52)).save(self.file)
        card = self.info()
        self.assertEqual(card["fixed_size"], [52, 36])
        self.assertEqual(card["scale"], 2)
        self.assertTrue(any("52x36 LR pixels only" in text for text in card["warnings"]), card["warnings"])

    @unittest.skipIf(tuple(map(int, torch.__version__.split(".")[:2])) < (2, 9), f"torch is {torch.__version__}")
    def test_exported_program(self):
        self.file = os.path.join(self.folder, "net.pt2")
        net = Scriptable()
        words = self.export(net, scale=2, range=255.0)
        self.assertIn("exported by torch.export", words)
        self.assert_same_output(net, 31, 20, 255.0)

    def test_size_rule(self):
        net = Windows()
        self.export(net, scale=2, size_multiple=7)
        card = self.info()
        self.assertEqual((card["size_multiple"], card["minimum_side"]), (7, 4))
        self.assert_same_output(net, 35, 21)

    def test_one_channel(self):
        self.export(Scriptable(channels=1), scale=2, colour="y")
        self.assertEqual(self.info()["colour"], "y")

    def test_half_precision_network_is_left_as_it_was(self):
        net = Scriptable().half()
        self.export(net, scale=2)
        self.assertEqual(net.convolution.weight.dtype, torch.float16)
        self.assertEqual(net.order.dtype, torch.int64)
        self.assertTrue(net.training)
        self.assertEqual(self.info()["warnings"], [])

    def test_double_precision_network_is_left_as_it_was(self):
        net = Scriptable().double()
        net.convolution.weight.data += 1e-12  # lost in float32
        net.register_buffer("mean", torch.rand(3))
        before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
        self.export(net, scale=2)
        for name, tensor in net.state_dict().items():
            self.assertEqual(tensor.dtype, before[name].dtype)
            self.assertTrue(torch.equal(tensor, before[name]), name)

    def test_troubles_are_in_words(self):
        for net, options, words in (
                (Detached(), {}, "no gradient"),
                (Pair(), {}, "returns a tuple"),
                (Random(), {}, "depend on chance"),
                (Windows(), {}, "give size_multiple="),
                (Scriptable(), {"scale": 3}, "scale=3 should make 1x3x192x192"),
                (Scriptable(), {"scale": 9}, "from 1 to 8"),
                (Scriptable(), {"range": 0}, "usually 1.0 or 255.0"),
                (Scriptable(), {"mean": [114, 112, 102]}, "from 0 to 1"),
                (Scriptable(), {"colour": "ycbcr"}, '"rgb" or "y"'),
                (Scriptable(), {"size_multiple": 0}, "from 1 to 512"),
                (Scriptable().state_dict(), {}, "load_state_dict")):
            with self.subTest(words), self.assertRaisesRegex(ExportError, words):
                export(net, self.file, **{"scale": 2, **options})
            self.assertEqual(os.listdir(self.folder), [])

    def test_command_line(self):
        with open(os.path.join(self.folder, "mine.py"), "w", encoding="utf-8") as stream:
            stream.write("import torch\ndef make(): return torch.nn.Upsample(scale_factor=3)\n")
        exporter = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packaging/export/lamscope_export.py")
        run = subprocess.run([sys.executable, exporter, "mine.py:make", "net.pt", "--scale", "3", "--range", "255"],
                             cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        card = self.info()
        self.assertEqual((card["scale"], card["range"]), (3, 255.0))


if __name__ == "__main__":
    unittest.main()
