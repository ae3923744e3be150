"""Checks of the exercises on why it happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from grokcore.analysis.efficiency import norm_needed
from grokcore.checks.asking import ask, check, fail, number, same, spell, tensor
from grokcore.experiments import Experiment
from grokcore.runs import load
from grokcore.studies import STUDIES

__all__ = [
    "circulant",
    "equal_price",
    "expect_circulant",
    "expect_equal_price",
    "expect_margin",
    "expect_only",
    "normalized_margin",
    "three_lives",
    "ungrokking",
]


# -- margins -----------------------------------------------------------------------


@check
def normalized_margin(
    answer: Callable[[Tensor, Tensor, Sequence[Tensor]], float],
) -> None:
    """Check a function (logits [N, C], targets [N], weights) → the normalized margin.

    Raises:
        ~grokcore.checks.CheckFailed: with the first case that is wrong.

    >>> normalized_margin(lambda logits, targets, weights: 1.0)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [4, 3], tensor [4], ...) is 1...
    """
    for seed, shape in enumerate([(4, 3), (7, 2), (20, 5)]):
        expect_margin(answer, seed, *shape)


def expect_margin(answer: Callable, seed: int, rows: int, classes: int) -> None:
    """Ask for the margin of random logits: some rows wrong, or for an even seed none.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    dice = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=dice).double()
    targets = torch.randint(classes, (rows,), generator=dice)
    if seed % 2 == 0:
        logits[range(rows), targets] += 10
    weights = [torch.randn(s, generator=dice).double() for s in ((3, 2), (2,), (1, 4))]
    margins = []
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        others = [logit for c, logit in enumerate(row) if c != target]
        margins.append(row[target] - max(others))
    length = sum(float(w.square().sum()) for w in weights) ** 0.5
    what = spell(answer, logits, targets)[:-1] + ", ...)"
    found = number(ask(answer, logits, targets, weights), what)
    expected = min(margins) / length**3
    if abs(found - expected) > 1e-6 * max(1.0, abs(expected)):
        fail(f"{what} is {found:.4g}, expected {expected:.4g}")


# -- where two prices are equal ----------------------------------------------------


@check
def equal_price(answer: Callable[[list[float], list[float], float], Any]) -> None:
    """Check a function (shares, prices, rule) → where the line of prices meets rule.

    Raises:
        ~grokcore.checks.CheckFailed: with the first case that is wrong.

    >>> equal_price(lambda shares, prices, rule: shares[0])
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>([0.1, 0.3, 0.5], [20.0, 30.0, ...
    """
    for shares, prices, rule in (
        ([0.1, 0.3, 0.5], [20.0, 30.0, 40.0], 25.0),
        ([0.1, 0.2, 0.8], [20.0, 24.0, 36.0], 33.0),
        ([0.2, 0.4], [10.0, 12.0], 12.0),
        ([0.2, 0.4], [10.0, 12.0], 13.0),
        ([0.2, 0.4], [10.0, 12.0], 9.0),
    ):
        expect_equal_price(answer, shares, prices, rule)


def expect_equal_price(
    answer: Callable, shares: list[float], prices: list[float], rule: float
) -> None:
    """Ask where prices that rise meet a price that does not; ``None`` if nowhere.

    Raises:
        ~grokcore.checks.CheckFailed: if it is elsewhere.
    """
    found = _maybe(answer, shares, prices, rule)
    what = spell(answer, shares, prices, rule)
    if not prices[0] <= rule <= prices[-1]:
        if found is not None:
            fail(f"{what} is {found}, expected None: they do not meet there")
        return
    pieces = zip(shares, shares[1:], prices, prices[1:], strict=False)
    expected = next(
        a + (rule - low) / (high - low) * (b - a)
        for a, b, low, high in pieces
        if low <= rule <= high
    )
    if found is None or abs(number(found, what) - expected) > 1e-6:
        fail(f"{what} is {found}, expected {expected:.4g}")


def _maybe(answer: Callable, *arguments: Any) -> Any:
    """What a call returns, where nothing is an answer as well."""

    def told(*given: Any) -> tuple:
        return (answer(*given),)

    told.__name__ = getattr(answer, "__name__", "answer")
    return ask(told, *arguments)[0]


# -- circulant matrices ------------------------------------------------------------


@check
def circulant(answer: Callable[[Tensor], Tensor]) -> None:
    """Check a function block [p, p] → the circulant matrix that is nearest to it.

    Raises:
        ~grokcore.checks.CheckFailed: with the first matrix for which it is wrong.

    >>> circulant(lambda block: block)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [3, 3])[...
    """
    for p in (3, 4, 7):
        expect_circulant(answer, p)


def expect_circulant(answer: Callable, p: int) -> None:
    """Ask for the nearest circulant matrix of a random one.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    block = torch.randn(p, p, generator=torch.Generator().manual_seed(p)).double()
    what = spell(answer, block)
    found = tensor(ask(answer, block), (p, p), what)
    expected = torch.empty_like(block)
    for a in range(p):
        for b in range(p):
            same_difference = [block[i, (i + b - a) % p] for i in range(p)]
            expected[a, b] = sum(same_difference) / p
    same(found, expected, what)


# -- controls of ungrokking --------------------------------------------------------


@check
def ungrokking(given: Experiment, **others: Any) -> None:
    """Check the form of experiments that differ from another one in one respect.

    Raises:
        ~grokcore.checks.CheckFailed: if one is no experiment, or differs in nothing.

    >>> ungrokking(Experiment(), other=Experiment())
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: other is given itself
    """
    for name, other in others.items():
        if not isinstance(other, Experiment):
            fail(f"{name} is no Experiment; make one with replace(…) of given")
        changed = sorted(_changed(given, other))
        if not changed:
            fail(f"{name} is given itself")
        if len(changed) > 1:
            fail(f"{name} differs from given in {', '.join(changed)}, not in one thing")
        print(f"{name}: another {changed[0]}")


def expect_only(other: Any, given: Experiment, name: str, **fields: Any) -> None:
    """Hold an experiment against one with some fields changed.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    if not isinstance(other, Experiment):
        fail(f"{name} is no Experiment; make one with replace(…) of given")
    expected = given.replace(**fields)
    for field in sorted(_changed(expected, other)):
        if field in _changed(given, other):
            fail(f"{name} has another {field} than it should")
        fail(f"{name} leaves {field} as it is, and should not")


def _changed(one: Experiment, other: Experiment) -> set[str]:
    """Names of the fields in which two experiments differ."""
    fields, others = one.fields(), other.fields()
    started = {e.start_from for e in (one, other)}
    changed = {n for n in fields.keys() | others.keys() if n not in _STARTS}
    changed = {n for n in changed if fields.get(n) != others.get(n)}
    return changed | ({"start_from"} if len(started) > 1 else set())


#: What the fields of a start are called, among those of an experiment.
_STARTS = {"start_from", "experiment", "parts"}


# -- three recorded runs -----------------------------------------------------------

#: Whose curves the exercise shows.
_LETTERS = {
    "A": ("ungrokking", "10%, decay 1"),
    "B": ("efficiency", "shuffled, 90%"),
    "C": ("efficiency", "sums, 70%"),
}


def three_lives() -> dict[str, tuple[Any, Any]]:
    """Return epochs and prices of three recorded runs, by letters.

    From where the network knows what it is shown. Which is which, a question asks.

    >>> list(three_lives())
    ['A', 'B', 'C']
    """
    lives = {}
    for letter, (study, name) in _LETTERS.items():
        run = load(STUDIES[study].arms[name][0])
        h = run.history[run.history.train_accuracy == 1]
        lives[letter] = (
            h.epoch,
            norm_needed(h.weight_norm, h.train_loss, run.experiment.task.p),
        )
    return lives
