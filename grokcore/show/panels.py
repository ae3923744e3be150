"""Several drawings in one figure, with one alt text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure

from grokcore.show._axes import title_above
from grokcore.show._history import History, read
from grokcore.show.curves import draw
from grokcore.show.picture import Picture
from grokcore.show.style import WIDTH, style


@style()
def panels(
    draws: Mapping[str, Callable[..., Picture]],
    *,
    columns: int = 2,
    row_height: float = 2.9,
) -> Picture:
    """Draw several things side by side, each under its title.

    Args:
        draws: for each title a function that takes ``ax`` and returns a Picture: any
            function of this package with its other arguments filled in by
            ``functools.partial``.
        columns: panels in a row, at least 1. On a phone two are readable, one is
            comfortable.
        row_height: height of a row in inches.

    Returns:
        A Picture whose alt text is that of the panels, each after its title.

    Raises:
        ValueError: if there is nothing to draw or ``columns`` is below 1.

    >>> from functools import partial
    >>> from grokcore.show import curves
    >>> history = {"epoch": [0, 10], "weight_norm": [30.0, 50.0],
    ...            "train_accuracy": [0.0, 1.0], "val_accuracy": [0.0, 0.1]}
    >>> picture = panels({metric: partial(curves, history, metric)
    ...                   for metric in ("accuracy", "weight_norm")})
    >>> [ax.get_title(loc="left") for ax in picture.figure.axes]
    ['accuracy', 'weight_norm']
    """
    if not draws:
        raise ValueError("draws is empty; give at least one title and drawing function")
    if columns < 1:
        raise ValueError(f"columns={columns!r} must be at least 1")
    columns = min(columns, len(draws))
    rows = -(-len(draws) // columns)
    figure = Figure(figsize=(WIDTH, rows * row_height), layout="constrained")
    drawn = [figure.add_subplot(rows, columns, i + 1) for i in range(len(draws))]
    for title, ax in zip(draws, drawn, strict=True):
        ax.set_title(title)  # takes its room before anything is placed by measure
    alts = [
        f"{title}: {draw_on(ax=ax).alt}"
        for (title, draw_on), ax in zip(draws.items(), drawn, strict=True)
    ]
    title_above(dict(zip(draws, drawn, strict=True)))
    for i in reversed(range(len(drawn))):  # say once a row what its y-axes share
        if i % columns and drawn[i].get_ylabel() == drawn[i - 1].get_ylabel():
            drawn[i].set_ylabel("")
    return Picture(figure, " ".join(alts))


@style()
def small_multiples(
    histories: Mapping[str, History],
    metric: str = "accuracy",
    *,
    x: str = "epoch",
    threshold: float = 0.95,
    references: Mapping[str, float] | None = None,
) -> Picture:
    """Draw several runs one below the other, on one time axis and one scale.

    The eye follows the moment of generalization from row to row; the rows stay as wide
    as the page, which a phone needs.

    Args:
        histories: for each title the history of a run, with the columns that ``curves``
            needs.
        metric, x, threshold, references: as for ``curves``.

    Returns:
        A Picture whose alt text is that of ``curves`` for each run, after its title.

    Raises:
        ValueError: as for ``curves``, and if there are no histories.

    >>> def run(delay):
    ...     return {"epoch": [0, 10, delay], "train_accuracy": [0.01, 1.0, 1.0],
    ...             "val_accuracy": [0.01, 0.02, 1.0]}
    >>> picture = small_multiples({"30%": run(500), "50%": run(100)})
    >>> print(picture.alt[:47])
    30%: Training accuracy reaches 95% at epoch 10,
    """
    if not histories:
        raise ValueError("histories is empty; give at least one title and history")
    accuracies = [read(h, "train_accuracy", x) for h in histories.values()]
    times = np.concatenate([curve.x for curve in accuracies])
    figure = Figure(figsize=(WIDTH, 0.5 + 1.85 * len(histories)), layout="constrained")
    rows = figure.subplots(len(histories), sharex=True, sharey=True, squeeze=False)
    alts = []
    for ax, (title, history) in zip(rows[:, 0], histories.items(), strict=True):
        alt = draw(
            ax,
            history,
            metric,
            x,
            threshold,
            references or {},
            times=times,
            named=not alts,
        )
        ax.set_title(title, pad=22)
        ax.label_outer()
        alts.append(f"{title}: {alt}")
    return Picture(figure, " ".join(alts))
