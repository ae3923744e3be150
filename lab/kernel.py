"""The page's kernel without a page: run by wasmtime, for tests and recordings.

``kernel.js`` is the same for the page.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inpage.compiling import binary
from inpage.running import Program

__all__ = ["BINARY", "SOURCE", "Kernel"]

SOURCE = Path(__file__).with_name("kernel.c")
BINARY = binary(SOURCE)

#: What :meth:`Kernel.view` can look at, in the order of kernel.c.
PLACES = (
    "weights",
    "gradients",
    "order",
    "targets",
    "cells",
    "logits",
    "basis",
    "coefficients",
    "results",
)


class Kernel(Program):
    """The network of ``kernel.c`` for a table of p numbers.

    Args:
        p: how many numbers.
        width: D, of the embedding; a multiple of 8, at most 512.
        neurons: M, of the hidden layer; likewise.

    Raises:
        ValueError: for sizes that the kernel does not have.
    """

    def __init__(self, p: int, width: int, neurons: int) -> None:
        super().__init__(BINARY, PLACES)
        if not self.setup(p, width, neurons):
            raise ValueError(
                f"p={p}, width={width}, neurons={neurons} do not do: p from 2 to 512, "
                f"the others multiples of 8 up to 512"
            )
        self.p, self.width, self.neurons = p, width, neurons
        self.columns = -(-p // 8) * 8

    def parameters(self, place: str = "weights") -> dict[str, np.ndarray]:
        """Weights or gradients by name, as views without what fills up vectors."""
        p, columns, width, neurons = self.p, self.columns, self.width, self.neurons
        shapes = {
            "embed.W_E": (columns, width),
            "mlp.W_in": (2 * width, neurons),
            "mlp.b_in": (neurons,),
            "unembed.W_U": (neurons, columns),
        }
        block = self.view(place, np.float32, sum(map(np.prod, shapes.values())))
        found, start = {}, 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            found[name] = block[start : start + size].reshape(shape)
            start += size
        found["embed.W_E"] = found["embed.W_E"][:p]
        found["unembed.W_U"] = found["unembed.W_U"][:, :p]
        return found

    def show(self, targets: np.ndarray, shown: np.ndarray) -> None:
        """Tell the kernel the table [p²] and which cells of it are shown.

        A target is −1 where there is no answer.
        """
        cells = self.p**2
        self.view("targets", np.int32, cells)[:] = targets
        self.view("order", np.uint32, len(shown))[:] = shown
        marks = self.view("cells", np.uint8, cells)
        marks[:] = 0
        marks[shown] = 2
