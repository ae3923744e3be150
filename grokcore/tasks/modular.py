"""What is learned: tables such as (a + b) mod p, as tokens, split in two.

A task is a pure description; :meth:`ModularTask.data` turns it into tensors.
"""

import warnings
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.tasks.operations import OPERATIONS, OperationName
from grokcore.tasks.splits import Mirrors, split
from grokcore.tasks.tokens import write

__all__ = ["OPERATIONS", "ModularTask", "Table"]

#: A full table of more rows than this is refused: ask for a sample instead.
LARGEST_TABLE = 20_000_000


class Table(NamedTuple):
    """A task as tensors. N examples, K operands, T tokens.

    Attributes:
        operands: [N, K] the operands as vocabulary indices.
        tokens: [N, T] the operands with operator and equals sign between them.
        targets: [N] the index of the right answer.
        train: [n] rows that are trained on, ascending.
        val: [N - n] all other rows, ascending.
    """

    operands: Tensor
    tokens: Tensor
    targets: Tensor
    train: Tensor
    val: Tensor

    def to(self, device: torch.device | str) -> "Table":
        """Return the same table on another device."""
        return Table(*(column.to(device) for column in self))


@description
class ModularTask:
    """A binary (or K-ary) operation modulo p, and which part of its table is shown.

    Args:
        operation: a name in :data:`grokcore.tasks.operations.OPERATIONS`.
        p: the modulus, any integer from 2 to 2²⁰. With a composite p, pairs without an
            inverse are left out of tables that divide, with a warning.
        train_fraction: share of the table that is trained on, in (0, 1); the number
            of rows is rounded down.
        split_seed: seed of the permutation that decides which rows these are.
            It has nothing to do with the seed of the weights.
        token_format: ``"a b ="`` (Nanda et al. 2023) or ``"a ∘ b ="`` (Power et al.
            2022).
        operands: how many numbers are combined, K ≥ 2 (more than two: ``add`` and
            ``multiply``).
        sample: keep this many distinct rows of the pᴷ, drawn with ``split_seed``;
            ``None`` keeps the whole table.
        reading: ``"modular"`` is arithmetic in Z_p on 0 … p−1. ``"truncated"`` has
            operands 1 … p and a remainder with the sign of the dividend, so
            answers may be negative; only for operations where that differs.
        mirrors: where the mirror image (b, a) of a cell goes. ``"anywhere"``: where
            chance has it. ``"together"``: where (a, b) goes, so that no validation cell
            has its mirror image in the training set. ``"apart"``: to the other side, as
            far as the fraction allows; up to one half no training cell has its mirror
            image there, and from one half on every validation cell has. Cells a = b are
            their own mirror images; of them the same share is trained on, rounded down,
            or one more. Needs a table of all pairs.
        shuffled: deal the answers out anew among all rows, by ``split_seed``. As many
            of each remain, and nothing else: whoever learns that has learned by heart.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> task = ModularTask("add", p=113, train_fraction=0.3, split_seed=598)
    >>> table = task.data()
    >>> table.tokens.shape, len(table.train), len(table.val)
    (torch.Size([12769, 3]), 3830, 8939)
    >>> table.tokens[115].tolist(), table.targets[115].item()
    ([1, 2, 113], 3)
    """

    operation: OperationName = "add"
    p: int = Field(113, ge=2, le=2**20)
    train_fraction: float = Field(0.3, gt=0, lt=1)
    split_seed: int = Field(598, ge=0)
    token_format: Literal["a b =", "a ∘ b ="] = "a b ="
    operands: int = Field(2, ge=2)
    sample: int | None = Field(None, ge=2)
    reading: Literal["modular", "truncated"] = "modular"
    mirrors: Mirrors = "anywhere"
    shuffled: bool = False
    kind: Literal["modular"] = Field("modular", kw_only=True)
    asks: ClassVar[str] = "equations"

    def __post_init__(self) -> None:
        rule = OPERATIONS[self.operation]
        if self.operands > 2 and not rule.associative:
            allowed = [name for name, op in OPERATIONS.items() if op.associative]
            raise ValueError(
                f"operation {self.operation!r} takes 2 operands, not {self.operands}; "
                f"more are possible with {allowed}"
            )
        if self.reading == "truncated" and rule.truncated is None:
            allowed = [name for name, op in OPERATIONS.items() if op.truncated]
            raise ValueError(
                f"reading 'truncated' changes nothing for {self.operation!r}; "
                f"it is there for {allowed}"
            )
        whole = self.operands == 2 and self.sample is None
        if self.mirrors != "anywhere" and not (
            whole and len(self._last_operands()) == self.p
        ):
            raise ValueError(
                f"mirrors={self.mirrors!r} needs a table of all pairs, so that each "
                f"cell has its mirror image: two operands, no sample, and an operation "
                f"with an answer for every b, not {self.operation!r} of "
                f"{self.operands} operands with sample={self.sample}; "
                f"or leave mirrors at 'anywhere'"
            )
        if self.sample is None and self.p**self.operands > LARGEST_TABLE:
            raise ValueError(
                f"the full table has {self.p}^{self.operands} = "
                f"{self.p**self.operands:,} rows; at most {LARGEST_TABLE:,} fit: "
                f"pass sample=<number of rows>"
            )
        if self.sample is not None and self.p**self.operands >= 2**63:
            raise ValueError(
                f"{self.p}^{self.operands} rows cannot be numbered in 63 bits; "
                f"lower p or operands"
            )
        if self.sample is not None and self.sample > self._table_rows():
            raise ValueError(
                f"sample={self.sample:,} is more than the {self._table_rows():,} "
                f"rows of the table"
            )
        if (self._last_operands() > 0).sum() < self.p - 1:
            warnings.warn(
                f"{self.p} is not prime: of {rule.formula}, pairs are left out whose b "
                f"would need an inverse mod {self.p} and has none",
                stacklevel=2,
            )
        n = self.sample or self._table_rows()
        if not 1 <= self.train_rows < n:
            raise ValueError(
                f"train_fraction={self.train_fraction} of {n:,} rows leaves nothing to "
                f"train on or nothing to validate on; allowed: 1/{n:,} or more, and "
                f"a row less than all"
            )

    @property
    def train_rows(self) -> int:
        """How many rows are trained on.

        >>> ModularTask("add", p=113, train_fraction=0.3).train_rows
        3830
        """
        return int((self.sample or self._table_rows()) * self.train_fraction)

    def _table_rows(self) -> int:
        """Rows of the full table, pairs without an answer left out."""
        return self.p ** (self.operands - 1) * len(self._last_operands())

    def _last_operands(self) -> Tensor:
        numbers = torch.arange(self.p)
        defined = OPERATIONS[self.operation].defined
        if defined is None or self.reading == "truncated":
            return numbers
        return numbers[defined(numbers, self.p)]

    @property
    def formula(self) -> str:
        """What is computed, for people.

        >>> ModularTask("subtract", p=97).formula
        '(a − b) mod 97'
        """
        rule = OPERATIONS[self.operation].formula
        if self.operands > 2:
            sign = rule.split()[1]
            rule = f" {sign} ".join(f"a{i + 1}" for i in range(self.operands))
        remainder = "mod" if self.reading == "modular" else "rem"
        shuffled = ", shuffled" if self.shuffled else ""
        return f"({rule}) {remainder} {self.p}{shuffled}"

    @property
    def name(self) -> str:
        """For the folder of a run.

        >>> ModularTask("x2+xy+y2", p=97).name
        'x2+xy+y2-p97'
        """
        return f"{self.operation}-p{self.p}"

    @property
    def numbers(self) -> int:
        """How many numbers the vocabulary holds; answers are among them too."""
        return self.p if self.reading == "modular" else 2 * self.p + 1

    @property
    def vocabulary(self) -> int:
        """Numbers, then ``=``, then (in ``a ∘ b =``) the operator."""
        return self.numbers + (1 if self.token_format == "a b =" else 2)

    @property
    def layout(self) -> tuple[int | None, ...]:
        """The tokens of an example; ``None`` stands where an operand goes.

        >>> ModularTask(p=97, token_format="a ∘ b =").layout
        (None, 98, None, 97)
        """
        equals, operator = self.numbers, self.numbers + 1
        if self.token_format == "a b =":
            return (None,) * self.operands + (equals,)
        return (None, operator) * (self.operands - 1) + (None, equals)

    def data(self) -> Table:
        """Build the table: every row (or the sample), its answer, and the split."""
        generator = torch.Generator().manual_seed(self.split_seed)
        values = self._operand_values()
        answers = self._answers(values)
        # Values −p … p are stored as 0 … 2p in the truncated reading.
        shift = 0 if self.reading == "modular" else self.p
        operands, targets = values + shift, answers + shift
        # The same call on the same seed as Nanda's demo, hence the same split.
        order = torch.randperm(len(operands), generator=generator)
        train, val = split(order, self.train_rows, self.mirrors)
        if self.shuffled:
            targets = targets[torch.randperm(len(targets), generator=generator)]
        return Table(operands, self.tokens(operands), targets, train, val)

    def tokens(self, operands: Tensor) -> Tensor:
        """Write operands [N, K] as tokens [N, T], constants filled in."""
        return write(operands, self.layout)

    def _operand_values(self) -> Tensor:
        n = self._table_rows()
        if self.sample is None:
            rows = torch.arange(n)
        else:
            rng = np.random.default_rng(self.split_seed)
            rows = torch.from_numpy(rng.choice(n, self.sample, replace=False))
            rows = rows.sort().values
        last = self._last_operands()
        columns = [last[rows % len(last)]]
        rows = rows // len(last)
        for _ in range(self.operands - 1):
            columns.append(rows % self.p)
            rows = rows // self.p
        values = torch.stack(columns[::-1], dim=1)
        return values + 1 if self.reading == "truncated" else values

    def _answers(self, values: Tensor) -> Tensor:
        rule = OPERATIONS[self.operation]
        compute = rule.modular if self.reading == "modular" else rule.truncated
        result, *others = values.unbind(1)
        for other in others:
            result = compute(result, other, self.p)
        return result
