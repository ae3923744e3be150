"""Pages that calculate are single pieces of HTML that ask for nothing."""

import re

import pytest

import follow.build
import lab.build


@pytest.fixture(scope="module", params=["lab", "follow"])
def piece(request):
    """What stands in the book, and what stands alone around it."""
    if request.param == "lab":
        part = lab.build.part()
        return part, lab.build.alone(part, "")
    part = follow.build.part()
    return part, follow.build.alone({"part": part})


def test_it_asks_for_nothing_from_outside(piece):
    part, page = piece
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    asking = r"\b(fetch|import)\s*\(|^import\b|\b(XMLHttpRequest|SharedArrayBuffer)\b"
    assert not re.search(asking, part, re.M)


def test_nothing_in_it_ends_the_script_early(piece):
    part, _ = piece
    assert part.count("<script") == part.count("</script>") == 1
    assert part.count("<!--") == 0


def test_a_page_alone_leaves_no_place_empty():
    assert "<!--" not in lab.build.alone("", "")
    names = ("part", "moments", "recorded")
    assert "<!--" not in follow.build.alone(dict.fromkeys(names, ""))


def test_every_id_is_there_once(piece):
    part, _ = piece
    found = re.findall(r'\bid="([^"]+)"', part)
    assert len(found) == len(set(found))
    wanted = re.findall(r'(?:aria-labelledby|for|form)="([^"]+)"', part)
    assert {name for names in wanted for name in names.split()} <= set(found)
