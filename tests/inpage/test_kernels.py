"""The compiled kernels are what their sources compile to, and run in every browser."""

from importlib.metadata import version
from pathlib import Path

import pytest
import wasmtime

from inpage.compiling import binary, compile_kernel

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "lab" / "kernel.c", ROOT / "follow" / "network.c"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_compiling_again_gives_the_same_bytes(source, tmp_path):
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if f"ziglang=={version('ziglang')}" not in pins:
        pytest.skip("another version of Zig than the pinned one gives other bytes")
    again = compile_kernel(source, tmp_path / "again.wasm")
    assert again.read_bytes() == binary(source).read_bytes(), (
        f"{source.name} compiles to other bytes: run `make kernel`, commit both"
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_kernel_needs_nothing_from_outside_and_only_what_browsers_have(source):
    config = wasmtime.Config()
    config.wasm_relaxed_simd = False
    config.wasm_threads = False
    engine = wasmtime.Engine(config)
    assert not wasmtime.Module(engine, binary(source).read_bytes()).imports


def test_make_compiles_them_all():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (command,) = [line for line in makefile.splitlines() if "inpage.compiling" in line]
    assert command.split()[3:] == [str(s.relative_to(ROOT)) for s in SOURCES]
