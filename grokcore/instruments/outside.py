"""Measures that take what somebody answers, [p, p, C], and do not ask how."""

from __future__ import annotations

from collections.abc import Callable

from grokcore.analysis import clock, logits, progress
from grokcore.instruments.instrument import NANDA, OURS, ZHONG, Instrument
from grokcore.instruments.specimen import Specimen

__all__ = ["OUTSIDE", "smallest_lead"]


def _accuracy(rows: str) -> Callable[[Specimen], float]:
    return lambda s: logits.evaluate(s.logits, rows=getattr(s, rows)).accuracy


def _restricted(s: Specimen) -> float:
    only = progress.restricted(s.logits, s.keys)
    return logits.evaluate(only, rows=~s.shown).loss


def _excluded(s: Specimen) -> float:
    without = progress.excluded(s.logits, s.keys)
    return logits.evaluate(without, rows=s.shown).loss


def smallest_lead(s: Specimen) -> float:
    """Return the right logit minus the best other one, in the worst cell, in nats."""
    return float(logits.margin(s.logits).min())


def _right_spread(s: Specimen) -> float:
    right = logits.right_logits(s.logits)
    return float(right.std() / right.mean())


def _evenness(s: Specimen) -> float:
    curves = [logits.strength(s.logits, k) for k in s.keys]
    loudest = max(curves, key=lambda curve: float(curve.mean()))
    return float(loudest.min() / loudest.max())


#: The plainest first.
OUTSIDE = (
    Instrument(
        "accuracy, shown",
        "How many of the training cells are answered right.",
        "Power et al. 2022",
        "01",
        "Predict, then watch",
        "high",
        ".1%",
        _accuracy("shown"),
    ),
    Instrument(
        "accuracy, validation",
        "How many of the other cells are.",
        "Power et al. 2022",
        "01",
        "Predict, then watch",
        "high",
        ".1%",
        lambda s: logits.evaluate(s.logits, rows=~s.shown).accuracy,
    ),
    Instrument(
        "accuracy, unseen",
        "How many are, of the cells that were shown neither way around.",
        OURS,
        "02",
        "What a split gives away",
        "high",
        ".1%",
        _accuracy("unseen"),
    ),
    Instrument(
        "smallest lead",
        "The right logit minus the best other one, in the worst cell, in nats.",
        "Morwani et al. 2023",
        "06",
        "Third proof: build it",
        "high",
        ".1f",
        smallest_lead,
    ),
    Instrument(
        "logits explained by cosines",
        "The share of the logits' variance that is a sum of cos w(a + b − c), one for "
        "each key frequency.",
        NANDA,
        "05",
        "All frequencies together",
        "high",
        ".1%",
        lambda s: logits.fit_cosines(s.logits, s.keys).explained,
    ),
    Instrument(
        "restricted loss",
        "The validation loss if only the key directions are left of the logits, in "
        "nats.",
        NANDA,
        "06",
        "Second proof: measure it",
        "low",
        ".1f",
        _restricted,
    ),
    Instrument(
        "restricted loss, unseen alone",
        "The same, told by cells that were shown neither way around, and judged on "
        "others of these.",
        OURS,
        "06",
        "What would a parrot score?",
        "low",
        ".1f",
        lambda s: progress.unseen_loss(s.logits, s.keys, s.unseen),
    ),
    Instrument(
        "excluded loss",
        "The training loss if the key directions are taken out of the logits, in nats.",
        NANDA,
        "06",
        "Second proof: measure it",
        "high",
        ".1f",
        _excluded,
    ),
    Instrument(
        "distance irrelevance",
        "How little of the right logit's spread goes with a − b: 0 for a pizza, high "
        "for a clock.",
        ZHONG,
        "06c",
        "Two numbers",
        "either",
        ".2f",
        lambda s: clock.distance_irrelevance(s.logits),
    ),
    Instrument(
        "spread of the right logit",
        "Its standard deviation over the table, as a share of its mean.",
        OURS,
        "06c",
        "Two numbers",
        "low",
        ".1%",
        _right_spread,
    ),
    Instrument(
        "evenness",
        "How strong the loudest wave cos w(a + b − c) is where it is weakest, as a "
        "share of where it is strongest: 0 for a pizza, 1 for a clock.",
        OURS,
        "05",
        "Who multiplies?",
        "either",
        ".2f",
        _evenness,
    ),
)
