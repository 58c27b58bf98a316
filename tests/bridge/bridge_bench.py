#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bridge costs: maps of IMDN natively, served, and the passes of a map without any bridge, in turn, on 64x64
LR pixels. Not a test.

usage: bridge_bench.py PATH/lamscope-cli CHECKPOINT [--nodes N] [--repeats N]

Prints the largest difference of the maps as a part of their largest value, and the median times. What the bridge adds
is the time of a served map beyond that of its passes in the server's own PyTorch; the native network is another
program, and may be faster or slower for reasons of its own. One thread each, since LibTorch here and PyTorch there
would not share the processors alike otherwise.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import with_torch  # noqa: E402, F401, I001: first

import lamscope  # noqa: E402
import networks  # noqa: E402
import torch  # noqa: E402

SIDE = 64


def image():
    c, i, j = torch.meshgrid(*(torch.arange(n, dtype=torch.float32) for n in (3, SIDE, SIDE)), indexing="ij")
    return 0.5 + 0.4 * torch.sin(0.37 * i + 0.23 * j + c) * torch.cos(0.11 * i - 0.31 * j)


def look(program, model, picture, nodes, folder):
    """Map and seconds."""
    document = Path(folder) / "lam.json"
    subprocess.run([program, "lam", "--lr", picture, "--model", model, "--patch", "120,120", "--rule", "midpoint",
                    "--nodes", str(nodes), "--threads", "1", "--device", "cpu", "--timestamp", "--json", document,
                    "--npy", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    result, = json.loads(document.read_text())["results"]
    file = Path(folder) / Path(result["files"]["map"]).name
    return torch.as_tensor(lamscope._read_npy(file)), result["seconds"]


def passes(network, nodes):
    """Seconds of a map's forward and backward passes in this process: one of each for a node, and the two of the ends
    of the path without gradients."""
    start = time.perf_counter()
    for node in range(nodes):
        held = network.forward((image() * (node + 0.5) / nodes)[None], True, lambda: None)
        network.vjp(held, (slice(None), slice(None), slice(120, 136), slice(120, 136)), torch.ones(1, 3, 16, 16),
                    lambda: None)
    for end in (0, 1):
        network.forward((image() * end)[None], False, lambda: None)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("checkpoint")
    parser.add_argument("--nodes", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    served = lamscope._torch_networks({"imdn": networks.imdn(arguments.checkpoint)}, {"scale": 4})
    seconds = {"native": [], "served": [], "passes": []}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lb"))
        server = stack.enter_context(lamscope.Server(served))
        picture = lamscope._image_file(image(), folder)
        models = {"native": arguments.checkpoint, "served": server.address}
        for _ in range(arguments.repeats):
            maps = {}
            for way, model in models.items():
                maps[way], time = look(arguments.program, model, picture, arguments.nodes, folder)
                seconds[way].append(time)
            seconds["passes"].append(passes(served[0], arguments.nodes))
            difference = float((maps["native"] - maps["served"]).abs().max() / maps["native"].abs().max())
            print(f"maps differ by {difference:.1e}; native {seconds['native'][-1]:.3f} s, "
                  f"served {seconds['served'][-1]:.3f} s, passes alone {seconds['passes'][-1]:.3f} s", flush=True)
    native, through, alone = (statistics.median(seconds[way]) for way in ("native", "served", "passes"))
    print(f"medians: native {native:.3f} s, served {through:.3f} s, passes alone {alone:.3f} s; served / native "
          f"{through / native:.3f}, served / passes {through / alone:.3f}, "
          f"{1000 * (through - alone) / arguments.nodes:.1f} ms more for a node than the passes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
