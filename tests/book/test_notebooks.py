"""What every notebook of the course keeps to, and that each is really run by nbval."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("chapters", "exercises")
    for path in (ROOT / folder).glob("*.ipynb")
)
SETUP_CELL = (ROOT / "tools" / "setup_cell.txt").read_text(encoding="utf-8").rstrip()

MAX_LINES = 15
MAX_TEST_LINES = 20  # of an exercise: five of them are always the same
MAX_COLUMNS = 76  # chapters/ruff.toml has the same

# What Colab and JupyterLab would show raw.
MYST = {
    "directive": re.compile(r"^\s*(`{3,}|:{3,}|~{3,})\s*\{", re.M),
    "role": re.compile(r"\{[a-z][a-z:_-]*\}`"),
    "target": re.compile(r"^\([\w-]+\)=\s*$", re.M),
    "attributes": re.compile(r"(?<=[\])`])\{[.#]"),
}


@cache
def read(name: str) -> nbformat.NotebookNode:
    """Read a notebook, refusing one that does not validate."""
    notebook = nbformat.read(ROOT / name, as_version=4)
    nbformat.validate(notebook)
    return notebook


def cells(name: str, kind: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(name).cells if cell.cell_type == kind]


def prose(name: str) -> str:
    """Return all Markdown of a notebook without its code blocks and code spans."""
    text = "\n\n".join(cell.source for cell in cells(name, "markdown"))
    text = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.M | re.S)
    return text


def in_the_table_of_contents() -> list[str]:
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    files = re.findall(r"- file: (\S+)", toc)
    return [f"{f}.ipynb" for f in files if (ROOT / f"{f}.ipynb").exists()]


every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def test_every_chapter_is_in_the_table_of_contents():
    chapters = [name for name in NOTEBOOKS if name.startswith("chapters/")]
    assert sorted(in_the_table_of_contents()) == chapters


SIDE_ROOMS = [name for name in NOTEBOOKS if re.match(r"chapters/\d\d[a-z]-", name)]


@pytest.mark.parametrize("name", SIDE_ROOMS)
def test_a_side_room_says_so_and_is_linked_both_ways(name):
    room, number = Path(name), Path(name).name[:2]
    (chapter,) = (ROOT / "chapters").glob(f"{number}-*.ipynb")
    top = read(name).cells[0].source
    assert top.startswith("# Side room: ")
    assert "> **A side room:** nothing later needs it." in top
    assert f"]({chapter.name})" in top
    assert f"]({room.name})" in prose(f"chapters/{chapter.name}")
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    (above,) = (e for e in entries if e["file"] == f"chapters/{chapter.stem}")
    assert {"file": f"chapters/{room.stem}"} in above["sections"]


def test_make_test_runs_every_code_cell_of_every_notebook():
    """Collect what ``make test-notebooks`` would run, and compare cell by cell."""
    if not NOTEBOOKS:
        pytest.skip("there is no notebook yet")
    planned = subprocess.run(
        ["make", "-n", "test-notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("\\\n", " ")
    (command,) = [line for line in planned.splitlines() if "--nbval" in line]
    arguments = shlex.split(command)
    arguments = arguments[arguments.index("-m") - 1 :]
    assert arguments[1:3] == ["-m", "pytest"], arguments
    collected = subprocess.run(
        [sys.executable, *arguments[1:], "--collect-only", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert collected.returncode == 0, collected.stdout + collected.stderr
    found = Counter(
        match.group(1)
        for match in re.finditer(r"^(\S+\.ipynb)::Cell \d+", collected.stdout, re.M)
    )
    assert found == {name: len(cells(name, "code")) for name in NOTEBOOKS}


@every_notebook
def test_outputs_are_not_committed(name):
    for number, cell in enumerate(cells(name, "code")):
        assert not cell.outputs, f"code cell {number} has outputs: run 'make format'"
        assert cell.execution_count is None, f"code cell {number}: run 'make format'"
    assert "widgets" not in read(name).metadata
    assert read(name).metadata.kernelspec.name == "python3"


@every_notebook
def test_set_up_cell_is_the_template(name):
    first, *others = cells(name, "code")
    assert first.source == SETUP_CELL, "differs from tools/setup_cell.txt"
    assert not any(re.search(r"\bpip\b", cell.source) for cell in others)


@every_notebook
def test_prose_is_plain_markdown(name):
    for what, pattern in MYST.items():
        found = pattern.search(prose(name))
        assert not found, f"MyST {what}: {found.group(0)!r}"


@every_notebook
def test_fold_outs_leave_room_for_markdown(name):
    text = re.sub(r"^>[ ]?", "", prose(name), flags=re.M)  # also in a block quote
    for inside in re.findall(r"</summary>(.*?)</details>", text, re.S):
        assert re.match(r"[ ]*\n[ ]*\n", inside), "no blank line after </summary>"
        assert re.search(r"\n[ ]*\n[ ]*$", inside), "no blank line before </details>"


@every_notebook
def test_images_in_prose_have_alt_text(name):
    text = prose(name)
    assert not re.search(r"!\[\s*\]\(", text)
    for image in re.findall(r"<img\b[^>]*>", text):
        assert re.search(r'\balt="[^"]+"', image), image


@every_notebook
def test_code_cells_are_short(name):
    for number, cell in enumerate(cells(name, "code")):
        lines = cell.source.splitlines()
        assert lines, f"code cell {number} is empty"
        most = MAX_TEST_LINES if "BEGIN TEST CONFIG" in lines[0] else MAX_LINES
        assert len(lines) <= most, f"code cell {number}: {len(lines)} lines"
        for line in lines:
            assert len(line) <= MAX_COLUMNS, f"code cell {number}: {line}"


@every_notebook
def test_claims_are_asserted(name):
    code = "\n".join(cell.source for cell in cells(name, "code"))
    assert re.search(r"^\s*assert\b", code, re.M), "asserts nothing"


@pytest.mark.parametrize("name", [n for n in NOTEBOOKS if n.startswith("chapters/")])
def test_chapters_take_their_weight_seed_from_the_environment(name):
    """Otherwise ``make seeds`` would run the same seed five times and be content."""
    code = "\n".join(cell.source for cell in cells(name, "code"))
    assert "GROKCORE_SEED" in code or ".run(" not in code


@every_notebook
def test_begins_with_one_title(name):
    assert read(name).cells[0].cell_type == "markdown"
    titles = re.findall(r"^# .+$", prose(name), re.M)
    assert len(titles) == 1
    assert read(name).cells[0].source.startswith(titles[0])
