"""The whole table of a task, cell by cell: what is known, what is memorized."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy
from numpy.typing import ArrayLike

from grokcore.show._axes import root_figure, table_axes
from grokcore.show._words import count, percent, sentence
from grokcore.show.picture import Picture
from grokcore.show.style import FAINT, INK, TRAIN, VALIDATION, style

COLORS = {
    ("training", "right"): TRAIN,
    ("training", "wrong"): "#C4D7E3",
    ("validation", "right"): VALIDATION,
    ("validation", "wrong"): "#FAF4E6",
}
"""Hue tells the split, depth tells right from wrong; all four differ in gray, too."""

_PIXELS_ACROSS = 900


@style()
def prediction_grid(
    correct: ArrayLike, is_train: ArrayLike, moment: str = "", *, ax: Axes | None = None
) -> Picture:
    """Draw which answers of a task's table a model gets right, training and validation.

    While a model memorizes, its training cells turn blue and stand as islands; when it
    generalizes, the cells between them turn orange and the table becomes full.

    Args:
        correct: a table of booleans, a row for each a and a column for each b: is the
            model's answer right?
        is_train: a table of the same shape: is the cell in the training data?
        moment: when this is, such as ``"epoch 580"``; it opens title and alt text.
        ax: the axes to draw on; a new figure by default, made so that every cell has
            the same number of pixels.

    Returns:
        A Picture whose alt text counts right answers in training and validation cells.

    Raises:
        ValueError: if the tables are not two-dimensional, not equal in shape, empty, or
            hold anything but booleans.

    >>> print(prediction_grid([[True, True], [False, True]],
    ...                       [[True, True], [False, False]], "epoch 20").alt)
    Table of 2 by 2 cells, epoch 20: 2 of 2 training cells are right (100%), and 1 of \
2 validation cells (50%).
    """
    correct, is_train = _table("correct", correct), _table("is_train", is_train)
    if correct.shape != is_train.shape:
        raise ValueError(
            f"correct has shape {correct.shape}, is_train has shape {is_train.shape}; "
            "they must be equal"
        )
    ax = _new_axes(*correct.shape) if ax is None else ax
    kind = 2 * ~is_train + ~correct  # the order of COLORS
    ax.imshow(kind, cmap=ListedColormap(list(COLORS.values())), vmin=0, vmax=3)
    table_axes(ax, *correct.shape, xlabel="b", ylabel="a")
    counts = {key: int((kind == i).sum()) for i, key in enumerate(COLORS)}
    _key(ax, counts)
    ax.set_title(_title(moment, counts), pad=9, fontweight="normal")
    return Picture(root_figure(ax), _alt(moment, counts, correct.shape), ax)


def _table(name: str, values: ArrayLike) -> np.ndarray:
    table = np.asarray(values)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(
            f"{name} has shape {table.shape}; it must be a table with rows and columns"
        )
    if table.dtype != bool:
        raise ValueError(f"{name} holds {table.dtype}; it must hold booleans")
    return table


def _new_axes(rows: int, columns: int) -> Axes:
    """Axes of fixed place and size, so that frames of a Flipbook do not move.

    The size is a whole number of pixels per cell: no cell looks wider than the next.
    """
    dpi = 200
    cell = max(1, round(_PIXELS_ACROSS / max(rows, columns)))
    width, height = cell * columns / dpi, cell * rows / dpi
    left, right, top, bottom = 0.62, 0.28, 0.8, 0.7
    size = (round(left + width + right, 2), round(top + height + bottom, 2))
    figure = Figure(figsize=size)
    box = (left / size[0], bottom / size[1], width / size[0], height / size[1])
    return figure.add_axes(box)


def _key(ax: Axes, counts: dict[tuple[str, str], int]) -> None:
    """Explain the colors below the table, each with the number of its cells."""
    for i, split in enumerate(("training", "validation")):
        _write(ax, split, 0.0, i, weight="bold")
        for j, verdict in enumerate(("right", "wrong")):
            x = 0.33 + 0.37 * j
            ax.plot(
                [x],
                [0],
                marker="s",
                markersize=10,
                markerfacecolor=COLORS[split, verdict],
                markeredgecolor=FAINT,
                markeredgewidth=0.6,
                transform=offset_copy(
                    ax.transAxes, root_figure(ax), 5, _line(i), units="points"
                ),
                clip_on=False,
            )
            _write(ax, f"{verdict} {count(counts[split, verdict])}", x, i, indent=15)


def _line(i: int) -> float:
    """Points below the table at which line i of the key is centered."""
    return -16 - 20 * i


def _write(
    ax: Axes, text: str, x: float, i: int, indent: float = 0, weight: str = "normal"
) -> None:
    ax.annotate(
        text,
        (x, 0),
        xycoords="axes fraction",
        xytext=(indent, _line(i)),
        textcoords="offset points",
        va="center_baseline",
        color=INK,
        fontweight=weight,
    )


def _shares(counts: dict[tuple[str, str], int]) -> dict[str, str]:
    """The accuracy of each split that has cells, written in percent."""
    shares = {}
    for split in ("training", "validation"):
        total = counts[split, "right"] + counts[split, "wrong"]
        if total:
            shares[split] = percent(counts[split, "right"] / total)
    return shares


def _title(moment: str, counts: dict[tuple[str, str], int]) -> str:
    short = {"training": "train", "validation": "validation"}
    parts = [f"{short[split]} {share}" for split, share in _shares(counts).items()]
    return " · ".join([moment, *parts] if moment else parts)


def _alt(
    moment: str, counts: dict[tuple[str, str], int], shape: tuple[int, ...]
) -> str:
    told = []
    for split, share in _shares(counts).items():
        right = counts[split, "right"]
        total = right + counts[split, "wrong"]
        verb = "" if told else ("is" if total == 1 else "are") + " right "
        told.append(f"{count(right)} of {count(total)} {split} cells {verb}({share})")
    when = f", {moment}" if moment else ""
    return sentence(
        f"table of {shape[0]} by {shape[1]} cells{when}: {', and '.join(told)}"
    )
