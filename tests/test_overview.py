"""The table of what each chapter asks of a class."""

import pytest

from classroom.masters import MASTERS, read
from classroom.overview import CHAPTERS, Overview, demands

NAMES = sorted(path.stem for path in CHAPTERS.glob("*.ipynb"))


@pytest.mark.parametrize("name", NAMES)
def test_every_chapter_says_what_it_asks(name):
    found = demands(CHAPTERS / f"{name}.ipynb")
    assert 0 < found.running <= 3 and 10 <= found.reading <= 60
    assert found.predictions >= 4
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
