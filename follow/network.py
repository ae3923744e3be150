"""The page's network without a page: run by wasmtime, for tests.

``network.js`` is the same for the page.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inpage.compiling import binary
from inpage.running import Program

__all__ = ["SOURCE", "Network"]

SOURCE = Path(__file__).with_name("network.c")

#: What :meth:`Network.view` can look at, in the order of network.c.
PLACES = (
    "halves",
    "embedding",
    "channels",
    "spared",
    "pattern",
    "neurons",
    "logits",
    "votes",
    "answers",
)

_VECTORS = 120


class Network(Program):
    """The network of ``network.c`` with some weights.

    Args:
        halves: [226,048] in float16, in the order of grokcore's state dict.
    """

    p, width, heads, channels, neurons = 113, 128, 4, 32, 512

    def __init__(self, halves: np.ndarray) -> None:
        super().__init__(binary(SOURCE), PLACES)
        self.view("halves", np.float16, self.count())[:] = halves
        self.load()
        self.prepare()

    def logits(self) -> np.ndarray:
        """Those of all sums, [p, p, p]."""
        p, found = self.p, self.view("logits", np.float32, _VECTORS)
        cube = np.empty((p, p, p), np.float32)
        for a in range(p):
            for b in range(p):
                self.answer(a, b)
                cube[a, b] = found[:p]
        return cube

    def answers(self) -> np.ndarray:
        """The answer to each sum, [p, p]."""
        for a in range(self.p):
            self.answer_row(a)
        return self.view("answers", np.uint8, self.p, self.p).astype(int)
