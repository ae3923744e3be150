"""The lab's page: its experiments, and its place in the book."""

import json
import re

from lab import build


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
