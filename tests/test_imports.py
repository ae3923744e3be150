"""Importing is cheap, and arrows point one way only."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import grokcore


def test_importing_grokcore_loads_nothing_that_can_wait(python):
    heavy = "transformer_lens pandas matplotlib.pyplot ipywidgets wandb distributed"
    loaded = python(f"""
import sys
import grokcore
grokcore.Experiment().key, grokcore.CATALOGUE
print([name for name in {heavy.split()} if name in sys.modules])
""")
    assert loaded.strip() == "[]"


def test_training_loads_neither_pandas_nor_pyplot(python):
    loaded = python("""
import sys
import grokcore as gc
task = gc.ModularTask(p=5, train_fraction=0.5)
model = gc.TransformerConfig(width=8, heads=2)
gc.Experiment(task=task, model=model, epochs=2).run()
heavy = "transformer_lens pandas matplotlib.pyplot ipywidgets wandb".split()
print([name for name in heavy if name in sys.modules])
""")
    assert loaded.strip() == "[]"


def test_dir_lists_every_public_name():
    assert set(grokcore.__all__) <= set(dir(grokcore))


@pytest.mark.parametrize("name", grokcore.__all__)
def test_every_public_name_is_there(name):
    assert getattr(grokcore, name) is not None


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'grokcore' has no attribute 'grok'"):
        grokcore.grok  # noqa: B018 - looking is the test


def test_a_circle_or_an_arrow_upwards_fails_the_linter(tmp_path):
    """The contracts in pyproject.toml are not so wide that nothing breaks them."""
    root = Path(grokcore.__file__).parents[1]
    for name in ("grokcore", "classroom"):
        shutil.copytree(
            root / name, tmp_path / name, ignore=shutil.ignore_patterns("recorded")
        )
    shutil.copy(root / "pyproject.toml", tmp_path)
    tasks = tmp_path / "grokcore" / "tasks" / "tokens.py"
    tasks.write_text(tasks.read_text() + "\nfrom grokcore import experiments\n")
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "nothing from above its own line BROKEN" in done.stdout
    assert "No circle, in no package BROKEN" in done.stdout
