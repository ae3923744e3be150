"""The page is one piece of HTML that asks for nothing."""

import json
import re

from lab import build

PART = build.part()


def test_it_asks_for_nothing_from_outside():
    page = build.alone(PART, "")
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    assert not re.search(r"\b(fetch|XMLHttpRequest|SharedArrayBuffer|import)\b", PART)


def test_nothing_in_it_ends_the_script_early():
    assert PART.count("<script") == PART.count("</script>") == 1
    assert PART.count("<!--") == 0


def test_every_id_is_there_once():
    found = re.findall(r'\bid="([^"]+)"', PART)
    assert len(found) == len(set(found))
    wanted = re.findall(r'(?:aria-labelledby|for)="([^"]+)"', PART)
    assert {name for names in wanted for name in names.split()} <= set(found)


def test_every_preset_asks_one_thing_and_says_what_to_look_for():
    choices = json.loads(build.text("presets.json"))
    for preset in choices["presets"].values():
        assert "?" in preset["question"] and preset["look"]
        assert preset["choice"].keys() <= choices["usual"].keys()


def test_the_book_shows_it_second():
    toc = (build.HERE.parent / "_toc.yml").read_text(encoding="utf-8")
    assert re.search(r"- file: (\S+)", toc)[1] == "book/lab"
    page = (build.HERE.parent / "book" / "lab.md").read_text(encoding="utf-8")
    assert ":file: ../dist/lab/part.html" in page
