#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports networks by torch.export with a real PyTorch, and compares what the files hold with the networks themselves.

usage: export_pt2_test.py [unittest's arguments]
Exit code 77 (skipped) where no PyTorch 2.9 or newer can be imported. Some networks are those of $LAMSCOPE_DATA/pt2.
"""
import contextlib
import io
import itertools
import json
import os
import re
import sys
import tempfile
import unittest
import warnings
import zipfile
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "packaging/export"))

try:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    import torch
    if tuple(map(int, torch.__version__.split(".")[:2])) < (2, 9):
        raise ImportError(f"torch is {torch.__version__}")
except (ImportError, OSError) as trouble:
    print(f"skipped: no PyTorch 2.9 or newer can be imported by {sys.executable}: {trouble}")
    sys.exit(77)

import lamscope_export  # noqa: E402
from lamscope_export import ExportError, export  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

DATA = os.path.join(os.environ.get("LAMSCOPE_DATA") or os.path.join(ROOT, "../shared/data"), "pt2")
HAS_DATA = os.path.exists(os.path.join(DATA, "networks.py"))
if HAS_DATA:
    sys.path.insert(0, DATA)
    import networks
elif os.environ.get("LAMSCOPE_REQUIRE_DATA") == "1":
    sys.exit(f"{DATA}/networks.py is missing")


class Enlarging(nn.Module):
    """A convolution and a pixel shuffle; the classes below show features to it."""

    def __init__(self, seed: int = 3):
        super().__init__()
        torch.manual_seed(seed)
        self.convolution = nn.Conv2d(3, 12, 3, padding=1)

    def enlarge(self, x):
        return functional.pixel_shuffle(self.convolution(x), 2)

    def forward(self, x):
        return self.enlarge(x)


class PadsToFive(Enlarging):
    """Takes another branch where the height is a multiple of 5. A lambda: it cannot be scripted."""

    def forward(self, x):
        height = x.shape[2]
        if height % 5:
            x = functional.pad(x, (0, 0, 0, 5 - height % 5), mode="replicate")
        return (lambda y: self.enlarge(y * y.mean((2, 3), keepdim=True)))(x)[:, :, :2 * height]


class PoolsToEighths(Enlarging):
    """adaptive_max_pool2d makes a constant of the size that it pools to."""

    def forward(self, x):
        pooled = functional.adaptive_max_pool2d(x, (x.shape[2] // 8, x.shape[3] // 8))
        return self.enlarge(x * functional.interpolate(pooled, size=x.shape[2:], mode="nearest"))


class BrightensTallOnes(Enlarging):
    """Takes another branch at heights that no usual example has."""

    def forward(self, x):
        return self.enlarge(x * 2 if x.shape[2] > 128 else x)


class OneSize(Enlarging):
    def forward(self, x):
        sides = [int(side) * 2 for side in x.shape[2:]]
        return functional.interpolate(x, size=sides) + self.enlarge(x)


class OneImage(Enlarging):
    """int() of the batch size."""

    def forward(self, x):
        return self.enlarge(x.reshape(int(x.shape[0]), 3, x.shape[2], x.shape[3]))


class Borders(Enlarging):
    """Reflection by 50 pixels: smaller sides fail."""

    def forward(self, x):
        return self.enlarge(functional.pad(x, (50, 50, 50, 50), mode="reflect"))[:, :, 100:-100, 100:-100]


class Cells(Enlarging):
    def forward(self, x):
        n, c, h, w = x.shape
        return self.enlarge(x.view(n, c, h // 7, 7, w // 7, 7).softmax(3).view(n, c, h, w))


class WritesIntoSlice(Enlarging):
    """Autograd fails on it: the squared tensor is written to afterwards."""

    def forward(self, x):
        y = self.convolution(x)
        gate = y * y
        y[:, :3] = gate[:, 3:6].double()
        return functional.pixel_shuffle(y + gate, 2)


class WithoutGradient(Enlarging):
    def forward(self, x):
        with torch.no_grad():
            weight = torch.softmax(x.mean(1, keepdim=True) * 8, 2)
        return self.enlarge(x * (1 + 50 * weight))


class Routes(Enlarging):
    def forward(self, x):
        return self.enlarge(x * 2 if x.mean() > 0.2 else x)


class Counts(Enlarging):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls += 1
        return self.enlarge(x)


class CountsRows(Counts):
    """Writes into a view of the buffer."""

    def forward(self, x):
        self.calls[:1].add_(x.shape[2])
        return self.enlarge(x)


class Cardinal(Enlarging):
    def forward(self, x):
        return self.enlarge(torch.sinc(x))


class Noisy(Enlarging):
    def forward(self, x):
        return self.enlarge(x + torch.rand_like(x))


class Selects(Enlarging):
    def forward(self, x):
        return self.enlarge(x) * torch.masked_select(x, x > 0.5).mean()


def picture(width, height, batch=1):
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(width + 1000 * height))


def largest_difference(found, expected):
    """Relative to the largest value."""
    return float((found - expected).abs().max() / expected.abs().max())


def gradient(module, image):
    image.requires_grad_(True)
    sr = module(image)
    weights = torch.cos(torch.arange(sr.numel(), dtype=torch.float32)).view(sr.shape)
    return torch.autograd.grad((sr * weights).sum(), image)[0]


class TorchExport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def export(self, net, name="net.pt2", **options):
        """Returns the exporter's words, the card in the archive, and the stored program as a module."""
        words = io.StringIO()
        with contextlib.redirect_stdout(words):
            returned = export(net, os.path.join(self.folder, name), **{"scale": 2, **options})
        file, = os.listdir(self.folder)
        self.file = os.path.join(self.folder, file)
        if not file.endswith(".pt2"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return words.getvalue(), returned, torch.jit.load(self.file)
        with zipfile.ZipFile(self.file) as archive:
            cards = [name for name in archive.namelist() if name.endswith("/extra/lamscope.json")]
            card = json.loads(archive.read(cards[0]))
        self.assertEqual(card, returned)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(self.file)
        self.assert_listed_operators(program)
        return words.getvalue(), card, program.module(check_guards=False)

    def assert_listed_operators(self, program):
        """Nothing that has no derivative or is not on the list is in what was stored."""
        for node in program.graph.nodes:
            self.assertIsNot(node.target, torch.ops.aten.copy.default)
            if node.op == "call_function" and hasattr(node.target, "_schema"):
                name = str(node.target).split(".", 1)[1]
                plain = name[:-len(".default")] if name.endswith(".default") else name
                self.assertIn(plain, lamscope_export.OPERATORS | lamscope_export.SIZE_OPERATORS)

    def assert_same(self, module, net, sizes=((33, 52), (50, 41), (97, 70)), batches=(1, 2, 5), gradients=True):
        net = net.eval()
        for size in sizes:
            for batch in batches:
                image = picture(*size, batch)
                with self.subTest(size=size, batch=batch), torch.no_grad():
                    self.assertLess(largest_difference(module(image), net(image)), 1e-5)
        if gradients:
            self.assertLess(largest_difference(gradient(module, picture(*sizes[0])), gradient(net, picture(*sizes[0]))),
                            1e-4)

    def test_any_size_and_batch(self):
        net = Enlarging().train()
        words, card, module = self.export(net, range=255.0, name="net.pt2", mean=[0.4, 0.5, 0.6])
        self.assertEqual(card, {"scale": 2, "range": 255.0, "colour": "rgb", "mean": [0.4, 0.5, 0.6], "batch": "any"})
        self.assertIn("exported by torch.export, checked on 64x64, 48x80, 57x71, 77x75 and 75x77 pixels", words)
        self.assertTrue(net.training)
        self.assertTrue(net.convolution.weight.requires_grad)
        self.assert_same(module, net)

    def test_way_without_an_ending(self):
        self.assertIn("scripted", self.export(Enlarging(), "scripted")[0])
        self.assertTrue(self.file.endswith("scripted.pt"))
        os.remove(self.file)
        net = WritesIntoSlice()
        words, card, module = self.export(net, "written")
        self.assertTrue(self.file.endswith("written.pt2"))
        self.assertRegex(words, "not scripted: its gradient fails, as forward.. writes in place")
        self.assertRegex(words, "not traced: its gradient fails, as forward.. writes in place")
        self.assertNotIn("fixed_size", card)
        self.assert_same(module, net, gradients=False)
        # The derivative that autograd of the network itself cannot give.
        image, direction = picture(20, 20), torch.sin(torch.arange(1200.)).view(1, 3, 20, 20)
        net, slope = net.double(), (gradient(module, image) * direction).sum()
        weights = torch.cos(torch.arange(4800, dtype=torch.float32)).view(1, 3, 40, 40).double()
        with torch.no_grad():
            ends = [(net(image.double() + sign * 1e-5 * direction) * weights).sum() for sign in (1, -1)]
        self.assertLess(abs(float((ends[0] - ends[1]) / 2e-5 / slope) - 1), 1e-3)

    def test_trace_of_a_branch_is_found_out(self):
        """Right at 64x64 and 80x72, wrong where the height is a multiple of 5."""
        net = PadsToFive()
        words, card, _ = self.export(net, "net.pt")
        self.assertEqual(card["fixed_size"], [64, 64])
        self.assertIn("differs from the network itself at 77x75", words)
        self.assertIn("the ending .pt2, or none", words)

    def test_only_the_guard_that_matters_is_kept(self):
        net = PadsToFive()
        words, card, module = self.export(net, "net")
        self.assertEqual(card["guards"], ["(L['x'].size()[2] % 5) != 0"])
        self.assertNotIn("fixed_size", card)
        self.assertIn("traced: differs from the network itself at 77x75", words)
        self.assert_same(module, net, ((40, 41), (65, 64), (105, 96), (30, 33)))
        with torch.no_grad():
            self.assertGreater(largest_difference(module(picture(41, 40)), net(picture(41, 40))), 1e-4)

    def test_guards_of_a_constant_size(self):
        net = PoolsToEighths()
        words, card, module = self.export(net)
        self.assertEqual(set(card["guards"]), {f"(L['x'].size()[{side}] // 8) == 8" for side in (2, 3)})
        self.assertIn("right only where the card's guards hold", words)
        self.assert_same(module, net, ((64, 64), (71, 65), (66, 70)))
        with torch.no_grad():
            self.assertGreater(largest_difference(module(picture(72, 64)), net(picture(72, 64))), 1e-4)

    def test_branch_at_large_sizes_is_a_guard(self):
        net = BrightensTallOnes()
        _, card, module = self.export(net)
        self.assertIn("L['x'].size()[2] <= 128", card["guards"])
        self.assert_same(module, net, ((64, 128), (150, 90)), batches=(1,))

    def test_one_size(self):
        net = OneSize()
        words, card, module = self.export(net)
        self.assertEqual((card["fixed_size"], card["batch"]), ([64, 64], "any"))
        self.assertIn("works at 64x64 only", words)
        self.assert_same(module, net, ((64, 64),))
        os.remove(self.file)
        self.assertEqual(self.export(net, size=(40, 24))[1]["fixed_size"], [40, 24])

    def test_one_image_at_a_time(self):
        net = OneImage()
        words, card, module = self.export(net)
        self.assertEqual(card["batch"], 1)
        self.assertNotIn("fixed_size", card)
        self.assertIn("one image at a time", words)
        self.assert_same(module, net, batches=(1,))

    def test_size_rules(self):
        net = Cells()
        _, card, module = self.export(net, size_multiple=7)
        self.assertEqual(card["size_multiple"], 7)
        self.assertNotIn("fixed_size", card)
        self.assert_same(module, net, ((35, 49), (70, 63)))
        os.remove(self.file)
        words, card, _ = self.export(net, size=70)
        self.assertEqual(card["fixed_size"], [70, 70])
        self.assertIn("give size_multiple=", words)
        os.remove(self.file)
        _, card, module = self.export(Borders())
        self.assertGreater(card["minimum_side"], 50)
        self.assert_same(module, Borders(), ((card["minimum_side"], 70),))

    def test_blocks_without_gradient_are_kept(self):
        net = WithoutGradient()
        _, _, module = self.export(net)
        self.assert_same(module, net)
        os.remove(self.file)
        words, _, module = self.export(net, "net.pt")  # scripted: a trace loses the block
        self.assertIn("scripted", words)
        self.assert_same(module, net)
        network = lamscope_export._Network(net.eval(), {"colour": "rgb", "range": 1.0, "scale": 2}, (64, 64))
        network.check()
        with lamscope_export._quiet(), self.assertRaisesRegex(ExportError, "another gradient than .*torch.no_grad"):
            lamscope_export._traced(network)

    def test_paths_of_the_user_are_not_stored(self):
        self.export(Enlarging())
        with zipfile.ZipFile(self.file) as archive:
            for name in archive.namelist():
                self.assertNotIn(HERE.encode(), archive.read(name), name)
                self.assertNotIn(b"site-packages", archive.read(name), name)
            program, = (archive.read(name) for name in archive.namelist() if "/models/" in name)
        nodes = json.loads(program)["graph_module"]["graph"]["nodes"]
        convolution, = (node for node in nodes if node["target"] == "torch.ops.aten.conv2d.default")
        self.assertRegex(convolution["metadata"]["stack_trace"], r"^export_pt2_test\.py:\d+$")
        self.assertEqual(list(convolution["metadata"]), ["stack_trace"])

    def test_troubles_are_in_words(self):
        for net, words in (
                (Routes(), r"sizes depend on values in forward\(\) \(export_pt2_test.py:\d+\): torch.export cannot"),
                (Selects(), r"sizes depend on values in forward\(\) \(aten::.*export_pt2_test.py:\d+\)"),
                (Counts(), r"forward\(\) changes the network's own state \(calls\)"),
                (Cardinal(), r"operator aten::sinc is not one that Lamscope runs \(export_pt2_test.py:\d+\)"),
                (Noisy(), r"operator aten::rand_like draws random numbers \(export_pt2_test.py:\d+\)")):
            with self.subTest(words), self.assertRaisesRegex(ExportError, words):
                export(net, os.path.join(self.folder, "net.pt2"), scale=2)
            self.assertEqual(os.listdir(self.folder), [])
        with self.assertRaisesRegex(ExportError, "the ending .pt or .pt2, or none"):
            export(Enlarging(), os.path.join(self.folder, "net.onnx"), scale=2)
        with self.assertRaisesRegex(ExportError, "not scripted: (.|\n)*not traced: (.|\n)*not exported: "):
            export(Noisy(), os.path.join(self.folder, "net"), scale=2)
        self.assertEqual(os.listdir(self.folder), [])

    def test_writes_into_stored_tensors_are_seen_in_every_graph(self):
        failing = mock.patch.object(torch.export.ExportedProgram, "run_decompositions", side_effect=RuntimeError("no"))
        for net in (Counts(), CountsRows()):
            with failing, self.assertRaisesRegex(ExportError, r"changes the network's own state \(calls\)"):
                export(net, os.path.join(self.folder, "net.pt2"), scale=2)
        with failing:
            self.export(Enlarging())

    def test_earlier_pytorch_says_so(self):
        with mock.patch.object(torch, "__version__", "2.7.1+cpu"), \
                self.assertRaisesRegex(ExportError, r"torch 2\.7\.1\+cpu cannot write a .pt2 .*2\.9 or newer"):
            export(Enlarging(), os.path.join(self.folder, "net.pt2"), scale=2)

    @unittest.skipUnless(HAS_DATA, f"{DATA}/networks.py is missing")
    def test_networks_of_the_data_folder(self):
        for name, scale in (("Residual", 2), ("Sides", 2), ("Norms", 2), ("Constants", 2), ("NoGrad", 2),
                            ("SliceAssign", 3)):
            with self.subTest(name):
                torch.manual_seed(len(name))
                net = getattr(networks, name)().eval()
                _, card, module = self.export(net, scale=scale)
                # Of the many guards of Sides, some that only small sides violate stay untried.
                self.assertLess(card.pop("minimum_side", 1), 40 if name == "Sides" else 2)
                self.assertEqual(card, {"scale": scale, "range": 1.0, "colour": "rgb", "batch": "any"})
                self.assert_same(module, net, batches=(1, 2), gradients=name != "SliceAssign")
                os.remove(self.file)
        net = networks.Baked().eval()
        _, card, module = self.export(net)
        for side in (2, 3):
            self.assertIn(f"((L['x'].size()[{side}] + (L['x'].size()[{side}] % 2)) // 16) == 4", card["guards"])
        self.assert_same(module, net, ((64, 78), (71, 65)), batches=(1,))
        os.remove(self.file)
        for name, words in (("CustomOp", "custom operator lamdemo::shift .networks.py"),
                            ("Choice", "control flow that Lamscope does not run: cond"),
                            ("RandomNoise", "draws random numbers")):
            with self.subTest(name), self.assertRaisesRegex(ExportError, words):
                export(getattr(networks, name)(), os.path.join(self.folder, "other.pt2"), scale=2)


class Rules:
    """A network of which only the sizes count: where it fails, and where its graph is wrong."""

    def __init__(self, fails=lambda width, height: False, differs=lambda width, height: False):
        self.size, self.card = (64, 64), {}
        self.fails, self.differs = fails, differs

    def output(self, size, batch=1):
        if self.fails(*size):
            raise ExportError("the network fails")

    def compare(self, module, how, size, batch=1):
        self.output(size, batch)
        if self.differs(*size):
            raise ExportError("differs")

    def sorted_guards(self, *guards):
        """The guards that matter and the smallest side."""
        found = lamscope_export._sort_guards(self, None, list(guards), True)
        return found[0], found[2]


class Sizes(unittest.TestCase):
    def test_guards_that_matter(self):
        height, width = "L['x'].size()[2]", "L['x'].size()[3]"
        self.assertEqual(Rules().sorted_guards(f"{height} <= 128", f"{width} != 9", f"{height} > 1"), ([], None))
        self.assertEqual(Rules(differs=lambda width, height: height > 128).sorted_guards(f"{height} <= 128"),
                         ([f"{height} <= 128"], None))
        # What no run reaches may matter.
        self.assertEqual(Rules().sorted_guards(f"{height} <= 1000"), ([f"{height} <= 1000"], None))
        self.assertEqual(Rules(fails=lambda width, height: min(width, height) <= 5)
                         .sorted_guards(f"{height} > 5", f"{width} > 5"), ([], 6))
        self.assertEqual(Rules(differs=lambda width, height: height == 20).sorted_guards(f"{height} != 20"),
                         ([], 21))

    def test_guards_that_no_card_takes(self):
        def wrong_where_violated(guards):
            return Rules(differs=lambda width, height: bool(lamscope_export._violated(guards, (width, height), 1)))

        height = "L['x'].size()[2]"
        many = [f"{height} <= {side}" for side in range(1000, 1065)]
        long = [f"{height} != 70 or " + " or ".join([f"{height} == 70.5"] * 200)]
        for guards in (many, long, [f"{height} ** 2 != 4900"]):
            with self.subTest(guards[0][:40]), self.assertRaisesRegex(ExportError, "too many|cannot read"):
                wrong_where_violated(guards).sorted_guards(*guards)
        self.assertEqual(Rules().sorted_guards(*many[:64]), (many[:64], None))
        self.assertEqual(Rules().sorted_guards(f"{height} != 400"), ([f"{height} != 400"], None))

    def test_grammar_of_guards(self):
        height = "L['x'].size()[2]"
        for guard in (f"{height} % 5 != 0", "(L['LR'].size()[2] / 2) <= 1.5", f"math.trunc({height} / 8) == 8",
                      f"math.ceil({height} / 8) == math.floor(8.5)", 'not (L["a"].size()[0] == 4 or True)',
                      f"-1 + max(1, {height}, 3) > 0 and 2 < {height} // 2 < 90",
                      f"torch.sym_float({height}) * 0.5 > 3"):
            self.assertTrue(lamscope_export._is_readable(guard), guard)
        for guard in (f"{height} ** 2 > 4", f"math.sqrt({height}) > 3", f"{height} > 1e5", f"{height} << 1 > 3",
                      "L['x'].size()[4] > 1", "L['x'].stride()[2] > 1", "x > 3", f"{height} if True else 3", "(",
                      f"{height} is 3", f"~{height} > 1", "math.trunc(1, 2)", "'a' == 'a'", "-" * 40 + height + " < 2"):
            self.assertFalse(lamscope_export._is_readable(guard), guard)

    def test_compared_sides_take_both_branches(self):
        network = mock.Mock(size=(64, 64), card={})
        for sides in zip(network.size, *lamscope_export._other_sizes(network)):
            for modulus in lamscope_export.MODULI:
                self.assertEqual({side % modulus == 0 for side in sides}, {True, False}, (sides, modulus))
                self.assertNotEqual(sides[0] % modulus, sides[1] % modulus)
                self.assertNotEqual(sides[0] % modulus, sides[2] % modulus)

    def test_compared_sides_are_multiples(self):
        for multiple in (4, 7, 16, 64):
            network = mock.Mock(size=(multiple * 10, multiple * 9), card={"size_multiple": multiple})
            for size in lamscope_export._other_sizes(network):
                self.assertEqual([side % multiple for side in size], [0, 0])


    def test_exported_programs_are_compared_beside_the_example(self):
        for size, card, count in (((64, 64), {}, 4), ((96, 96), {"minimum_side": 96}, 2),
                                  ((80, 80), {"minimum_side": 80}, 2), ((64, 64), {"size_multiple": 8}, 3)):
            sizes = lamscope_export._export_sizes(mock.Mock(size=size, card=card))
            self.assertEqual(len({size, *sizes}), count + 1, sizes)
            for side in itertools.chain(*sizes):
                self.assertGreaterEqual(side, card.get("minimum_side", 1))
                self.assertEqual(side % card.get("size_multiple", 1), 0)


class Operators(unittest.TestCase):
    def test_list_is_that_of_the_program(self):
        with open(os.path.join(ROOT, "core/model/pt2/operators.cpp"), encoding="utf-8") as stream:
            groups = re.search(r"> groups\{\{(.*?)\}\};", stream.read(), re.DOTALL).group(1)
        names = " ".join(re.findall(r'"([^"]*)"', groups)).split()
        self.assertGreater(len(names), 400)
        self.assertEqual(sorted(names), sorted(lamscope_export.OPERATORS))

    @unittest.skipUnless(HAS_DATA, f"{DATA} is missing")
    def test_list_is_the_published_one(self):
        with open(os.path.join(DATA, "operators.txt"), encoding="utf-8") as stream:
            names = [name[len("aten::"):] for name in stream.read().split()]
        self.assertEqual(sorted(names), sorted(lamscope_export.OPERATORS))

    def test_every_operator_exists(self):
        for name in lamscope_export.OPERATORS:
            operator, _, overload = name.partition(".")
            self.assertTrue(hasattr(getattr(torch.ops.aten, operator), overload or "default"), name)


if __name__ == "__main__":
    unittest.main()
