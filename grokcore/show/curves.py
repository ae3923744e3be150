"""The course's first figure: training and validation over the epochs of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from grokcore.show._axes import axes_or_new, percent_axis, time_axis
from grokcore.show._history import History, choose, read
from grokcore.show._labels import Line, label_pair, legend
from grokcore.show._marks import mark_delay, mark_level, mark_moment
from grokcore.show._sentences import (
    accuracy_sentences,
    course_sentence,
    mark_sentences,
)
from grokcore.show._words import number
from grokcore.show.picture import Picture, titled
from grokcore.show.style import DASHED, NEUTRAL, SOLID, TRAIN, VALIDATION, style

METRICS = ("accuracy", "loss", "weight_norm")


@style()
def curves(
    history: History,
    metric: str = "accuracy",
    *,
    x: str = "epoch",
    threshold: float = 0.95,
    references: Mapping[str, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw how a run went: training in blue, validation in orange, time on a log axis.

    Two thin vertical lines mark where training and where validation accuracy first
    reach the threshold, whatever the metric, so that the figures of one run line up.

    Args:
        history: columns ``epoch`` (or ``step``), ``train_accuracy``, ``val_accuracy``
            and those of the metric (``train_loss`` and ``val_loss``, or
            ``weight_norm``), all of one length: one row per evaluation, in order of
            time.
        metric: ``"accuracy"``, ``"loss"`` (log scale) or ``"weight_norm"``.
        x: ``"epoch"`` or ``"step"``.
        threshold: the accuracy that counts as learned, above 0 and at most 1.
        references: levels to compare with: a label and a height each, such as
            ``{"ln 113": math.log(113)}`` for the loss of a model that only guesses.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states when each accuracy reaches the threshold,
        whether it falls back, and how the run ends.

    Raises:
        ValueError: for a metric, axis or threshold that is not allowed, or a missing
            column.

    >>> history = {
    ...     "epoch": [0, 10, 100, 1000],
    ...     "train_accuracy": [0.01, 1.0, 1.0, 1.0],
    ...     "val_accuracy": [0.01, 0.02, 0.04, 0.99],
    ... }
    >>> print(curves(history).alt.partition(". ")[0])
    Training accuracy reaches 95% at epoch 10, validation accuracy at epoch 1,000, \
a delay of 990 epochs
    """
    ax = axes_or_new(ax, height=3.9)
    alt = draw(ax, history, metric, x, threshold, references or {})
    return titled(ax, alt, title, pad=22)


def draw(
    ax: Axes,
    history: History,
    metric: str,
    unit: str,
    threshold: float,
    references: Mapping[str, float],
    *,
    times: np.ndarray | None = None,
    named: bool = True,
) -> str:
    """Draw a run on given axes and return the alt text.

    ``times`` are what the x-axis must cover, where it is shared with other runs;
    ``named`` says whether the lines carry their names.
    """
    choose("metric", metric, METRICS)
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold!r} must be above 0 and at most 1")
    accuracies = [read(history, f"{s}_accuracy", unit) for s in ("train", "val")]
    learned = [curve.first_reach(threshold) for curve in accuracies]
    lines = _lines(history, metric, unit)
    for line in lines:
        line.plot(ax)
    _measure_axis(ax, metric)
    time_axis(ax, accuracies[0].x if times is None else times, unit)
    for label, level in references.items():
        mark_level(ax, label, level, lines)
    _mark_learned(ax, *learned)
    taken = None
    if metric == "accuracy" and None not in learned and learned[0] < learned[1]:
        taken = mark_delay(ax, *learned, unit, lines)
    if named and len(lines) == 2 and not label_pair(ax, *lines, taken):
        legend(ax, lines)

    if metric == "accuracy":
        sentences = accuracy_sentences(*accuracies, unit, threshold)
    else:
        what = " loss" if metric == "loss" else ""
        sentences = [course_sentence(ln.name + what, ln.curve, unit) for ln in lines]
        sentences += mark_sentences(*accuracies, unit, threshold)
    for label, level in references.items():
        sentences.append(f"A dotted line marks {label} at {number(level)}.")
    return " ".join(sentences)


def _lines(history: History, metric: str, unit: str) -> list[Line]:
    if metric == "weight_norm":
        return [Line("weight norm", read(history, metric, unit), NEUTRAL, SOLID)]
    return [
        Line("training", read(history, f"train_{metric}", unit), TRAIN, SOLID),
        Line("validation", read(history, f"val_{metric}", unit), VALIDATION, DASHED),
    ]


def _measure_axis(ax: Axes, metric: str) -> None:
    if metric == "accuracy":
        percent_axis(ax)
        ax.set_ylabel("accuracy")
    elif metric == "loss":
        ax.set_yscale("log")
        ax.set_ylabel("loss (log scale)")
    else:
        ax.margins(y=0.1)
        ax.set_ylabel("weight norm")


def _mark_learned(ax: Axes, train: float | None, validation: float | None) -> None:
    train_first = train is None or validation is None or train <= validation
    if train is not None:
        mark_moment(ax, train, TRAIN, side="left" if train_first else "right")
    if validation is not None:
        mark_moment(ax, validation, VALIDATION, side="right" if train_first else "left")
