"""What the logits say: the cosines that make them up, their margin, their loss.

A network that adds by trigonometry has the logits Σ α_k cos w_k(a + b − c), with
w_k = 2πk/p, for the answer c (Nanda et al. 2023, section 4). For another operation than
a + b, functions here take the table of its answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from grokcore.analysis._tables import answers_of, table
from grokcore.analysis.fourier import chosen
from grokcore.analysis.geometry import ring

__all__ = [
    "CosineFit",
    "Score",
    "certainty",
    "evaluate",
    "fit_cosines",
    "interference",
    "margin",
    "relative_margin",
    "right_logits",
    "strength",
]


@dataclass(frozen=True)
class CosineFit:
    """Σ α_k cos w_k(answer − c), fitted to the logits of a whole table.

    Attributes:
        frequencies: the k, in the order in which they were given.
        coefficients: [K], the α_k.
        explained: share of the variance of the logits, each row's mean subtracted.
        logits: [p, p, p], the sum itself; its mean over c is 0 in every row.
    """

    frequencies: tuple[int, ...]
    coefficients: Tensor
    explained: float
    logits: Tensor


def fit_cosines(
    logits: Tensor, frequencies: Iterable[int], answers: Tensor | None = None
) -> CosineFit:
    """Fit Σ α_k cos w_k(answer − c) by least squares to the logits of all pairs.

    What is added to all logits of a row changes no probability, so each row's mean is
    subtracted first. The cosines have none.

    Args:
        logits: [p, p, p] for all a, b and c.
        frequencies: k of the terms.
        answers: [p, p] right answers; (a + b) mod p by default.

    Raises:
        ValueError: for another shape, a frequency that p numbers do not have or one
            given twice, or answers that are not among the classes.

    >>> a = torch.arange(59)[:, None, None]
    >>> b, c = a.view(59, 1), a.view(59)
    >>> planted = interference(torch.tensor([2.0, 0.5]), [5, 29], p=59)[-1]
    >>> logits = planted[(a + b - c) % 59]
    >>> fit = fit_cosines(logits + torch.randn(59, 59, 1), [5, 29])
    >>> fit.coefficients, round(fit.explained, 6)
    (tensor([2.0000, 0.5000], dtype=torch.float64), 1.0)
    """
    logits = table(logits)
    p = len(logits)
    if logits.shape != (p, p, p):
        raise ValueError(f"logits have shape {tuple(logits.shape)}; expected [p, p, p]")
    frequencies = chosen(frequencies, p)
    answers = answers_of(p, p, answers)[:, :, None]
    n = torch.arange(p)
    centered = logits - logits.mean(2, keepdim=True)
    # All cells with the same distance d = answer − c share the same cosines.
    by_distance = centered.gather(2, (answers - n) % p).mean((0, 1))
    waves = _waves(frequencies, p)
    coefficients = waves @ by_distance / waves.square().sum(1)
    curve = coefficients @ waves
    total = float(centered.square().sum())
    return CosineFit(
        frequencies=frequencies,
        coefficients=coefficients,
        explained=p * p * float(curve.square().sum()) / total if total else 0.0,
        logits=curve[(answers - n) % p],
    )


def interference(coefficients: Tensor, frequencies: Iterable[int], p: int) -> Tensor:
    """Return the logit curve as frequencies are added one by one, [K, p].

    Row i is Σ α_j cos w_j d over the first i + 1 terms, for d = 0 … p − 1, the distance
    of a class from the right answer. All waves agree at d = 0 only.

    Raises:
        ValueError: if there are not as many coefficients as frequencies, for a
            frequency that p numbers do not have, or one given twice.

    >>> curves = interference(torch.ones(3), [4, 11, 25], p=59)
    >>> curves.shape, curves.argmax(1).tolist(), curves[:, 0].tolist()
    (torch.Size([3, 59]), [0, 0, 0], [1.0, 2.0, 3.0])
    """
    frequencies = chosen(frequencies, p)
    coefficients = coefficients.detach().to("cpu", torch.float64)
    if coefficients.shape != (len(frequencies),):
        raise ValueError(
            f"coefficients have shape {tuple(coefficients.shape)}; "
            f"expected [{len(frequencies)}], one for each frequency"
        )
    return (coefficients[:, None] * _waves(frequencies, p)).cumsum(0)


def strength(logits: Tensor, k: int) -> Tensor:
    """Return how strong cos w_k(a + b − c) is, by how far a and b are apart, [p].

    Entry i is the mean over the pairs where a stands i steps from b on the ring of k,
    that is at an angle of 2πi/p.

    Args:
        logits: [p, p, p] for all a, b and c.
        k: the frequency; it has no divisor in common with p.

    Raises:
        ValueError: for another shape, or if numbers share places on the ring.

    >>> n = torch.arange(59)
    >>> wave = interference(torch.ones(1), [5], p=59)[-1]
    >>> logits = wave[(n[:, None, None] + n[:, None] - n) % 59]
    >>> torch.allclose(strength(3 * logits, 5), torch.tensor(3.0).double())
    True
    """
    logits = table(logits)
    p = len(logits)
    if logits.shape != (p, p, p):
        raise ValueError(f"logits have shape {tuple(logits.shape)}; expected [p, p, p]")
    n = torch.arange(p)
    (wave,) = _waves((k,), p)
    each = logits * wave[(n[:, None, None] + n[:, None] - n) % p]
    each = each.sum(2) / wave.square().sum()
    return each[(n + ring(p, k)[:, None]) % p, n].mean(1)


def margin(logits: Tensor, answers: Tensor | None = None) -> Tensor:
    """Return the right answer's logit minus the best other one, [p, p], in float64.

    Positive where the network is right.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        answers: [p, p] right answers; (a + b) mod p by default.

    Raises:
        ValueError: for another shape, or answers that are not among the classes.

    >>> logits = torch.tensor([[[3.0, 1.0], [0.0, 2.0]], [[1.0, 1.5], [0.0, 4.0]]])
    >>> margin(logits)
    tensor([[ 2.0000,  2.0000],
            [ 0.5000, -4.0000]], dtype=torch.float64)
    """
    logits, answers = _checked(logits, answers)
    others = logits.scatter(2, answers[:, :, None], -math.inf)
    return right_logits(logits, answers) - others.amax(2)


def certainty(logits: Tensor, targets: Tensor) -> Tensor:
    """Return ln of the odds of the right answers, in nats, [B], in float64.

    The loss of a row is ln(1 + e^−certainty). Where it is above b ln 2, a sum with b
    bits forgets all wrong answers, and the loss and the gradient of the right answer
    round to 0: 11 bits for float16, 24 for float32, 53 for float64 (Prieto et al.
    2025, arXiv:2501.04697, section 3).

    Args:
        logits: [B, C].
        targets: [B] the right answers.

    >>> logits = torch.tensor([[3.0, 0.0, 0.0]])
    >>> round(certainty(logits, torch.tensor([0])).item(), 4)  # 3 − ln 2
    2.3069
    """
    x, index = logits.double(), targets.unsqueeze(-1)
    others = x.scatter(-1, index, -math.inf)
    return x.gather(-1, index).squeeze(-1) - others.logsumexp(-1)


def relative_margin(logits: Tensor, targets: Tensor) -> Tensor:
    """Return how far the right answer leads, as a share of what the row allows, [B].

    The right logit minus the best other one, over the length of the row, its mean
    subtracted, and over the most that this can be, √(C / (C − 1)): 1 where all other
    logits are equal. Neither longer weights nor a lower temperature change it, with
    layer norm or without. (The normalized margin of Lyu and Li, 2020, divides by the
    weights instead, which takes a homogeneous network.)

    Args:
        logits: [B, C].
        targets: [B] the right answers.

    >>> logits = torch.tensor([[1.0, 0.0, 0.0], [5.0, 0.0, 5.0]])
    >>> relative_margin(logits, torch.tensor([0, 0])).tolist()
    [1.0, 0.0]
    """
    x, index = logits.double(), targets.unsqueeze(-1)
    others = x.scatter(-1, index, -math.inf).amax(-1)
    lead = x.gather(-1, index).squeeze(-1) - others
    length = (x - x.mean(-1, keepdim=True)).norm(dim=-1)
    classes = x.shape[-1]
    return lead / length.clamp(min=1e-300) / math.sqrt(classes / (classes - 1))


def right_logits(logits: Tensor, answers: Tensor | None = None) -> Tensor:
    """Return the logit of the right answer to each pair, [p, p], in float64.

    Arguments and errors are those of :func:`margin`.

    >>> right_logits(torch.tensor([[[3.0, 1.0], [0.0, 2.0]], [[1.0, 1.5], [0.0, 4.0]]]))
    tensor([[3.0000, 2.0000],
            [1.5000, 0.0000]], dtype=torch.float64)
    """
    logits, answers = _checked(logits, answers)
    return logits.gather(2, answers[:, :, None])[:, :, 0]


@dataclass(frozen=True)
class Score:
    """How good some answers are.

    Attributes:
        loss: mean cross-entropy, in nats.
        accuracy: share of right answers, 0 … 1.
    """

    loss: float
    accuracy: float


def evaluate(
    logits: Tensor, answers: Tensor | None = None, rows: Tensor | None = None
) -> Score:
    """Score the logits of a table, or of part of it, in float64.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        answers: [p, p] right answers; (a + b) mod p by default.
        rows: [p, p] booleans: the pairs that count; all of them by default.

    Raises:
        ValueError: for another shape, answers that are not among the classes, or rows
            without a pair.

    >>> round(evaluate(torch.zeros(113, 113, 113)).loss, 6)  # ln 113
    4.727388
    """
    logits, answers = _checked(logits, answers)
    if rows is None:
        rows = torch.ones_like(answers, dtype=torch.bool)
    rows = rows.detach().cpu()
    if rows.dtype != torch.bool or rows.shape != answers.shape or not rows.any():
        raise ValueError(
            f"rows are {rows.dtype} of shape {tuple(rows.shape)}, {int(rows.sum())} of "
            f"them set; expected booleans {list(answers.shape)}, at least one True"
        )
    logits, answers = logits[rows], answers[rows]
    return Score(
        loss=float(F.cross_entropy(logits, answers)),
        accuracy=float((logits.argmax(-1) == answers).double().mean()),
    )


def _checked(logits: Tensor, answers: Tensor | None) -> tuple[Tensor, Tensor]:
    """Checked logits [p, p, C] in float64 and their answers [p, p]."""
    logits = table(logits)
    if logits.ndim != 3:
        raise ValueError(f"logits have shape {tuple(logits.shape)}; expected [p, p, C]")
    return logits, answers_of(len(logits), logits.shape[2], answers)


def _waves(frequencies: tuple[int, ...], p: int) -> Tensor:
    """Waves cos w_k d for d = 0 … p − 1, [K, p]."""
    k = torch.tensor(frequencies, dtype=torch.long)[:, None]
    return torch.cos(2 * math.pi * (k * torch.arange(p) % p).double() / p)
