"""Draw the picture of the README and the welcome page from a live run.

    python tools/make_picture.py

Four moments of the addition table: untrained, memorized, halfway, understood.
"""

from pathlib import Path

import matplotlib.image
import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

import grokcore as gc
from grokcore.show.grid import COLORS
from grokcore.show.style import INK, TRAIN, VALIDATION, readable

PICTURE = Path(__file__).resolve().parents[1] / "book" / "_static" / "table.png"


def tables(run: gc.Run) -> dict[int, np.ndarray]:
    """Return the table of four moments, each cell as its position in ``COLORS``."""
    table, p = run.experiment.task.data(), run.experiment.task.p
    unseen = torch.ones(p * p, dtype=torch.long)
    unseen[table.train] = 0
    accuracy = run.history.set_index("step").val_accuracy
    half = next(step for step in accuracy.index if accuracy[step] > 0.5)
    moments = [0, 100, half, run.snapshots[-1]]
    result = {}
    for moment in moments:
        step = min(run.snapshots, key=lambda kept: abs(kept - moment))
        wrong = run.at(step)(table.tokens).argmax(-1) != table.targets
        result[step] = (2 * unseen + wrong).view(p, p).numpy()
    return result


def draw(moments: dict[int, np.ndarray]) -> Figure:
    """Set the tables side by side, every cell a whole number of pixels.

    The words are few and large, so that they can be read on a phone.
    """
    figure = Figure(figsize=(12, 4.25), dpi=160, facecolor="white")
    margins = {"left": 0.01, "right": 0.99, "bottom": 0.22, "top": 0.89, "wspace": 0.06}
    axes = figure.subplots(1, len(moments), gridspec_kw=margins)
    for ax, (step, kind) in zip(axes, moments.items(), strict=True):
        ax.imshow(kind, cmap=ListedColormap(list(COLORS.values())), vmin=0, vmax=3)
        ax.set_title(f"epoch {step:,}", fontsize=26, color=INK, loc="left")
        for i, (name, color) in enumerate(
            {"shown": TRAIN, "others": VALIDATION}.items()
        ):
            right = np.mean(kind[kind // 2 == i] % 2 == 0)
            ax.text(
                0,
                -0.03 - 0.14 * i,
                f"{name}: {right:.0%}",
                fontsize=26,
                color=readable(color),
                va="top",
                transform=ax.transAxes,
            )
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return figure


if __name__ == "__main__":
    draw(tables(gc.CATALOGUE["live-p113"].run())).savefig(
        PICTURE, pil_kwargs={"optimize": True}
    )
    height, width = matplotlib.image.imread(PICTURE).shape[:2]
    print(f"{PICTURE}: {width} × {height}, {PICTURE.stat().st_size / 1000:.0f} kB")
