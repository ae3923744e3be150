"""Grade a folder of notebooks, each behind walls, and forget nothing that is done."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grokcore
from classroom import results, sandbox
from classroom.masters import MASTERS, Master, read
from classroom.reporting import feedback, table
from classroom.results import Grade
from classroom.sandbox import Limits

__all__ = ["MAX_NOTEBOOK", "grade_all"]

#: The largest notebook that is looked at, in bytes.
MAX_NOTEBOOK = 20 * 2**20

DEFAULT = Limits()

_ROOT = Path(__file__).parents[1]


@dataclass
class Assignment:
    """What a submission is graded against."""

    master: Master
    autograder: Path

    @property
    def points(self) -> dict[str, float]:
        """Of each question that tests can grade."""
        return {q.name: q.points for q in self.master.questions if not q.by_hand}

    @property
    def by_hand(self) -> float:
        """Of all questions that a person grades."""
        return sum(q.points for q in self.master.questions if q.by_hand)


def grade_all(
    submissions: Path,
    instructor: Path,
    into: Path,
    *,
    exercises: str = "",
    limits: Limits = DEFAULT,
    jobs: int = 0,
    contained: bool = True,
    again: bool = False,
) -> Iterator[Grade]:
    """Grade all notebooks of a folder, and yield each grade as it comes.

    What was graded before, and has not changed since, is not graded again. The table is
    written when the last one is done.

    Args:
        submissions: the folder.
        instructor: the folder of solutions and autograders that ``build`` made.
        into: where ``grades.csv`` and ``feedback`` go.
        exercises: which ones all of them answer; without it, each notebook says so.
        limits: of each submission.
        jobs: how many at a time; 0 means one for every core.
        contained: in a sandbox.
        again: grade what is graded and unchanged as well.

    Raises:
        ValueError: if there is no notebook, or no such exercises.
    """
    notebooks = sorted(submissions.glob("*.ipynb"))
    if not notebooks:
        raise ValueError(f"{submissions} has no notebooks (*.ipynb)")
    known = _assignments(instructor)
    if exercises and exercises not in known:
        raise ValueError(f"no exercises {exercises!r}; allowed: {sorted(known)}")
    for folder in ("feedback", "known"):
        (into / folder).mkdir(parents=True, exist_ok=True)
    jobs = jobs or os.cpu_count() or 1
    threads = max(1, (os.cpu_count() or 1) // jobs)

    def one(notebook: Path) -> Grade:
        name = exercises or _names(notebook)
        assignment = known.get(name)
        if assignment is None:
            return _nobody(notebook, name, sorted(known))
        key = _key(notebook, assignment, limits, contained)
        place = into / "known" / f"{key}.json"
        if place.exists() and not again:
            grade = Grade.model_validate_json(place.read_text())
            return grade.model_copy(update={"submission": notebook.name})
        grade = _grade(notebook, assignment, limits, threads, contained)
        place.write_text(grade.model_dump_json())
        return grade

    done = []
    with ThreadPoolExecutor(jobs) as pool:
        for grade in pool.map(one, notebooks):
            assignment = known.get(grade.exercises)
            page = into / "feedback" / f"{Path(grade.submission).stem}.md"
            page.write_text(feedback(grade, assignment and assignment.master))
            done.append(grade)
            yield grade
    (into / "grades.csv").write_text(table(done))


def _assignments(instructor: Path) -> dict[str, Assignment]:
    """Those that were built, by name."""
    found = {}
    for master in sorted(MASTERS.glob("*.ipynb")):
        autograder = instructor / master.stem / "autograder.zip"
        if autograder.exists():
            found[master.stem] = Assignment(read(master), autograder)
    if not found:
        raise ValueError(f"{instructor} has no autograders: run 'make exercises' first")
    return found


def _names(notebook: Path) -> str:
    """Which exercises a notebook says that it answers, or ""."""
    if notebook.stat().st_size > MAX_NOTEBOOK:
        return ""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        name = content["metadata"]["grokking"]["exercises"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def _nobody(notebook: Path, name: str, known: list[str]) -> Grade:
    """The grade of a notebook that answers no exercises."""
    if notebook.stat().st_size > MAX_NOTEBOOK:
        reason = f"the file is larger than {MAX_NOTEBOOK // 2**20} MiB"
    else:
        reason = f"the notebook does not say which exercises it answers ({name!r})"
        reason += f"; name them: {', '.join(known)}"
    return Grade(submission=notebook.name, status="failed", reason=reason)


def _grade(
    notebook: Path,
    assignment: Assignment,
    limits: Limits,
    threads: int,
    contained: bool,
) -> Grade:
    """Grade one, whatever it does."""
    grade = Grade(
        submission=notebook.name,
        exercises=assignment.master.name,
        possible=sum(assignment.points.values()),
        by_hand=assignment.by_hand,
        contained=contained,
    )
    if notebook.stat().st_size > MAX_NOTEBOOK:
        grade.status = "failed"
        grade.reason = f"the file is larger than {MAX_NOTEBOOK // 2**20} MiB"
        return grade
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        arguments = [notebook.resolve(), assignment.autograder.resolve(), report]
        numbers = [limits.cell_seconds, limits.memory, limits.disk]
        outcome = sandbox.run(
            [sys.executable, "-m", "classroom.inside", *map(str, arguments + numbers)],
            readable=[*arguments[:2], *_packages()],
            writable=Path(folder),
            limits=limits,
            contained=contained,
            environment={
                "PYTHONPATH": str(_ROOT),
                "OMP_NUM_THREADS": str(threads),
            },
        )
        grade.seconds = outcome.seconds
        try:
            found = results.read(report, assignment.points)
        except results.Unreadable as error:
            grade.status = "stopped" if outcome.stopped else "failed"
            grade.reason = outcome.stopped or f"{error} ({_last(outcome.said)})"
            return grade
    grade.answers = found.answers
    grade.score = sum(answer.score for answer in found.answers.values())
    missing = [name for name in assignment.points if name not in found.answers]
    if found.trouble or outcome.stopped or missing:
        grade.status = "stopped" if outcome.stopped else "failed"
        grade.reason = outcome.stopped or _last(found.trouble)
        grade.reason = grade.reason or f"no result for {', '.join(missing)}"
    return grade


def _key(
    notebook: Path, assignment: Assignment, limits: Limits, contained: bool
) -> str:
    """What a grade depends on: if none of it changes, the grade does not."""
    digest = hashlib.sha256(notebook.read_bytes())
    with zipfile.ZipFile(assignment.autograder) as archive:  # not the time of its files
        for name in sorted(archive.namelist()):
            digest.update(name.encode() + archive.read(name))
    digest.update(repr((limits, contained, assignment.points)).encode())
    return digest.hexdigest()[:32]


def _packages() -> list[Path]:
    """The code that is needed inside; in a clone, the environment does not hold it."""
    return [_ROOT / "classroom", Path(grokcore.__file__).parent]


def _last(text: str) -> str:
    """The last line of what a program said."""
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""
