"""Images of digits in a sheet: which of them does a model read wrong?"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from grokcore.show._axes import root_figure
from grokcore.show._words import count, percent, sentence
from grokcore.show.picture import Picture
from grokcore.show.style import INK, VALIDATION, WIDTH, style

__all__ = ["digits"]

#: Images in a row.
_COLUMNS = 10
#: Of an image's side, the room below it for the answer.
_BELOW = 0.34


@style()
def digits(
    images: ArrayLike,
    answers: ArrayLike,
    targets: ArrayLike,
    moment: str = "",
    *,
    ax: Axes | None = None,
) -> Picture:
    """Draw images in rows of ten; one that is read wrong is framed, with what is read.

    Args:
        images: [N, 784] or [N, 28, 28], 0 is paper and 1 is ink.
        answers: [N] what a model reads.
        targets: [N] what they show.
        moment: when this is, such as ``"step 500"``; it opens title and alt text.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text counts what is read right, and names the mistakes.

    Raises:
        ValueError: for other shapes.

    >>> import numpy as np
    >>> print(digits(np.zeros((3, 784)), [4, 9, 1], [4, 4, 1], "step 0").alt)
    Step 0: 2 of 3 images are read right (66.7%). Read wrong: 4 as 9.
    """
    images, answers, targets = map(np.asarray, (images, answers, targets))
    n = len(images)
    if n == 0 or images.size != n * 784 or not answers.shape == targets.shape == (n,):
        raise ValueError(
            f"images, answers and targets have shapes {images.shape}, {answers.shape} "
            f"and {targets.shape}; expected [N, 784], [N] and [N], N at least 1"
        )
    rows = math.ceil(n / _COLUMNS)
    ax = _new_axes(rows) if ax is None else ax
    for i, image in enumerate(images.reshape(n, 28, 28)):
        row, column = divmod(i, _COLUMNS)
        x, y = column, row * (1 + _BELOW)
        extent = (x + 0.03, x + 0.97, y + 0.97, y + 0.03)
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=extent)
        if answers[i] != targets[i]:
            _mark(ax, x, y, answers[i])
    ax.set(xlim=(0, _COLUMNS), ylim=(rows * (1 + _BELOW), 0), aspect="equal")
    ax.axis("off")
    right = int((answers == targets).sum())
    ax.set_title(_title(moment, right, n), pad=9, fontweight="normal")
    return Picture(root_figure(ax), _alt(moment, right, answers, targets), ax)


def _new_axes(rows: int) -> Axes:
    """Axes of fixed place and size, so that frames of a Flipbook do not move."""
    across = WIDTH - 0.2
    height = across * rows * (1 + _BELOW) / _COLUMNS
    figure = Figure(figsize=(WIDTH, height + 0.6))
    box = (0.1 / WIDTH, 0.08 / (height + 0.6), across / WIDTH, height / (height + 0.6))
    return figure.add_axes(box)


def _mark(ax: Axes, x: float, y: float, answer: int) -> None:
    frame = Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fill=False)
    frame.set(edgecolor=VALIDATION, linewidth=2.4)
    ax.add_patch(frame)
    ax.text(x + 0.5, y + 1.0, str(int(answer)), ha="center", va="top", color=INK)


def _title(moment: str, right: int, n: int) -> str:
    told = f"{count(right)} of {count(n)} read right"
    return f"{moment} · {told}" if moment else told


def _alt(moment: str, right: int, answers: np.ndarray, targets: np.ndarray) -> str:
    n = len(answers)
    verb = "is" if right == 1 else "are"
    told = (
        f"{count(right)} of {count(n)} images {verb} read right ({percent(right / n)})"
    )
    parts = [sentence(f"{moment}: {told}" if moment else told)]
    wrong = np.flatnonzero(answers != targets)
    if len(wrong):
        mistakes = ", ".join(f"{targets[i]} as {answers[i]}" for i in wrong)
        parts.append(f"Read wrong: {mistakes}.")
    return " ".join(parts)
