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
import zipfile
from pathlib import Path
from typing import Any


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
        answers, trouble = grade(Path(notebook), Path(autograder), cell_seconds), ""
    except Exception as error:
        answers, trouble = {}, _legible(f"{type(error).__name__}: {error}")[:4_000]
    with open(report, "w") as file:
        json.dump({"answers": answers, "trouble": trouble}, file)


def grade(notebook: Path, autograder: Path, cell_seconds: int) -> dict[str, dict]:
    """Return score and messages of each question that was graded.

    Args:
        notebook: what was handed in.
        autograder: the zip file that Otter made.
        cell_seconds: how long a cell may take, and the tests of a question.

    Raises:
        RuntimeError: if the notebook leaves no results.
    """
    from nbclient.exceptions import DeadKernelError
    from nbconvert import preprocessors
    from otter.execute import grade_notebook

    class Executor(preprocessors.ExecutePreprocessor):
        """Interrupts a cell that takes too long, and keeps nothing of what it shows."""

        def __init__(self, **options: Any) -> None:
            limits = {"timeout": cell_seconds, "interrupt_on_timeout": True}
            super().__init__(**limits, **options)

        def output(self, *_: Any) -> None:
            return None

    preprocessors.ExecutePreprocessor = Executor  # Otter has no setting for it
    with zipfile.ZipFile(autograder) as archive:
        tests = [n for n in archive.namelist() if n.startswith("tests/q")]
        archive.extractall(members=tests)
    submission = Path.cwd() / "submission.ipynb"
    _prepare(notebook, submission, sorted(tests))
    os.dup2(1, 2)
    try:
        results = grade_notebook(str(submission), cwd=os.getcwd(), test_dir="./tests")
    except DeadKernelError:
        raise RuntimeError("the notebook ended the program that runs it") from None
    if results.catastrophic_error is not None:
        raise RuntimeError("the notebook left no results")
    return {
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


# What cells print may have no end, and nobody looks at it. IPython keeps a copy.
_SILENCE = """\
import contextlib as _contextlib, os as _os, sys as _sys
_sys.stdout = _sys.stderr = open(_os.devnull, "w", errors="replace")
get_ipython()._tee = lambda channel: _contextlib.nullcontext()
"""


def _prepare(notebook: Path, submission: Path, tests: list[str]) -> None:
    """Copy a notebook: no outputs, the kernel that is here, and tests at its end.

    Otter would run all tests in one cell. One that never returns would take the others'
    points with it.
    """
    import nbformat

    content = nbformat.read(notebook, as_version=4)
    content.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    content.cells.insert(0, nbformat.v4.new_code_cell(_SILENCE))
    for test in tests:
        check = f"Checker.check_if_not_already_checked({test!r})"
        source = f"from otter.execute import Checker\n{check}"
        content.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(content, submission)


def _legible(text: str) -> str:
    """Text that can be written in UTF-8."""
    return text.encode(errors="replace").decode()


def _message(text: str) -> str:
    """What a test says, without the lines of the test."""
    lines = _legible(text).strip().splitlines()
    for number, line in enumerate(lines):
        kind, colon, rest = line.partition(": ")
        if colon and kind.isidentifier() and kind not in ("Error",):
            said = "\n".join([rest, *lines[number + 1 :]])
            known = kind in ("CheckFailed", "AssertionError")
            return (said if known else f"{kind}: {said}")[:1_000]
    return "\n".join(lines)[-1_000:]


if __name__ == "__main__":
    main()
    os._exit(0)  # threads of Otter's log server may be waiting for somebody
