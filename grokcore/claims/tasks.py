"""Rows of the ledger: which tables are harder, and what symmetry does (chapter 02)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch

from grokcore.claims.histories import (
    best_accuracy,
    best_so_far,
    each,
    speed_up,
    val_step,
)
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES
from grokcore.studies.base import Arm
from grokcore.tasks import ModularTask

__all__ = ["TASKS", "unevenness"]

_WITH_DECAY = STUDIES["functions"].arms
_OWN = STUDIES["functions-dropout"].arms
_EIGHT = {
    "transformer": STUDIES["eight-operations"].arms,
    "MLP": STUDIES["eight-operations-mlp"].arms,
}
_MIRRORS = STUDIES["mirrors"].arms
_POSITIONS = STUDIES["loss-positions"].arms
_TUNED = STUDIES["fine-tuning"].arms

#: How a / b is read: as the port does, or as in the field of residues.
_READINGS = {
    ", truncated": ("all", "asymmetric, truncated"),
    ", modular": ("all, modular", "asymmetric"),
}

#: Tables that are the same but for the names of rows, columns and answers: the first
#: one is symmetric.
_TWINS = {
    "a + b": ("add", "subtract"),
    "a · b": ("multiply", "divide"),
    "a² + ab + b²": ("x2+xy+y2", "x2+xy+y2+x"),
}


def unevenness(task: ModularTask) -> float:
    """Return how unequally often answers occur: standard deviation over mean.

    >>> unevenness(ModularTask("add", p=47)), unevenness(ModularTask("multiply", p=47))
    (0.0, 0.14...)
    """
    counts = torch.bincount(task.data().targets, minlength=task.p).double()
    return float(counts.std(correction=0) / counts.mean())


def _rank_correlation(*runs: Run) -> Value:
    """Of unevenness and steps; all that did not arrive share the last place."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "uneven": [unevenness(run.experiment.task) for run in runs],
            "steps": [val_step(run).place for run in runs],
        }
    )
    return Value(float(table.rank().corr().loc["uneven", "steps"]))


def _best_accuracy(run: Run) -> Value:
    """The highest validation accuracy; what is below 95% may still rise."""
    best = best_accuracy(run).number
    return Value(best, "" if best >= 0.95 else ">")


def _functions(name: str) -> dict[str, Arm]:
    """The arms of one function, by setting; addition is the same in both readings."""
    truncated = name if name == "addition" else f"{name}, truncated"
    return {
        "with decay, modular": _WITH_DECAY[name],
        "with decay, truncated": _WITH_DECAY[truncated],
        "its own recipe, one seed": _OWN[truncated],
    }


def _over(slower: Mapping[str, Arm], sooner: Mapping[str, Arm]) -> dict[str, Setting]:
    """How many times as many steps one takes as the other, setting by setting."""
    return {
        name: Setting((slower[name], sooner[name]), each(speed_up)) for name in slower
    }


def _hard(name: str) -> dict[str, Setting]:
    return {
        "with decay": Setting((_WITH_DECAY[name],), each(best_accuracy)),
        "its own recipe, one seed": Setting((_OWN[name],), each(best_accuracy)),
    }


def _mirrored(model: str, operation: str) -> Setting:
    """How many times as many steps it takes where mirror images lie together."""
    together, apart = (
        _MIRRORS[f"{model}, {operation}, {mirrors}"]
        for mirrors in ("together", "apart")
    )
    return Setting((together, apart), each(speed_up))


_times = partial(Claim, source="S1", chapter="02", form=",.1f", unit="×")
_share = partial(Claim, source="S1", chapter="02", form=".1%")

TASKS = (
    _times(
        id="S1.1",
        statement="Subtraction takes longer than addition.",
        section="Four functions of an earlier port",
        settings=_over(_functions("subtraction"), _functions("addition")),
        statistic="steps to validation 95%, over those of addition",
        verdict=Within(low=1.5, partly=Within(low=1.1)),
    ),
    _times(
        id="S1.2",
        statement="The asymmetric function takes longer than subtraction.",
        section="Four functions of an earlier port",
        settings=_over(_functions("asymmetric"), _functions("subtraction")),
        statistic="steps to validation 95%, over those of subtraction",
        verdict=Within(low=1.5, partly=Within(low=1.1)),
        published=1_300_000 / 190_000,
    ),
    _share(
        id="S1.3",
        statement="In the end the asymmetric function generalizes, too.",
        section="Four functions of an earlier port",
        settings={
            name: Setting((arm,), each(_best_accuracy))
            for name, arm in _functions("asymmetric").items()
        },
        statistic="highest validation accuracy within the budget",
        verdict=Within(low=0.95),
        published=0.95,
    ),
    _share(
        id="S1.4a",
        statement="a³ + ab² + b does not generalize from half of its table.",
        section="Four functions of an earlier port",
        settings=_hard("a³ + ab² + b"),
        statistic="highest validation accuracy within the budget",
        verdict=Within(high=0.1, partly=Within(high=0.5)),
    ),
    _share(
        id="S1.4b",
        statement="It does not even from 95% of it.",
        section="Four functions of an earlier port",
        settings=_hard("a³ + ab² + b, 95%"),
        statistic="highest validation accuracy within the budget",
        verdict=Within(high=0.1, partly=Within(high=0.5)),
    ),
    _times(
        id="S1.5",
        statement="A loss at every position is worse than one at the answer.",
        section="A loss at every position",
        settings={
            "a + b mod 31": Setting(
                (_POSITIONS["all"], _POSITIONS["answer"]), each(speed_up)
            )
        },
        statistic="steps to validation 95%, over those with a loss at the answer",
        verdict=Within(low=1.2, partly=Within(low=1.05)),
    ),
    Claim(
        id="S1.6a",
        source="S1",
        chapter="12b",
        section="A transfer that is said to fail",
        statement="A network that has learned subtraction, and is trained on the "
        "asymmetric function, does not get there.",
        settings={
            f"with decay{reading}": Setting((_TUNED[arm],), each(best_so_far))
            for reading, (arm, _) in _READINGS.items()
        },
        statistic="highest validation accuracy within the budget; a bound, if it is in "
        "the last tenth of it",
        verdict=Within(high=0.9, partly=Within(high=0.95)),
        form=".1%",
    ),
    Claim(
        id="S1.6b",
        source="S1",
        chapter="12b",
        section="A transfer that is said to fail",
        statement="It comes less far than one that begins with random weights.",
        settings={
            f"with decay{reading}": Setting(
                (_TUNED[arm], _WITH_DECAY[own]),
                each(lambda one, own: best_accuracy(one).over(best_accuracy(own))),
            )
            for reading, (arm, own) in _READINGS.items()
        },
        statistic="highest validation accuracy within the budget, over that from "
        "scratch",
        verdict=Within(high=0.9, partly=Within(high=0.98)),
        form=".2f",
    ),
    _times(
        id="S1.7a",
        statement="A symmetric operation generalizes sooner than its twin without.",
        section="The same table under other names",
        settings={
            f"{model}, {formula}": Setting((arms[twin], arms[first]), each(speed_up))
            for model, arms in _EIGHT.items()
            for formula, (first, twin) in _TWINS.items()
        },
        statistic="steps to validation 95% of the twin, over those of the symmetric "
        "operation",
        verdict=Within(low=1.2, partly=Within(low=1.05)),
    ),
    _times(
        id="S1.7b",
        statement="Symmetry helps because a mirror image is the answer.",
        section="What a split gives away",
        settings={
            f"{model}, {formula}": _mirrored(model, operation)
            for model in ("transformer", "MLP")
            for formula, operation in (
                ("a + b", "add"),
                ("a · b", "multiply"),
                ("a − b, where it is not", "subtract"),
            )
        },
        statistic="steps to validation 95% where mirror images lie on one side of the "
        "split, over those where they lie on both",
        verdict=Within(low=1.5, partly=Within(low=1.2)),
    ),
    _times(
        id="S1.7c",
        statement="It helps where no mirror image gives an answer away, too.",
        section="Does symmetry help in another way?",
        settings={
            model: Setting(
                (
                    _MIRRORS[f"{model}, subtract, together"],
                    _MIRRORS[f"{model}, add, together"],
                ),
                each(speed_up),
            )
            for model in ("transformer", "MLP")
        },
        statistic="steps to validation 95% of a − b, over those of a + b, where mirror "
        "images lie on one side",
        verdict=Within(low=1.2, partly=Within(low=1.05)),
    ),
    Claim(
        id="S1.7d",
        source="S1",
        chapter="02",
        statement="The more evenly answers occur, the sooner an operation generalizes.",
        section="How the order came out",
        settings={
            model: Setting(tuple(arms.values()), each(_rank_correlation))
            for model, arms in _EIGHT.items()
        },
        statistic="rank correlation of unevenness and steps over eight operations",
        verdict=Within(low=0.7, partly=Within(low=0.5)),
        form=".2f",
    ),
)
