"""The recorded run: ``python -m lab.recording`` trains the first experiment again.

Whoever has no JavaScript, or no time, sees its table as a Flipbook. What ships are the
cells that were right at some steps.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grokcore import show

RECORDED = Path(__file__).with_name("recorded.npz")

#: Where the table changes most.
STEPS = (0, 10, 20, 100, 240, 280, 320, 360, 500)


def record(into: Path = RECORDED) -> Path:
    """Train, and keep what was right; return where that is."""
    from lab.training import PRESETS, Training

    training = Training(**PRESETS["memorize"])
    right = []
    for step in STEPS:
        training.train(step - training.step)
        training.look()
        right.append(np.packbits(training.right()))
    np.savez_compressed(
        into,
        steps=np.array(STEPS),
        right=np.array(right),
        shown=np.packbits(training.is_shown()),
        p=training.choice["p"],
    )
    return into


def flipbook() -> show.Flipbook:
    """The recorded table, step by step."""
    with np.load(RECORDED) as kept:
        p, steps = int(kept["p"]), kept["steps"].tolist()
        tables = [_table(bits, p) for bits in kept["right"]]
        shown = _table(kept["shown"], p)

    def draw(i: int) -> show.Picture:
        return show.prediction_grid(tables[i], shown, moment=f"step {steps[i]}")

    return show.Flipbook(
        draw,
        range(len(steps)),
        label=lambda i: f"step {steps[i]}",
        name="Step of training",
        fps=3,
    )


def _table(bits: np.ndarray, p: int) -> np.ndarray:
    return np.unpackbits(bits, count=p * p).reshape(p, p).astype(bool)


if __name__ == "__main__":
    print(f"{record()}: {RECORDED.stat().st_size / 1000:.1f} kB")
