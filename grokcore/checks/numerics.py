"""Checks of the exercises on landscape, norms and numerics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grokcore.analysis import landscape, logits
from grokcore.checks.asking import ask, check, fail, number, spell, tensor

__all__ = [
    "certainty",
    "expect_certainty",
    "expect_few_calls",
    "expect_fitted",
    "expect_product",
    "expect_sharpest",
    "expect_silent",
    "fitted",
    "hessian_times",
    "sharpest",
    "silent_at",
]


# -- directions --------------------------------------------------------------------


@check
def fitted(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Check a function (w, drawn) → drawn, each column as long as that of w.

    Raises:
        ~grokcore.checks.CheckFailed: with the first column that is wrong.

    >>> fitted(lambda w, drawn: drawn)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [3, 2], tensor [3, 2]): ...
    """
    for rows, columns in ((3, 2), (2, 5), (6, 6)):
        expect_fitted(answer, rows, columns, seed=rows)


def expect_fitted(answer: Callable, rows: int, columns: int, seed: int) -> None:
    """Ask for one direction.

    Raises:
        ~grokcore.checks.CheckFailed: if a column has another length or direction.
    """
    dice = torch.Generator().manual_seed(seed)
    w, drawn = torch.randn(2, rows, columns, generator=dice, dtype=torch.float64)
    w = w * torch.arange(1, columns + 1)
    call = spell(answer, w, drawn)
    found = tensor(ask(answer, w, drawn), (rows, columns), call)
    for i in range(columns):
        length, expected = found[:, i].norm().item(), w[:, i].norm().item()
        if not math.isclose(length, expected, rel_tol=1e-6):
            fail(f"{call}: column {i} is {length:.4g} long, expected {expected:.4g}")
        cosine = torch.cosine_similarity(found[:, i], drawn[:, i], dim=0).item()
        if cosine < 1 - 1e-6:
            fail(f"{call}: column {i} does not point where it was drawn")


# -- products with a Hessian -------------------------------------------------------


@check
def hessian_times(answer: Callable[[Callable, Tensor, Tensor], Tensor]) -> None:
    """Check a function (f, x, v) → the Hessian of f at x, times v.

    Raises:
        ~grokcore.checks.CheckFailed: with the first product that is wrong.

    >>> hessian_times(lambda f, x, v: v)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: with 3 numbers, entry 0 of the product is ...
    """
    for n in (3, 6):
        expect_product(answer, n, seed=n)
    expect_few_calls(answer, 50)


def _function(n: int, seed: int) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:
    """One whose Hessian has entries off its diagonal, and changes with x."""
    dice = torch.Generator().manual_seed(seed)
    mix = torch.randn(n, n, generator=dice, dtype=torch.float64)
    x, v = torch.randn(2, n, generator=dice, dtype=torch.float64)
    return lambda x: (mix @ x).tanh().square().sum() + x.prod(), x, v


def expect_product(answer: Callable, n: int, seed: int) -> None:
    """Ask for one product, and hold it against the Hessian, written down.

    Raises:
        ~grokcore.checks.CheckFailed: if an entry is off by more than 0.1%.
    """
    f, x, v = _function(n, seed)
    found = tensor(ask(answer, f, x, v), (n,), f"with {n} numbers, the product")
    expected = torch.autograd.functional.hessian(f, x) @ v
    for i in range(n):
        gap = abs(found[i] - expected[i]).item()
        if gap > 1e-3 * expected.norm().item():
            fail(
                f"with {n} numbers, entry {i} of the product is {found[i]:.4g}, "
                f"expected {expected[i]:.4g}"
            )


def expect_few_calls(answer: Callable, n: int) -> None:
    """Ask for a product with many numbers, and count how often f is called.

    Raises:
        ~grokcore.checks.CheckFailed: if more than twice, or the product is wrong.
    """
    calls = 0

    def f(x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return (x.square().sum() * x[0]).sin()

    x = torch.linspace(0.01, 0.02, n, dtype=torch.float64)
    v = torch.ones(n, dtype=torch.float64)
    found = tensor(ask(answer, f, x, v), (n,), f"with {n} numbers, the product")
    if calls > 2:
        fail(f"with {n} numbers, f is called {calls} times; two are enough")
    at = {"x": x}
    expected = landscape.hessian_vector_product(lambda w: f(w["x"]), at, {"x": v})["x"]
    if not torch.allclose(found, expected, rtol=1e-3, atol=1e-9):
        fail(f"with {n} numbers, the product is not the Hessian's")


# -- the largest eigenvalue --------------------------------------------------------


@check
def sharpest(answer: Callable[[Callable, Tensor, int], float]) -> None:
    """Check a function (times, start, rounds) → the eigenvalue of largest size.

    Raises:
        ~grokcore.checks.CheckFailed: with the first matrix for which it is wrong.

    >>> sharpest(lambda times, start, rounds: times(start).norm().item())
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: for eigenvalues [3.0, 1.0, 0.5] it is ...
    """
    for values in ([3.0, 1.0, 0.5], [-4.0, 2.0, 1.0], [1e-4, 2e-5]):
        expect_sharpest(answer, values, seed=len(values))


def expect_sharpest(answer: Callable, values: Sequence[float], seed: int) -> None:
    """Ask for the eigenvalue of a matrix with these.

    Raises:
        ~grokcore.checks.CheckFailed: if it is off by more than 0.1%.
    """
    dice = torch.Generator().manual_seed(seed)
    n = len(values)
    turn, _ = torch.linalg.qr(torch.randn(n, n, generator=dice, dtype=torch.float64))
    matrix = turn @ torch.diag(torch.tensor(values, dtype=torch.float64)) @ turn.T
    start = torch.randn(n, generator=dice, dtype=torch.float64)
    expected = max(values, key=abs)
    what = f"for eigenvalues {[*values]} it"
    found = number(ask(answer, lambda v: matrix @ v, start, 1_000), what)
    if not math.isclose(found, expected, rel_tol=1e-3):
        fail(f"{what} is {found:.4g}, expected {expected:g}")


# -- where numbers end -------------------------------------------------------------


@check
def certainty(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Check a function (logits, targets) → the logarithm of the odds, in float64.

    Raises:
        ~grokcore.checks.CheckFailed: with the first row that is wrong.

    >>> certainty(logits.certainty)
    certainty: all checks passed.
    """
    for scale in (1.0, 20.0, 1_000.0):
        expect_certainty(answer, scale, seed=1)


def expect_certainty(answer: Callable, scale: float, seed: int) -> None:
    """Ask for the certainty of some rows, whose logits are about so large.

    Raises:
        ~grokcore.checks.CheckFailed: if it is off, or not in float64.
    """
    dice = torch.Generator().manual_seed(seed)
    z = scale * torch.randn(5, 7, generator=dice)
    targets = torch.randint(7, (5,), generator=dice)
    call = spell(answer, z, targets)
    found = ask(answer, z, targets)
    if not isinstance(found, Tensor) or found.dtype != torch.float64:
        kind = getattr(found, "dtype", type(found).__name__)
        fail(f"{call} is {kind}, expected a tensor in torch.float64")
    found = tensor(found, (5,), call)
    expected = logits.certainty(z, targets)
    for i in range(5):
        if not math.isclose(found[i], expected[i], rel_tol=1e-9, abs_tol=1e-9):
            fail(
                f"with logits of about {scale:g}, row {i} is {found[i]:.9g}, "
                f"expected {expected[i]:.9g}"
            )


@check
def silent_at(answer: Callable[[float, float, int, float], float]) -> None:
    """Check a function (step, certainty, digits, beta2) → when a loss falls silent.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> silent_at(lambda step, certainty, digits, beta2: step)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(400, 9.0, 24, 0.98) is 400, ...
    """
    for given in ((400, 9.0, 24, 0.98), (400, 9.0, 53, 0.98), (100, 9.0, 11, 0.98)):
        expect_silent(answer, *given)


def expect_silent(
    answer: Callable, step: float, certain: float, digits: int, beta2: float
) -> None:
    """Ask for one step.

    Raises:
        ~grokcore.checks.CheckFailed: if it is off by more than 0.1 steps.
    """
    call = spell(answer, step, certain, digits, beta2)
    found = number(ask(answer, step, certain, digits, beta2), call)
    ahead = max(digits * math.log(2) - certain, 0.0)
    expected = step - 2 * ahead / math.log(beta2)
    if abs(found - expected) > 0.1:
        fail(f"{call} is {found:.6g}, expected {expected:.6g}")
