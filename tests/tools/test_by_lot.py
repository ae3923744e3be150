"""What continuous integration draws by the commit's hash."""

import runpy
from pathlib import Path

from grokcore import census
from grokcore.backend import rounding

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "by_lot.py"))
draw = TOOL["draw"]


def test_a_commit_always_draws_the_same_and_others_draw_all_chapters():
    commits = [f"{i:040x}" for i in range(200)]
    lots = [draw(commit) for commit in commits]
    assert lots == [draw(commit) for commit in commits]
    assert {lot.chapters[0] for lot in lots} == {"01", "04", "05", "06"}
    assert all(lot.chapters[1] == "03" for lot in lots)
    assert len({(lot.seed, lot.rounding) for lot in lots}) == len(lots)


def test_what_is_drawn_is_new_to_the_census_and_can_be_trained(monkeypatch):
    counted = max(max(p.seeds) for p in census.POPULATIONS.values())
    for i in range(200):
        lot = draw(f"{i:040x}")
        assert lot.seed > counted and lot.rounding >= 1
        monkeypatch.setenv(rounding.VARIABLE, str(lot.rounding))
        assert rounding.chosen() == lot.rounding


def test_the_chapters_that_may_be_drawn_exist():
    chapters = Path(__file__).parents[2] / "chapters"
    for number in (*TOOL["LARGE"], TOOL["SMALL"]):
        assert len([*chapters.glob(f"{number}-*.ipynb")]) == 1
