"""What nbval would let pass fails, and at once."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]

CELLS = {
    "%nonsense\nassert False": "Line magic function `%nonsense` not found",
    "import os\nos._exit(1)": "the kernel died while this cell ran",
    "assert False": "AssertionError",
}


@pytest.mark.slow
@pytest.mark.parametrize("source", CELLS)
def test_a_cell_that_does_not_run_to_its_end_fails(source, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in ("x = 1", source, "x")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, tmp_path / "broken.ipynb")
    options = "-q -p no:cacheprovider --nbval-lax --nbval-current-env"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml"),
            *(f"--rootdir={tmp_path}", *options.split(), "broken.ipynb"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert CELLS[source] in done.stdout
