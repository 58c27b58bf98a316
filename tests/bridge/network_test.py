#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks over the bridge: values and gradients against PyTorch's own, errors, held passes, options, features.

Exit code 77 (skipped) where no PyTorch can be imported.
"""
import contextlib
import copy
import gc
import importlib.util
import json
import os
import threading
import time
import unittest
import weakref
from pathlib import Path
from unittest import mock

import with_torch  # noqa: F401, I001: first

import lamscope
import networks
import torch
from client import Client, Refused
from torch import nn

DATA = Path(os.environ.get("LAMSCOPE_DATA") or Path(__file__).resolve().parents[2] / "../shared/data")


def random(*shape, seed=2):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def tensor_of(array):
    _, dtype, shape, data = array
    return torch.frombuffer(bytearray(data), dtype=getattr(torch, dtype)).reshape(shape)


def only(answer):
    array, = answer["arrays"]
    return tensor_of(array)


def published(name):
    """A file of the data folder; the test is skipped, or fails, where it is missing."""
    file = DATA / name
    if not file.exists():
        if os.environ.get("LAMSCOPE_REQUIRE_DATA") == "1":
            raise AssertionError(f"{file} is missing")
        raise unittest.SkipTest(f"{file} is missing")
    return file


class Served(unittest.TestCase):
    def serve(self, *served, memory=None, **options):
        """A client of a server of these networks."""
        server = lamscope.Server(lamscope._torch_networks(*served, dict({"scale": 2}, **options)), memory=memory)
        self.addCleanup(server.stop)
        client = Client(server.address)
        self.addCleanup(client.socket.close)
        self.server = server
        return client

    def refused(self, code, client, *arguments, **fields):
        with self.assertRaises(Refused) as caught:
            client.ask(*arguments, **fields)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def close(self, found, expected, tolerance=1e-6):
        self.assertEqual(found.shape, expected.shape)
        self.assertLessEqual(float((found - expected).abs().max()), tolerance * float(expected.abs().max()))


class Gradients(Served):
    def check(self, net, reference, scale=2, count=2, tolerance=1e-6):
        """SR and gradient on a region against autograd on the whole image, one image after the other."""
        client = self.serve({"net": net}, scale=scale)
        x = random(count, 3, 10, 8)
        forward = client.ask("forward", [("x", x)], network="net", keep=True, region=[3, 2, 7, 5])
        cotangent = random(count, 3, 5, 7, seed=3) - 0.5
        found = only(client.ask("vjp", [("cotangent", cotangent)], **{"pass": forward["pass"]}, region=[3, 2, 7, 5]))
        whole = torch.zeros(count, 3, 10 * scale, 8 * scale)
        whole[:, :, 2:7, 3:10] = cotangent
        for i in range(count):
            image = x[i:i + 1].clone().requires_grad_(True)
            y = reference(image.clone())
            self.close(only(forward)[i:i + 1], y.detach()[:, :, 2:7, 3:10], tolerance)
            expected, = torch.autograd.grad((y * whole[i:i + 1]).sum(), image)
            self.close(found[i:i + 1], expected, tolerance)
        return client, forward

    def test_unusual_networks(self):
        for name, make in networks.UNUSUAL.items():
            with self.subTest(name):
                reference = make().eval()
                if name == "dictionary":
                    self.check(make(), lambda x, net=reference: net(x)["sr"])
                else:
                    self.check(make(), reference)

    def test_published_network(self):
        """Values recorded in float64, on formulas for input and cotangent."""
        client = self.serve({"imdn": networks.imdn(published("weights/imdn_x4.pth"))}, scale=4)
        record = json.loads(published("pt2/golden.json").read_text())["published_imdn"]["runs"][1]
        self.assertEqual(record["input"], [2, 3, 40, 56])
        b, c, i, j = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in record["input"]), indexing="ij")
        x = (0.5 + 0.4 * torch.sin(0.37 * i + 0.23 * j + c) * torch.cos(0.11 * i - 0.31 * j)) * (1 - 0.1 * b)
        forward = client.ask("forward", [("x", x.float())], network="imdn", keep=True)
        b, c, i, j = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in (2, 3, 160, 224)), indexing="ij")
        cotangent = torch.cos(0.13 * i - 0.07 * j + 2 * c).float()
        gradient = client.ask("vjp", [("cotangent", cotangent)], **{"pass": forward["pass"]})
        for found, recorded in ((only(forward), record["output"]), (only(gradient), record["gradient"])):
            for *place, value in recorded["samples"]:
                self.assertLess(abs(float(found[tuple(place)]) - value), 1e-5 * float(found.abs().max()))

    def test_gradients_under_no_grad(self):
        for off in (torch.no_grad, torch.inference_mode):
            with self.subTest(off.__name__), off():
                net = networks.Plain()
                with torch.inference_mode(False):
                    net = networks.Plain()
                    reference = copy.deepcopy(net)
                client = self.serve({"net": net})
                x = random(1, 3, 6, 6)
                forward = client.ask("forward", [("x", x)], network="net", keep=True)
                found = only(client.ask("vjp", [("cotangent", torch.ones(1, 3, 12, 12))], **{"pass": forward["pass"]}))
                with torch.inference_mode(False), torch.enable_grad():
                    x = x.clone().requires_grad_(True)
                    expected, = torch.autograd.grad(reference(x).sum(), x)
                    self.close(found, expected)

    def test_network_is_left_as_it_was(self):
        net = networks.Modes().train()
        net.drop.eval()
        net.head.weight.requires_grad_(False)
        before = copy.deepcopy(net.state_dict())
        self.check(net, copy.deepcopy(net).eval())
        self.assertEqual([module.training for module in net.modules()], [True, True, True, True, False])
        self.assertEqual([p.requires_grad for p in net.parameters()], [False] + [True] * 5)
        self.assertTrue(all(p.grad is None for p in net.parameters()))
        self.assertTrue(all(torch.equal(value, before[name]) for name, value in net.state_dict().items()))

    def test_double_and_functions(self):
        self.check(networks.Plain().double(), networks.Plain())
        self.check(lambda x: networks.Plain()(x), networks.Plain())

    def test_network_is_moved_while_it_is_served(self):
        """Type and device are found at each call; `meta` stands for a GPU."""
        net = networks.Plain()
        client = self.serve({"net": net})
        x = [("x", random(1, 3, 6, 6))]
        before = only(client.ask("forward", x, network="net"))
        net.double()
        self.close(only(client.ask("forward", x, network="net")), before)
        network = self.server.networks["net"]
        self.assertEqual((network.dtype, network.device), (torch.float64, torch.device("cpu")))
        net.to("meta")
        self.assertEqual(network.device, torch.device("meta"))
        net.to_empty(device="cpu")

    def test_pass_can_be_asked_again(self):
        client, forward = self.check(networks.Plain(), networks.Plain())
        whole = only(client.ask("read", **{"pass": forward["pass"]}))
        self.assertEqual(list(whole.shape), [2, 3, 20, 16])
        part = only(client.ask("read", **{"pass": forward["pass"]}, region=[3, 2, 7, 5]))
        self.assertTrue(torch.equal(part, only(forward)))
        self.assertTrue(torch.equal(part, whole[:, :, 2:7, 3:10]))
        cotangent = random(2, 3, 20, 16)
        first, second = (only(client.ask("vjp", [("cotangent", cotangent)], **{"pass": forward["pass"]},
                                         release=release)) for release in (False, True))
        self.assertTrue(torch.equal(first, second))
        self.refused("no_pass", client, "vjp", [("cotangent", cotangent)], **{"pass": forward["pass"]})

    def test_half_precision(self):
        client = self.serve({"net": networks.Plain()})
        x = random(1, 3, 6, 6)
        whole = only(client.ask("forward", [("x", x)], network="net"))
        half = client.ask("forward", [("x", x)], network="net", dtype="float16")
        self.assertEqual(half["arrays"][0][1], "float16")
        self.assertTrue(torch.equal(only(half), whole.half()))
        self.assertIsNone(half["pass"])


class Troubles(Served):
    def test_exception_has_its_trace(self):
        client = self.serve({"net": networks.Raising()})
        light = [("x", torch.ones(2, 3, 6, 6))]
        trouble = self.refused("exception", client, "forward", light, network="net", keep=True)
        self.assertEqual(str(trouble), "ValueError: too light for this network")
        self.assertIn('raise ValueError("too light for this network")', trouble.trace)
        self.assertIn("networks.py", trouble.trace[-2])
        client.ask("forward", [("x", torch.zeros(2, 3, 6, 6))], network="net")

    def test_overwritten_tensors_are_no_wrong_gradient(self):
        client = self.serve({"net": networks.Overwriting()})
        held = client.ask("forward", [("x", random(1, 3, 6, 6))], network="net", keep=True)["pass"]
        trouble = self.refused("exception", client, "vjp", [("cotangent", torch.ones(1, 3, 12, 12))], **{"pass": held})
        self.assertIn("overwritten", str(trouble))

    def test_weights_that_change_end_a_pass(self):
        def step(net):
            net.tail.weight.mul_(2)

        def other_values(net):
            net.tail.weight.data = net.tail.weight.data * 2

        def other_parameter(net):
            net.tail.weight = nn.Parameter(net.tail.weight * 2)

        for change in (step, other_values, other_parameter):
            with self.subTest(change.__name__):
                net = networks.Plain()
                client = self.serve({"net": net})
                x = [("x", random(1, 3, 6, 6))]
                held = [client.ask("forward", x, network="net", keep=True) for _ in range(2)]
                self.assertEqual(held[0]["state"], held[1]["state"])
                with self.server.paused(), torch.no_grad():
                    change(net)
                self.assertIn("the weights have changed", str(self.refused("no_pass", client, "read",
                                                                           **{"pass": held[0]["pass"]})))
                cotangent = [("cotangent", torch.ones(1, 3, 12, 12))]
                self.refused("no_pass", client, "vjp", cotangent, **{"pass": held[1]["pass"]})
                self.assertEqual(client.ask("release")["released"], [])
                again = client.ask("forward", x, network="net", keep=True)
                self.assertNotEqual(again["state"], held[0]["state"])
                client.ask("vjp", cotangent, **{"pass": again["pass"]})

    def test_no_gradient(self):
        client = self.serve({"net": networks.Detached()})
        x = [("x", random(1, 3, 6, 6))]
        self.refused("no_gradient", client, "forward", x, network="net", keep=True)
        client.ask("forward", x, network="net")

    def test_wrong_shapes(self):
        client = self.serve({"smaller": networks.Smaller(), "two": lambda x: (x, x), "names": lambda x: ["a"]})
        x = [("x", random(1, 3, 6, 6))]
        self.assertIn("should make 1x3x12x12 of a 1x3x6x6 input, but the network gives 1x3x11x12",
                      str(self.refused("shape", client, "forward", x, network="smaller")))
        self.assertIn("y[0]: 1x3x6x6, y[1]: 1x3x6x6", str(self.refused("shape", client, "forward", x, network="two")))
        self.assertIn("no tensors", str(self.refused("shape", client, "forward", x, network="names")))

    def test_out_of_memory_drops_passes_and_says_so(self):
        client = self.serve({"net": networks.Greedy()})
        held = client.ask("forward", [("x", random(2, 3, 6, 6))], network="net", keep=True)["pass"]
        self.refused("out_of_memory", client, "forward", [("x", random(3, 3, 6, 6))], network="net", keep=True)
        self.assertEqual(client.dropped, [held])
        client.ask("forward", [("x", random(2, 3, 6, 6))], network="net", keep=True)

    def test_exit_of_a_network_is_an_error(self):
        client = self.serve({"net": lambda x: exit(3)})
        self.assertIn("SystemExit", str(self.refused("exception", client, "forward", [("x", random(1, 3, 6, 6))],
                                                     network="net")))
        client.ask("ping")

    def test_bad_requests(self):
        client = self.serve({"net": networks.Plain()})
        x = random(1, 3, 6, 6)
        held = client.ask("forward", [("x", x)], network="net", keep=True)["pass"]
        for request, tensors, fields in (
                ("forward", [], {}),
                ("forward", [("x", x[0])], {}),
                ("forward", [("x", x[:, :1])], {}),
                ("forward", [("x", x[:, :, :0])], {}),
                ("forward", [("x", x)], {"keep": 1}),
                ("forward", [("x", x)], {"dtype": "float64"}),
                ("forward", [("x", x)], {"dtype": []}),
                ("forward", [("x", x)], {"region": [0, 0, 13, 1]}),
                ("forward", [("x", x)], {"region": [12, 0, 1, 1]}),
                ("forward", [("x", x)], {"region": [0, 0, 0, 1]}),
                ("forward", [("x", x)], {"region": [-1, 0, 1, 1]}),
                ("forward", [("x", x)], {"region": [0, 0, 1.5, 1]}),
                ("forward", [("x", x)], {"region": "all"}),
                ("vjp", [], {"pass": held}),
                ("vjp", [("cotangent", x)], {"pass": held}),
                ("vjp", [("cotangent", x)], {"pass": "1"}),
                ("features", [("x", x)], {"names": "head"}),
                ("features", [("x", x)], {"names": [1]}),
                ("weights", [], {"names": ["head.weight", "none"]}),
                ("weights", [], {"names": ["ä" * 150000]}),
                ("release", [], {"passes": [[]]})):
            with self.subTest(request=request, fields=fields):
                self.refused("bad_request", client, request, tensors, network="net", **fields)
        self.refused("no_network", client, "forward", [("x", x)], network="other")
        self.refused("no_network", client, "forward", [("x", x)], network=["net"])
        client.ask("vjp", [("cotangent", torch.ones(1, 3, 12, 12))], **{"pass": held})

    def test_answers_stay_below_the_clients_limit(self):
        server = self.serve({"net": networks.Plain()}) and self.server
        with Client(server.address, max_payload=1000) as client:
            x = [("x", random(1, 3, 6, 6))]
            self.refused("too_large", client, "forward", x, network="net")
            client.ask("forward", x, network="net", region=[0, 0, 9, 9])
            self.refused("too_large", client, "features", x, network="net", names=["head"])
            with mock.patch.object(lamscope, "HEADER_LIMIT", 300):
                self.refused("too_large", client, "weights", network="net")


class HeldPasses(Served):
    def forward(self, client, seed=1):
        return client.ask("forward", [("x", random(1, 3, 6, 6, seed=seed))], network="net", keep=True)["pass"]

    def test_budget_drops_the_least_recent(self):
        client = self.serve({"net": networks.Plain()}, memory=1 << 16)
        first, second = self.forward(client), self.forward(client)
        client.ask("read", **{"pass": first})
        while not client.dropped:
            last = self.forward(client)
        self.assertEqual(client.dropped, [second])
        client.ask("read", **{"pass": first})
        client.ask("read", **{"pass": last})
        self.refused("no_pass", client, "read", **{"pass": second})

    def test_newest_stays_whatever_its_size(self):
        client = self.serve({"net": networks.Plain()}, memory=1)
        first, second = self.forward(client), self.forward(client)
        self.assertEqual(client.dropped, [first])
        client.ask("vjp", [("cotangent", torch.ones(1, 3, 12, 12))], **{"pass": second})

    def test_number_of_passes_is_bounded(self):
        client = self.serve({"net": networks.Plain()})
        with mock.patch.object(lamscope, "PASSES", 3):
            held = [self.forward(client) for _ in range(5)]
        self.assertEqual(client.dropped, held[:2])

    def test_passes_belong_to_their_client(self):
        client = self.serve({"net": networks.Plain()})
        held = self.forward(client)
        with Client(self.server.address) as other:
            self.refused("no_pass", other, "read", **{"pass": held})
            self.assertEqual(other.ask("release", passes=[held])["released"], [])
            self.forward(other)
        client.ask("read", **{"pass": held})
        self.assertEqual(client.ask("release")["released"], [held])

    def test_released_passes_are_freed(self):
        client = self.serve({"net": networks.imdn()}, scale=4)
        gc.collect()
        gc.disable()  # a graph that only the collector frees would fill a GPU
        self.addCleanup(gc.enable)
        held = self.forward(client)
        _, kept = self.server.passes.passes[held]
        self.assertGreater(kept.bytes, 6 * 6 * 64 * 4 * 6)
        graph, x = weakref.ref(kept.y), weakref.ref(kept.x)
        del kept
        client.ask("vjp", [("cotangent", torch.ones(1, 3, 24, 24))], **{"pass": held}, release=True)
        client.ask("forward", [("x", random(1, 3, 6, 6))], network="net")
        self.assertIsNone(graph())
        self.assertIsNone(x())

    def test_bytes_of_a_pass(self):
        """A convolution saves its input, sigmoid its output; weights are not counted."""
        net = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.Sigmoid(), nn.PixelShuffle(2))
        client = self.serve({"net": net})
        _, kept = self.server.passes.passes[self.forward(client)]
        self.assertEqual(kept.bytes, 4 * 36 * (3 + 3 + 12 + 12))  # x, its copy, the sigmoid's output, y


class Watched(networks.Plain):
    """Notices when somebody changes its mode while it runs."""

    seen = set()

    def forward(self, x):
        self.seen.add(self.training)
        time.sleep(0.005)
        self.seen.add(self.training)
        return super().forward(x)


class Waiting(Served):
    def test_network_that_is_served_twice_is_called_once_at_a_time(self):
        net = Watched().train()
        clients = [self.serve({"net": net}), self.serve({"net": net, "again": net})]
        with self.server.paused():
            pass

        def work(client):
            for _ in range(20):
                client.ask("forward", [("x", random(1, 3, 6, 6))], network="net", keep=True)

        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(net.seen, {False})
        self.assertTrue(net.training and net.head.training and net.head.weight.requires_grad)

    def test_cancel_and_busy(self):
        client = self.serve({"net": networks.Plain()})
        with self.server.paused():
            asked = [client.send("forward", [("x", random(1, 3, 6, 6))], network="net") for _ in range(5)]
            busy = client.receive()
            self.assertEqual((busy["id"], busy["error"]["code"]), (asked[4], "busy"))
            client.ask("ping")
            number = client.send("cancel", cancel=asked[2])
            answers = [client.receive(), client.receive()]
            self.assertEqual([(a["id"], a.get("cancelled"), a.get("error", {}).get("code")) for a in answers],
                             [(asked[2], None, "cancelled"), (number, True, None)])
            self.assertFalse(client.ask("cancel", cancel=asked[2])["cancelled"])
            self.assertFalse(client.ask("cancel", cancel="x")["cancelled"])
        self.assertEqual([client.receive()["id"] for _ in range(3)], [asked[0], asked[1], asked[3]])

    def test_running_request_is_cancelled_at_its_next_pause(self):
        client = self.serve({"net": networks.Plain()})
        with self.server.paused():
            number = client.send("forward", [("x", random(1, 3, 6, 6))], network="net")
            while not any(c.running for c in list(self.server.clients)):
                client.ask("ping")
            self.assertFalse(client.ask("cancel", cancel=number)["cancelled"])
        answer = client.receive()
        self.assertEqual((answer["id"], answer["error"]["code"]), (number, "cancelled"))

    def test_pass_of_a_cancelled_request_is_not_held(self):
        runs, goes_on = threading.Event(), threading.Event()

        def net(x):
            runs.set()
            goes_on.wait(60)
            return networks.Plain()(x)

        client = self.serve({"net": net})
        number = client.send("forward", [("x", random(1, 3, 6, 6))], network="net", keep=True)
        self.assertTrue(runs.wait(60))
        self.assertFalse(client.ask("cancel", cancel=number)["cancelled"])
        goes_on.set()
        answer = client.receive()
        self.assertEqual((answer["id"], answer["error"]["code"]), (number, "cancelled"))
        self.assertEqual(client.ask("release")["released"], [])

    def test_weights_are_hashed_once_and_not_in_a_step(self):
        net = networks.Plain()
        with mock.patch.object(lamscope.hashlib, "sha256", wraps=lamscope.hashlib.sha256) as hashing:
            client = self.serve({"net": net})
            self.assertEqual(hashing.call_count, 1)
            first = client.card["networks"][0]["weights_sha256"]
            self.assertEqual(client.ask("hello", protocol=1)["networks"][0]["weights_sha256"], first)
            self.assertEqual(hashing.call_count, 1)
            with mock.patch.object(lamscope, "HASH_SECONDS", 0.1), self.server.paused(), torch.no_grad():
                net.tail.weight.mul_(2)
                self.assertEqual(client.ask("hello", protocol=1)["networks"][0]["weights_sha256"], first)
                self.assertEqual(hashing.call_count, 1)
            self.assertNotEqual(client.ask("hello", protocol=1)["networks"][0]["weights_sha256"], first)
            self.assertEqual(hashing.call_count, 2)

    def test_paused_thread_does_not_wait_for_itself(self):
        net = networks.Plain()
        client = self.serve({"net": net})
        with self.server.paused():
            with self.assertRaisesRegex(lamscope.Error, r"server\.paused\(\)"):
                lamscope.Server(lamscope._torch_networks({"again": net}, {"scale": 2}))
            with self.assertRaisesRegex(lamscope.Error, r"server\.paused\(\)"), self.server.paused():
                pass
        client.ask("forward", [("x", random(1, 3, 6, 6))], network="net")


class Cards(Served):
    def test_card(self):
        net = networks.Plain()
        client = self.serve({"net": (net, {"range": 255.0, "name": "Mine"}), "two": net}, mean=[0.5, 0.4, 0.3],
                            size_multiple=4, minimum_side=8, fixed_size=(48, 32), max_batch=3)
        first, second = client.card["networks"]
        self.assertEqual(first, {
            "id": "net", "name": "Mine", "scale": 2, "range": 255.0, "mean": [0.5, 0.4, 0.3], "channels": 3,
            "frames": 1, "size_multiple": 4, "minimum_side": 8, "fixed_size": [48, 32], "max_batch": 3,
            "parameters": 3 * 8 * 9 + 8 + 8 * 12 * 9 + 12, "device": "cpu", "framework": f"PyTorch {torch.__version__}",
            "weights_sha256": first["weights_sha256"], "can": ["weights", "taps", "features"]})
        self.assertRegex(first["weights_sha256"], "^[0-9a-f]{64}$")
        self.assertEqual((second["name"], second["range"], second["weights_sha256"]),
                         ("two", 1.0, first["weights_sha256"]))
        with torch.no_grad():
            net.head.bias[0] += 1
        again = client.ask("hello", protocol=1)["networks"][0]
        self.assertNotEqual(again["weights_sha256"], first["weights_sha256"])

    def test_one_image_is_learnt(self):
        client = self.serve({"net": networks.OneImage()})
        client.ask("forward", [("x", random(3, 3, 6, 6))], network="net")
        self.assertEqual(client.ask("hello", protocol=1)["networks"][0]["max_batch"], 1)

    def test_one_channel(self):
        client = self.serve({"net": nn.Upsample(scale_factor=2)}, colour="y")
        self.assertEqual(client.card["networks"][0]["channels"], 1)
        answer = client.ask("forward", [("x", random(1, 1, 6, 6))], network="net")
        self.assertEqual(answer["arrays"][0][2], [1, 1, 12, 12])

    def test_hooks(self):
        plain = networks.Plain()
        x = random(2, 3, 6, 6)
        expected = plain(x).detach()

        class Other(nn.Module):
            """Another call: [-1, 1], a noise level, and a pair."""

            def forward(self, image, level):
                return level, plain((image + 1) / 2) * 2 - 1

        for preprocess in (lambda x: (x * 2 - 1, 7), lambda x: {"level": 7, "image": x * 2 - 1}):
            client = self.serve({"net": Other()}, preprocess=preprocess, output=lambda y: y[1],
                                postprocess=lambda y: (y + 1) / 2)
            self.close(only(client.ask("forward", [("x", x)], network="net")), expected)

    def test_options_are_checked(self):
        for options, words in (({"scale": 9}, "from 1 to 8"), ({"scale": None}, "from 1 to 8"),
                               ({"range": 0}, "usually"), ({"mean": 0.4}, "3 numbers"),
                               ({"mean": [114, 112, 102]}, "from 0 to 1"), ({"colour": "ycbcr"}, '"rgb" or "y"'),
                               ({"size_multiple": 0}, "from 1 to 512"), ({"max_batch": 0}, "from 1 on"),
                               ({"fixed_size": 48.0, "scale": 2}, "width, height"), ({"output": 1}, "a function"),
                               ({"rnge": 255}, "no option rnge")):
            with self.subTest(words), self.assertRaisesRegex(lamscope.Error, words):
                lamscope.serve(networks.Plain(), **{"scale": 2, **options})
        for net, words in ((networks.Plain().state_dict(), "load_state_dict"), (3, "torch.nn.Module is expected"),
                           ({}, "no network")):
            with self.subTest(words), self.assertRaisesRegex(lamscope.Error, words):
                lamscope.serve(net, scale=2)


class Insides(Served):
    def test_weights(self):
        net = networks.Modes()
        client = self.serve({"net": net})
        listed = client.ask("weights", network="net")
        self.assertEqual(listed["arrays"], [])
        self.assertEqual([entry["name"] for entry in listed["weights"]], list(net.state_dict()))
        self.assertEqual(listed["weights"][0], {"name": "head.weight", "dtype": "float32", "shape": [8, 3, 3, 3],
                                                "trainable": True})
        self.assertFalse(next(e for e in listed["weights"] if e["name"] == "norm.running_mean")["trainable"])
        found = client.ask("weights", network="net", names=["tail.bias", "norm.num_batches_tracked", "head.weight"])
        names = [array[0] for array in found["arrays"]]
        self.assertEqual(names, ["tail.bias", "norm.num_batches_tracked", "head.weight"])
        for array in found["arrays"]:
            self.assertTrue(torch.equal(tensor_of(array), net.state_dict()[array[0]].float()))

    def test_taps_and_features(self):
        net = networks.imdn()
        client = self.serve({"net": net}, scale=4)
        x = random(1, 3, 8, 8)
        taps = {tap["name"]: tap["kind"] for tap in client.ask("taps", [("x", x)], network="net")["taps"]}
        self.assertEqual((taps["fea_conv"], taps["IMDB1.c1"], taps["IMDB1"], taps["upsampler"]),
                         ("convolution", "convolution", "block", "block"))
        self.assertNotIn("", taps)
        order = list(taps)
        self.assertLess(order.index("IMDB1.c1"), order.index("IMDB1"))
        found = client.ask("features", [("x", x)], network="net", names=["IMDB2.c1", "fea_conv"])
        with torch.no_grad():
            first = net.fea_conv(x)
            # Before the activation that works in place.
            expected = [first, net.IMDB2.c1(net.IMDB1(first))]
        self.assertEqual([array[0] for array in found["arrays"]], ["fea_conv", "IMDB2.c1"])
        for array, value in zip(found["arrays"], expected):
            self.close(tensor_of(array), value)
        self.assertEqual(sum(len(module._forward_hooks) for module in net.modules()), 0)

    def test_functions_have_none(self):
        client = self.serve({"net": lambda x: networks.Plain()(x)})
        self.assertEqual((client.card["networks"][0]["can"], client.card["networks"][0]["weights_sha256"]), ([], None))
        self.refused("unsupported", client, "weights", network="net")


@unittest.skipUnless(importlib.util.find_spec("numpy"), "there is no NumPy")
class Functions(Served):
    def test_other_framework(self):
        import numpy

        def forward(x):
            return numpy.repeat(numpy.repeat(x * x, 2, 2), 2, 3)

        def vjp(x, cotangent):
            n, c, h, w = x.shape
            return 2 * x * cotangent.reshape(n, c, h, 2, w, 2).sum((3, 5))

        with self.assertRaisesRegex(lamscope.Error, "output goes with networks of PyTorch"):
            lamscope.serve_function(forward, vjp, {"scale": 2, "output": abs})
        with contextlib.redirect_stdout(None):
            server = lamscope.serve_function(forward, vjp, {"scale": 2, "id": "squares", "max_batch": 2}, wait=False)
        self.addCleanup(server.stop)
        with Client(server.address) as client:
            x = random(3, 3, 5, 4)
            answer = client.ask("forward", [("x", x)], network="squares", keep=True, region=[2, 3, 4, 5])
            self.close(only(answer), (x * x).repeat_interleave(2, 2).repeat_interleave(2, 3)[:, :, 3:8, 2:6])
            found = only(client.ask("vjp", [("cotangent", torch.ones(3, 3, 5, 4))], **{"pass": answer["pass"]},
                                    region=[2, 3, 4, 5]))
            count = torch.zeros(10, 8)
            count[3:8, 2:6] = 1
            self.close(found, 2 * x * count.view(5, 2, 4, 2).sum((1, 3)))
            self.refused("unsupported", client, "taps", [("x", x)], network="squares")


if __name__ == "__main__":
    unittest.main()
