"""Compile the kernel to WebAssembly: ``python -m lab.compiling``.

The bytes ship, so that nobody has to. Zig's compiler is a package, ``ziglang``, and the
same version of it gives the same bytes on every machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("kernel.c")
BINARY = Path(__file__).with_name("kernel.wasm")

_FLAGS = [
    "-target",
    "wasm32-freestanding",
    "-mcpu=generic+simd128+bulk_memory",
    "-std=c11",
    "-O3",
    "-ffp-contract=off",
    "-nostdlib",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
]


def compile_kernel(into: Path = BINARY) -> Path:
    """Compile ``kernel.c``; return where the bytes are."""
    command = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        *_FLAGS,
        "-o",
        str(into.resolve()),
    ]
    # From its own folder: no path of this machine gets into the bytes.
    subprocess.run([*command, SOURCE.name], cwd=SOURCE.parent, check=True)
    return into


if __name__ == "__main__":
    print(f"{compile_kernel()}: {BINARY.stat().st_size / 1000:.1f} kB")
