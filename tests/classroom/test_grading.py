"""Grading: what hostile notebooks do, and that it harms nobody but them.

All hostile notebooks are graded in one batch, in the sandbox. They answer two questions
of a small assignment that is made here: ``first`` should be 1, ``second`` 2.
"""

import csv
import dataclasses
import math
import os
import re
import shutil
import socket
from pathlib import Path

import jupytext
import nbformat
import pytest
from typer.testing import CliRunner

from classroom import __main__ as command
from classroom import building, grading, inside, results, sandbox
from classroom.sandbox import Limits

HERE = Path(__file__).parents[1]
ANSWERS = ("first = 1", "second = 2")
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
MISSING = sandbox.available()

walls = pytest.mark.skipif(bool(MISSING), reason=f"no sandbox here: {MISSING}")

# -- notebooks ---------------------------------------------------------------------

#: Full marks, of points that do not exist.
FORGED = b'{"answers": {"q1": {"score": 100, "possible": 100, "messages": []}}}'

#: Name: what it does between its answers, its points, and what is said of it.
HOSTILE = {
    name: (cell.source, int(score), reason)
    for cell in jupytext.read(HERE / "hostile" / "notebooks.py").cells
    if "title" in cell.metadata
    for name, score, reason in [re.split(r" ?\| ?", cell.metadata["title"])]
}


def notebook(*sources, exercises="plain", kernel=KERNEL):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    content = nbformat.v4.new_notebook(cells=cells)
    content.metadata["kernelspec"] = kernel
    content.metadata["grokking"] = {"exercises": exercises}
    return nbformat.writes(content)


# -- one batch ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """A folder with an assignment, and something that nobody should touch."""
    here = tmp_path_factory.mktemp("desk")
    for folder in ("masters", "one", "submissions"):
        (here / folder).mkdir()
    plain = jupytext.read(HERE / "hostile" / "plain.py")
    plain.metadata["kernelspec"] = KERNEL
    nbformat.write(plain, here / "masters" / "plain.ipynb")
    building.build(here / "masters" / "plain.ipynb", here)
    (here / "one" / "good.ipynb").write_text(notebook(*ANSWERS))
    (here / "beside.txt").write_text("still here")
    return here


def grade(desk, submissions, into, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "MASTERS", desk / "masters")
        patch.setattr(grading, "_code", lambda: "as it was")  # whoever edits meanwhile
        instructor = desk / "instructor"
        found = grading.grade_all(submissions, instructor, desk / into, **options)
        return {grade.submission: grade for grade in found}


@pytest.fixture(scope="session")
def limits(desk):
    """Some that suit the speed that this machine has now; and that grading works."""
    (good,) = grade(desk, desk / "one", "tried").values()
    assert (good.status, good.score, good.reason) == ("graded", 5, "")
    return Limits(
        seconds=600,  # nobody needs them
        cell_seconds=math.ceil(max(10, 3 * good.seconds)),
        memory=2**30,
        disk=2**25,
        processes=12,
    )


@pytest.fixture(scope="session")
def batch(desk, limits):
    """Grades by the names of files, of one batch with everything in it."""
    folder = desk / "submissions"
    server = socket.create_server(("127.0.0.1", 0))
    given = {
        "HERE": str(desk),
        "ROOT": str(HERE.parent),
        "PORT": server.getsockname()[1],
        "FORGED": FORGED,
    }
    start = "\n".join(f"{name} = {value!r}" for name, value in given.items())
    for name, (source, *_) in HOSTILE.items():
        last = () if "second = " in source else ANSWERS[1:]
        text = notebook(start, ANSWERS[0], source, *last)
        (folder / f"{name}.ipynb").write_text(text)
    plain = {
        "good": notebook(*ANSWERS),
        "half": notebook("first = 1", "second = 'ü <b>'"),
        "no cells": notebook(),
        "=1+1": notebook(*ANSWERS, kernel={"name": "ir", "language": "R"}),
        "Jürgen ☃": notebook("first = 1"),
        "elsewhere": notebook(*ANSWERS, exercises="unknown"),
        "no JSON": "not JSON",
        "empty": "",
        "a list": "[]",
        "large": notebook("#" * 20 * 2**20),
    }
    for name, text in plain.items():
        (folder / f"{name}.ipynb").write_text(text)
    (folder / os.fsdecode(b"\xff.ipynb")).write_text("not JSON")
    (folder / "a folder.ipynb").mkdir()
    (folder / "a link.ipynb").symlink_to(desk / "beside.txt")
    os.mkfifo(folder / "a pipe.ipynb")
    with server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROKCORE_SECRET", "42")
        found = grade(desk, folder, "graded", limits=limits, jobs=3)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody came
            server.accept()
    return found


@walls
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_notebook_gets_what_it_earned(batch, name):
    _, score, reason = HOSTILE[name]
    grade = batch[f"{name}.ipynb"]
    assert grade.score == score, (grade.reason, grade.answers)
    assert reason in grade.reason
    assert bool(grade.reason) is bool(reason)
    assert (grade.status == "graded") is (len(grade.answers) == 2)


@walls
def test_nothing_outside_is_changed(batch, desk):
    assert (desk / "beside.txt").read_text() == "still here"
    assert not (HERE.parent / "classroom" / "written").exists()
    assert (desk / "instructor" / "plain" / "autograder.zip").exists()
    assert len([*(desk / "submissions").iterdir()]) == len(batch)


@walls
@pytest.mark.parametrize(
    ("name", "score", "reason"),
    [
        ("good", 5, ""),
        ("half", 2, ""),
        ("no cells", 0, ""),
        ("=1+1", 5, ""),
        ("Jürgen ☃", 2, ""),
        ("elsewhere", 0, "'unknown', which is not there; there are: plain"),
        ("no JSON", 0, "is no notebook: it is not JSON"),
        ("empty", 0, "is no notebook: it is not JSON"),
        ("a list", 0, "does not say which exercises"),
        ("large", 0, "larger than 20 MiB"),
        ("?", 0, "is no notebook: it is not JSON"),
        ("a folder", 0, "not a plain file"),
        ("a link", 0, "not a plain file"),
        ("a pipe", 0, "not a plain file"),
    ],
)
def test_an_odd_file_stops_nobody(batch, name, score, reason):
    grade = batch[f"{name}.ipynb"]
    assert (grade.score, grade.status) == (score, "failed" if reason else "graded")
    assert reason in grade.reason


@walls
def test_the_table_has_a_row_for_each(batch, desk):
    with (desk / "graded" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(batch)
    assert rows["'=1+1.ipynb"]["score"] == "5.0"  # no formula for a spreadsheet
    half = rows["half.ipynb"]
    assert (half["q1"], half["q2"], half["score"]) == ("2.0", "0.0", "2.0")
    assert (half["possible"], half["by_hand"], half["status"]) == (
        "5.0",
        "4.0",
        "graded",
    )
    assert "the test of q2 took longer" in rows["loops in a test.ipynb"]["reason"]


@walls
def test_each_is_told_why(batch, desk):
    def page(name):
        return (desk / "graded" / "feedback" / f"{name}.md").read_text(encoding="utf-8")

    half = page("half")
    assert "**2 of 5 points**, and up to 4 more from a person" in half
    assert "## q2. The second\n\n0 of 3 points.\n\n    second is 'ü <b>" in half
    assert "Graded by a person, up to 4 points." in half
    assert "    it took more memory than" in page("hoards in many")
    looped = page("loops in a test")
    assert "2 of 2 points" in looped and "No result: 0 of 3 points." in looped
    assert len([*(desk / "graded" / "feedback").iterdir()]) == len(batch)


@walls
def test_whoever_takes_too_long_is_stopped(desk, limits):
    stubborn = "import time\nwhile True:\n    try: time.sleep(1)\n    except: pass"
    (desk / "long").mkdir()
    (desk / "long" / "a.ipynb").write_text(notebook(ANSWERS[0], stubborn))
    (desk / "long" / "b.ipynb").write_text(notebook(*ANSWERS))
    short = dataclasses.replace(limits, cell_seconds=3, seconds=limits.cell_seconds)
    (a, b) = grade(desk, desk / "long", "long graded", limits=short, jobs=2).values()
    assert (a.status, a.score, a.possible) == ("stopped", 0, 5)
    assert "it took longer than" in a.reason
    assert b.submission == "b.ipynb"  # the batch goes on


@walls
def test_what_is_unchanged_is_not_graded_again(batch, desk, limits, monkeypatch):
    for folder, some in (("graded/known", "later/known"), ("submissions", "some")):
        (desk / some).mkdir(parents=True)
        for path in [*(desk / folder).glob("*.json"), *(desk / folder).glob("[ghl]*")]:
            shutil.copy(path, desk / some)
    (desk / "some" / "exits.ipynb").write_text(notebook("import os; os._exit(0)"))
    asked = []

    def counted(notebook, *_):
        asked.append(notebook.stem)
        return results.Grade(submission="", status="failed", reason="counted")

    monkeypatch.setattr(grading, "_grade", counted)
    for _ in range(2):  # what left nothing is tried again
        again = grade(desk, desk / "some", "later", limits=limits)
        assert asked == ["exits"]
        asked.clear()
    assert again["half.ipynb"] == batch["half.ipynb"]

    (desk / "some" / "half.ipynb").write_text(notebook("first = 1", "second = 5"))
    grade(desk, desk / "some", "later", limits=limits)
    assert sorted(asked) == ["exits", "half"]
    asked.clear()
    grade(desk, desk / "some", "later", limits=limits, again=True)
    assert {"good", "half", "loops"} < set(asked)


@walls
def test_whoever_stops_early_keeps_what_is_done(desk, limits, monkeypatch):
    (desk / "early").mkdir()
    (desk / "early" / "a.ipynb").write_text(notebook(*ANSWERS))
    (desk / "early" / "b.ipynb").write_text(notebook("while True: pass"))
    monkeypatch.setattr(grading, "MASTERS", desk / "masters")
    options = {"limits": limits, "jobs": 2}
    found = grading.grade_all(
        desk / "early", desk / "instructor", desk / "kept", **options
    )
    assert next(found).score == 5
    found.close()  # as Ctrl-C does; b would go on for minutes
    (row,) = csv.DictReader((desk / "kept" / "grades.csv").read_text().splitlines())
    assert (row["submission"], row["score"]) == ("a.ipynb", "5.0")
    assert len([*(desk / "kept" / "known").iterdir()]) == 1


@walls
def test_a_notebook_need_not_say_what_it_answers(desk, limits):
    folder = desk / "nameless"
    folder.mkdir()
    (folder / "a.ipynb").write_text(notebook(*ANSWERS, exercises=None))
    (folder / "b.ipynb").write_text("not JSON")
    graded = grade(desk, folder, "named", exercises="plain", limits=limits)
    assert graded["a.ipynb"].score == 5
    assert graded["b.ipynb"].score == 0 and "JSON" in graded["b.ipynb"].reason
    assert graded["b.ipynb"].possible == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_is_read_in_any_encoding_of_json(encoding, tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(*ANSWERS, "third = 'ü'"), encoding=encoding)
    assert [cell.source for cell in inside._read(path).cells][-1] == "third = 'ü'"


def test_half_a_character_costs_no_more_than_itself(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(*ANSWERS, "third = 'X'").replace("X", r"\ud800"))
    sources = [cell.source for cell in inside._read(path).cells]
    assert sources == [*ANSWERS, "third = '?'"]


def test_what_is_no_notebook_is_not_passed_over_in_silence(tmp_path):
    for name in ("a.ipynb", "B.IPYNB", "c.py", "d.zip"):
        (tmp_path / name).touch()
    (tmp_path / "e").mkdir()
    notebooks, others = grading.handed_in(tmp_path)
    assert {path.name for path in notebooks} == {"a.ipynb", "B.IPYNB"}
    assert [path.name for path in others] == ["c.py", "d.zip", "e"]


def test_the_command_says_what_it_did_not_grade_on_any_console(desk, monkeypatch):
    folder = desk / "mixed"
    folder.mkdir()
    (folder / "ü.ipynb").write_text("not JSON")
    (folder / "late ☃.zip").touch()
    monkeypatch.setattr(grading, "MASTERS", desk / "masters")
    where = ["grade", str(folder), "--into", str(desk / "grades of it")]
    where += ["--instructor", str(desk / "instructor"), "--no-contained"]
    done = CliRunner(charset="cp1252").invoke(command.app, where)
    assert done.exit_code == 0, done.output
    assert "not graded, since they are no notebooks: late ?.zip" in done.output
    assert "ü.ipynb: failed, the file is no notebook" in done.output


def test_without_a_sandbox_only_what_is_asked_for_goes_on(desk, monkeypatch):
    run = CliRunner().invoke
    monkeypatch.setattr(grading, "MASTERS", desk / "masters")
    monkeypatch.setattr(sandbox, "available", lambda: "no bwrap")
    where = ["grade", str(desk / "one"), "--into", str(desk / "open")]
    where += ["--instructor", str(desk / "instructor")]
    refused = run(command.app, where)
    assert refused.exit_code == 2 and "no sandbox here: no bwrap" in refused.output
    taken = run(command.app, [*where, "--no-contained"])
    assert taken.exit_code == 0 and "warning: no sandbox" in taken.output
    (row,) = csv.DictReader((desk / "open" / "grades.csv").read_text().splitlines())
    assert (row["score"], row["contained"]) == ("5.0", "False")


@pytest.mark.parametrize(
    ("submissions", "exercises", "said"),
    [
        ("nowhere", "", "there is no folder"),
        ("one", "unknown", "no exercises 'unknown'; allowed: ['plain']"),
    ],
)
def test_a_wrong_call_says_what_is_allowed(desk, submissions, exercises, said):
    with pytest.raises(ValueError) as refused:
        grade(desk, desk / submissions, "never", exercises=exercises)
    assert said in str(refused.value)
