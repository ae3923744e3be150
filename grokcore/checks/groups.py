"""Checks of the exercises on groups."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from grokcore.analysis.groups import cosets, inside, irreps, representations
from grokcore.checks.asking import (
    ask,
    check,
    choice,
    fail,
    same,
    several,
    spell,
    tensor,
)
from grokcore.models import shuffles_by_hand
from grokcore.tasks import cayley

__all__ = [
    "AXIOMS",
    "broken",
    "coset_labels",
    "divided",
    "divider",
    "expect_axiom",
    "expect_coset_labels",
    "expect_divided",
    "expect_part",
    "part",
    "three_neurons",
]

#: What may be broken, in the order in which it is looked for.
AXIOMS = ("closure", "identity", "inverses", "associativity")

#: Associative in no way, but with an identity and inverses.
LOOP = [
    [0, 1, 2, 3, 4],
    [1, 0, 3, 4, 2],
    [2, 4, 0, 1, 3],
    [3, 2, 4, 0, 1],
    [4, 3, 1, 2, 0],
]


# -- axioms ------------------------------------------------------------------------


@check
def broken(answer: Callable[[list[list[int]]], str]) -> None:
    """Check a function of a table: which axiom is the first to fail, or "none".

    Raises:
        ~grokcore.checks.CheckFailed: with the first table for which it is wrong.

    >>> broken(lambda table: "none")
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>([[0, 1], [1, 2]]) is 'none', expected \
'closure'
    """
    for table in (
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]],
        [[0, 1], [1, 2]],
        [[0, 1], [0, 1]],
        [[0, 1], [1, 1]],
        LOOP,
    ):
        expect_axiom(answer, table)


def expect_axiom(answer: Callable, table: Iterable[Iterable[int]]) -> None:
    """Ask which axiom a table breaks.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    rows = [[int(x) for x in row] for row in table]
    said = cayley.broken_axiom(rows)
    right = next(
        (axiom for axiom in AXIOMS if said and said.startswith(f"no {axiom[:6]}")),
        "none",
    )
    call = spell(answer, rows)
    found = choice(ask(answer, rows), call, (*AXIOMS, "none"))
    if found != right:
        fail(f"{call} is {found!r}, expected {right!r}")


# -- cosets ------------------------------------------------------------------------


@check
def coset_labels(answer: Callable[[Tensor, list[int], str], Tensor]) -> None:
    """Check a function (table, subgroup, side) → [n]: which coset an element is in.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> coset_labels(lambda table, subgroup, side: cosets.cosets(table, subgroup, side))
    coset_labels: all checks passed.
    """
    expect_coset_labels(answer, "C6", (0, 3))
    expect_coset_labels(answer, "S3", (0, 1))
    expect_coset_labels(answer, "S4", (0, 1))


def expect_coset_labels(answer: Callable, name: str, subgroup: Iterable[int]) -> None:
    """Ask for left and right cosets; whatever their numbers are.

    Raises:
        ~grokcore.checks.CheckFailed: if other elements are together.
    """
    table, subgroup = cayley.named(name), [*subgroup]
    for side in ("left", "right"):
        function = getattr(answer, "__name__", "it")
        what = f"{function}(table of {name}, {subgroup}, {side!r})"
        labels = tensor(ask(answer, table, subgroup, side), (len(table),), what)
        right = cosets.cosets(table, tuple(subgroup), side)
        for a, b in itertools.combinations(range(len(table)), 2):
            together = bool(labels[a] == labels[b])
            if together != bool(right[a] == right[b]):
                fail(
                    f"{what} has {a} and {b} in {'one coset' if together else 'two'}, "
                    f"expected {'two' if together else 'one'}"
                )


# -- parts of a function -------------------------------------------------------------


@check
def part(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Check a function (x [n], matrices [n, d, d]) → [n]: the part of x in an irrep.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> part(lambda x, matrices: x)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [6], tensor [6, 1, 1])[0] is ...
    """
    for shape in ((3,), (2, 1), (3, 1), (2, 2), (2, 1, 1)):
        expect_part(answer, shape, seed=0)


def expect_part(answer: Callable, shape: tuple[int, ...], seed: int) -> None:
    """Ask for the part of a random function.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    matrices = representations.orthogonal_form(shape)
    n = len(matrices)
    x = torch.randn(n, generator=torch.Generator().manual_seed(seed)).double()
    what = spell(answer, x, matrices)
    found = tensor(ask(answer, x, matrices), (n,), what)
    # Schur's orthogonality: entries, scaled, are orthonormal.
    entries = matrices.flatten(1) * (matrices.shape[1] / n) ** 0.5
    same(found, entries @ (entries.T @ x), what)


# -- neurons -------------------------------------------------------------------------


def three_neurons() -> dict[str, Tensor]:
    """Return the activations of three neurons on S5, rows and columns sorted.

    >>> [table.shape for table in three_neurons().values()][0]
    torch.Size([120, 120])
    """
    table = cayley.named("S5")
    group, net = irreps.irreps(table), inside.Inside.of(shuffles_by_hand(5))
    parity = irreps.keep(torch.eye(120).double()[0], group, ["1′"])
    dice = torch.Generator().manual_seed(5)
    own = net.left[:, :1], net.right[:, :1]
    any_of_it = [inside.in_irrep(f, group, dice)[:, 0] for f in own]
    pairs = {
        "A": any_of_it,
        "B": [f[:, 0] for f in own],
        "C": [240 * parity, 240 * parity],
    }
    tables = {}
    for name, (left, right) in pairs.items():
        left, right = left - left.mean(), right - right.mean()
        rows, columns = left.sort().values, right.sort(descending=True).values
        tables[name] = (rows[:, None] + columns).relu()
    return tables


# -- a network made by hand ----------------------------------------------------------


@check
def divider(answer: Callable[[int], tuple[Tensor, Tensor, Tensor]]) -> None:
    """Check a function n → (left, right, W_U): a network for a · b⁻¹ in S_n.

    Raises:
        ~grokcore.checks.CheckFailed: with the first n for which it is wrong.

    >>> divider(lambda n: (torch.zeros(2, 1), torch.zeros(2, 1), torch.zeros(1, 2)))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(3): left has shape [2, 1], expected ...
    """
    for n in (3, 4):
        expect_divided(answer, n)


def expect_divided(answer: Callable, n: int) -> None:
    """Ask a network made by hand for all a · b⁻¹ in S_n.

    Raises:
        ~grokcore.checks.CheckFailed: with a pair that is answered otherwise, or for too
            many neurons.
    """
    call, right_ones = spell(answer, n), divided(n)
    count, neurons = len(right_ones), n**2
    parts = several(ask(answer, n), call, ("left", "right", "W_U"))
    shapes = ((count, neurons), (count, neurons), (neurons, count))
    left, right, W_U = (
        tensor(part, shape, f"{call}: {name}")
        for part, shape, name in zip(
            parts, shapes, ("left", "right", "W_U"), strict=True
        )
    )
    logits = (left[:, None] + right).relu() @ W_U
    others = logits.scatter(2, right_ones[:, :, None], -torch.inf).amax(2)
    margin = logits.gather(2, right_ones[:, :, None])[:, :, 0] - others
    if not (margin > 1e-6).all():
        a, b = (int(x) for x in (margin <= 1e-6).nonzero()[0])
        fail(
            f"{call}: for a = {a} and b = {b} the answer is "
            f"{int(logits[a, b].argmax())}, expected {int(right_ones[a, b])} and no tie"
        )


def divided(n: int) -> Tensor:
    """Return the table of a · b⁻¹ in S_n.

    >>> divided(3).diagonal().tolist()
    [0, 0, 0, 0, 0, 0]
    """
    table = cayley.symmetric(n)
    return table[:, cayley.inverses(table)]
