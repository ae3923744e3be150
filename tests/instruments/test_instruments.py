"""The instruments read what is known of what was built, and of what is a memory."""

import math
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import torch

from grokcore import instruments
from grokcore.instruments import (
    INSTRUMENTS,
    ReadingTable,
    Specimen,
    Verdicts,
    fooled,
    lookup,
    readings,
    written,
)
from grokcore.models import by_hand
from grokcore.tasks import ModularTask

ROOT = Path(__file__).parents[2]
P, KEYS = 29, (2, 5, 11)


@pytest.fixture(scope="module")
def few():
    """A clock, its untrained twin, and two memories, small enough to be quick."""
    table = ModularTask("add", p=P, train_fraction=0.4).data()
    clock = by_hand(P, KEYS, width=64, heads=2, neurons=256)
    noise = by_hand(P, KEYS, width=64, heads=2, neurons=256)
    generator = torch.Generator().manual_seed(0)
    for weight in noise.parameters():
        weight.normal_(0, 0.1, generator=generator)
    networks = {"clock": ("built", clock), "noise": ("nothing", noise)}
    made = [
        Specimen(name, kind, table, network(table.tokens).view(P, P, -1), KEYS, network)
        for name, (kind, network) in networks.items()
    ]
    for name, mirrors in (("lookup", False), ("parrot", True)):
        answers = lookup(table, P, 20.0, mirrors=mirrors)
        made.append(Specimen(name, "memory", table, answers, KEYS))
    return made


@pytest.fixture(scope="module")
def read(few):
    return readings(few)


def test_a_clock_reads_as_one(read):
    clock = read.clock
    for name in ("shown", "validation", "unseen"):
        assert clock[f"accuracy, {name}"] == 1
    assert clock["logits explained by cosines"] > 0.99
    assert clock["key share of the embedding"] == pytest.approx(1)
    assert clock["moved by an interchange"] == 1
    assert clock["right without key frequencies"] < 0.2
    assert clock["restricted loss"] < 0.01


def test_memories_know_what_they_were_shown_and_nothing_else(read, few):
    table = few[0].table
    mirrored = torch.zeros(P, P, dtype=torch.bool)
    mirrored[tuple(table.operands[table.train].T)] = True
    hidden = ~mirrored
    share = float((hidden & mirrored.T).sum() / hidden.sum())
    chance = 1 / P
    for name in ("lookup", "parrot"):
        assert read[name]["accuracy, shown"] == 1
        assert read[name]["accuracy, unseen"] < 2 * chance
        assert read[name]["restricted loss, unseen alone"] == pytest.approx(math.log(P))
    assert read.lookup["accuracy, validation"] < 2 * chance
    assert read.parrot["accuracy, validation"] == pytest.approx(share, abs=chance)
    # What fools the restricted loss.
    assert read.parrot["restricted loss"] < math.log(P) - 0.5


def test_what_looks_inside_reads_nothing_of_a_table(read):
    inside = [i.name for i in INSTRUMENTS if i.inside]
    assert read.lookup[inside].isna().all() and read.clock.notna().all()


def test_reading_changes_no_network(few):
    before = few[0].network.embed.W_E.clone()
    readings(few[:1])
    assert torch.equal(few[0].network.embed.W_E, before)


def test_an_instrument_is_charged_with_what_it_takes_for_an_adder(read, few):
    found = fooled(read, few)
    assert found["accuracy, shown"] == ["lookup", "parrot"]
    assert found["accuracy, unseen"] == []
    # No wave in the attention of a clock built by hand: whatever is there fools.
    assert found["scores of one frequency"] == ["noise"]


@pytest.mark.parametrize(
    ("speaks", "adding", "other", "is_fooled"),
    [
        ("high", (0.5, 0.9), 0.95, True),
        ("high", (0.5, 0.9), 0.4, False),
        ("low", (0.5, 0.9), 0.4, True),
        ("low", (0.5, 0.9), 0.95, False),
        ("either", (0.5, 0.9), 0.6, True),
        ("either", (0.5, 0.9), 0.95, False),
        # Written alike is alike; and no reading is none.
        ("high", (0.5, 0.9), 0.4996, True),
        ("low", (math.nan, 0.9), 0.9004, True),
        ("high", (math.nan, 0.9), math.nan, False),
    ],
)
def test_fooled_goes_by_what_is_written(speaks, adding, other, is_fooled):
    of_it = (i for i in INSTRUMENTS if i.speaks == speaks)
    chosen = next(i for i in of_it if i.form in (".2f", ".1%"))
    kinds = {"one": "built", "two": "trained", "three": "memory"}
    of = [Specimen(n, k, None, torch.empty(0), ()) for n, k in kinds.items()]
    read = pd.DataFrame([[*adding, other]], [chosen.name], [*kinds])
    expected = ["three"] if is_fooled else []
    assert fooled(read, of) == {chosen.name: expected}


def test_readings_are_written_with_a_minus_and_nothing_without():
    by_name = {i.name: i for i in INSTRUMENTS}
    symmetricity = by_name["gradient symmetricity"]
    assert written(symmetricity, -0.25) == "−0.25"
    assert written(symmetricity, -0.001) == "0.00"
    assert written(symmetricity, math.nan) == "–"
    assert written(by_name["accuracy, shown"], 0.0088) == "0.9%"
    assert written(by_name["sum of squared weights"], 1234.5) == "1,234"


def test_every_instrument_names_a_section_that_is_there():
    for instrument in INSTRUMENTS:
        (path,) = ROOT.glob(f"chapters/{instrument.chapter}-*.ipynb")
        cells = nbformat.read(path, as_version=4).cells
        lines = "\n".join(c.source for c in cells if c.cell_type == "markdown")
        heading = re.escape(instrument.section)
        assert re.search(rf"^#+ {heading}$", lines.replace("*", ""), re.M), instrument


def test_the_table_marks_what_fools_and_joins_seeds(read, few):
    seeds = [replace(few[0], name=f"live, seed {s}", kind="trained") for s in (0, 1)]
    both = read.assign(**{s.name: read.clock for s in seeds})
    both.loc["circularity", "live, seed 1"] = 0.9
    html = ReadingTable(both, [*few, *seeds])._repr_html_()
    assert "live, 2 seeds" in html and "live, seed" not in html
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', html)
    assert len(rows) == len(INSTRUMENTS)
    shown, *_ = rows
    assert shown.count("<mark>100.0%</mark>") == 2
    (circles,) = (row for row in rows if "circularity" in row)
    assert " to 0.90</td>" in circles and circles.count("<td>–</td>") == 2


def test_a_verdict_says_what_an_instrument_is_worth(read, few):
    told = {i.chapter: ("A title", "there.html") for i in INSTRUMENTS}
    html = Verdicts(read, few, told)._repr_html_()
    entries = re.findall(r'<div class="claim" id="(.*?)">(.*?)</div>', html)
    assert len(entries) == len({name for name, _ in entries}) == len(INSTRUMENTS)
    table = ReadingTable(read, few)._repr_html_()
    assert all(f'href="#{name}"' in table for name, _ in entries)
    said = dict(entries)
    cannot = "Cannot tell a memory from a mechanism. Fooled by: lookup, parrot."
    assert cannot in said["measure-accuracy-shown"]
    tells = "Tells memories from mechanisms. Fooled by: nothing here."
    assert tells in said["measure-accuracy-unseen"]
    none = "No memory to try it on. Fooled by: noise."
    assert none in said["measure-scores-of-one-frequency"]


def test_the_course_has_all_kinds_of_specimens():
    found = instruments.specimens()
    assert {s.kind for s in found} == {"memory", "nothing", "built", "trained"}
    assert len({s.name for s in found}) == len(found) > 10
