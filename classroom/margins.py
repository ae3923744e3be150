"""How far from their thresholds the answers are that have to be trained.

    python -m classroom.margins [EXERCISE …]

Each reference answer, and each wrong answer that a check only catches by training it,
is trained with 20 seeds and 5 roundings: that of this machine, and four that imitate
others (:mod:`grokcore.backend.rounding`). The table has a row for each number. What
is there is kept, so that it may be stopped and goes on; exercises that are named are
made anew, as they have to be when their question or answer changes.

All that is measured is better the smaller it is, and passes up to its threshold. An
answer that is right has to be 1.5 times below it, one that is wrong 1.5 times above.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from unittest import mock

import jupytext

from classroom.masters import MASTERS, Question, read
from grokcore import training
from grokcore.analysis import fourier
from grokcore.backend import rounding
from grokcore.checks import circles, memory, speed

__all__ = [
    "COLUMNS",
    "MARGIN",
    "QUESTIONS",
    "ROUNDINGS",
    "SEEDS",
    "TABLE",
    "Case",
    "cases",
    "measured",
    "rows",
    "run",
    "wrong_answers",
]

_ROOT = Path(__file__).parents[1]

#: The table.
TABLE = _ROOT / "tests" / "data" / "margins.csv"

#: What has a column.
COLUMNS = (
    "exercise",
    "answer",
    "measure",
    "seed",
    "rounding",
    "value",
    "threshold",
    "passes",
)

#: How many times below or above its threshold a value has to be.
MARGIN = 1.5

SEEDS, ROUNDINGS = range(20), range(5)

#: Questions that train, by the answer that is trained.
QUESTIONS = {"01 q4": "enough", "01 q5": "recipe", "03 q5": "load", "11 q5": "entry"}

_WRONG = _ROOT / "tests" / "wrong_answers"

#: The middle of the mean ranks that are right, and how far away they may be.
_MIDDLE, _AWAY = sum(circles.RANKS) / 2, (circles.RANKS[1] - circles.RANKS[0]) / 2


@dataclass(frozen=True)
class Case:
    """An answer that is trained.

    Attributes:
        exercise: such as "01 q5".
        answer: "reference", or what is wrong about it.
        right: whether it has to pass.
        thresholds: by what is measured.
        measure: trains with a seed, and returns a value for each of them.
    """

    exercise: str
    answer: str
    right: bool
    thresholds: dict[str, float]
    measure: Callable[[int], tuple[float, ...]]


def rows(path: Path = TABLE) -> list[dict[str, str]]:
    """Return the rows of the table; none if there is no table yet."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [*csv.DictReader(line for line in lines if not line.startswith("#"))]


def measured(case: Case, seed: int, other: int) -> Iterator[dict[str, str]]:
    """Train an answer, and return its rows of the table.

    Args:
        case: the answer.
        seed: of the weights; of the race, the number of the lap.
        other: the rounding.
    """
    with mock.patch.dict(os.environ, {rounding.VARIABLE: str(other)}):
        values = case.measure(seed)
    about = (case.exercise, case.answer)
    for (name, threshold), value in zip(case.thresholds.items(), values, strict=True):
        passes = "yes" if value <= threshold else "no"
        numbers = (seed, other, f"{value:.4g}", f"{threshold:.4g}")
        row = (*about, name, *map(str, numbers), passes)
        yield dict(zip(COLUMNS, row, strict=True))


def wrong_answers(name: str) -> list[tuple[str, str, str]]:
    """Return the wrong answers to the exercises of a name: question, mistake, code."""
    cells = jupytext.read(_WRONG / f"{name}.py", fmt="py:percent").cells
    return [
        (*cell.metadata["title"].split(": ", 1), cell.source)
        for cell in cells
        if cell.cell_type == "code" and "title" in cell.metadata
    ]


@cache
def cases() -> tuple[Case, ...]:
    """Return all answers that are trained."""
    return (*_controls(), *_recipes(), *_ranks(), *_loads(), *_entries())


# -- answers -----------------------------------------------------------------------


def run(source: str, scope: dict) -> None:
    """Execute a cell, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), scope)


def _answers(exercise: str) -> Iterator[tuple[str, dict]]:
    """What is defined with the reference answer, and with each that has to be trained.

    Nothing is: of the reference answer, only what defines the name is taken.
    """
    (path,) = MASTERS.glob(f"{exercise[:2]}-*.ipynb")
    master, wanted = read(path), QUESTIONS[exercise]
    scope: dict = {}
    for source in ("import grokcore as gc", *master.imports):
        run(source, scope)
    (question,) = [q for q in master.questions if q.name == exercise[3:]]
    before = master.questions[: master.questions.index(question)]
    for source in [s for q in (*before[-1:], question) for s in q.given]:
        run(source, scope)
    (answer,) = [s for s in question.answers if _defines(s, wanted)]
    run(answer, scope)
    yield "reference", scope
    for asked, mistake, source in wrong_answers(master.name):
        if asked == question.name and _defines(source, wanted):
            changed = dict(scope)
            run(source, changed)
            if not _refused(question, changed):
                yield mistake, changed


def _defines(source: str, name: str) -> bool:
    lines = source.splitlines()
    return any(line.startswith((f"{name} =", f"def {name}(")) for line in lines)


class _Trains(Exception):
    """Somebody wanted to train."""


def _refused(question: Question, scope: dict) -> bool:
    """Whether a check or a test catches an answer without training anything."""
    with mock.patch.object(training.Trainer, "__init__", side_effect=_Trains):
        for source in (*question.checks, *question.tests):
            try:
                run(source, dict(scope))
            except AssertionError:
                return True
            except (_Trains, NameError):  # a name is that of another answer
                continue
    return False


def _room(threshold: float) -> int:
    """How far one has to look to see that a value is far above its threshold."""
    return math.ceil(MARGIN * threshold)


# -- the questions -----------------------------------------------------------------


def _controls() -> Iterator[Case]:
    """Which fields, all by themselves, keep the network from generalizing in time."""
    (path,) = MASTERS.glob("01-*.ipynb")
    (question,) = [q for q in read(path).questions if q.name == "q4"]
    scope: dict = {}
    for source in ("import grokcore as gc", *question.given, question.answers[0]):
        run(source, scope)
    works, fails = scope["works"], scope["fails"]
    controls = scope["one_at_a_time"](works, fails)
    controls["seed"] = works  # every seed is one
    for name, control in controls.items():

        def measure(seed: int, control=control) -> tuple[float, ...]:
            epochs = _room(works.epochs)
            return (memory.arrival(control.replace(seed=seed), epochs)[0],)

        limit = {"epochs": float(works.epochs)}
        yield Case("01 q4", f"other {name}", name != "lr", limit, measure)


def _recipes() -> Iterator[Case]:
    """Steps to 95%."""
    for name, scope in _answers("01 q5"):

        def measure(seed: int, recipe=scope["recipe"]) -> tuple[float, ...]:
            try:
                again = recipe.replace(seed=seed)
                return (memory.arrival(again, _room(memory.STEPS), every=1)[0],)
            except training.TrainingDiverged:
                return (math.inf,)

        limit = {"steps": float(memory.STEPS)}
        yield Case("01 q5", name, name == "reference", limit, measure)


def _ranks() -> Iterator[Case]:
    """The mean rank of the winners of sixteen seeds, from the seed on."""
    for name, right, of in (
        ("reference", True, lambda start, end: start),
        ("ranks from the weakest up", False, lambda start, end: 16 - start),
        ("what chance would give", False, lambda start, end: 8),
        ("ranks at the end instead of at the start", False, lambda start, end: end),
    ):

        def measure(seed: int, of=of) -> tuple[float, ...]:
            ranks = [_winners(s, rounding.chosen()) for s in range(seed, seed + 16)]
            means = [
                sum(sum(kind) for kind in kinds) / sum(len(kind) for kind in kinds)
                for kinds in zip(*ranks, strict=True)
            ]
            return (abs(of(*means) - _MIDDLE),)

        yield Case("03 q5", f"rank: {name}", right, {"away": _AWAY}, measure)


@cache
def _winners(seed: int, other: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ranks of the frequencies that win, at the start and at the end.

    Args:
        seed: of the weights.
        other: the rounding, which the environment has to ask for.
    """
    trainer = training.Trainer(circles.SMALL.replace(seed=seed), device="cpu")
    start = trainer.model.W_E.detach().clone()
    trainer.train()
    end = trainer.model.W_E.detach()
    won = fourier.key_frequencies(end)
    places = (
        fourier.spectrum(x).argsort(descending=True).argsort() + 1 for x in (start, end)
    )
    return tuple(tuple(int(place[k - 1]) for k in won) for place in places)


def _loads() -> Iterator[Case]:
    """Mistakes at best, in percent; and the power that is key, over what it has."""
    for name, scope in _answers("03 q5"):

        def measure(seed: int, load=scope["load"]) -> tuple[float, ...]:
            best, power = circles.loaded(load, seed)
            return 100 * (1 - best), 1 / max(power, 1e-9)

        limits = {"% wrong": 5.0, "power asked": 1.0}
        yield Case("03 q5", name, name == "reference", limits, measure)


def _entries() -> Iterator[Case]:
    """Share of the budget until it is there; and most mistakes after, in percent."""
    for name, scope in _answers("11 q5"):

        def measure(lap: int, entry=scope["entry"]) -> tuple[float, ...]:
            verdict = speed.lap(entry, lap, room=MARGIN)
            if verdict.reached is None:
                return math.inf, 100.0
            cost = verdict.reached * speed.step_cost(entry) / speed.BUDGET
            return cost, 100 * (1 - verdict.lowest)

        limits = {"budget": 1.0, "% wrong": round(100 * (1 - speed.RACE.floor), 9)}
        yield Case("11 q5", name, name == "reference", limits, measure)


# -- the table ---------------------------------------------------------------------


def main(again: list[str]) -> None:
    """Make what the table lacks.

    Args:
        again: exercises that are made anew.

    Raises:
        ValueError: if none of their answers is trained.
    """
    if unknown := sorted({*again} - {*QUESTIONS}):
        raise ValueError(
            f"no answer to {unknown[0]!r} is trained; there are: {', '.join(QUESTIONS)}"
        )
    known = {_key(row): row for row in rows() if row["exercise"] not in again}
    right_first = sorted(cases(), key=lambda case: not case.right)
    for case, other in itertools.product(right_first, ROUNDINGS):
        for seed in SEEDS:
            about = {"seed": str(seed), "rounding": str(other)}
            about |= {"exercise": case.exercise, "answer": case.answer}
            wanted = [about | {"measure": name} for name in case.thresholds]
            if not all(_key(row) in known for row in wanted):
                known |= {_key(row): row for row in measured(case, seed, other)}
        _write(known)
        print(case.exercise, case.answer, other, flush=True)


def _key(row: dict[str, str]) -> tuple:
    return tuple(row[name] for name in COLUMNS[:5])


def _write(known: dict[tuple, dict[str, str]]) -> None:
    """Write the table, in the order of the cases."""
    order = {(case.exercise, case.answer): i for i, case in enumerate(cases())}
    listed = [row for row in known.values() if _key(row)[:2] in order]
    listed.sort(
        key=lambda row: (
            order[_key(row)[:2]],
            row["measure"],
            int(row["rounding"]),
            int(row["seed"]),
        )
    )
    text = io.StringIO()
    made = datetime.now(UTC).strftime("%Y-%m-%d")
    text.write(f"# made by `python -m classroom.margins`, {made}\n")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    TABLE.parent.mkdir(exist_ok=True)
    half = TABLE.with_suffix(".half")
    half.write_text(text.getvalue(), encoding="utf-8")
    half.replace(TABLE)


if __name__ == "__main__":
    main(sys.argv[1:])
