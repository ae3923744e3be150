"""Progress measures: a circuit that grows while the loss still tells nothing.

Nanda et al. (2023), section 5. The logits of the full table are split, class by class,
into what moves along the *key directions*, cos w(a + b) and sin w(a + b) for the key
frequencies, and all else. *Restricted*: only the key directions are left. *Excluded*:
only they are gone. Here it is done for one table; :mod:`grokcore.runs.measured` does it
for all snapshots of a run.

A projection of the whole table has a weak spot: what is memorized has waves of a + b,
too. :func:`unseen_loss` asks pairs that were never shown alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from grokcore.analysis import fourier
from grokcore.analysis._tables import answers_of, project, table

__all__ = [
    "Phases",
    "excluded",
    "key_directions",
    "measures",
    "phases",
    "restricted",
    "unseen_loss",
]


def key_directions(
    p: int, frequencies: Iterable[int], answers: Tensor | None = None
) -> Tensor:
    """Return cos w_k(a + b) and sin w_k(a + b) over the table, [2 K, p, p].

    They are orthonormal, as vectors of p² numbers. For even p, frequency p/2 has no
    sine, and one direction.

    Args:
        p: how many numbers there are.
        frequencies: the k.
        answers: [p, p] what takes the place of a + b, such as a − b.

    Raises:
        ValueError: for a frequency that p numbers do not have, one given twice, or
            answers that are not each as frequent as the others: their waves would not
            be orthogonal.

    >>> key_directions(113, [14, 35, 56]).shape
    torch.Size([6, 113, 113])
    """
    answers = answers_of(p, p, answers)
    counts = answers.flatten().bincount(minlength=p)
    if (counts != p).any():
        raise ValueError(
            f"answers occur {int(counts.min())} to {int(counts.max())} times; "
            f"expected each {p} times, as in a + b or a − b"
        )
    rows = fourier.rows(frequencies, p)
    return fourier.basis(p)[rows][:, answers] / p**0.5


def restricted(
    logits: Tensor, frequencies: Iterable[int], answers: Tensor | None = None
) -> Tensor:
    """Return only what the logits have along the key directions, and their mean.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        frequencies: the key frequencies.
        answers: [p, p] what takes the place of a + b in the key directions.

    Returns:
        [p, p, C] in float64: for each class its mean over the table and its projection.

    Raises:
        ValueError: as :func:`key_directions`, or if ``logits`` is no square table.

    >>> logits = torch.randn(59, 59, 59)
    >>> both = restricted(logits, [5]) + excluded(logits, [5])
    >>> torch.allclose(both, (logits + logits.mean((0, 1))).double(), atol=1e-6)
    True
    """
    logits = table(logits)
    directions = key_directions(len(logits), frequencies, answers)
    return logits.mean((0, 1)) + project(logits, directions)


def excluded(
    logits: Tensor, frequencies: Iterable[int], answers: Tensor | None = None
) -> Tensor:
    """Return the logits without what they have along the key directions.

    The mean over the table stays. Arguments, result and errors are those of
    :func:`restricted`.

    >>> logits = torch.randn(59, 59, 59)
    >>> once = excluded(logits, [5, 29])
    >>> torch.allclose(excluded(once, [5, 29]), once)
    True
    """
    logits = table(logits)
    directions = key_directions(len(logits), frequencies, answers)
    return logits - project(logits, directions)


def unseen_loss(
    logits: Tensor,
    frequencies: Iterable[int],
    unseen: Tensor,
    answers: Tensor | None = None,
) -> float:
    """Return the restricted loss of pairs that were never shown, told by them alone.

    What the logits have along the key directions, and their mean, is fitted by least
    squares to half of the unseen pairs and judged on the other half, and the other way
    around. A lookup table scores ln C however loud it is; along the whole table, the
    louder it is, the lower its restricted loss.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        frequencies: the key frequencies.
        unseen: [p, p] booleans: neither shown themselves nor as their mirror image.
        answers: [p, p] what takes the place of a + b in the key directions.

    Raises:
        ValueError: as :func:`key_directions`, or if the pairs are so few that the
            directions cannot be told apart on half of them.

    >>> n = torch.arange(59)
    >>> answers, known = (n[:, None] + n) % 59, (n[:, None] + n) % 2 == 0
    >>> lookup = torch.zeros(59, 59, 59).scatter(2, answers[:, :, None], 60.0)
    >>> lookup[~known] = 0
    >>> round(unseen_loss(lookup, [5, 12], ~known), 4), round(math.log(59), 4)
    (4.0775, 4.0775)
    >>> restricted(lookup, [5, 12])[~known].softmax(-1).max().item() > 2 / 59
    True
    """
    logits = table(logits)
    answers = answers_of(len(logits), logits.shape[2], answers)
    waves = key_directions(len(logits), frequencies, answers).flatten(1)
    directions = torch.cat([torch.ones_like(waves[:1]), waves]).T
    rows = unseen.detach().cpu().flatten().nonzero().flatten()
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    if len(rows) < 4 * directions.shape[1]:
        raise ValueError(
            f"unseen has {len(rows)} pairs; expected {4 * directions.shape[1]} or more"
        )
    losses = []
    for fit, judge in itertools.permutations(rows.chunk(2)):
        found = torch.linalg.lstsq(directions[fit], logits.flatten(0, 1)[fit]).solution
        told = directions[judge] @ found
        right = answers.flatten()[judge]
        losses.append(F.cross_entropy(told, right, reduction="none"))
    return float(torch.cat(losses).mean())


def measures(
    logits: Tensor, answers: Tensor, train: Tensor, frequencies: Iterable[int]
) -> dict[str, float]:
    """Return plain, restricted and excluded loss, in nats, by the rows they are of.

    The paper takes the excluded loss of the training rows and does not say which rows
    its restricted loss is of; so here are several. ``restricted_unseen`` is
    :func:`unseen_loss`, of pairs shown neither way around if the order does not matter;
    NaN if they are too few.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        answers: [p, p] right answers; key directions are waves of these.
        train: [p, p] booleans: the pairs that are trained on; all others validate.
        frequencies: the key frequencies, all at once.

    Raises:
        ValueError: as :func:`key_directions`, for another shape, or if the training
            pairs are none or all.

    >>> b = torch.arange(59)
    >>> a = b[:, None]
    >>> found = measures(torch.zeros(59, 59, 59), (a + b) % 59, a > b, [5])
    >>> round(found["train_loss"], 6), len(found)  # ln 59
    (4.077537, 8)
    """
    logits, train, frequencies = table(logits), train.detach().cpu(), [*frequencies]
    if train.dtype != torch.bool or train.shape != logits.shape[:2]:
        raise ValueError(
            f"train is {train.dtype} of shape {tuple(train.shape)}; expected booleans "
            f"{list(logits.shape[:2])}"
        )
    if train.all() or not train.any():
        raise ValueError(
            f"train holds {int(train.sum())} of {train.numel()} pairs; some must be "
            f"left to validate on, and some to train on"
        )
    along = project(logits, key_directions(len(logits), frequencies, answers))
    plain, only, without = (
        _losses(part, answers)
        for part in (logits, logits.mean((0, 1)) + along, logits - along)
    )
    unseen = ~(train | train.T) if (answers == answers.T).all() else ~train
    try:
        of_unseen = unseen_loss(logits, frequencies, unseen, answers)
    except ValueError:
        of_unseen = math.nan
    return {
        "train_loss": float(plain[train].mean()),
        "val_loss": float(plain[~train].mean()),
        "restricted_train": float(only[train].mean()),
        "restricted_val": float(only[~train].mean()),
        "restricted_all": float(only.mean()),
        "restricted_unseen": of_unseen,
        "excluded_train": float(without[train].mean()),
        "excluded_all": float(without.mean()),
    }


def _losses(logits: Tensor, answers: Tensor) -> Tensor:
    """The cross-entropy of every pair, [p, p]."""
    return F.cross_entropy(logits.movedim(-1, 1), answers.cpu(), reduction="none")


@dataclass(frozen=True)
class Phases:
    """Where the three phases of a run that groks end, in steps; the first starts at 0.

    Attributes:
        memorization: the last step of memorization.
        circuit_formation: the last step of circuit formation.
        cleanup: the last step of cleanup.
    """

    memorization: int
    circuit_formation: int
    cleanup: int

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """The phases by name, each from its first to its last step."""
        return {
            "memorization": (0, self.memorization),
            "circuit formation": (self.memorization, self.circuit_formation),
            "cleanup": (self.circuit_formation, self.cleanup),
        }


def phases(history: Mapping[str, Any]) -> Phases:
    """Find the three phases of a run by a rule; Nanda et al. (2023) find them by eye.

    *Cleanup begins* where the validation loss has come down to half its highest value:
    what was memorized no longer decides. *Memorization ends* before that, where the
    excluded loss of the training rows is lowest: from then on the training rows, too,
    depend ever more on the key directions. *Cleanup ends* where Σw² has made nine
    tenths of its fall from the end of memorization to its lowest value thereafter.

    Args:
        history: columns step, val_loss, excluded_train and sum_of_squares, one entry a
            measurement, in order of time.

    Returns:
        Steps among those given: known no finer than they are apart.

    Raises:
        ValueError: if the validation loss does not come down to half its highest value.

    >>> phases(
    ...     {
    ...         "step": [0, 100, 200, 300, 400, 500],
    ...         "val_loss": [4.7, 30.0, 25.0, 14.0, 1.0, 0.1],
    ...         "excluded_train": [4.7, 0.1, 0.5, 4.0, 6.0, 6.0],
    ...         "sum_of_squares": [10.0, 40.0, 35.0, 30.0, 12.0, 10.0],
    ...     }
    ... )
    Phases(memorization=100, circuit_formation=300, cleanup=400)
    """
    step, val_loss, excluded_train, squares = (
        np.asarray(history[name], dtype=float)
        for name in ("step", "val_loss", "excluded_train", "sum_of_squares")
    )
    peak = int(val_loss.argmax())
    low = val_loss[peak:] <= val_loss[peak] / 2
    if not low.any():
        raise ValueError(
            f"the validation loss peaks at {val_loss[peak]:.3g} and ends at "
            f"{val_loss[-1]:.3g}; it has not come down to half its peak"
        )
    begin = peak + int(low.argmax())
    memorized = int(excluded_train[:begin].argmin())
    highest, lowest = squares[memorized], squares[begin:].min()
    fallen = squares[begin:] <= lowest + 0.1 * (highest - lowest)
    end = begin + int(fallen.argmax())
    return Phases(*(int(step[i]) for i in (memorized, begin, end)))
