"""Checks of the exercises on proofs: break it, measure it, build it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grokcore.analysis import fourier, progress
from grokcore.analysis.activations import activations
from grokcore.analysis.logits import evaluate, interference
from grokcore.checks.asking import (
    ask,
    check,
    fail,
    number,
    several,
    spell,
    tensor,
    whole_numbers,
)
from grokcore.checks.recordings import recorded
from grokcore.runs import load
from grokcore.runs.measured import progress_measures
from grokcore.tasks import ModularTask, Table

__all__ = ["adder", "control", "loss_without", "ranking", "two_losses"]

#: Neurons that a built network may have for each frequency.
_NEURONS = 32


@check
def two_losses(answer: Callable[[Tensor, Table, Sequence[int]], tuple]) -> None:
    """Check a function (logits, table, frequencies) → (restricted, excluded) losses.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> two_losses(lambda logits, table, frequencies: (4.7, 0.0))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: (a + b) mod 7: the restricted loss of ...
    """
    for operation, p, keys in (("add", 7, (3,)), ("subtract", 11, (1, 4))):
        expect_losses(answer, ModularTask(operation, p, train_fraction=0.4), keys, p)


def expect_losses(
    answer: Callable, task: ModularTask, keys: Sequence[int], seed: int
) -> None:
    """Ask for both losses of planted logits.

    Raises:
        ~grokcore.checks.CheckFailed: if one is another, with the rows that it is of if
            these are wrong.
    """
    logits, table = plant_logits(task, keys, seed), task.data()
    result = _ask_with_table(answer, logits, table, keys)
    result = several(result, "two_losses", ("restricted", "excluded"))
    cube = logits.unflatten(0, (task.p, task.p))
    answers = table.targets.view(task.p, task.p)
    only = progress.restricted(cube, keys, answers)
    without = progress.excluded(cube, keys, answers)
    train = torch.zeros(task.p**2, dtype=torch.bool)
    train[table.train] = True
    train = train.view(task.p, task.p)
    splits = {"validation": ~train, "training": train}
    for kind, part, rows, found in (
        ("restricted", only, "validation", result[0]),
        ("excluded", without, "training", result[1]),
    ):
        name = f"{task.formula}: the {kind} loss of the {rows} rows"
        losses = {n: evaluate(part, answers, of).loss for n, of in splits.items()}
        found, expected = number(found, name), losses.pop(rows)
        if abs(found - expected) > 1e-4 * max(1.0, expected):
            ((other, loss),) = losses.items()
            what = f", that of the {other} rows" if abs(found - loss) < 1e-4 else ""
            fail(f"{name} is {found:.4g}{what}, expected {expected:.4g}")


def _ask_with_table(
    answer: Callable, logits: Tensor, table: Table, keys: Sequence[int]
) -> Any:
    """Ask a function that takes a table, too, which messages do not print."""
    if not callable(answer):
        return ask(answer, logits)

    def asked(logits: Tensor, keys: Sequence[int]) -> Any:
        return answer(logits, table, keys)

    asked.__name__ = getattr(answer, "__name__", "two_losses")
    return ask(asked, logits, keys)


def plant_logits(task: ModularTask, keys: Sequence[int], seed: int) -> Tensor:
    """Return logits [p², p] of a formula, a memory, favorite answers and noise.

    >>> plant_logits(ModularTask("add", p=7, train_fraction=0.4), [3], seed=0).shape
    torch.Size([49, 7])
    """
    table, p = task.data(), task.p
    dice = torch.Generator().manual_seed(seed)
    n = torch.arange(p)
    heights = 1 + torch.rand(len(keys), generator=dice)
    formula = interference(heights, keys, p)[-1][(table.targets[:, None] - n) % p]
    memory = torch.zeros(p * p, p, dtype=torch.float64)
    memory[table.train, table.targets[table.train]] = 3
    favorites = torch.randn(p, generator=dice, dtype=torch.float64)
    noise = torch.randn(p * p, p, generator=dice, dtype=torch.float64)
    return formula + memory + favorites + noise


def letters() -> dict[str, str]:
    """Return the letters of four losses of a recorded run, in the order of their ends.

    >>> "".join(sorted(letters().values()))
    'ABCD'
    """
    run = recorded("losses")
    columns = ["train_loss", "val_loss", "restricted_val", "excluded_train"]
    ends = progress_measures(run)[columns].iloc[-1]
    return dict(zip(ends.sort_values().index, "ABCD", strict=True))


@check
def control(answer: Callable[[Tensor, Sequence[int], int], Tensor]) -> None:
    """Check a function (W_E, keys, seed) → W_E [p, D] with an injury elsewhere.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> control(lambda W_E, keys, seed: fourier.remove(W_E, keys))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [11, 6], (2, 5), 0) changes ...
    """
    W_E = 1 + torch.randn(11, 6, generator=torch.manual_seed(1))
    expect_control(answer, W_E, (2, 5))


def expect_control(answer: Callable, W_E: Tensor, keys: Sequence[int]) -> None:
    """Ask for a control, and see where it differs from the embedding, and how much.

    Raises:
        ~grokcore.checks.CheckFailed: if it touches the mean or a key frequency, spares
            another, or has another size than what removing the key ones takes away.
    """
    call = spell(answer, W_E, keys, 0)
    W_E = W_E.double()
    change = tensor(ask(answer, W_E.float(), keys, 0), W_E.shape, call) - W_E
    size = change.norm()
    if (change.sum(0).norm() / len(W_E) ** 0.5) > 1e-3 * size:
        fail(f"{call} changes the mean of the rows, which has no frequency")
    touched = fourier.spectrum(change) > 1e-6 * size**2
    for k in keys:
        if touched[k - 1]:
            fail(f"{call} changes frequency {k}, which is key")
    for k in fourier.frequencies(len(W_E)):
        if k not in keys and not touched[k - 1]:
            fail(f"{call} leaves frequency {k} as it is, expected all others to change")
    expected = (W_E - fourier.remove(W_E, keys)).norm()
    if abs(size - expected) > 1e-3 * expected:
        fail(f"{call} makes a change of size {size:.4g}, expected {expected:.4g}")


def expect_dice(answer: Callable, W_E: Tensor, keys: Sequence[int]) -> None:
    """Ask for controls with two seeds.

    Raises:
        ~grokcore.checks.CheckFailed: if the same seed gives two, or two give the same.
    """
    first, second, third = (
        tensor(ask(answer, W_E, keys, seed), W_E.shape, spell(answer, W_E, keys, seed))
        for seed in (1, 1, 2)
    )
    if not torch.equal(first, second):
        fail("control returns two different tables for one seed")
    if torch.allclose(first, third, atol=1e-4):
        fail("control returns the same table for two seeds")


def survival(answer: Callable, seed: int) -> float:
    """Return the accuracy of the recorded network with a control of its embedding.

    Raises:
        ~grokcore.checks.CheckFailed: if the control is no table of its shape.
    """
    network = load("nanda-p113").model
    W_E = network.W_E[:113].clone()
    keys = fourier.key_frequencies(W_E)
    call = spell(answer, W_E, keys, seed)
    network.embed.W_E[:113] = tensor(ask(answer, W_E, keys, seed), W_E.shape, call)
    return evaluate(activations(network).logits).accuracy


@check
def loss_without(answer: Callable[[Mapping[int, float], int, int], float]) -> None:
    """Check a function (alpha, k, p) → the formula's loss without frequency k.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> loss_without(lambda alpha, k, p: 0.0)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>({1: 2.0, 3: 1.5}, 3, 7) is 0, ...
    """
    for alpha, k, p in (({1: 2.0, 3: 1.5}, 3, 7), ({1: 2.0, 2: 4.0, 5: 3.0}, 1, 11)):
        expect_loss(answer, alpha, k, p)


def expect_loss(answer: Callable, alpha: Mapping[int, float], k: int, p: int) -> None:
    """Ask for the loss once.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another one.
    """
    call = spell(answer, alpha, k, p)
    found = number(ask(answer, dict(alpha), k, p), call)
    rest = {j: height for j, height in alpha.items() if j != k}
    curve = torch.zeros(p, dtype=torch.float64)
    if rest:
        curve = interference(torch.tensor([*rest.values()]), rest, p)[-1]
    expected = float(curve.logsumexp(0) - curve[0])
    if abs(found - expected) > 1e-3 * expected:
        fail(f"{call} is {found:.4g}, expected {expected:.4g}")


def ranking(value: Any, name: str, frequencies: Sequence[int]) -> None:
    """Say whether an answer has each of some frequencies once, in whatever order.

    Raises:
        ~grokcore.checks.CheckFailed: if it does not.

    >>> ranking((5, 2), "predicted", (2, 5))
    predicted = (5, 2) has the form asked for.
    """
    found = whole_numbers(value, name, f"the frequencies {tuple(frequencies)}")
    if sorted(found) != sorted(frequencies):
        fail(f"{name} is {found}, expected each of {tuple(frequencies)} once")
    print(f"{name} = {found} has the form asked for.")


@check
def adder(answer: Callable[[int, Sequence[int]], tuple]) -> None:
    """Check a function (p, frequencies) → (W_E, W_in, W_U) of a network that adds.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> def table(p, frequencies):
    ...     return torch.eye(p), torch.eye(2 * p), torch.ones(2 * p, p)
    >>> adder(table)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: table(7, (1, 3)): W_E has power in ...
    """
    for p, frequencies in ((7, (1, 3)), (11, (4,)), (12, (2, 3))):
        expect_adder(answer, p, frequencies)


def _columns(weights: Any) -> int:
    """How many a matrix has, or 0 if it is none."""
    try:
        shape = torch.as_tensor(weights).shape
    except (TypeError, ValueError, RuntimeError):
        return 0
    return shape[-1] if shape else 0


def expect_adder(answer: Callable, p: int, frequencies: Sequence[int]) -> None:
    """Ask for weights, and let the network answer its whole table.

    Raises:
        ~grokcore.checks.CheckFailed: if the weights do not fit together, are too many,
            have other waves than those asked for, or give a wrong answer.
    """
    call = spell(answer, p, frequencies)
    names = ("W_E", "W_in", "W_U")
    weights = several(ask(answer, p, frequencies), call, names)
    width, neurons = (_columns(w) for w in weights[:2])
    shapes = ((p, width), (2 * width, neurons), (neurons, p))
    W_E, W_in, W_U = (
        tensor(w, shape, f"{call}: {name}")
        for w, shape, name in zip(weights, shapes, names, strict=True)
    )
    if fourier.share(W_E, frequencies) < 0.999:
        fail(f"{call}: W_E has power in other frequencies than {tuple(frequencies)}")
    if neurons > (most := _NEURONS * len(frequencies)):
        fail(f"{call} has {neurons} neurons, expected {most} at most")
    a, b = torch.cartesian_prod(torch.arange(p), torch.arange(p)).T
    found = (torch.cat([W_E[a], W_E[b]], 1) @ W_in).relu() @ W_U
    wrong = (found.argmax(1) != (a + b) % p).nonzero().flatten()
    if len(wrong):
        i = int(wrong[0])
        fail(
            f"{call}: {a[i]} + {b[i]} gives {found[i].argmax()}, expected "
            f"{(a[i] + b[i]) % p}; {len(wrong)} of {p * p} answers are wrong"
        )
