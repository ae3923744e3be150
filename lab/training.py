"""What the page's worker trains, without a page: the same choice, the same bits.

WebAssembly rounds alike everywhere, so that a choice with its seed is one and the same
network in every browser, and here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grokcore.tasks import OPERATIONS
from lab.kernel import Kernel

__all__ = ["PRESETS", "Look", "Training"]

_CHOICES = json.loads(
    Path(__file__).with_name("presets.json").read_text(encoding="utf-8")
)

#: The page's experiments: their names, and the whole choice of each.
PRESETS: dict[str, dict[str, Any]] = {
    name: _CHOICES["usual"] | preset["choice"]
    for name, preset in _CHOICES["presets"].items()
}

# Streams of random numbers, as in kernel.js.
_SPLIT, _LABELS = 2, 3


class Look(NamedTuple):
    """What the whole table says after some steps: means over its two parts."""

    step: int
    shown_loss: float
    shown: float
    others_loss: float
    others: float


class Training:
    """A choice of the page, to be trained step by step.

    Args:
        choice: what differs from the page's usual one, such as ``p=31``.

    >>> training = Training(p=23, width=32, neurons=32)
    >>> training.train(3)
    >>> training.look().step
    3
    """

    def __init__(self, **choice: Any) -> None:
        self.choice = _CHOICES["usual"] | choice
        p, seed = self.choice["p"], self.choice["seed"]
        self.kernel = Kernel(p, self.choice["width"], self.choice["neurons"])
        self.targets = self._targets(p, seed)
        self.shown = self._split(seed)
        self.kernel.show(self.targets, self.shown)
        self.kernel.initialize(seed, len(self.shown))
        self.step = 0

    def train(self, steps: int) -> None:
        """Make some steps."""
        batch = self.choice["batch"] or self.choice["p"] ** 2
        for _ in range(steps):
            self.kernel.next_batch(batch)
            self.kernel.update(
                self.choice["rate"], self.choice["decay"], 0.8, 0.98, 1e-8
            )
        self.step += steps

    def look(self) -> Look:
        """Answer the whole table."""
        self.kernel.evaluate()
        return Look(self.step, *self.kernel.view("results", np.float64, 4).tolist())

    def right(self) -> np.ndarray:
        """Which cells [p, p] were right at the last look."""
        p = self.choice["p"]
        return (self.kernel.view("cells", np.uint8, p, p) & 1).astype(bool)

    def is_shown(self) -> np.ndarray:
        """Which cells [p, p] are shown."""
        p = self.choice["p"]
        return np.isin(np.arange(p * p), self.shown).reshape(p, p)

    def _targets(self, p: int, seed: int) -> np.ndarray:
        import torch

        operation = OPERATIONS.get(self.choice["operation"])
        if operation is None:
            self.kernel.reseed(seed, _LABELS)
            return np.array([self.kernel.draw(p) for _ in range(p * p)], np.int32)
        a, b = torch.arange(p * p) // p, torch.arange(p * p) % p
        answers = operation.modular(a, b, p)
        if operation.defined:
            answers = torch.where(operation.defined(b, p), answers, -1)
        return answers.numpy().astype(np.int32)

    def _split(self, seed: int) -> np.ndarray:
        cells = np.flatnonzero(self.targets >= 0)
        self.kernel.reseed(seed, _SPLIT)
        for i in range(len(cells) - 1, 0, -1):
            j = self.kernel.draw(i + 1)
            cells[i], cells[j] = cells[j], cells[i]
        return cells[: len(cells) * self.choice["shown"] // 100]
