"""Progress measures: a circuit that grows while the loss still tells nothing.

Nanda et al. (2023), section 5. The logits of the full table are split, class by class,
into what moves along the *key directions*, cos w(a + b) and sin w(a + b) for the key
frequencies, and all else. *Restricted*: only the key directions are left. *Excluded*:
only they are gone.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from grokcore.analysis import fourier
from grokcore.analysis._tables import answers_of, chosen, project, table
from grokcore.analysis.logits import evaluate

__all__ = ["excluded", "key_directions", "measures", "restricted"]


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
    rows = [r for k in chosen(frequencies, p) for r in (2 * k - 1, 2 * k) if r < p]
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

    >>> import torch
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

    >>> import torch
    >>> logits = torch.randn(59, 59, 59)
    >>> once = excluded(logits, [5, 29])
    >>> torch.allclose(excluded(once, [5, 29]), once)
    True
    """
    logits = table(logits)
    directions = key_directions(len(logits), frequencies, answers)
    return logits - project(logits, directions)


def measures(
    logits: Tensor, answers: Tensor, train: Tensor, frequencies: Iterable[int]
) -> dict[str, float]:
    """Return plain, restricted and excluded loss, in nats, by the rows they are of.

    The paper takes the excluded loss of the training rows and does not say which rows
    its restricted loss is of; so here are several.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        answers: [p, p] right answers; key directions are waves of these.
        train: [p, p] booleans: the pairs that are trained on; all others validate.
        frequencies: the key frequencies, all at once.

    Raises:
        ValueError: as :func:`key_directions`, for another shape, or if the training
            pairs are none or all.

    >>> import torch
    >>> b = torch.arange(59)
    >>> a = b[:, None]
    >>> found = measures(torch.zeros(59, 59, 59), (a + b) % 59, a > b, [5])
    >>> round(found["train_loss"], 6), len(found)  # ln 59
    (4.077537, 7)
    """
    frequencies = tuple(frequencies)
    train = train.detach().cpu()
    only = restricted(logits, frequencies, answers)
    without = excluded(logits, frequencies, answers)
    parts = {
        "train_loss": (logits, train),
        "val_loss": (logits, ~train),
        "restricted_train": (only, train),
        "restricted_val": (only, ~train),
        "restricted_all": (only, None),
        "excluded_train": (without, train),
        "excluded_all": (without, None),
    }
    return {
        name: evaluate(part, answers, rows).loss for name, (part, rows) in parts.items()
    }
