"""Student notebooks, solutions, autograders and rubrics, made from the masters."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from otter.assign import main as assign

from classroom.masters import Master, read

__all__ = ["Built", "build"]

# What Otter Assign leaves in a student's notebook.
_TAGS = {"otter_answer_cell", "otter_assign_solution_cell"}
_FENCES = ("<!-- BEGIN QUESTION -->", "<!-- END QUESTION -->")


@dataclass
class Built:
    """The files of one assignment."""

    master: Master
    student: Path
    solution: Path
    autograder: Path
    rubric: Path


def build(master: Path, into: Path) -> Built:
    """Make what students and instructors get of one master.

    Args:
        master: the master notebook.
        into: a folder, in which ``student`` and ``instructor`` are written.
    """
    exercises = read(master)
    folder = into / "instructor" / exercises.name
    built = Built(
        master=exercises,
        student=into / "student" / master.name,
        solution=folder / "solution.ipynb",
        autograder=folder / "autograder.zip",
        rubric=folder / "rubric.md",
    )
    for path in (folder, built.student.parent):
        path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        assign(str(master), scratch, no_pdfs=True, no_run_tests=True)
        made = Path(scratch)
        (zipped,) = (made / "autograder").glob("*.zip")
        shutil.move(zipped, built.autograder)
        _clean(made / "autograder" / master.name, built.solution, exercises.name)
        _clean(made / "student" / master.name, built.student, exercises.name)
    built.rubric.write_text(_rubric(exercises), encoding="utf-8")
    return built


def _clean(source: Path, target: Path, name: str) -> None:
    """Copy a notebook without what only Otter would read; say which exercises it is."""
    notebook = nbformat.read(source, as_version=4)
    notebook.metadata.pop("otter", None)
    notebook.metadata["grokking"] = {"exercises": name}
    for cell in notebook.cells:
        for key in ("otter", "deletable", "editable", "lines_to_next_cell"):
            cell.metadata.pop(key, None)
        tags = [tag for tag in cell.metadata.get("tags", []) if tag not in _TAGS]
        cell.metadata.pop("tags", None)
        if tags:
            cell.metadata["tags"] = tags
        for fence in _FENCES:
            cell.source = cell.source.replace(fence, "").strip("\n")
    notebook.cells = [cell for cell in notebook.cells if cell.source]
    nbformat.write(notebook, target)


def _rubric(exercises: Master) -> str:
    """What a person needs to grade what a test cannot."""
    parts = [f"# {exercises.title}: rubric"]
    for question in exercises.questions:
        if question.by_hand:
            answer = "\n\n".join(cell.source for cell in question.solution)
            parts.append(
                f"## {question.name}. {question.title} ({question.points} points)"
            )
            parts.append(answer)
    return "\n\n".join(parts) + "\n"
