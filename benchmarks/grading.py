"""A row about what grading costs: each submission in a sandbox, and its tests."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks.findings import Finding, Target
from benchmarks.timing import seconds_of
from classroom import sandbox
from classroom.building import build
from classroom.grading import grade_all
from classroom.masters import MASTERS

_EXERCISES = "04-the-fourier-embedding"


def against_running(submissions: int) -> list[Finding]:
    """Grade copies of a solution, and only run them: as many at a time, a core each."""
    what = "grading a notebook over running it"
    target = Target("≤", 2, "×")
    if reason := sandbox.available():
        return [Finding("grading", what, target, None, note=reason)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        built = build(MASTERS / f"{_EXERCISES}.ipynb", folder)
        paths = _copies(built.solution, folder / "handed in", submissions)

        def grade() -> None:
            grades = list(grade_all(paths[0].parent, folder / "instructor", folder))
            poor = [g.reason for g in grades if g.score < g.possible]
            assert not poor, f"a solution without full marks: {poor}"

        running = seconds_of(lambda: _run(paths, folder / "runs"))
        grading, again = seconds_of(grade), seconds_of(grade)
    return [
        Finding(
            "grading",
            what,
            target,
            grading / running,
            {"grading_s": grading, "running_s": running, "again_s": again},
            f"{submissions} solutions of {_EXERCISES}, sandbox and tests included, "
            "against nbclient alone; again: nothing has changed",
        )
    ]


def _copies(solution: Path, folder: Path, count: int) -> list[Path]:
    """Notebooks that differ in a word: what is equal would be graded once."""
    folder.mkdir()
    notebook = nbformat.read(solution, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell())
    paths = []
    for number in range(count):
        notebook.cells[-1].source = f"Student {number}"
        paths.append(folder / f"{number:03}.ipynb")
        nbformat.write(notebook, paths[-1])
    return paths


def _run(paths: list[Path], store: Path) -> None:
    """Run notebooks as a person would, each with a run store of its own."""
    jobs = os.cpu_count() or 1

    def run(path: Path) -> None:
        environment = os.environ | {
            "GROKCORE_STORE": str(store / path.stem),
            "GROKCORE_PROGRESS": "0",
            "OMP_NUM_THREADS": "1",
        }
        NotebookClient(nbformat.read(path, as_version=4)).execute(env=environment)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, paths))
