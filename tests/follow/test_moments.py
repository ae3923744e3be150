"""Which moments the page shows, and what it says of them."""

import base64
import re
import zlib

import numpy as np
import pytest

import grokcore as gc
from follow import recording
from follow.build import USUAL, moments_table
from follow.moments import MOMENTS, RUN, keys, moment, shown
from grokcore.analysis import neurons

KILOBYTES = 600


def test_they_are_the_moments_that_their_names_say():
    run = gc.load(RUN)
    there = run.whole_snapshots
    assert set(MOMENTS.values()) <= set(there)
    assert MOMENTS["untrained"] == 0 == there[0]
    assert MOMENTS["generalized"] == there[-1] == run.experiment.epochs
    val = {step: abs(_others(run, step) - 0.5) for step in there}
    assert MOMENTS["half-way"] == min(val, key=val.get)
    history = run.history.set_index("epoch")
    worst = history.val_loss.max()
    assert history.val_loss[1_450] > 0.95 * worst
    assert moment("memorized").right(shown()) == 1
    assert moment("memorized").right(~shown()) < 0.02
    assert moment("generalized").right(shown() | ~shown()) == 1


def _others(run, step):
    history = run.history
    return history.val_accuracy[(history.epoch - step).abs().idxmin()]


def test_the_numbers_in_the_prose_are_the_runs():
    assert int(shown().sum()) == 3_830
    assert int((~shown()).sum()) == 8_939
    assert len(moment("untrained").halves) == 226_048
    assert keys() == (8, 19, 36, 38, 41, 54)
    a, b = recording.SUM
    assert (USUAL["a"], USUAL["b"]) == (a, b)
    assert not shown()[a, b] and not shown()[b, a]


@pytest.mark.parametrize("name", MOMENTS)
def test_weights_come_out_as_they_went_in(name):
    packed = moment(name).packed()
    assert len(packed) <= KILOBYTES * 1000
    low, high = np.frombuffer(
        zlib.decompress(base64.b64decode(packed)), np.uint8
    ).reshape(2, -1)
    halves = (low + (high.astype(np.uint16) << 8)).view(np.float16)
    assert (halves == moment(name).halves).all()


def test_facts_are_what_the_library_finds():
    facts = moment("generalized").facts()
    assert [head["k"] for head in facts["heads"]] == [8, 41, 8, 41]
    teams = np.frombuffer(base64.b64decode(facts["teams"]), np.uint8)
    found = neurons.fit_frequencies(moment("generalized").inside.neurons)
    assert (teams == found.frequency.numpy()).all()
    assert facts["explained"] > 0.97 > 0.01 > moment("memorized").explained


def test_the_table_has_what_each_moment_can_do():
    table = moments_table()
    rows = re.findall(r"<tr><th scope=.row.>(.+?)</th>(.+?)</tr>", table)
    assert [name.partition(",")[0] for name, _ in rows] == list(MOMENTS)
    cells = [re.findall(r"<td>(.+?)</td>", row) for _, row in rows]
    assert [row[0] for row in cells] == ["0.8%", "100.0%", "100.0%", "100.0%"]
    assert [row[1] for row in cells] == ["0.8%", "1.9%", "68.4%", "100.0%"]


def test_the_recorded_sum_ends_at_its_answer():
    book = recording.flipbook()
    assert len(book.pictures) == len(recording.ADDED) + 1
    assert book.pictures[-1].alt.startswith("Logit over the distance from the answer")
    gaps = [float(re.search(r"a gap of (\d+\.?\d*)", p.alt)[1]) for p in book.pictures]
    assert gaps[0] < 1 < gaps[-1]
