# SPDX-License-Identifier: GPL-3.0-or-later
"""Imported first: makes lamscope.py importable; ends the program with code 77 (skipped) where there is no PyTorch."""
import os
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "../../packaging/python/lamscope"))
# A user's window or runtime folder is no business of a test.
for variable in ("LAMSCOPE_PROGRAM", "LAMSCOPE_CLI"):
    os.environ.pop(variable, None)

try:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    import torch  # noqa: F401
except (ImportError, OSError) as trouble:
    print(f"skipped: no PyTorch can be imported by {sys.executable}: {trouble}")
    sys.exit(77)
