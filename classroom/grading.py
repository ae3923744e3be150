"""Grade a folder of notebooks, each behind walls, and forget nothing that is done."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
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

__all__ = ["MAX_NOTEBOOK", "grade_all", "handed_in"]

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
    written at the end, also if that comes early.

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
    notebooks, _ = handed_in(submissions)
    if not notebooks:
        raise ValueError(
            f"{submissions} has no notebooks (*.ipynb) of its own; those in folders "
            f"inside it are not looked at"
        )
    known = _assignments(instructor)
    if exercises and exercises not in known:
        raise ValueError(f"no exercises {exercises!r}; allowed: {sorted(known)}")
    for folder in ("feedback", "known"):
        (into / folder).mkdir(parents=True, exist_ok=True)
    jobs = jobs or os.cpu_count() or 1
    threads = max(1, (os.cpu_count() or 1) // jobs)
    code = _code()

    def one(notebook: Path) -> Grade:
        name = exercises
        try:
            _look(notebook)
            name = exercises or _names(notebook)
            if not name:
                raise ValueError(
                    "the notebook does not say which exercises it answers; grade it in "
                    f"a folder of its own with --exercises and one of: "
                    f"{', '.join(known)}"
                )
            if name not in known:
                raise ValueError(
                    f"it answers {name[:60]!r}, which is not there; there are: "
                    f"{', '.join(known)}"
                )
            key = _key(notebook, known[name], code, limits, contained)
            place = into / "known" / f"{key}.json"
            grade = None if again else _remembered(place)
            if grade is None:
                grade = _grade(
                    notebook, known[name], limits, threads, contained, called_off
                )
                if grade.answers or grade.status == "stopped":
                    _remember(grade, place)  # what has failed is tried again
        except Exception as error:  # whatever it is: the others are graded
            grade = _ungraded(known.get(name), contained)
            grade.status, grade.reason = "failed", str(error)
        return grade.model_copy(update={"submission": _legible(notebook.name)})

    done = []
    called_off = threading.Event()
    pool = ThreadPoolExecutor(jobs)
    try:
        for notebook, grade in zip(notebooks, pool.map(one, notebooks), strict=True):
            assignment = known.get(grade.exercises)
            page = into / "feedback" / f"{notebook.stem}.md"
            page.write_text(
                feedback(grade, assignment and assignment.master), encoding="utf-8"
            )
            done.append(grade)
            yield grade
    finally:  # also when nobody waits for the rest
        called_off.set()
        pool.shutdown(cancel_futures=True)
        (into / "grades.csv").write_text(table(done), encoding="utf-8")


def handed_in(submissions: Path) -> tuple[list[Path], list[Path]]:
    """Return the notebooks of a folder by name, and what else is in it.

    Raises:
        ValueError: if it is no folder.
    """
    if not submissions.is_dir():
        raise ValueError(f"there is no folder {submissions}")
    found = sorted(submissions.iterdir())
    notebooks = [path for path in found if path.suffix.lower() == ".ipynb"]
    return notebooks, [path for path in found if path not in notebooks]


def _legible(name: str) -> str:
    """A file's name as it can be written down; names are bytes, and may be any."""
    return name.encode(errors="replace").decode()


def _look(notebook: Path) -> None:
    """Refuse what is not worth opening."""
    if notebook.is_symlink() or not notebook.is_file():
        raise ValueError("it is not a plain file")
    if notebook.stat().st_size > MAX_NOTEBOOK:
        raise ValueError(
            f"the file is larger than {MAX_NOTEBOOK // 2**20} MiB; clear its outputs "
            f"and hand it in again"
        )


def _remembered(place: Path) -> Grade | None:
    """What was found out before, if it was."""
    try:
        return Grade.model_validate_json(place.read_bytes())
    except (OSError, ValueError):
        return None


def _remember(grade: Grade, place: Path) -> None:
    half = place.with_suffix(f".{threading.get_ident()}")  # others may be as equal
    half.write_text(grade.model_dump_json(), encoding="utf-8")
    half.replace(place)


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
    """Which exercises a notebook says that it answers, or "".

    Raises:
        ValueError: if it is no notebook.
    """
    try:
        content = json.loads(notebook.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError("the file is no notebook: it is not JSON") from error
    try:
        name = content["metadata"]["grokking"]["exercises"]
    except (LookupError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


def _ungraded(assignment: Assignment | None, contained: bool) -> Grade:
    """The grade to begin with."""
    grade = Grade(submission="", contained=contained)
    if assignment is not None:
        grade.exercises = assignment.master.name
        grade.possible = float(sum(assignment.points.values()))
        grade.by_hand = float(assignment.by_hand)
    return grade


def _grade(
    notebook: Path,
    assignment: Assignment,
    limits: Limits,
    threads: int,
    contained: bool,
    called_off: threading.Event,
) -> Grade:
    """Grade one, whatever it does."""
    grade = _ungraded(assignment, contained)
    files = [notebook.resolve(), assignment.autograder.resolve()]
    numbers = [limits.cell_seconds, limits.memory * 3 // 4, limits.disk]
    outcome = sandbox.run(
        [sys.executable, "-m", "classroom.inside", *map(str, files + numbers)],
        readable=[*files, *_packages()],
        most=results.MAX_BYTES,
        limits=limits,
        contained=contained,
        environment={
            "PYTHONPATH": str(_ROOT),
            "OMP_NUM_THREADS": str(threads),
        },
        called_off=called_off,
    )
    grade.seconds = outcome.seconds
    if outcome.stopped == sandbox.CALLED_OFF:
        grade.status, grade.reason = "failed", outcome.stopped
        return grade
    try:
        found = results.read(outcome.output, assignment.points)
    except results.Unreadable as error:
        grade.status = "stopped" if outcome.stopped else "failed"
        said = _last(outcome.said)
        grade.reason = outcome.stopped or f"{error}" + (f" ({said})" if said else "")
        return grade
    grade.answers = found.answers
    grade.score = sum(answer.score for answer in found.answers.values())
    missing = [name for name in assignment.points if name not in found.answers]
    if outcome.stopped or missing:
        grade.status = "stopped" if outcome.stopped else "failed"
    grade.reason = outcome.stopped or _last(found.trouble)
    if missing and not grade.reason:
        grade.reason = f"the tests of {', '.join(missing)} did not come to an end"
    return grade


def _key(
    notebook: Path, assignment: Assignment, code: str, limits: Limits, contained: bool
) -> str:
    """What a grade depends on: if none of it changes, the grade does not."""
    digest = hashlib.sha256(notebook.read_bytes())
    with zipfile.ZipFile(assignment.autograder) as archive:  # not the time of its files
        for name in sorted(archive.namelist()):
            digest.update(name.encode() + archive.read(name))
    worth = (assignment.points, assignment.by_hand)
    digest.update(repr((code, limits, contained, worth)).encode())
    return digest.hexdigest()[:32]


def _code() -> str:
    """A hash of the code that grades, and that tests call."""
    digest = hashlib.sha256()
    for package in _packages():
        for path in sorted(package.rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return digest.hexdigest()


def _packages() -> list[Path]:
    """The code that is needed inside; in a clone, the environment does not hold it."""
    return [_ROOT / "classroom", Path(grokcore.__file__).parent]


def _last(text: str) -> str:
    """The last line of what a program said."""
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""
