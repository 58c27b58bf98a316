#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves the networks of networks.py, for the tests of the client.

usage: serve_for_tests.py [--port N] [--memory BYTES] [--imdn CHECKPOINT [--scale N]] [NETWORK...]

Without names: all that work, and IMDN with the checkpoint's weights, or random ones. Networks that fail or wait:
raising, detached, smaller, greedy, overwriting, slow. Exit code 77 where no PyTorch can be imported.
"""
import argparse

import with_torch  # noqa: F401, I001: first

import lamscope
from networks import FAILING, UNUSUAL, imdn


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NETWORK")
    parser.add_argument("--port", type=int)
    parser.add_argument("--memory", type=int)
    parser.add_argument("--imdn", metavar="CHECKPOINT")
    parser.add_argument("--scale", type=int, default=4, help="of the checkpoint")
    arguments = parser.parse_args()
    networks = {}
    for name in arguments.names or ["imdn", *UNUSUAL]:
        if name == "imdn":
            networks[name] = imdn(arguments.imdn, arguments.scale), {"scale": arguments.scale}
        else:
            networks[name] = {**UNUSUAL, **FAILING}[name]()
    lamscope.serve(networks, scale=2, port=arguments.port, memory=arguments.memory)


if __name__ == "__main__":
    main()
