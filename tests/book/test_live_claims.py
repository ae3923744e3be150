"""What chapters may claim of a network that every machine trains for itself.

Whatever a chapter trains differs from processor to processor. So an assert on it goes
through the census: ``mine = gc.census.measure(run, [...])``, ``assert mine["val_95"] <=
900``. Its bound has to stand at least twice as far from the census's median as the
farthest network of the census does. Only identities, such as ``torch.allclose``, may be
asserted of a live network itself.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grokcore import census

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))

#: Calls that train, and leave something that differs from machine to machine.
TRAINS = {"run", "sweep", "Trainer", "listen", "train", "backward"}
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
#: What may be asserted of a live network itself: that two ways lead to one result.
IDENTITIES = {"allclose", "isclose", "equal", "equals"}
TITLE = "# @title "

every_chapter = pytest.mark.parametrize("name", CHAPTERS)


@cache
def code_cells(name: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(ROOT / "chapters" / name, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tree(cell: nbformat.NotebookNode) -> ast.Module:
    lines = cell.source.splitlines()
    magic = re.compile(r"^(\s*)[%!].*")
    return ast.parse("\n".join(magic.sub(r"\1pass", line) for line in lines))


@dataclass
class Bound:
    """One side of an assert on a measured network: ``statistic ≤ limit`` or ≥."""

    census: str
    statistic: str
    upper: bool
    limit: float


class Reader(ast.NodeVisitor):
    """Reads a chapter cell by cell: what is live, what is measured, what is claimed."""

    def __init__(self) -> None:
        self.live: set[str] = set()
        self.measured: dict[str, str | None] = {}  # the census that it belongs to
        self.functions: set[str] = set()
        self.census: str | None = None
        self.bounds: list[Bound] = []
        self.complaints: list[str] = []

    # -- what is live ------------------------------------------------------------

    def is_live(self, node: ast.AST) -> bool:
        """Whether a value depends on a network that was trained here."""
        if isinstance(node, ast.Call) and called(node) == "measure":
            return False
        if isinstance(node, ast.Name):  # a function may be handed on: map(trained, …)
            return node.id in self.live | self.functions
        if isinstance(node, ast.Call) and called(node) in TRAINS | self.functions:
            return True
        if isinstance(node, ast.FunctionDef):
            return False
        return any(map(self.is_live, ast.iter_child_nodes(node)))

    def bind(self, target: ast.AST, value: ast.AST) -> None:
        names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        self.live -= names
        self.measured = {n: c for n, c in self.measured.items() if n not in names}
        if isinstance(value, ast.Call) and called(value) == "measure":
            self.measured |= dict.fromkeys(names, self.census)
        elif self.is_live(value):
            self.live |= names

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    self.bind(one, value)
            elif not isinstance(target, ast.Subscript | ast.Attribute):
                self.bind(target, node.value)
            elif self.is_live(node.value):
                root = target
                while isinstance(root, ast.Subscript | ast.Attribute):
                    root = root.value
                self.live |= {root.id} if isinstance(root, ast.Name) else set()

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and self.is_live(node.value):
            self.live.add(node.target.id)

    def visit_For(self, node: ast.For) -> None:
        if self.is_live(node.iter):
            names = (n for n in ast.walk(node.target) if isinstance(n, ast.Name))
            self.live |= {n.id for n in names}
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # A function that trains, or that reads something live, returns something live.
        for inner in ast.walk(node):
            trains = isinstance(inner, ast.Call) and called(inner) in TRAINS
            if trains or (isinstance(inner, ast.Name) and inner.id in self.live):
                self.functions.add(node.name)

    def visit_Expr(self, node: ast.Expr) -> None:
        self.generic_visit(node)
        # x.append(live) makes x live.
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            holder = call.func.value
            if isinstance(holder, ast.Name) and any(map(self.is_live, call.args)):
                self.live.add(holder.id)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if called(node) == "table" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value in census.POPULATIONS:
                self.census = first.value

    # -- what is claimed ---------------------------------------------------------

    def visit_Assert(self, node: ast.Assert) -> None:
        for part in parts(node.test):
            bare = not any(isinstance(n, ast.Compare) for n in ast.walk(part))
            if bare and self.is_live(part) and not names_in(part) & IDENTITIES:
                self.complaints.append(ast.unparse(part))
        for compare in ast.walk(node.test):
            if not isinstance(compare, ast.Compare):
                continue
            sides = [compare.left, *compare.comparators]
            pairs = zip(sides, compare.ops, sides[1:], strict=False)
            for left, operator, right in pairs:
                self.compared(left, operator, right, ast.unparse(compare))

    def compared(
        self, left: ast.AST, operator: ast.cmpop, right: ast.AST, text
    ) -> None:
        names = [self.statistic(side) for side in (left, right)]
        if any(names):
            self.bound(names, left, operator, right, text)
        elif self.is_live(left) or self.is_live(right):
            number = any(map(has_number, (left, right)))
            if isinstance(operator, ORDERS) or number:
                self.complaints.append(text)

    def statistic(self, node: ast.AST) -> str | None:
        """The name of the statistic in ``mine["name"]``."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            key = node.slice
            if node.value.id in self.measured and isinstance(key, ast.Constant):
                return key.value
        return None

    def bound(self, names, left, operator, right, text) -> None:
        name, limit = (names[0], right) if names[0] else (names[1], left)
        measured = left if names[0] else right
        if not isinstance(operator, ORDERS) or not is_number(limit):
            self.complaints.append(f"{text}: compare with < or > and a number")
            return
        below = isinstance(operator, ast.Lt | ast.LtE)
        upper = below == bool(names[0])
        value = float(ast.literal_eval(limit))
        population = self.measured[measured.value.id]
        self.bounds.append(Bound(population, name, upper, value))


def called(node: ast.Call) -> str:
    function = node.func
    return (
        function.attr
        if isinstance(function, ast.Attribute)
        else getattr(function, "id", "")
    )


def is_number(node: ast.AST) -> bool:
    try:
        return isinstance(ast.literal_eval(node), int | float)
    except ValueError:
        return False


def has_number(node: ast.AST) -> bool:
    """Whether it is a number, or a literal with one in it, such as [3, 5]."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return any(map(has_number, node.elts))
    if isinstance(node, ast.Dict):
        return any(map(has_number, node.values))
    return is_number(node)


def parts(test: ast.expr) -> Iterator[ast.expr]:
    """What is claimed: the parts of ``and``, ``or`` and ``not``, each for itself."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from parts(value)
    elif isinstance(test, ast.UnaryOp):
        yield from parts(test.operand)
    else:
        yield test


def names_in(node: ast.AST) -> set[str]:
    """All names and attributes in an expression."""
    return {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(node)}


@cache
def read(name: str) -> Reader:
    reader = Reader()
    for cell in code_cells(name):
        reader.visit(tree(cell))
    return reader


def all_bounds() -> Iterator[tuple[str, Bound]]:
    for name in CHAPTERS:
        for bound in read(name).bounds:
            yield name, bound


@every_chapter
def test_nothing_is_claimed_of_a_live_network_but_through_the_census(name):
    complaints = read(name).complaints
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        pytest.param(name, b, id=f"{name[:2]}-{b.statistic}{'<' if b.upper else '>'}")
        for name, b in all_bounds()
    ],
)
def test_a_bound_stands_twice_as_far_as_the_farthest_network(name, bound):
    values = census.table(bound.census, machines=True)[bound.statistic].to_numpy(float)
    assert room(values, bound.upper, bound.limit) >= 2, (
        f"{bound.statistic} {'≤' if bound.upper else '≥'} {bound.limit}: the census "
        f"has {values.min():g} to {values.max():g}, median {np.median(values):g}"
    )


def room(values: np.ndarray, upper: bool, limit: float) -> float:
    """How many times as far as the farthest network a bound stands from the median."""
    sign = 1 if upper else -1
    middle = np.median(values)
    farthest, bound = (sign * (values - middle)).max(), sign * (limit - middle)
    if bound <= 0:
        return 0.0
    return bound / farthest if farthest > 0 else np.inf


def test_room():
    values = np.array([1.0, 2.0, 3.0])
    assert room(values, True, 4.0) == 2 and room(values, True, 3.5) == 1.5
    assert room(values, False, 0.0) == 2 and room(values, False, 2.5) == 0
    assert room(np.ones(3), True, 1.0) == 0 and room(np.ones(3), False, 0.99) == np.inf


@every_chapter
def test_checks_are_out_of_the_readers_way(name):
    """One collapsed cell of asserts a section, on Colab behind its title."""
    notebook = nbformat.read(ROOT / "chapters" / name, as_version=4)
    in_section = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"^##? ", cell.source, re.M):
            in_section = 0
        if cell.cell_type != "code":
            continue
        if not any(isinstance(node, ast.Assert) for node in ast.walk(tree(cell))):
            continue
        in_section += 1
        first = cell.source.splitlines()[0]
        assert in_section == 1, f"two cells of asserts in a section: {first}"
        assert "hide-cell" in cell.metadata.get("tags", []), first
        assert first.startswith(TITLE), f"not behind a title on Colab: {first}"
        assert cell.metadata.get("cellView") == "form", first


EXAMPLE = """
run = gc.CATALOGUE["live-p113"].run()
paper = gc.load("nanda-p113")
delay = run.delay()
population = gc.census.table("live-p113")
mine = gc.census.measure(run, ["val_95"])
values = []
values.append(delay.epochs)
def look(k): return run.weights(k)
looked = [*map(look, (1, 2))]
other = gc.census.table("live-p59")
assert delay.epochs > 3
assert (run.first, run.last) == (3, 5)
assert not run.model.slips()
assert looked[0] == 1
assert run.history.val_accuracy.max() == 1.0
assert values[0] < 5
assert look(3) < 1
assert paper.delay().epochs > 3
assert torch.allclose(run.model(x), y)
assert run.experiment == paper.experiment
assert 100 <= mine["val_95"] < 900
assert mine["val_95"] < delay.epochs
"""


def test_the_reader_tells_live_from_recorded():
    reader = Reader()
    reader.visit(ast.parse(EXAMPLE))
    assert reader.complaints == [
        "delay.epochs > 3",
        "(run.first, run.last) == (3, 5)",
        "run.model.slips()",
        "looked[0] == 1",
        "run.history.val_accuracy.max() == 1.0",
        "values[0] < 5",
        "look(3) < 1",
        "mine['val_95'] < delay.epochs: compare with < or > and a number",
    ]
    assert reader.bounds == [
        Bound("live-p113", "val_95", False, 100.0),
        Bound("live-p113", "val_95", True, 900.0),
    ]
