"""A page's kernel without a page: run by wasmtime, for tests and recordings."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import wasmtime

__all__ = ["Program"]


class Program:
    """A kernel that was compiled to WebAssembly.

    Every function that it exports is a method by its name; one of them, ``at``, says
    where a place of its memory is.

    Args:
        binary: the bytes.
        places: what :meth:`view` can look at, in the kernel's order.
    """

    def __init__(self, binary: Path, places: tuple[str, ...]) -> None:
        engine = wasmtime.Engine()
        self._places = places
        self._store = wasmtime.Store(engine)
        module = wasmtime.Module(engine, binary.read_bytes())
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)

    def __getattr__(self, name: str):
        function = self._exports[name]
        kinds = [str(kind) for kind in function.type(self._store).params]

        def call(*values):
            typed = zip(kinds, values, strict=True)
            numbers = [float(v) if kind == "f64" else int(v) for kind, v in typed]
            return function(self._store, *numbers)

        return call

    def view(self, place: str, kind: type, *shape: int) -> np.ndarray:
        """The kernel's own memory as an array: writing into it writes there."""
        memory = self._exports["memory"]
        start = ctypes.addressof(memory.data_ptr(self._store).contents)
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        here = (ctypes.c_ubyte * size).from_address(
            start + self.at(self._places.index(place))
        )
        return np.frombuffer(here, kind).reshape(shape)
