"""Checks of the exercises on more operands, and on what transfers."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from grokcore.checks.asking import ask, check, fail, number, spell
from grokcore.experiments import Experiment, Start
from grokcore.runs import load
from grokcore.studies import STUDIES
from grokcore.tasks import ModularTask

__all__ = [
    "expect_refusal",
    "expect_rest",
    "expect_seen",
    "expect_start",
    "expect_unpacked",
    "rearranged",
    "seen_share",
    "starts",
    "three_starts",
    "transplanted",
    "unpacked",
]


# -- rows of a long table ----------------------------------------------------------


@check
def unpacked(answer: Callable[[Tensor, int, int], Tensor]) -> None:
    """Check a function (rows [N], p, k) → [N, k]: the operands of numbered rows.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> unpacked(lambda rows, p, k: rows[:, None] % p)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [4], 5, 2) has shape [4, 1], ...
    """
    for rows, p, k in (([0, 1, 5, 24], 5, 2), ([0, 6, 7, 342], 7, 3), ([80], 3, 4)):
        expect_unpacked(answer, rows, p, k)


def expect_unpacked(answer: Callable, rows: Iterable[int], p: int, k: int) -> None:
    """Ask for the operands of some rows.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    rows = [*rows]
    given = torch.tensor(rows)
    found, call = ask(answer, given, p, k), spell(answer, given, p, k)
    if not isinstance(found, Tensor):
        fail(f"{call} is {type(found).__name__}, expected a tensor [{len(rows)}, {k}]")
    if found.shape != (len(rows), k):
        fail(f"{call} has shape {[*found.shape]}, expected [{len(rows)}, {k}]")
    for row, operands in zip(rows, found.tolist(), strict=True):
        expected = [row // p**i % p for i in reversed(range(k))]
        if operands != expected:
            fail(f"{call} has {operands} for row {row}, expected {expected}")


# -- what a split gives away -------------------------------------------------------


@check
def seen_share(answer: Callable[[ModularTask], float]) -> None:
    """Check a function of a task: of how many validation rows a rearrangement is shown.

    Raises:
        ~grokcore.checks.CheckFailed: with the first task for which it is wrong.

    >>> seen_share(rearranged)
    seen_share: all checks passed.
    """
    for fields in ({"operands": 2}, {"operands": 3, "sample": 60}, {"operands": 4}):
        expect_seen(answer, ModularTask("add", p=5, train_fraction=0.3, **fields))


def expect_seen(answer: Callable, task: ModularTask) -> None:
    """Ask for the share of one task.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    what = f"for {task.formula}, {task.train_rows} rows shown, the share"
    found, expected = number(ask(answer, task), what), rearranged(task)
    if abs(found - expected) > 1e-6:
        fail(f"{what} is {found:.4g}, expected {expected:.4g}")


def rearranged(task: ModularTask) -> float:
    """Return the share of the validation rows whose numbers were shown in some order.

    >>> round(rearranged(ModularTask("add", p=5, train_fraction=0.3)), 3)
    0.222
    """
    table = task.data()
    shown = {tuple(row) for row in table.operands[table.train].tolist()}
    rows = table.operands[table.val].tolist()
    seen = [any(o in shown for o in itertools.permutations(row)) for row in rows]
    return sum(seen) / len(seen)


# -- parts of a network ------------------------------------------------------------


@check
def transplanted(
    answer: Callable[
        [dict[str, Tensor], dict[str, Tensor], Iterable[str]], dict[str, Tensor]
    ],
) -> None:
    """Check a function (own, donor, parts) → weights with the parts of the donor.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> transplanted(lambda own, donor, parts: donor)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: with parts ['embed'], ... is the donor's
    """
    for parts in (["embed"], ["attn"], ["blocks", "unembed"], ["W_E", "blocks.1"], []):
        expect_transplanted(answer, parts)
    expect_refusal(answer, _weights(3), _weights(4), ["pos_embed"])


def expect_refusal(
    answer: Callable,
    own: dict[str, Tensor],
    donor: dict[str, Tensor],
    parts: Iterable[str],
) -> None:
    """Ask for a part that has another shape, and others of the same shape for it.

    Raises:
        ~grokcore.checks.CheckFailed: if there is no ValueError, or one where all fits.
    """
    parts = [*parts]
    try:
        answer(own, donor, ["embed"])
    except Exception as error:
        fail(
            f"where positions have other shapes and parts are ['embed'], it raises "
            f"{type(error).__name__}: {error}"
        )
    try:
        answer(own, donor, parts)
    except ValueError:
        return
    except Exception as error:
        fail(
            f"where shapes differ it raises {type(error).__name__}, "
            f"expected a ValueError"
        )
    fail(f"with parts {parts}, pos_embed.W_pos does not fit, and nothing is raised")


def expect_transplanted(
    answer: Callable,
    parts: Iterable[str],
    own: dict[str, Tensor] | None = None,
    donor: dict[str, Tensor] | None = None,
) -> None:
    """Ask for weights with some parts of a donor.

    Args:
        answer: the function that is asked.
        parts: which; they have the same shapes in both.
        own: the weights without them; small ones if there are none.
        donor: those that have them; likewise.

    Raises:
        ~grokcore.checks.CheckFailed: if one is not of whom it should be.
    """
    parts = [*parts]
    own, donor = own or _weights(3, 1.0), donor or _weights(3, 2.0)
    before = copy.deepcopy((own, donor))
    found = ask(answer, own, donor, parts)
    for mine, kept in zip((own, donor), before, strict=True):
        if not all(torch.equal(mine[name], kept[name]) for name in mine):
            fail(f"with parts {parts}, it changes the weights that it is given")
    if not isinstance(found, Mapping) or found.keys() != own.keys():
        fail(f"with parts {parts}, it does not return a dictionary of all names")
    for name, tensor in found.items():
        taken = any(f".{part}." in f".{name}." for part in parts)
        expected, whose = (donor, "own") if taken else (own, "the donor's")
        if not torch.equal(tensor, expected[name]):
            fail(f"with parts {parts}, {name} is {whose}")


def _weights(positions: int, value: float = 1.0) -> dict[str, Tensor]:
    shapes = {
        "embed.W_E": (5, 2),
        "pos_embed.W_pos": (positions, 2),
        "blocks.0.attn.W_Q": (1, 2, 2),
        "blocks.0.mlp.W_in": (2, 3),
        "blocks.1.attn.W_Q": (1, 2, 2),
        "unembed.W_U": (2, 4),
    }
    return {name: torch.full(shape, value) for name, shape in shapes.items()}


# -- controls ----------------------------------------------------------------------


@check
def starts(given: Experiment, **others: Any) -> None:
    """Check the form of experiments that may differ from another one in their start.

    Raises:
        ~grokcore.checks.CheckFailed: if one is no experiment, or differs in more.

    >>> starts(Experiment(), other=Experiment(epochs=2))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: other differs from given in more than its start
    """
    for name, other in others.items():
        _expect_other_start(other, given, name)
        start = other.start_from
        told = "its own weights"
        if start is not None:
            parts = "all" if start.parts is None else " + ".join(start.parts)
            told = f"{parts} of a network for {start.experiment.task.formula}"
        print(f"{name}: begins with {told}")


def expect_start(
    other: Any, given: Experiment, name: str, first: Experiment | None, parts: set[str]
) -> None:
    """Hold the start of an experiment against what it should be.

    Args:
        other: the experiment.
        given: what it may differ from in its start alone.
        name: what it is called.
        first: the experiment whose weights it should begin with; ``None`` for its own.
        parts: which of them.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    _expect_other_start(other, given, name)
    if first is None:
        if other.start_from is not None:
            fail(f"{name} begins with weights of another network")
        return
    if other.start_from is None:
        fail(f"{name} begins with weights of its own")
    start: Start = other.start_from
    if start.experiment != first:
        fail(f"{name} begins with another network than it should")
    if start.parts is None or {*start.parts} != parts:
        fail(f"{name} takes {start.parts} over, and not what it should")


def expect_rest(other: Any, given: Experiment, name: str) -> None:
    """Hold an experiment against one that takes over what another one leaves.

    Positions cannot be taken over.

    Raises:
        ~grokcore.checks.CheckFailed: if it takes over anything else.
    """
    _expect_other_start(other, given, name)
    if other.start_from is None:
        fail(f"{name} begins with weights of its own")
    if other.start_from.experiment != given.start_from.experiment:
        fail(f"{name} begins with another network than it should")
    model = given.model.build(given.task, given.seed)
    names = [n for n in model.state_dict() if not n.startswith("pos_embed")]
    taken = [
        {n for n in names if any(f".{part}." in f".{n}." for part in parts)}
        for parts in (given.start_from.parts, other.start_from.parts or names)
    ]
    if other.start_from.parts is None or any(
        f".{part}." in ".pos_embed.W_pos." for part in other.start_from.parts
    ):
        fail(f"{name} takes positions over, which do not fit")
    if taken[0] & taken[1]:
        fail(f"{name} takes {sorted(taken[0] & taken[1])} over as well")
    if missing := {*names} - taken[0] - taken[1]:
        fail(f"{name} leaves {sorted(missing)} behind")


def _expect_other_start(other: Any, given: Experiment, name: str) -> None:
    if not isinstance(other, Experiment):
        fail(f"{name} is no Experiment; make one with replace(…) of given")
    if other.replace(start_from=given.start_from) != given:
        fail(f"{name} differs from given in more than its start")
    if other == given:
        fail(f"{name} is given itself")


# -- three recorded runs -----------------------------------------------------------

#: Whose curves the exercise shows.
_LETTERS = {"A": "all but the embedding", "B": "from scratch", "C": "the embedding"}


def three_starts() -> dict[str, Any]:
    """Return the histories of three recorded runs that add three numbers, by letters.

    Which is which, a question asks.

    >>> list(three_starts())
    ['A', 'B', 'C']
    """
    arms = STUDIES["transplants"].arms | STUDIES["transplant-controls"].arms
    return {letter: load(arms[name][1]).history for letter, name in _LETTERS.items()}
