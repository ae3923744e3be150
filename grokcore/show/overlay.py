"""One column of several runs in one pair of axes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from grokcore.show._axes import axes_or_new, percent_axis, time_axis
from grokcore.show._history import History, choose, read
from grokcore.show._labels import Line
from grokcore.show._sentences import arrival_sentence, course_sentence
from grokcore.show.picture import Picture, titled
from grokcore.show.style import DASHES, NEUTRAL, TRAIN, VALIDATION, shades, style

COLUMNS = {
    "val_accuracy": ("validation accuracy", VALIDATION),
    "train_accuracy": ("training accuracy", TRAIN),
    "val_loss": ("validation loss", VALIDATION),
    "train_loss": ("training loss", TRAIN),
    "weight_norm": ("weight norm", NEUTRAL),
}


@style()
def overlay(
    histories: Mapping[str, History],
    column: str = "val_accuracy",
    *,
    x: str = "epoch",
    threshold: float = 0.95,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw one column of several runs together, such as a live and a recorded one.

    Runs differ by shade and by dashes; training stays blue and validation orange.

    Args:
        histories: for each name the history of a run: columns ``epoch`` (or ``step``)
            and ``column``, of one length.
        column: ``"val_accuracy"``, ``"train_accuracy"``, ``"val_loss"``,
            ``"train_loss"`` or ``"weight_norm"``.
        x: ``"epoch"`` or ``"step"``.
        threshold: the accuracy that counts as learned, for the alt text.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states for each run when it reaches the threshold and
        how it ends.

    Raises:
        ValueError: if there are no histories, or for a column or axis that is not
            allowed.

    >>> live = {"epoch": [0, 100, 1000], "val_accuracy": [0.01, 0.02, 1.0]}
    >>> recorded = {"epoch": [0, 100, 10000], "val_accuracy": [0.01, 0.02, 1.0]}
    >>> print(overlay({"live": live, "recorded": recorded}).alt)
    Validation accuracy of 2 runs. Live reaches 95% at epoch 1,000 and ends at 100%. \
Recorded reaches 95% at epoch 10,000 and ends at 100%.
    """
    if not histories:
        raise ValueError("histories is empty; give at least one name and history")
    choose("column", column, COLUMNS)
    name, color = COLUMNS[column]
    lines = [
        Line(run, read(history, column, x), shade, DASHES[i % len(DASHES)])
        for i, ((run, history), shade) in enumerate(
            zip(histories.items(), shades(color, len(histories)), strict=True)
        )
    ]
    ax = axes_or_new(ax, height=3.9)
    for line in lines:
        line.plot(ax)
    if column.endswith("accuracy"):
        percent_axis(ax)
    elif column.endswith("loss"):
        ax.set_yscale("log")
    ax.set_ylabel(name + (" (log scale)" if column.endswith("loss") else ""))
    time_axis(ax, np.concatenate([line.curve.x for line in lines]), x)
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=min(3, len(lines)),
        handlelength=2.4,
        columnspacing=1.4,
    )
    runs = f"{len(lines)} run" + ("" if len(lines) == 1 else "s")
    sentences = [f"{name.capitalize()} of {runs}."]
    for line in lines:
        if column.endswith("accuracy"):
            sentences.append(arrival_sentence(line.name, line.curve, x, threshold))
        else:
            sentences.append(course_sentence(line.name, line.curve, x))
    alt = " ".join(sentences)
    return titled(ax, alt, title, pad=8 + 17 * (-(-len(lines) // 3)))
