"""Checks of the exercises on other architectures and digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from grokcore.analysis.logits import fit_cosines
from grokcore.checks.asking import ask, check, fail, number, same, tensor
from grokcore.models import Model, quadratic_by_hand
from grokcore.studies import STUDIES
from grokcore.tasks import Table, Task

__all__ = [
    "cancels",
    "expect_power",
    "explained",
    "grown",
    "gru",
    "gru_of",
    "least_error",
    "least_of",
    "shares",
    "strangers",
    "works",
]


# -- phases that cancel ------------------------------------------------------------


@check
def cancels(answer: Callable[[int, int, int], bool]) -> None:
    """Check a function (n, x, y) → whether n neurons leave the wanted wave alone.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> cancels(works)
    cancels: all checks passed.
    """
    for n in (3, 4, 6, 7):
        for x in range(n):
            for y in range(n):
                found = ask(answer, n, x, y)
                expect_truth(found, n, x, y)


def expect_truth(found: Any, n: int, x: int, y: int) -> None:
    """Hold an answer against the sum of the neurons.

    Raises:
        ~grokcore.checks.CheckFailed: if it differs, or is neither true nor false.
    """
    if not isinstance(found, bool | np.bool_):
        fail(f"cancels({n}, {x}, {y}) is {found!r}; expected True or False")
    if bool(found) != works(n, x, y):
        is_not = "" if works(n, x, y) else "not "
        fail(
            f"cancels({n}, {x}, {y}) is {found}, but the sum of these neurons is "
            f"{is_not}{n}/2 · cos w(a + b − c)"
        )


def works(n: int, x: int, y: int) -> bool:
    """Return whether n squares leave n/2 · cos w(a + b − c), and nothing else.

    Neuron j has the phases jx/n and jy/n of a turn.

    >>> works(6, 1, 4), works(6, 1, 1)
    (True, False)
    """
    p, w = 23, 3 * math.tau / 23
    numbers, j = torch.arange(p).double(), torch.arange(n).double()
    phi, psi = math.tau * x * j / n, math.tau * y * j / n
    a, b, c = (numbers.view(-1, *[1] * i) for i in (3, 2, 1))
    neurons = (torch.cos(w * a + phi) + torch.cos(w * b + psi)) ** 2
    found = (neurons * torch.cos(w * c + phi + psi)).sum(-1)
    wanted = n / 2 * torch.cos(w * (a + b - c)).squeeze(-1)
    return bool(torch.allclose(found, wanted, atol=1e-9))


# -- another cell ------------------------------------------------------------------


@check
def gru(answer: Callable[..., Tensor]) -> None:
    """Check a function (x [B, T, D], W_x, W_h, b_x, b_h) → [B, T, H].

    Raises:
        ~grokcore.checks.CheckFailed: with the first token at which it is wrong.

    >>> gru(gru_of)
    gru: all checks passed.
    """
    for seed, (tokens, width, hidden) in enumerate([(1, 3, 4), (4, 5, 2)]):
        dice = torch.Generator().manual_seed(seed)
        shapes = (2, tokens, width), (3 * hidden, width), (3 * hidden, hidden)
        shapes = (*shapes, (3 * hidden,), (3 * hidden,))
        given = [torch.randn(s, generator=dice).double() for s in shapes]
        call = f"gru(x, W_x, W_h, b_x, b_h) for {tokens} tokens"
        found = tensor(ask(answer, *given), (2, tokens, hidden), call)
        expected = gru_of(*given)
        for t in range(tokens):
            same(found[:, t], expected[:, t], f"token {t} of {call}")


def gru_of(x: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
    """Return what ``torch.nn.GRU`` returns with these weights.

    >>> weights = (torch.zeros(3, n) for n in (2, 1))
    >>> gru_of(torch.ones(1, 4, 2), *weights, torch.zeros(3), torch.zeros(3)).shape
    torch.Size([1, 4, 1])
    """
    layer = nn.GRU(x.shape[2], W_h.shape[1], batch_first=True).to(x.dtype)
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    layer.load_state_dict(dict(zip(names, (W_x, W_h, b_x, b_h), strict=True)))
    return layer(x)[0].detach()


# -- how few waves -----------------------------------------------------------------


@check
def least_error(answer: Callable[[int, int], float]) -> None:
    """Check a function (p, count) → the least squared error with so many waves.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> least_error(least_of)
    least_error: all checks passed.
    """
    for p, count in ((7, 3), (31, 0), (31, 4), (5, 1)):
        call = f"least_error({p}, {count})"
        found = number(ask(answer, p, count), call)
        expected = least_of(p, count)
        if abs(found - expected) > 1e-9:
            fail(f"{call} is {found:.6g}, expected {expected:.6g}")


def least_of(p: int, count: int) -> float:
    """Return the least mean squared distance of waves to the one-hot answer.

    By least squares over the classes, for the answer 0: a constant and ``count`` waves.

    >>> round(least_of(7, 3), 12)
    0.0
    """
    c = torch.arange(p).double()
    waves = [torch.cos(math.tau * k * c / p) for k in range(count + 1)]
    X, one_hot = torch.stack(waves, dim=1), (c == 0).double()[:, None]
    left = one_hot - X @ torch.linalg.lstsq(X, one_hot).solution
    return float(left.square().mean())


# -- who adds? ---------------------------------------------------------------------


def strangers() -> dict[str, Tensor]:
    """Return the logits [31, 31, 31] of four that answer a + b mod 31, by letters.

    Which of them add, and by which waves, a question asks.

    >>> list(strangers())
    ['A', 'B', 'C', 'D']
    """
    runs = STUDIES["small-architectures"].runs()
    table = runs["LSTM"][0].experiment.task.data()

    def of(model: nn.Module) -> Tensor:
        with torch.no_grad():
            return model(table.tokens).view(31, 31, 31).double()

    return {
        "A": of(runs["LSTM"][0].model),
        "B": _memory(table, 31),
        "C": of(quadratic_by_hand(31, (3, 8))) * 50,
        "D": of(runs["MLP"][0].model),
    }


def _memory(table: Table, p: int) -> Tensor:
    """The logits of who knows what was shown, and that it is the same mirrored."""
    shown = torch.zeros(p * p, dtype=torch.bool)
    shown[table.train] = True
    known = shown.view(p, p) | shown.view(p, p).T
    right = torch.zeros(p, p, p).scatter(2, table.targets.view(p, p, 1), 20.0)
    return (right * known[:, :, None]).double()


@check
def shares(answer: Callable[[Tensor], Tensor]) -> None:
    """Check a function (logits [p, p, p]) → [(p − 1)/2], each frequency's share.

    Raises:
        ~grokcore.checks.CheckFailed: with the first frequency for which it is wrong.

    >>> shares(explained)
    shares: all checks passed.
    """
    dice = torch.Generator().manual_seed(0)
    noise = torch.randn(7, 7, 7, generator=dice).double()
    planted = quadratic_by_hand(7, (2,)).answer(
        torch.cartesian_prod(torch.arange(7), torch.arange(7))
    )
    for logits in (planted.view(7, 7, 7), noise + 3, noise + 5 * noise[:, :, :1]):
        found = tensor(ask(answer, logits), (3,), "shares(logits)")
        for k, expected in enumerate(explained(logits), start=1):
            same(found[k - 1], expected, f"shares(logits) of frequency {k}")


def explained(logits: Tensor) -> Tensor:
    """Return the share of the logits' variance that each cos w_k(a + b − c) is.

    >>> explained(strangers()["C"]).gt(0.4).nonzero().flatten() + 1
    tensor([3, 8])
    """
    each = range(1, (len(logits) - 1) // 2 + 1)
    found = [fit_cosines(logits, (k,)).explained for k in each]
    return torch.tensor(found, dtype=torch.float64)


# -- as large ----------------------------------------------------------------------


def expect_power(power: Any, name: str, config: Model, task: Task) -> None:
    """Hold a power against what twice as large weights make of a network's outputs.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    if abs(2 ** number(power, name) / grown(config, task, 2.0) - 1) > 0.01:
        fail(f"{name} is not {power:g}")


def grown(config: Model, task: Task, scale: float) -> float:
    """Return how many times as large untrained outputs become when all weights do.

    Biases are set to 0 first.

    >>> from grokcore import EmbeddingMLPConfig, ModularTask
    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> round(grown(EmbeddingMLPConfig(), task, scale=2.0), 3)
    8.0
    """
    model, inputs = config.build(task, seed=0), task.data().operands
    sizes = []
    for factor in (1.0, scale):
        with torch.no_grad():
            for name, weight in model.named_parameters():
                biased = "b_" in name or name.endswith("bias")
                weight.mul_(0.0 if biased else factor)
            sizes.append(float(model.answer(inputs).norm()))
    return sizes[1] / sizes[0]
