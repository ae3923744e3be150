"""The exercises: complete, graded right, and not to be passed with a wrong answer."""

import re
import zipfile
from functools import cache
from pathlib import Path

import nbformat
import pytest

from classroom import building, margins
from classroom.margins import run
from classroom.masters import MASTERS, Question, read
from grokcore.checks import CheckFailed

NAMES = sorted(path.stem for path in MASTERS.glob("*.ipynb"))
every_master = pytest.mark.parametrize("name", NAMES)


@cache
def master(name: str):
    return read(MASTERS / f"{name}.ipynb")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Build what students and instructors get, once."""
    into = tmp_path_factory.mktemp("dist")
    return {name: building.build(MASTERS / f"{name}.ipynb", into) for name in NAMES}


@cache
def answered(name: str) -> dict:
    """What is defined with all answers of a master, and with nothing checked yet.

    So that an answer that fails says so in its own test, and in no other.
    """
    scope = {}
    run("import grokcore as gc", scope)
    for source in master(name).imports:
        run(source, scope)
    for question in master(name).questions:
        for source in (*question.given, *question.answers):
            run(source, scope)
    return scope


def caught(question: Question, scope: dict) -> list[str]:
    """What the public check and the tests say of the answers in a scope."""
    said = []
    for check in question.checks:
        try:
            run(check, scope)
        except CheckFailed as error:
            said.append(str(error))
    for test in question.tests:
        try:
            run(test, scope)
        except AssertionError as error:
            said.append(str(error))
    return said


def wrong_answers(name: str) -> list:
    return [
        pytest.param(name, asked, mistake, source, id=f"{name[:2]} {asked}: {mistake}")
        for asked, mistake, source in margins.wrong_answers(name)
    ]


@every_master
def test_questions_are_complete(name):
    questions = master(name).questions
    assert 3 <= len(questions) <= 6
    assert [q.name for q in questions] == [f"q{i + 1}" for i in range(len(questions))]
    for question in questions:
        assert question.hints == 2, question.name
        assert 1 <= question.difficulty <= 5
        assert question.solution
        assert bool(question.tests) is not question.by_hand
        assert bool(question.checks) is not question.by_hand
        if question.by_hand:
            assert "**Rubric.**" in question.solution[0].source


def test_there_are_enough_and_of_every_kind():
    questions = [question for name in NAMES for question in master(name).questions]
    assert len(questions) >= 24
    assert {question.kind for question in questions} == {
        "Write the function",
        "Run the experiment",
        "Read the figure",
        "Explain",
    }


@every_master
def test_every_test_is_hidden_and_worth_something(name):
    for question in master(name).questions:
        configurations = [
            re.match(r'""" # BEGIN TEST CONFIG\nhidden: true\npoints: (\d+)\n', test)
            for test in question.tests
        ]
        assert all(configurations), question.name
        points = [int(configuration[1]) for configuration in configurations]
        assert question.by_hand or sum(points) == question.points


@every_master
def test_every_test_is_run_on_the_reference_answer(name):
    for question in master(name).questions:
        for test in question.tests:
            (defined,) = re.findall(r"^def (\w+)\((.*)\):$", test, re.M)
            assert test.rstrip().endswith(f"{defined[0]}({defined[1]})")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        pytest.param(name, question.name, id=f"{name[:2]} {question.name}")
        for name in NAMES
        for question in master(name).questions
    ],
)
def test_the_reference_answers_pass(name, asked):
    (question,) = [q for q in master(name).questions if q.name == asked]
    assert caught(question, dict(answered(name))) == []


@pytest.mark.parametrize(
    ("name", "asked", "mistake", "answer"),
    [case for name in NAMES for case in wrong_answers(name)],
)
def test_a_wrong_answer_is_caught(name, asked, mistake, answer):
    (question,) = [q for q in master(name).questions if q.name == asked]
    scope = dict(answered(name))
    run(answer, scope)
    assert caught(question, scope), f"nobody noticed: {mistake}"


@every_master
def test_every_answer_in_code_has_three_wrong_ones(name):
    asked = [case.values[1] for case in wrong_answers(name)]
    for question in master(name).questions:
        if not question.by_hand:
            assert asked.count(question.name) >= 3, question.name


@every_master
def test_students_get_no_solution_and_no_test(name, built):
    student = built[name].student.read_text(encoding="utf-8")
    assert "otter" not in student
    notebook = nbformat.reads(student, as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    for word in ("SOLUTION", "Rubric", "BEGIN", "END", "def test_", "hidden"):
        assert word not in text
    for question in master(name).questions:
        for line in secrets(question):
            assert line not in text, f"{question.name}: {line}"


def secrets(question: Question) -> list[str]:
    """The lines of an answer, and of its tests, that only the master may have."""
    lines = []
    for cell in question.solution:
        if cell.cell_type == "markdown":
            lines += cell.source.splitlines()
            continue
        inside = False
        for line in cell.source.splitlines():
            inside = (inside or "# BEGIN SOLUTION" in line) and "# END" not in line
            if inside or line.endswith("# SOLUTION"):
                lines.append(line.removesuffix("# SOLUTION"))
    lines += [line for test in question.tests for line in test.splitlines()]
    common = ("", "import torch", "import grokcore as gc", '"""')
    return [
        line.strip()
        for line in lines
        if len(line.strip()) > 12
        and line.strip() not in common
        and not line.strip().startswith(("# BEGIN", "from ", "import "))
    ]


@every_master
def test_instructors_get_all_of_it(name, built):
    mine = built[name]
    solution = mine.solution.read_text(encoding="utf-8")
    rubric = mine.rubric.read_text(encoding="utf-8")
    with zipfile.ZipFile(mine.autograder) as archive:
        tests = {Path(n).stem for n in archive.namelist() if n.startswith("tests/q")}
        needed = archive.read("environment.yml").decode()
    assert (MASTERS / "requirements.txt").read_text().strip() in needed
    for question in master(name).questions:
        assert question.title in solution
        assert (question.title in rubric) is question.by_hand
        assert (question.name in tests) is not question.by_hand
