"""What is learned: a · b in a finite group, or in a table that was a group's once."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from torch import Tensor

from grokcore.config import description
from grokcore.tasks import cayley, squares
from grokcore.tasks.modular import Table
from grokcore.tasks.splits import split
from grokcore.tasks.tokens import write

__all__ = ["GroupTask"]


def _rows(group: Any) -> Any:
    """Rows of whole numbers as tuples, which JSON does not know."""
    if isinstance(group, str):
        return group
    try:
        rows = tuple(tuple(row) for row in group)
    except TypeError:
        rows = ((None,),)
    if not all(type(entry) is int for row in rows for entry in row):
        raise PydanticCustomError(
            "group", "should be a name, such as 'S5', or rows of whole numbers"
        )
    return rows


@description
class GroupTask:
    """The table of a finite group, and which part of it is shown.

    Args:
        group: a name for :func:`grokcore.tasks.cayley.named`, such as ``"S5"``,
            ``"A5 x C2"``, ``"D60"``, ``"C120"``; or a table of your own, rows of
            numbers 0 … n − 1, with a · b in row a and column b.
        train_fraction: share of the n² products that is trained on, in (0, 1); the
            number of rows is rounded down.
        split_seed: seed of the permutation that decides which rows these are, and of
            what is random in ``scramble``.
        scramble: what is done to the table, as a control. "names": operands get new
            names, and answers others. "square": it becomes another Latin square, at
            random, in which no law is left but that each answer is once in each row and
            column. "answers": they are dealt out anew among all cells.
        token_format: ``"a b ="`` or ``"a ∘ b ="``.

    Raises:
        ValueError: for an impossible value, or a table that is no group's; the message
            says which axiom fails, and at which elements.

    >>> task = GroupTask("S5", train_fraction=0.5)
    >>> task.formula, task.train_rows
    ('a · b in S5', 7200)
    >>> GroupTask([[0, 1], [1, 1]], train_fraction=0.5)
    Traceback (most recent call last):
    ValueError: group: no inverse: there is no b with 1 · b = b · 1 = 0, the identity
    """

    group: Annotated[str | tuple[tuple[int, ...], ...], BeforeValidator(_rows)] = "S5"
    train_fraction: float = Field(0.5, gt=0, lt=1)
    split_seed: int = Field(598, ge=0)
    scramble: Literal["none", "names", "square", "answers"] = "none"
    token_format: Literal["a b =", "a ∘ b ="] = "a b ="
    kind: Literal["group"] = Field("group", kw_only=True)
    asks: ClassVar[str] = "equations"

    def __post_init__(self) -> None:
        if isinstance(self.group, str):
            cayley.named(self.group)  # refuses what is no name
        elif not 2 <= len(self.group) <= cayley.LARGEST:
            raise ValueError(
                f"group: a table of {len(self.group)} rows; allowed: 2 to "
                f"{cayley.LARGEST:,}"
            )
        elif broken := cayley.broken_axiom(self.group):
            raise ValueError(f"group: {broken}")
        n = self.numbers**2
        if not 1 <= self.train_rows < n:
            raise ValueError(
                f"train_fraction={self.train_fraction} of {n:,} rows leaves nothing to "
                f"train on or nothing to validate on; allowed: 1/{n:,} or more, and "
                f"a row less than all"
            )

    @property
    def train_rows(self) -> int:
        """How many rows are trained on."""
        return int(self.numbers**2 * self.train_fraction)

    @property
    def formula(self) -> str:
        """What is computed, for people.

        >>> GroupTask("S5", scramble="names").formula
        'a · b in S5, with new names'
        """
        known = isinstance(self.group, str)
        where = self.group if known else f"a group of {self.numbers}"
        after = {
            "none": "",
            "names": ", with new names",
            "square": ", made another Latin square",
            "answers": ", shuffled",
        }
        return f"a · b in {where}{after[self.scramble]}"

    @property
    def name(self) -> str:
        """For the folder of a run.

        >>> GroupTask("A5 x C2").name, GroupTask([[0, 1], [1, 0]]).name
        ('A5 x C2', 'group-2')
        """
        known = isinstance(self.group, str)
        return self.group if known else f"group-{self.numbers}"

    @property
    def numbers(self) -> int:
        """How many elements the group has; answers are among them too."""
        return len(self._whole_group())

    @property
    def vocabulary(self) -> int:
        """Elements, then ``=``, then (in ``a ∘ b =``) the operator."""
        return self.numbers + (1 if self.token_format == "a b =" else 2)

    @property
    def layout(self) -> tuple[int | None, ...]:
        """The tokens of an example; ``None`` stands where an operand goes.

        >>> GroupTask("S3", token_format="a ∘ b =").layout
        (None, 7, None, 6)
        """
        n = self.numbers
        return (
            (None, None, n) if self.token_format == "a b =" else (None, n + 1, None, n)
        )

    def _whole_group(self) -> Tensor:
        known = isinstance(self.group, str)
        return cayley.named(self.group) if known else torch.tensor(self.group)

    def table(self) -> Tensor:
        """Return the table that is learned [n, n], with a · b in row a and column b.

        >>> GroupTask("C3").table().tolist()
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
        """
        table = self._whole_group()
        if self.scramble == "names":
            return squares.renamed(table, self.split_seed)
        if self.scramble == "square":
            return squares.switched(table, self.split_seed)
        if self.scramble == "answers":
            generator = torch.Generator().manual_seed(self.split_seed)
            deal = torch.randperm(table.numel(), generator=generator)
            return table.flatten()[deal].view_as(table)
        return table

    def data(self) -> Table:
        """Build the table as tensors: every product, its answer, and the split."""
        elements = torch.arange(self.numbers)
        operands = torch.cartesian_prod(elements, elements)
        generator = torch.Generator().manual_seed(self.split_seed)
        order = torch.randperm(len(operands), generator=generator)
        train, val = split(order, self.train_rows)
        targets = self.table().flatten()
        return Table(operands, self.tokens(operands), targets, train, val)

    def tokens(self, operands: Tensor) -> Tensor:
        """Write operands [N, 2] as tokens [N, T], constants filled in."""
        return write(operands, self.layout)
