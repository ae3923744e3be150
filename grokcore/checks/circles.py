"""Checks of the exercises on circles in embedding space."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grokcore import training
from grokcore.analysis import fourier, geometry
from grokcore.checks.asking import (
    ask,
    check,
    fail,
    missed,
    number,
    spell,
    tensor,
    whole_numbers,
)
from grokcore.checks.fourier import plant
from grokcore.experiments import Experiment
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.tasks import ModularTask

__all__ = ["load", "luck", "neighbors", "roundness"]

#: The network whose start is loaded.
SMALL = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.7),
    model=EmbeddingMLPConfig(width=128, mlp_width=128),
    optimizer=AdamW(lr=5e-2, weight_decay=2.0, betas=(0.8, 0.98), eps=1e-4),
    epochs=150,
)

#: The share of the power above which one of its frequencies is key.
KEY = 1.374 / 15

#: Between these lies the mean rank of winners; 5.4 is that of very many seeds.
RANKS = (4.0, 6.8)


@check
def neighbors(answer: Callable[[int, int, int], Sequence[int]]) -> None:
    """Check a function n, k, p → the numbers next to n on the circle of frequency k.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> def by_one(n, k, p):
    ...     return sorted([(n - 1) % p, (n + 1) % p])
    >>> neighbors(by_one)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: by_one(0, 3, 7) is [1, 6], expected [2, 5]
    """
    expect_neighbors(answer, 0, 3, 7, [2, 5])
    expect_neighbors(answer, 6, 3, 7, [1, 4])
    expect_neighbors(answer, 1, 2, 6, [0, 2, 3, 5])
    expect_neighbors(answer, 0, 4, 8, [1, 3, 5, 7])


def expect_neighbors(
    answer: Callable, n: int, k: int, p: int, expected: list[int]
) -> None:
    """Ask for the neighbors of one number.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    result = ask(answer, n, k, p)
    call = spell(answer, n, k, p)
    if isinstance(result, set | frozenset | dict):  # whose order is an accident
        fail(f"{call} is {result}, expected a list, sorted")
    found = [*whole_numbers(result, call, "a list of numbers")]
    if found != expected:
        fail(f"{call} is {found}, expected {expected}")


@check
def roundness(answer: Callable[[Tensor, int], float]) -> None:
    """Check a function of points [p, 2] and k: the share that the best circle explains.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> roundness(geometry.ring_order)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: for 11 numbers on an ellipse with axes of ...
    """
    for r in (1.0, 0.5, 0.0):
        expect_ellipse(answer, 11, 3, r)


def ellipse(p: int, k: int, r: float, turn: float = 0.0) -> Tensor:
    """Return numbers [p, 2] on an ellipse with the axes 1 and r.

    Args:
        p: how many.
        k: the frequency.
        r: the second axis; 1 makes a circle, 0 a line.
        turn: by which angle the ellipse is turned.

    >>> ellipse(4, 1, 0.5).round(decimals=3).tolist()[:2]
    [[1.0, 0.0], [0.0, 0.5]]
    """
    angle = 2 * math.pi * k * torch.arange(p).double() / p
    x, y = angle.cos(), r * angle.sin()
    cos, sin = math.cos(turn), math.sin(turn)
    return torch.stack([cos * x - sin * y, sin * x + cos * y], dim=1)


def expect_ellipse(
    answer: Callable[[Tensor, int], float],
    p: int,
    k: int,
    r: float,
    turn: float = 0.0,
) -> None:
    """Ask how round an ellipse is, also mirrored, moved, and for another frequency.

    Args:
        answer: the function that is asked.
        p: how many numbers are on it.
        k: its frequency.
        r: its second axis; the first is 1.
        turn: by which angle it is turned.

    Raises:
        ~grokcore.checks.CheckFailed: if it is not as round as it should be.
    """
    names = {1: "a circle", 0: "a line, to and fro"}
    shape = names.get(r, f"an ellipse with axes of 1 and {r:g}")
    what, points = f"{p} numbers on {shape}, frequency {k}", ellipse(p, k, r, turn)
    expected = (1 + r) ** 2 / (2 + 2 * r**2)
    expect_roundness(answer, points, k, expected, what)
    expect_roundness(answer, points.flip(1), k, expected, f"{what}, mirrored")
    moved = 7 * points + 2
    expect_roundness(answer, moved, k, expected, f"{what}, larger and elsewhere")
    other = f"{what}, asked for frequency {k - 1}"
    expect_roundness(answer, points.float(), k - 1, 0.0, other)


def expect_roundness(
    answer: Callable[[Tensor, int], float],
    points: Tensor,
    k: int,
    expected: float,
    what: str = "",
) -> None:
    """Ask how round some points are.

    Raises:
        ~grokcore.checks.CheckFailed: if they are not as round as expected.
    """
    what = what or f"{len(points)} points, frequency {k}"
    found = number(ask(answer, points, k), f"for {what}: roundness")
    if not abs(found - expected) < 1e-4:
        fail(f"for {what}: roundness is {found:.4g}, expected {expected:.4g}")


@check
def luck(answer: Callable[[Tensor], float]) -> None:
    """Check a function of an embedding: how often shuffled names are as circular.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> luck(lambda x: 0.0)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: for a clear circle luck is 0, expected 1/201 ...
    """
    found = number(ask(answer, plant((3,), 19, 8, seed=1, strength=6)), "luck", 0, 1)
    if abs(found - 1 / 201) > 1e-6:
        fail(
            f"for a clear circle luck is {found:.4g}, expected 1/201 = {1 / 201:.4g}: "
            f"no shuffle comes near it"
        )
    for seed in (100, 102):
        x = torch.randn(19, 8, generator=torch.Generator().manual_seed(seed))
        expect_luck(answer, x, "random numbers [19, 8]")


def expect_luck(answer: Callable[[Tensor], float], x: Tensor, what: str) -> None:
    """Compare with many more shuffles, as far as 200 of them can tell.

    Raises:
        ~grokcore.checks.CheckFailed: if the answer is farther away than dice explain.
    """
    # Shuffling rows leaves principal components alone: shuffle what they show.
    points = geometry.principal_components(x).project(x)
    dice = torch.Generator().manual_seed(1)
    names = torch.rand(4_000, len(x), generator=dice).argsort(1)
    power = torch.fft.rfft(points[names], dim=1)[:, 1:].abs().square()
    if len(x) % 2 == 0:
        power[:, -1] /= 2  # this frequency is its own mirror image
    best = (power / power.sum(1, keepdim=True)).amin(2).amax(1)
    share = (best >= geometry.circularity(x).value).double().mean().item()
    found = number(ask(answer, x), f"for {what}: luck", 0, 1)
    if abs(found - share) > 0.02 + 4 * math.sqrt(share * (1 - share) / 200):
        fail(f"for {what}: luck is {found:.3g}, expected about {share:.3g}")


@check
def load(answer: Callable[[Tensor, int], Tensor]) -> None:
    """Check a function of an embedding and k: the form of what it returns.

    Whether k then wins is not tried.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> load(lambda start, k: 2 * start)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [11, 16], 2) has norm ...
    """
    for k in (2, 5):
        start = torch.randn(11, 16, generator=torch.Generator().manual_seed(k))
        expect_load(answer, start, k)


def expect_load(answer: Callable[[Tensor, int], Tensor], start: Tensor, k: int) -> None:
    """Ask for a loaded start: as large as before, with more of k in it.

    Raises:
        ~grokcore.checks.CheckFailed: if it is not.
    """
    call = spell(answer, start, k)
    found = tensor(ask(answer, start, k), start.shape, call)
    norm, before = found.norm().item(), start.norm().item()
    if abs(norm / before - 1) > 1e-3:
        fail(f"{call} has norm {norm:.4g}, expected {before:.4g}, that of the start")
    old, new = (fourier.share(x, [k]) for x in (start, found))
    if not new > old:
        fail(f"{call}: the power share of {k} goes from {old:.4g} to {new:.4g}")


def mean_rank(value: float) -> None:
    """Check the mean rank of winners among the frequencies of the start.

    Raises:
        ~grokcore.checks.CheckFailed: if no seeds and no processor explain it.

    >>> mean_rank(7)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: the mean rank of the winners is not 7, which ...
    """
    low, high = RANKS
    found = number(value, "mean_rank", 1, 15)
    away = max(low - found, found - high)
    if away > 0:
        close = f", which is {away:.2g} away from what other seeds give"
        fail(f"the mean rank of the winners is not {found:.3g}{close * (away < 0.5)}")


def expect_win(answer: Callable[[Tensor, int], Tensor], seed: int) -> None:
    """Train from a start loaded with its weakest frequency.

    Raises:
        ~grokcore.checks.CheckFailed: if it does not win, or the network does not learn.
    """
    try:
        best, power = loaded(answer, seed)
    except training.TrainingDiverged as error:
        fail(f"loaded with a frequency, the network does not learn: {error}")
    if best < 0.95:
        right = "with a right answer it is at 98% or above"
        fail(
            f"loaded with a frequency, the network only comes to {best:.1%}, "
            f"{missed(best, 0.95, right)}"
        )
    if power < 1:
        close = f": it has {power:.0%} of the power that makes it key"
        right = f"{close}; with a right answer it has 150% or more"
        fail(f"a frequency that was loaded does not win{right * (power > 0.5)}")


def loaded(answer: Callable[[Tensor, int], Tensor], seed: int) -> tuple[float, float]:
    """Load a start with its weakest frequency, and train.

    Returns:
        the best validation accuracy; and the frequency's power in the end, as a
        multiple of what makes it key.

    Raises:
        ~grokcore.checks.CheckFailed: if the loaded start is none.
        ~grokcore.training.trainer.TrainingDiverged: if the loss is no longer finite.
    """
    trainer = training.Trainer(SMALL.replace(seed=seed), device="cpu")
    W_E = trainer.model.W_E
    start = W_E.detach().clone()
    k = int(fourier.spectrum(start).argmin()) + 1
    expect_load(answer, start, k)
    with torch.no_grad():
        W_E.copy_(torch.as_tensor(answer(start, k)))
    trainer.train()
    best = max(row["val_accuracy"] for row in trainer.history)
    power = fourier.spectrum(W_E.detach())
    return best, float(power[k - 1] / power.sum()) / KEY
