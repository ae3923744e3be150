"""A network that has learned a group, measured as two papers see it, with controls.

A neuron of one hidden layer over embedded operands sees L(a) + R(b) + a bias: two
functions on the group. Chughtai et al. (2023), arXiv:2302.03025, find irreps in them;
Stander et al. (2023), arXiv:2312.06581, cosets of subgroups. Here each function is
replaced by what either account leaves of it, and the network is asked again.

Letters used for shapes: n elements, M neurons, R irreps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from grokcore.analysis.groups.cosets import averaged, cosets, explained, subgroups
from grokcore.analysis.groups.irreps import Irreps, characters_in, irreps, share
from grokcore.models.mlp import EmbeddingMLP

__all__ = [
    "LARGEST_INDEX",
    "Blocks",
    "Inside",
    "adjusted",
    "best_blocks",
    "best_irrep",
    "blocks_of",
    "in_irrep",
    "measures",
    "on_blocks",
]

#: Only subgroups with so few cosets count: many small blocks would explain anything.
LARGEST_INDEX = 12


@dataclass(frozen=True)
class Blocks:
    """The cosets of a subgroup.

    Attributes:
        subgroup: its elements.
        side: "left" for g H, "right" for H g.
        labels: [n] in which coset each element is.
    """

    subgroup: tuple[int, ...]
    side: str
    labels: Tensor


def blocks_of(table: Tensor, largest_index: int = LARGEST_INDEX) -> list[Blocks]:
    """Return left and right cosets of all subgroups that have few of them.

    >>> from grokcore.tasks.cayley import named
    >>> [int(b.labels.max()) + 1 for b in blocks_of(named("S3"), 3)]
    [2, 2, 3, 3, 3, 3, 3, 3]
    """
    found = subgroups(table, smallest=max(2, -(-len(table) // largest_index)))
    return [
        Blocks(h, side, cosets(table, h, side))
        for h in found
        for side in ("left", "right")
    ]


def adjusted(x: Tensor, labels: Tensor) -> Tensor:
    """Return the share of the variance that blocks explain, less what luck explains.

    0 on average for random functions [n, M], however many blocks there are; 1 for
    those that are one number on each.

    >>> x = torch.randn(120, 500, generator=torch.manual_seed(0))
    >>> abs(float(adjusted(x, torch.arange(120) % 60).mean())) < 0.02
    True
    """
    n, blocks = len(labels), int(labels.max()) + 1
    return 1 - (1 - explained(x, labels)) * (n - 1) / (n - blocks)


@dataclass(frozen=True)
class Inside:
    """The functions of a network's neurons, and what reads them off.

    Attributes:
        left: [n, M] what the first operand adds to each neuron, in float64.
        right: [n, M] what the second one does.
        bias: [M].
        W_U: [M, n].
    """

    left: Tensor
    right: Tensor
    bias: Tensor
    W_U: Tensor

    @staticmethod
    def of(model: EmbeddingMLP) -> Inside:
        """Take a network apart.

        Raises:
            ValueError: if it has more than one hidden layer, or other neurons than
                ReLUs.
        """
        config = model.config
        if (config.layers, config.activation) != (1, "relu"):
            raise ValueError(
                f"{config} cannot be taken apart here; allowed: one layer of ReLUs"
            )
        left, right = model.shares()
        none = torch.zeros(config.mlp_width)
        bias = none if model.mlp.b_in is None else model.mlp.b_in
        W_U = config.output_scale * model.unembed.W_U
        return Inside(*map(_plain, (left, right, bias, W_U)))

    def logits(self, left: Tensor | None = None, right: Tensor | None = None) -> Tensor:
        """Return all logits [n, n, n], with other functions in place of its own."""
        left = self.left if left is None else left
        right = self.right if right is None else right
        return (left[:, None] + right + self.bias).relu() @ self.W_U

    def replaced(self, change: Callable[[Tensor], Tensor]) -> Tensor:
        """Return all logits with both functions of each neuron changed."""
        return self.logits(change(self.left), change(self.right))


def best_blocks(x: Tensor, blocks: list[Blocks]) -> tuple[Tensor, Tensor]:
    """Return for functions [n, M] an adjusted share, and whose it is, both [M].

    That of the largest subgroup whose cosets come within 0.01 of the best: cosets of a
    subgroup of it explain as much, and say less.
    """
    shares = torch.stack([adjusted(x, b.labels) for b in blocks])
    place = (shares > shares.amax(0) - 0.01).int().argmax(0)  # larger subgroups first
    return shares.gather(0, place[None])[0], place


def best_irrep(x: Tensor, found: Irreps) -> tuple[Tensor, Tensor]:
    """Return for functions [n, M] the largest share of an irrep, and its place in R."""
    power = torch.stack([(p @ x).square().sum(0) for p in found.projectors])[1:]
    share, place = (power / power.sum(0)).max(0)
    return share, place + 1


def on_blocks(
    x: Tensor, blocks: list[Blocks], dice: torch.Generator | None = None
) -> Tensor:
    """Return functions averaged over the blocks that suit each best.

    With ``dice``, over blocks of these sizes with random members.
    """
    _, place = best_blocks(x, blocks)
    columns = []
    for column, i in zip(x.T, place.tolist(), strict=True):
        labels = blocks[i].labels
        if dice is not None:
            labels = labels[torch.randperm(len(labels), generator=dice)]
        columns.append(averaged(column, labels))
    return torch.stack(columns, 1)


def in_irrep(x: Tensor, found: Irreps, dice: torch.Generator | None = None) -> Tensor:
    """Return of functions what lies in the irrep that suits each best, and the mean.

    With ``dice``, a random function of that irrep and of the same size.
    """
    _, place = best_irrep(x, found)
    columns = []
    for column, i in zip(x.T, place.tolist(), strict=True):
        part = found.projectors[i] @ column
        if dice is not None:
            noise = torch.randn(len(column), generator=dice, dtype=column.dtype)
            other = found.projectors[i] @ noise
            part = other * part.norm() / other.norm()
        columns.append(column.mean() + part)
    return torch.stack(columns, 1)


def measures(
    model: EmbeddingMLP, table: Tensor, asked: Tensor | None = None
) -> dict[str, float]:
    """Measure a network as both papers see it, with the controls of each.

    Args:
        model: one that :meth:`Inside.of` can take apart.
        table: [n, n] the group.
        asked: [n, n] booleans, the products that accuracies are of, such as those never
            shown; all by default.

    Returns:
        ``accuracy``, and the accuracies with each function of a neuron replaced:
        ``irreps_only`` (what lies in its main irrep), ``irreps_random`` (a random
        function of that irrep, of its size),
        ``cosets_only`` (means over its best cosets), ``cosets_random`` (means over
        random blocks of their sizes). ``irrep_share`` and ``coset_share``, medians over
        all functions of the share that the best irrep and the best cosets have;
        ``coset_share_in_irrep``, that of the random functions; ``coset_share_random``,
        that of functions at random. ``characters``, the share of the logits' variance
        that characters of a b c⁻¹ explain. ``power 1′`` and so on, the share of each
        irrep in the power of all functions together.

    >>> import grokcore as gc
    >>> task = gc.GroupTask("S3")
    >>> model = gc.EmbeddingMLPConfig().build(task, seed=0)
    >>> [*measures(model, task.table())][:3]
    ['accuracy', 'irreps_only', 'irreps_random']
    """
    inside = Inside.of(model)
    found, blocks = _parts(tuple(map(tuple, table.tolist())))
    dice = torch.Generator().manual_seed(0)

    def accuracy(logits: Tensor) -> float:
        right = logits.argmax(-1) == table
        return float((right if asked is None else right[asked]).double().mean())

    functions = torch.cat([inside.left, inside.right], 1)
    in_irreps = in_irrep(functions, found, dice)
    noise = torch.randn(functions.shape, generator=dice, dtype=functions.dtype)
    logits = inside.logits()
    return {
        "accuracy": accuracy(logits),
        "irreps_only": accuracy(inside.replaced(lambda x: in_irrep(x, found))),
        "irreps_random": accuracy(inside.replaced(lambda x: in_irrep(x, found, dice))),
        "cosets_only": accuracy(inside.replaced(lambda x: on_blocks(x, blocks))),
        "cosets_random": accuracy(
            inside.replaced(lambda x: on_blocks(x, blocks, dice))
        ),
        "irrep_share": float(best_irrep(functions, found)[0].median()),
        "coset_share": float(best_blocks(functions, blocks)[0].median()),
        "coset_share_in_irrep": float(best_blocks(in_irreps, blocks)[0].median()),
        "coset_share_random": float(best_blocks(noise, blocks)[0].median()),
        "characters": sum(characters_in(logits, found, table).values()),
        **{f"power {name}": part for name, part in share(functions, found).items()},
    }


@cache
def _parts(rows: tuple[tuple[int, ...], ...]) -> tuple[Irreps, list[Blocks]]:
    """Both take a second of a group of 120, and are those of the group alone."""
    table = torch.tensor(rows)
    return irreps(table), blocks_of(table)


def _plain(x: Tensor) -> Tensor:
    return x.detach().to("cpu", torch.float64)
