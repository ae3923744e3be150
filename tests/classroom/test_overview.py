"""The tables of what each chapter asks of a class, and of all exercises."""

import re

import pytest

from classroom import listing
from classroom.masters import MASTERS, read
from classroom.overview import CHAPTERS, Overview, demands

NAMES = sorted(path.stem for path in CHAPTERS.glob("*.ipynb"))


@pytest.mark.parametrize("name", NAMES)
def test_every_chapter_says_what_it_asks(name):
    found = demands(CHAPTERS / f"{name}.ipynb")
    side_room = re.match(r"\d\d[a-z]-", name)
    assert 0 < found.running <= 3
    assert (5 if side_room else 10) <= found.reading <= 60
    assert found.predictions >= (1 if side_room else 4)
    master = MASTERS / f"{name}.ipynb"
    if master.exists():
        questions = read(master).questions
        assert found.questions == len(questions)
        assert found.exercising == sum(question.minutes for question in questions)


def test_the_table_has_a_row_for_each():
    overview = Overview()
    table = overview._repr_html_()
    assert table.count("<tr>") == len(NAMES) + 1
    assert table.count('scope="row"') == len(NAMES)
    for name in NAMES:
        assert f'href="../chapters/{name}.html"' in table


def test_the_rows_stand_in_the_order_of_the_book():
    toc = (CHAPTERS.parent / "_toc.yml").read_text(encoding="utf-8")
    places = [toc.index(row.page.removesuffix(".ipynb")) for row in Overview().rows]
    assert places == sorted(places)


def test_the_listing_leads_to_every_notebook():
    table = listing.Listing()._repr_html_()
    masters = [read(path) for path in MASTERS.glob("*.ipynb")]
    assert table.count('scope="row"') == sum(len(m.questions) for m in masters)
    for master in masters:
        assert f'href="../{master.name}.ipynb"' in table


@pytest.mark.parametrize(
    ("repository", "where"),
    [
        (
            "https://github.com/you/fork",
            "https://colab.research.google.com/github/you/fork/blob/gh-pages/"
            "04-the-fourier-embedding.ipynb",
        ),
        ("https://gitlab.com/you/fork", ""),  # which Colab does not read
    ],
)
def test_colab_opens_what_is_on_github(repository, where, monkeypatch, tmp_path):
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {repository}\n")
    monkeypatch.setattr(listing, "_CONFIG", tmp_path / "_config.yml")
    table = listing.Listing()._repr_html_()
    assert where in table
    assert ("colab" in table) is bool(where)
