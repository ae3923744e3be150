"""The instruments read what is known of what was built, and of what is a memory."""

import math

import pytest
import torch

from grokcore import instruments
from grokcore.instruments import INSTRUMENTS, Specimen, lookup, overlapping, readings
from grokcore.models import by_hand
from grokcore.tasks import ModularTask

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
    found = overlapping(read, few)
    assert found["accuracy, shown"] == ["lookup", "parrot"]
    assert found["accuracy, unseen"] == []


def test_the_course_has_all_kinds_of_specimens():
    found = instruments.specimens()
    assert {s.kind for s in found} == {"memory", "nothing", "built", "trained"}
    assert len({s.name for s in found}) == len(found) > 10
