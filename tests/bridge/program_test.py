#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""show() and lam(): how they start the programs, and what lam() returns from the real one.

usage: program_test.py PATH/lamscope-cli
Exit code 77 (skipped) where no PyTorch can be imported.
"""
import contextlib
import io
import json
import os
import re
import stat
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else sys.exit(__doc__)

import with_torch  # noqa: E402, F401, I001: first

import lamscope  # noqa: E402
import networks  # noqa: E402
import torch  # noqa: E402

HERE = Path(__file__).resolve().parent

# Stands for a program: writes down its arguments, the networks at the address, and what is in its image.
STAND_IN = f"""#!{sys.executable}
import json, os, sys
sys.path.insert(0, {str(HERE)!r})
from client import Client
arguments = sys.argv[1:]
address = next(a for a in arguments if a.startswith("lamscope+")).split("#")[0]
with Client(address) as client:
    names = [network["id"] for network in client.card["networks"]]
image = next((a for a in arguments if a.endswith(".npy")), None)
report = {{"arguments": arguments, "networks": names, "image": image and open(image, "rb").read().hex()}}
with open(os.environ["REPORT"] + ".part", "w") as stream:
    json.dump(report, stream)
os.rename(os.environ["REPORT"] + ".part", os.environ["REPORT"])
"""

FAILING = f"""#!{sys.executable}
import sys
sys.exit("lamscope-cli: the patch lies outside")
"""


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lb")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.report_file = self.folder / "report.json"
        environment = mock.patch.dict(os.environ, XDG_RUNTIME_DIR=folder.name, REPORT=str(self.report_file))
        environment.start()
        self.addCleanup(environment.stop)

    def program(self, content):
        path = self.folder / "program"
        path.write_text(content)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def report(self):
        return json.loads(self.report_file.read_text())

    def sockets(self):
        return list((self.folder / "lamscope").glob("*"))


class Show(Programs):
    def test_script_waits_for_the_window(self):
        photo = self.folder / "photo.png"
        photo.write_bytes(b"")
        with mock.patch.dict(os.environ, LAMSCOPE_PROGRAM=self.program(STAND_IN)):
            server = lamscope.show({"a": networks.Plain(), "b": networks.Plain()}, photo, scale=2)
        report = self.report()
        self.assertEqual(report["arguments"], [server.address, str(photo)])
        self.assertEqual(report["networks"], ["a", "b"])
        self.assertEqual(self.sockets(), [])
        self.assertFalse(os.path.exists(server.folder))

    def test_notebook_goes_on(self):
        image = torch.rand(3, 4, 5)
        with mock.patch.dict(os.environ, LAMSCOPE_PROGRAM=self.program(STAND_IN)), \
                mock.patch.object(sys, "ps1", ">>> ", create=True):
            server = lamscope.show(networks.Plain(), image, scale=2)
        self.addCleanup(server.stop)
        self.assertEqual(server.window.wait(), 0)
        self.assertEqual(len(self.sockets()), 1)
        report = self.report()
        self.assertEqual(report["networks"], ["Plain"])
        content = bytearray.fromhex(report["image"])[128:]
        self.assertTrue(torch.equal(torch.frombuffer(content, dtype=torch.float32).view(3, 4, 5), image))

    def test_missing_program_and_image(self):
        words = io.StringIO()
        with mock.patch.dict(os.environ, PATH=""), contextlib.redirect_stdout(words):
            server = lamscope.show(networks.Plain(), scale=2, wait=False)
        self.addCleanup(server.stop)
        self.assertIn("set LAMSCOPE_PROGRAM", words.getvalue())
        self.assertIn(f"\nlamscope {server.address}\n", words.getvalue())
        server.stop()
        with mock.patch.dict(os.environ, LAMSCOPE_PROGRAM=self.program(STAND_IN)), \
                self.assertRaisesRegex(lamscope.Error, "there is no such file"):
            lamscope.show(networks.Plain(), "none.png", scale=2)
        self.assertEqual(self.sockets(), [])

    def test_no_token_among_arguments(self):
        """Every user of a machine can read them."""
        with mock.patch.dict(os.environ, LAMSCOPE_PROGRAM=self.program(STAND_IN)):
            for placing in ({"port": 0}, {"host": "127.0.0.1"}):
                with self.subTest(placing), self.assertRaisesRegex(lamscope.Error, r"serve\(port=…\)"):
                    lamscope.show(networks.Plain(), scale=2, **placing)
        self.assertFalse(self.report_file.exists())


class Lam(Programs):
    def test_arguments_and_failure(self):
        with mock.patch.dict(os.environ, LAMSCOPE_CLI=self.program(STAND_IN)), self.assertRaises(FileNotFoundError):
            lamscope.lam({"a": networks.Plain(), "ä b": networks.Plain()}, torch.rand(16, 16, 3),
                         patch=[(8, 8), (0, 4, 6)], lr=True, scale=2, range=255.0, nodes=9, show_all=True)
        arguments = self.report()["arguments"]
        address = arguments[arguments.index("--model") + 1].split("#")[0]
        image = arguments[arguments.index("--lr") + 1]
        folder = os.path.dirname(image)
        self.assertEqual(arguments, ["lam", "--lr", image, "--json", f"{folder}/lam.json", "--npy", folder,
                                     "--model", f"{address}#a", f"{address}#%C3%A4%20b", "--patch", "8,8",
                                     "--patch", "0,4,6", "--nodes", "9", "--show-all"])
        with mock.patch.dict(os.environ, LAMSCOPE_CLI=self.program(FAILING)), \
                self.assertRaisesRegex(lamscope.Error, "code 1: lamscope-cli: the patch lies outside"):
            lamscope.lam(networks.Plain(), torch.rand(3, 16, 16), patch=(8, 8), scale=2)
        self.assertEqual(self.sockets(), [])

    def test_patches_and_flags(self):
        numbers = torch.tensor([[8, 8], [0, 4]])  # integers of PyTorch, as of NumPy, are no int
        with mock.patch.dict(os.environ, LAMSCOPE_CLI=self.program(STAND_IN)):
            for patch, expected in ((tuple(numbers[0]), ["8,8"]), (numbers[0], ["8,8"]), (numbers, ["8,8", "0,4"]),
                                    ([(8, 8, 4)], ["8,8,4"])):
                with self.subTest(patch), self.assertRaises(FileNotFoundError):
                    lamscope.lam(networks.Plain(), torch.rand(16, 16, 3), patch, scale=2, stretch=False, nodes=None)
                arguments = self.report()["arguments"]
                self.assertEqual([b for a, b in zip(arguments, arguments[1:]) if a == "--patch"], expected)
                self.assertNotIn("--stretch", arguments)
                self.assertNotIn("--nodes", arguments)
            for patch in ((8.5, 8), [(8, "8")], 8):
                with self.subTest(patch), self.assertRaisesRegex(lamscope.Error, "whole numbers of SR pixels"):
                    lamscope.lam(networks.Plain(), torch.rand(16, 16, 3), patch, scale=2)

    def test_real_program(self):
        """The attributions add up to the difference of the detector, but for the integration."""
        with mock.patch.dict(os.environ, LAMSCOPE_CLI=PROGRAM):
            found = lamscope.lam({"one": networks.SelectiveScan(), "two": networks.Dictionary()}, torch.rand(3, 64, 48),
                                 patch=(20, 30, 12), scale=2, context="whole")
        self.assertEqual([result["model"]["name"] for result in found.document["results"]], ["one", "two"])
        for result, map_, attribution in zip(found.document["results"], found.maps, found.attributions):
            self.assertEqual((tuple(map_.shape), tuple(attribution.shape)), ((32, 24), (3, 32, 24)))
            difference = result["detector_image"] - result["detector_baseline"]
            self.assertLess(abs(float(attribution.sum()) - difference), 0.1 * abs(difference))


class Notebook(Programs):
    def test_cells(self):
        """The cells of docs/bridge-notebook.md, in which the window is a stand-in."""
        root = HERE.parent.parent
        cells = re.findall(r"^```python\n(.*?)^```$", (root / "docs/bridge-notebook.md").read_text(), re.M | re.S)
        self.assertEqual(len(cells), 5)
        names = {}
        with contextlib.ExitStack() as stack:
            programs = {"LAMSCOPE_PROGRAM": self.program(STAND_IN), "LAMSCOPE_CLI": PROGRAM}
            stack.enter_context(mock.patch.dict(os.environ, programs))
            stack.enter_context(mock.patch.object(sys, "ps1", ">>> ", create=True))
            words = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.callback(os.chdir, os.getcwd())
            os.chdir(root)
            for cell in cells:
                exec(compile(cell, "docs/bridge-notebook.md", "exec"), names)
        self.assertEqual(names["server"].window.wait(), 0)
        self.assertEqual(self.report()["networks"], ["Mixture"])
        self.assertEqual(len(re.findall(r"^DI \d", words.getvalue(), re.M)), 2)
        self.assertNotEqual(names["before"], names["after"])
        self.assertEqual(self.sockets(), [])


if __name__ == "__main__":
    unittest.main()
