"""Grade one notebook. This is what runs in the sandbox, beside the student's code.

    python -m classroom.inside NOTEBOOK AUTOGRADER CELL_SECONDS MEMORY DISK

Otter executes the notebook in a kernel and runs the tests there, a cell for each
question. All get the limits that this process sets on itself first: memory and the size
of a file. A cell that takes too long is interrupted, and the next one goes on. The
report is printed as JSON, and nothing else is.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from nbclient.exceptions import DeadKernelError
from nbconvert import preprocessors
from nbformat import NotebookNode
from otter.execute import grade_notebook
from otter.test_files import GradingResults


def main() -> None:
    """Read the command line, grade, and print a report."""
    notebook, autograder, *limits = sys.argv[1:]
    cell_seconds, memory, disk = (int(limit) for limit in limits)
    for kind, limit in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    # What anybody else prints goes nowhere.
    report, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        answers, trouble = grade(Path(notebook), Path(autograder), cell_seconds)
    except Exception as error:
        answers, trouble = {}, f"{type(error).__name__}: {error}"
    with open(report, "w") as file:
        json.dump({"answers": answers, "trouble": _legible(trouble)[:4_000]}, file)


def grade(
    notebook: Path, autograder: Path, cell_seconds: int
) -> tuple[dict[str, dict], str]:
    """Return score and messages of each question that was graded, and what went wrong.

    A cell that ends the kernel is left out, and all the others run again: what was
    answered before it is worth as much as ever.

    Args:
        notebook: what was handed in.
        autograder: the zip file that Otter made.
        cell_seconds: how long a cell may take, and the tests of a question.

    Raises:
        RuntimeError: if the notebook leaves no results.
    """
    with zipfile.ZipFile(autograder) as archive:
        tests = [n for n in archive.namelist() if n.startswith("tests/q")]
        archive.extractall(members=tests)
    tests = [str(Path.cwd() / test) for test in sorted(tests)]  # cells may go elsewhere
    content = _prepare(_read(notebook), tests)
    os.dup2(1, 2)  # what libraries warn of is of no interest either
    _Executor.cell_seconds = cell_seconds
    trouble, results = [], None
    while results is None:
        _Executor.trouble = []
        try:
            results = _run(content)
        except DeadKernelError:
            if _Executor.place is None:  # nothing that could be left out
                raise RuntimeError("it ended the program that runs it") from None
            trouble.append(f"{_Executor.place} ended the program that runs the cells")
            content.cells = [
                cell
                for cell in content.cells
                if cell.metadata.get("place") != _Executor.place
            ]
    if results.catastrophic_error is not None:
        raise RuntimeError("the notebook left no results")
    answers = {
        name: {
            "score": float(file.score),
            "possible": float(file.possible),
            "messages": [
                _message(case.message)
                for case in file.test_case_results
                if not case.passed
            ][:20],
        }
        for name, file in results.results.items()
    }
    return answers, "; ".join(trouble + _Executor.trouble)


def _read(notebook: Path) -> NotebookNode:
    """Read a notebook in any of JSON's encodings, halves of characters left out."""
    text = json.dumps(json.loads(notebook.read_bytes()), ensure_ascii=False)
    return nbformat.reads(_legible(text), as_version=4)


def _run(content: NotebookNode) -> GradingResults:
    """Execute a notebook and the tests at its end."""
    submission = Path.cwd() / "submission.ipynb"
    nbformat.write(content, submission)
    preprocessors.ExecutePreprocessor = _Executor  # Otter has no setting for it
    return grade_notebook(str(submission), cwd=os.getcwd(), test_dir="./tests")


class _Executor(preprocessors.ExecutePreprocessor):
    """Interrupts a cell that takes too long, and keeps nothing of what it shows.

    Otter makes the instance, so what goes in and comes out belongs to the class.

    Attributes:
        cell_seconds: the limit.
        place: of the cell that runs, in words; None if it is one of Otter's.
        trouble: which cells passed a limit.
    """

    cell_seconds: int
    place: str | None = None
    trouble: ClassVar[list[str]] = []

    def __init__(self, **options: Any) -> None:
        limits = {"timeout": self.cell_seconds, "interrupt_on_timeout": True}
        super().__init__(**limits, **options)

    def preprocess_cell(self, cell: NotebookNode, *others: Any) -> Any:
        _Executor.place = cell.metadata.get("place")
        began = time.monotonic()
        try:
            return super().preprocess_cell(cell, *others)
        finally:
            if time.monotonic() - began > self.cell_seconds:
                limit = f"{self.cell_seconds} seconds"
                self.trouble.append(f"{self.place} took longer than {limit}")

    def output(self, _: Any, message: dict, *__: Any) -> None:
        if message["content"].get("ename") == "MemoryError":
            self.trouble.append(f"{self.place} wanted more memory than there is")


# What cells print may have no end, and nobody looks at it. IPython keeps a copy. And
# its exit() would let the kernel die some time later, in a cell that has no part in it.
_BEFORE = """\
import contextlib as _contextlib, os as _os, sys as _sys
_sys.stdout = _sys.stderr = open(_os.devnull, "w", errors="replace")
get_ipython()._tee = lambda channel, nowhere=_contextlib.nullcontext: nowhere()
exit = quit = _sys.exit
"""


def _prepare(content: NotebookNode, tests: list[str]) -> NotebookNode:
    """Return a notebook without outputs, for the kernel that is here, tests at its end.

    Otter would run all tests in one cell. One that never returns would take the others'
    points with it.
    """
    content.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.outputs = []
        line = cell.source.strip().partition("\n")[0][:80]
        cell.metadata["place"] = f"code cell {number} ({line})"
    content.cells.insert(0, nbformat.v4.new_code_cell(_BEFORE))
    for test in tests:
        check = f"Checker.check_if_not_already_checked({test!r})"
        source = f"from otter.execute import Checker\n{check}"
        place = {"place": f"the test of {Path(test).stem}"}
        content.cells.append(nbformat.v4.new_code_cell(source, metadata=place))
    return content


def _legible(text: str) -> str:
    """Text that can be written in UTF-8."""
    return text.encode(errors="replace").decode()


def _message(text: str) -> str:
    """What a test says, without the lines of the test."""
    lines = _legible(text).strip().splitlines()
    for number, line in enumerate(lines):
        kind, colon, rest = line.partition(": ")
        # Otter's own "Error at line 3 …" comes before it.
        if colon and kind.isidentifier():
            said = "\n".join([rest, *lines[number + 1 :]])
            known = kind in ("CheckFailed", "AssertionError")
            return (said if known else f"{kind}: {said}")[:1_000]
    return "\n".join(lines)[-1_000:]


if __name__ == "__main__":
    main()
    os._exit(0)  # threads of Otter's log server may be waiting for somebody
