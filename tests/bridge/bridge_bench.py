#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bridge costs: maps of IMDN natively and served, in turn, on 64x64 LR pixels. Not a test.

usage: bridge_bench.py PATH/lamscope-cli CHECKPOINT [--nodes N] [--repeats N]

Prints the largest difference of the maps as a part of their largest value, and the median time of a map and of a node
for both. One thread each, since LibTorch here and PyTorch there would not share the processors alike otherwise.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("checkpoint")
    parser.add_argument("--nodes", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    served = lamscope._torch_networks({"imdn": networks.imdn(arguments.checkpoint)}, {"scale": 4})
    seconds = {"native": [], "served": []}
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
            difference = float((maps["native"] - maps["served"]).abs().max() / maps["native"].abs().max())
            print(f"maps differ by {difference:.1e}; native {seconds['native'][-1]:.3f} s, "
                  f"served {seconds['served'][-1]:.3f} s", flush=True)
    native, through = (statistics.median(seconds[way]) for way in ("native", "served"))
    print(f"medians: native {native:.3f} s, served {through:.3f} s, ratio {through / native:.3f}, "
          f"{1000 * (through - native) / arguments.nodes:.1f} ms more for a node")
    return 0


if __name__ == "__main__":
    sys.exit(main())
