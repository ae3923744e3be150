"""What a row says: a number, the target it was meant to meet, and how it came about."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

#: How many decimals a number of each unit is printed with.
_DECIMALS = {"×": 2, "%": 1, "GB": 2, "s": 2}


@dataclass(frozen=True)
class Target:
    """A bound on a finding: ``sign`` is "≤" or "≥"."""

    sign: str
    bound: float
    unit: str

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:,g} {self.unit}"

    def met_by(self, value: float) -> bool:
        holds = {"≤": operator.le, "≥": operator.ge}[self.sign]
        return holds(value, self.bound)


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Attributes:
        row: name of the row that measured it.
        what: which number this is.
        target: what it should be.
        value: in the target's unit; ``None`` where the machine cannot measure it.
        numbers: medians it was computed from, by name.
        note: how, or why not.
    """

    row: str
    what: str
    target: Target
    value: float | None
    numbers: dict[str, float | list[float]] = field(default_factory=dict)
    note: str = ""

    @property
    def measured(self) -> str:
        if self.value is None:
            return "n/a"
        decimals = 0 if self.value >= 100 else _DECIMALS[self.target.unit]
        return f"{self.value:,.{decimals}f} {self.target.unit}"

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "n/a"
        return "yes" if self.target.met_by(self.value) else "no"

    @property
    def parts(self) -> str:
        """The numbers it was computed from, as text."""
        return ", ".join(f"{name} {_short(n)}" for name, n in self.numbers.items())


def _short(number: float | list[float]) -> str:
    if isinstance(number, list):
        return "/".join(_short(n) for n in number)
    return f"{number:.3g}" if number < 1_000 else f"{number:,.0f}"
