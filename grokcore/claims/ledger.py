"""The ledger: a claim, the runs that test it, and what they say.

The rows themselves are in :mod:`grokcore.claims.tasks` (what is learned),
:mod:`grokcore.claims.mechanism` (what happens, and what is inside),
:mod:`grokcore.claims.optimization` (weight decay and optimizers),
:mod:`grokcore.claims.data` (how much data, how large a batch),
:mod:`grokcore.claims.numerics` (landscape, norms and numerics),
:mod:`grokcore.claims.speed` (what makes it sooner),
:mod:`grokcore.claims.transfer` (more operands, and what transfers),
:mod:`grokcore.claims.theories` (why it happens at all) and
:mod:`grokcore.claims.groups` (other groups than that of sums).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grokcore.claims.values import (
    OPEN,
    PARTLY,
    REPRODUCED,
    UNDECIDED,
    Value,
    Within,
    median,
    ordered,
)
from grokcore.experiments import Experiment
from grokcore.runs import Run, StoreError, find, stored

__all__ = ["Claim", "Finding", "Result", "Setting", "check", "missing", "select"]


@dataclass(frozen=True)
class Setting:
    """Where a claim is put to the test.

    Attributes:
        arms: experiments that are compared, each over several seeds; none where no
            network is trained.
        measure: takes the runs of each arm, a list an arm, and returns a value a seed.
            Without arms it computes them itself, within seconds.
    """

    arms: tuple[tuple[Experiment, ...], ...]
    measure: Callable[..., Sequence[Value]]


@dataclass(frozen=True)
class Claim:
    """A row of the ledger: what somebody says, and how it is tested.

    Attributes:
        id: such as "S0.1a": source, number, and a letter if there are several parts.
        source: who says so, by its key in ``grokcore.claims.SOURCES``.
        statement: what they say, in our words.
        chapter: the number of its file, "01", which goes into it, or "03b" for a side
            room.
        settings: by name, where it is tested; the same statement in all of them.
        statistic: what is measured, one number a seed.
        verdict: what the numbers have to be.
        form: how a number is written, as in ``format(number, form)``.
        unit: what follows the number.
        published: what the source measured, if it says.
        section: the heading in the chapter under which it is shown, in plain letters.
    """

    id: str
    source: str
    statement: str
    chapter: str
    settings: dict[str, Setting]
    statistic: str
    verdict: Within
    form: str = ",.0f"
    unit: str = ""
    published: float | None = None
    section: str = ""

    @property
    def experiments(self) -> list[Experiment]:
        """Those of all settings, each once."""
        arms = (arm for setting in self.settings.values() for arm in setting.arms)
        return list(dict.fromkeys(experiment for arm in arms for experiment in arm))

    def write(self, value: Value) -> str:
        """Return a number of this claim as text."""
        return f"{value.write(self.form)} {self.unit}".rstrip()

    @property
    def criterion(self) -> str:
        """What counts as reproduced, in words."""
        return f"{self.verdict.write(self.form)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Finding:
    """What the runs of one setting say.

    Attributes:
        setting: its name.
        values: one a seed.
        verdict: by the rule of the claim; "open" if there are no values.
        problem: why there are none.
        missing: names of the runs that are neither shipped nor stored.
    """

    setting: str
    values: tuple[Value, ...] = ()
    verdict: str = OPEN
    problem: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """A claim and what was found, in each of its settings."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """All settings together; "open" if one could not be measured.

        Where they disagree, and the claim holds in some of them: "only under" these.
        One that is not decided has no say, unless none is.
        """
        verdicts = {f.verdict for f in self.findings}
        if OPEN in verdicts:
            return OPEN
        verdicts = verdicts - {UNDECIDED} or verdicts
        if len(verdicts) == 1:
            return verdicts.pop()
        under = [f.setting for f in self.findings if f.verdict == REPRODUCED]
        between = "; " if any("," in name for name in under) else " and "
        return f"only under {between.join(under)}" if under else PARTLY

    def write(self, finding: Finding) -> str:
        """Return the median of a finding and its range as text: 580 (460 to 640)."""
        if finding.problem:
            return finding.problem
        form = self.claim.form
        known = ordered(finding.values)
        low, high = known[0], known[-1]
        middle = self.claim.write(median(finding.values))
        if low == high:
            return middle
        return f"{middle} ({low.write(form)} to {high.write(form)})"


def check(claim: Claim, root: Path | None = None) -> Result:
    """Put a claim to the test, with the runs that ship or are stored.

    Args:
        claim: the row.
        root: a folder of runs, to be used in place of those.
    """
    settings = claim.settings.items()
    found = [_find(claim, name, setting, root) for name, setting in settings]
    return Result(claim, tuple(found))


def _find(claim: Claim, name: str, setting: Setting, root: Path | None) -> Finding:
    try:
        tested = {e for arm in setting.arms for e in arm}
        there = {e: run for e in tested if (run := _finished(e, root)) is not None}
        if absent := tested - there.keys():
            problem = f"{len(absent)} of {len(tested)} runs are missing"
            names = sorted(experiment.name for experiment in absent)
            return Finding(name, problem=problem, missing=tuple(names))
        runs: list[list[Run]] = [[there[e] for e in arm] for arm in setting.arms]
        values = tuple(setting.measure(*runs))
    except (StoreError, ValueError) as error:  # the other rows can still be told
        return Finding(name, problem=f"cannot be measured: {error}")
    return Finding(name, values, claim.verdict(values))


def _finished(experiment: Experiment, root: Path | None) -> Run | None:
    """The run of an experiment, if it has come to its end."""
    if root is None:
        return find(experiment)
    run = stored(experiment, root)
    return None if run is None or run.status == "interrupted" else run


def missing(
    experiments: Iterable[Experiment], root: Path | None = None
) -> dict[str, Experiment]:
    """Return by name those that neither ship nor are stored; or are not in a folder.

    Raises:
        ~grokcore.runs.files.StoreError: if a run cannot be read.
    """
    return {e.name: e for e in experiments if _finished(e, root) is None}


def select(claims: Iterable[Claim], ids: Iterable[str] = ()) -> list[Claim]:
    """Return those of some ids, in their own order; all, if no id is given.

    ``L.1`` stands for ``L.1a``, ``L.1b`` and so on, and ``S0`` for all of that source.

    Raises:
        ValueError: for an id that fits none.
    """
    claims, ids = list(claims), list(ids)
    fits = {
        wanted: [c for c in claims if re.match(rf"{re.escape(wanted)}(?!\d)", c.id)]
        for wanted in ids
    }
    if unknown := [wanted for wanted, found in fits.items() if not found]:
        raise ValueError(f"no claims {unknown}; there are {[c.id for c in claims]}")
    chosen = {claim.id for found in fits.values() for claim in found}
    return [claim for claim in claims if not ids or claim.id in chosen]
