"""Compile kernels to WebAssembly: ``python -m inpage.compiling lab/kernel.c``.

The bytes ship beside their source, so that nobody has to. Zig's compiler is a package,
``ziglang``, and the same version of it gives the same bytes on every machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["binary", "compile_kernel"]

_FLAGS = [
    "-target",
    "wasm32-freestanding",
    "-mcpu=generic+simd128+bulk_memory",
    "-std=c11",
    "-O3",
    "-ffp-contract=off",
    # A load in WebAssembly adds a constant to its address for nothing. This pass of
    # LLVM hides such constants from it: products would take 5% longer.
    "-mllvm",
    "-disable-lsr",
    "-nostdlib",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
]


def binary(source: Path) -> Path:
    """Where the bytes of a source ship."""
    return source.with_suffix(".wasm")


def compile_kernel(source: Path, into: Path | None = None) -> Path:
    """Compile a C file; return where the bytes are, beside it by default."""
    into = into or binary(source)
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
    subprocess.run([*command, source.name], cwd=source.parent, check=True)
    return into


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = compile_kernel(Path(name))
        print(f"{path}: {path.stat().st_size / 1000:.1f} kB")
