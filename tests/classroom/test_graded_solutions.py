"""The exercises of the course, handed in and graded, in the sandbox."""

import nbformat
import pytest

from classroom import building, sandbox
from classroom.grading import grade_all
from classroom.masters import MASTERS

NAMES = sorted(path.stem for path in MASTERS.glob("*.ipynb"))
MISSING = sandbox.available()

walls = pytest.mark.skipif(bool(MISSING), reason=f"no sandbox here: {MISSING}")


#: None of its later questions needs an answer to its first.
FIRST = NAMES[0]


def fail_first(notebook) -> None:
    """Let every code cell of the first question raise an error."""
    inside = False
    for cell in notebook.cells:
        if cell.source.startswith("## "):
            inside = cell.source.startswith("## 1. ")
        if inside and cell.cell_type == "code":
            cell.source = "raise RuntimeError('no answer')"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The students' notebooks and the solutions, graded; and one with a failure."""
    here = tmp_path_factory.mktemp("course")
    (here / "submissions").mkdir()
    for name in NAMES:
        made = building.build(MASTERS / f"{name}.ipynb", here)
        for kind in ("student", "solution"):
            getattr(made, kind).rename(here / "submissions" / f"{kind} {name}.ipynb")
    broken = nbformat.read(here / "submissions" / f"solution {FIRST}.ipynb", 4)
    fail_first(broken)
    nbformat.write(broken, here / "submissions" / f"broken {FIRST}.ipynb")
    found = grade_all(here / "submissions", here / "instructor", here / "graded")
    return {grade.submission: grade for grade in found}


@walls
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_solution_has_all_points_and_an_untouched_notebook_none(course, name):
    solution, untouched = (course[f"{k} {name}.ipynb"] for k in ("solution", "student"))
    assert (solution.status, untouched.status) == ("graded", "graded")
    assert solution.score == solution.possible > 0, solution.answers
    assert untouched.score == 0
    assert all(answer.messages for answer in untouched.answers.values())


@walls
@pytest.mark.slow
def test_a_question_that_fails_takes_no_points_from_the_others(course):
    graded, whole = (course[f"{k} {FIRST}.ipynb"] for k in ("broken", "solution"))
    assert graded.answers["q1"].score == 0
    for name, answer in graded.answers.items():
        if name != "q1":
            assert answer.score == whole.answers[name].score > 0, name
