"""The exercises of the course, handed in and graded, in the sandbox."""

import pytest

from classroom import building, sandbox
from classroom.grading import grade_all
from classroom.masters import MASTERS

NAMES = sorted(path.stem for path in MASTERS.glob("*.ipynb"))
MISSING = sandbox.available()

walls = pytest.mark.skipif(bool(MISSING), reason=f"no sandbox here: {MISSING}")


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The students' notebooks and the solutions, graded."""
    here = tmp_path_factory.mktemp("course")
    (here / "submissions").mkdir()
    for name in NAMES:
        made = building.build(MASTERS / f"{name}.ipynb", here)
        for kind in ("student", "solution"):
            getattr(made, kind).rename(here / "submissions" / f"{kind} {name}.ipynb")
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
