"""Optimizers, decay and dropout on F. Chen et al.'s network (S4.3 and S4.4)."""

from __future__ import annotations

from functools import partial

from grokcore.claims.histories import each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within, median
from grokcore.runs import Run
from grokcore.studies import STUDIES
from grokcore.studies.optimizers import FRACTIONS, RATES

__all__ = ["OPTIMIZERS"]

_AT = STUDIES["optimizer-fractions"].arms
_RATES = STUDIES["optimizer-rates"].arms

#: Where runs stop: what is above it is not told apart.
_ENOUGH = 0.99


def _best(run: Run) -> float:
    """The highest validation accuracy, as far as it counts."""
    return min(float(run.history.val_accuracy.max()), _ENOUGH)


def _ahead(one: Run, other: Run) -> Value:
    """By how much the best of one is above the best of the other."""
    return Value(_best(one) - _best(other))


def _against(*fractions: float, of: str, over: str) -> dict[str, Setting]:
    return {
        f"{f:.0%} shown": Setting(
            (_AT[f"{of}, {f:.0%}"], _AT[f"{over}, {f:.0%}"]), each(_ahead)
        )
        for f in fractions
    }


def _tuned(*arms: list[Run]) -> list[Value]:
    """The same, each at the rate that suits it best, by its median over the seeds."""
    half = len(arms) // 2
    ours, theirs = (
        max(some, key=lambda runs: median([Value(_best(r)) for r in runs]).number)
        for some in (arms[:half], arms[half:])
    )
    return each(_ahead)(ours, theirs)


def _at_all_rates(*names: str) -> tuple:
    return tuple(_RATES[f"{name}, lr {lr:g}"] for name in names for lr in RATES)


# What counts as a difference: four in a hundred; as a large one: a quarter.
_BETTER = Within(low=0.04)
_FAR = Within(low=0.25, partly=_BETTER)
_lead = partial(
    Claim,
    source="S4",
    chapter="07",
    section="On the network of the report",
    verdict=_BETTER,
    form=".0%",
    unit="of all answers",
)

OPTIMIZERS = (
    *(
        _lead(
            id=id,
            statement=f"{name} stays low within 8,000 steps, and Adam does not.",
            settings=_against(*FRACTIONS, of="Adam", over=name),
            statistic=f"best validation accuracy of Adam above that of {name}, both at "
            "learning rate 0.001",
            verdict=_FAR,
        )
        for id, name in (("S4.3a", "SGD"), ("S4.3b", "Nesterov"))
    ),
    _lead(
        id="S4.3c",
        statement="Also where each has the best of the same four rates.",
        settings={
            "50% shown": Setting(_at_all_rates("Adam", "SGD"), _tuned),
            "Nesterov, 50% shown": Setting(_at_all_rates("Adam", "Nesterov"), _tuned),
        },
        statistic="best validation accuracy of Adam above that of SGD, each at the "
        "learning rate of four that suits it best",
        verdict=_FAR,
    ),
    _lead(
        id="S4.4a",
        statement="Weight decay 0.05 helps where 30% or 80% are shown.",
        settings=_against(0.3, 0.8, of="AdamW", over="Adam"),
        statistic="best validation accuracy with weight decay above that without",
    ),
    _lead(
        id="S4.4b",
        statement="Dropout of 0.1 helps where 80% are shown.",
        settings=_against(0.8, of="Adam, dropout", over="Adam"),
        statistic="best validation accuracy with dropout above that without",
    ),
    _lead(
        id="S4.4c",
        statement="Dropout of 0.1 hurts where 50% or 60% are shown.",
        settings=_against(0.5, 0.6, of="Adam", over="Adam, dropout"),
        statistic="best validation accuracy without dropout above that with it",
    ),
)
