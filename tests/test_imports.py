"""Importing is cheap, and arrows point one way only."""

import ast
from pathlib import Path

import pytest

import grokcore

ROOT = Path(grokcore.__file__).parent

#: From the bottom to the top; a module imports nothing from above its own line.
FLOORS = [
    {"tokens", "products", "operations", "descriptions", "schedules", "threads"},
    {"tasks", "models", "losses", "optimizers", "filters", "projections"},
    {"state_dicts", "summary"},
    {"experiments"},
    {"catalogue"},
    {"evaluation", "training"},
    {"storage"},
    {"keeping"},
    {"runs"},
    {"derived", "studies"},
    {"census"},
    {"sweeps", "recording", "claims", "speedrun", "tracking"},
    {"_errors", "_options"},
    {"_speedrun"},
    {"cli"},
]
#: What a run hands its arrays to.
BESIDE = {"analysis", "show"}
#: Helpers that know nothing of the rest, and the bridge to another library.
ALONE = {"bridge_names", "devices", "memory", "progress", "rounding", "spacing"}


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


def imports_of(path):
    """Parts of grokcore that a file imports: (part, whether only when called)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def visit(node, lazy):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lazy = True
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, lazy
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", lazy
        for child in ast.iter_child_nodes(node):
            yield from visit(child, lazy)

    return list(visit(tree, lazy=False))


def part_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = [p for p in sorted(ROOT.rglob("*.py")) if p != ROOT / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_imports_upwards(path):
    here = part_of(path)
    floor = {part: i for i, parts in enumerate(FLOORS) for part in parts}
    for name, lazy in imports_of(path):
        package, _, rest = name.partition(".")
        there = rest.partition(".")[0]
        if package != "grokcore" or there == here:
            continue
        if not (ROOT / there).exists() and not (ROOT / f"{there}.py").exists():
            # A name of the package itself, which only the outermost rooms may use.
            assert here not in floor, f"import {there} from where it is made"
            continue
        if here in ALONE:
            pytest.fail(f"{here} knows nothing of {there}")
        if here in BESIDE:
            # They take arrays: the parts below at most, never a run.
            assert there in BESIDE | ALONE | FLOORS[0] | FLOORS[1], (
                f"{here} imports {there}"
            )
        elif here in floor and there in floor:
            hands_itself_to_the_store = (here, there) == (
                "experiments",
                "runs",
            ) and lazy
            assert floor[there] <= floor[here] or hands_itself_to_the_store


def test_only_the_bridge_imports_transformer_lens():
    users = {
        part_of(path)
        for path in FILES
        for name, _ in imports_of(path)
        if name.startswith("transformer_lens")
    }
    assert users == {"lens"}
    lens = imports_of(ROOT / "lens.py")
    assert all(lazy for name, lazy in lens if name.startswith("transformer_lens"))


def test_every_part_has_its_place():
    places = set().union(*FLOORS, BESIDE, ALONE, {"lens", "checks"})
    assert {part_of(path) for path in FILES} <= places
