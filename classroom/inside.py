"""Grade one notebook. This is what runs in the sandbox, beside the student's code.

    python -m classroom.inside NOTEBOOK AUTOGRADER REPORT CELL_SECONDS MEMORY DISK

Otter executes the notebook in a kernel and runs the tests there. Both get the limits
that this process sets on itself first: memory and the size of a file. A cell that takes
too long is interrupted, and the next one goes on.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path


def main() -> None:
    """Read the command line, grade, and leave a report."""
    notebook, autograder, report, *limits = sys.argv[1:]
    cell_seconds, memory, disk = (int(limit) for limit in limits)
    for kind, limit in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    try:
        answers, trouble = grade(Path(notebook), Path(autograder), cell_seconds), ""
    except Exception as error:
        answers, trouble = {}, f"{type(error).__name__}: {error}"[:4_000]
    Path(report).write_text(json.dumps({"answers": answers, "trouble": trouble}))


def grade(notebook: Path, autograder: Path, cell_seconds: int) -> dict[str, dict]:
    """Return score and messages of each question.

    Args:
        notebook: what was handed in.
        autograder: the zip file that Otter made.
        cell_seconds: how long a cell may take.
    """
    # Otter passes no limit on to the executor: it has to be the default.
    from nbconvert.preprocessors import ExecutePreprocessor
    from otter.run import main as run

    ExecutePreprocessor.timeout.default_value = cell_seconds
    ExecutePreprocessor.interrupt_on_timeout.default_value = True

    submission = Path.cwd() / "submission.ipynb"
    _prepare(notebook, submission)
    # What a student's programs print past the notebook goes nowhere.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    results = run(
        str(submission), autograder=str(autograder), output_dir=None, no_logo=True
    )
    if results.catastrophic_error is not None:
        raise results.catastrophic_error
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


def _prepare(notebook: Path, submission: Path) -> None:
    """Copy a notebook: no stored outputs, and the kernel that is here."""
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
    nbformat.write(content, submission)


def _message(text: str) -> str:
    """What a test says, without the lines of the test."""
    lines = text.strip().splitlines()
    for number, line in enumerate(lines):
        kind, colon, rest = line.partition(": ")
        if colon and kind.isidentifier() and kind not in ("Error",):
            said = "\n".join([rest, *lines[number + 1 :]])
            known = kind in ("CheckFailed", "AssertionError")
            return (said if known else f"{kind}: {said}")[:1_000]
    return "\n".join(lines)[-1_000:]


if __name__ == "__main__":
    main()
