"""The ledger: numbers that may be bounds, verdicts, and runs that may be missing."""

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import grokcore as gc
from grokcore import claims, cli, recording, studies
from grokcore.analysis import fourier
from grokcore.claims import (
    CLAIMS,
    SOURCES,
    Claim,
    Finding,
    Result,
    Setting,
    Value,
    Within,
    architectures,
    check,
    data,
    histories,
    networks,
    page,
    report,
    select,
    tasks,
    theories,
)
from grokcore.claims.values import (
    NOT_REPRODUCED,
    OPEN,
    PARTLY,
    REPRODUCED,
    UNDECIDED,
    median,
)
from grokcore.cli import commands
from grokcore.runs import Run, files, lookup
from grokcore.runs.measured import NORMS_FILE
from grokcore.training import COLUMNS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plant(store):
    """Store a run that nobody trained, with accuracies of our choice."""

    def write(experiment, train, val, status="finished", every=10):
        folder = store / experiment.name
        step = np.arange(len(val)) * float(every)
        table = dict.fromkeys(COLUMNS, np.zeros(len(val)))
        table |= {"step": step, "epoch": step / experiment.steps_per_epoch}
        table |= {"train_accuracy": np.array(train), "val_accuracy": np.array(val)}
        files.write_table(folder / "history.npz", {c: table[c] for c in COLUMNS})
        description = json.loads(experiment.to_json())
        content = {"status": status, "experiment": description, "provenance": {}}
        files.write_json(folder / "experiment.json", content)
        return Run(folder)

    return write


@pytest.fixture
def row(tiny):
    """A claim about tiny experiments of three seeds: generalized by step 20."""
    experiments = tuple(tiny(seed=s) for s in range(3))

    def make(**changes):
        setting = Setting((experiments,), histories.each(histories.val_step))
        fields = {
            "id": "X.1",
            "source": "S0",
            "statement": "It is soon.",
            "chapter": "01",
            "settings": {"here": setting},
            "statistic": "the step",
            "verdict": Within(high=20),
            "unit": "steps",
        }
        return Claim(**(fields | changes))

    return make


# -- values ------------------------------------------------------------------------


def test_a_bound_is_known_on_one_side_only():
    above, below, unsaid = Value(10, ">"), Value(10, "<"), Value(math.nan)
    large, small = Within(low=10), Within(high=10)
    assert large.holds(above) and not Within(high=1_000).holds(above)
    assert small.holds(below) and not Within(low=1).holds(below)
    # The bound itself is not among the numbers that it leaves open.
    assert not small.may_hold(above) and not large.may_hold(below)
    for limits in (large, small):
        assert not limits.holds(unsaid) and limits.may_hold(unsaid)


@pytest.mark.parametrize(
    ("over", "under", "ratio"),
    [
        (Value(8), Value(2), "4"),
        (Value(8, ">"), Value(2), "> 4"),
        (Value(8), Value(2, ">"), "< 4"),
        (Value(8), Value(2, "<"), "> 4"),
        (Value(8, "<"), Value(2, ">"), "< 4"),
        (Value(8, ">"), Value(2, ">"), "?"),
        (Value(math.nan), Value(2), "?"),
        (Value(8), Value(math.nan), "?"),
        (Value(8), Value(0), "∞"),
        (Value(0), Value(0), "?"),
        (Value(0), Value(8), "0"),
    ],
)
def test_a_ratio_is_a_bound_where_its_parts_leave_it_open(over, under, ratio):
    assert str(over.over(under)) == ratio


def test_a_median_is_a_bound_where_a_bound_could_move_it():
    assert median([Value(5), Value(3, ">"), Value(4)]) == Value(4, ">")
    assert median([Value(5), Value(9, "<"), Value(4)]) == Value(5, "<")
    assert median([Value(3, ">"), Value(3, ">"), Value(4)]) == Value(3, ">")
    assert median([Value(5), Value(9, ">"), Value(4)]) == Value(5)
    assert median([Value(5), Value(1, "<"), Value(7)]) == Value(5)
    assert median([Value(1), Value(2), Value(3), Value(4)]) == Value(2)


def test_a_median_is_unknown_where_an_unknown_could_move_it():
    nan = Value(math.nan)
    assert math.isnan(median([Value(800), Value(900), nan]).number)
    assert median([Value(5), Value(5), nan]) == Value(5)
    assert math.isnan(median([nan, nan, Value(1)]).number)


# -- verdicts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ([0.8], REPRODUCED),
        ([0.799_999], PARTLY),
        ([0.5, 0.6], PARTLY),
        ([0.499_999], NOT_REPRODUCED),
        ([0.9, 0.9, 0.0, 0.0], PARTLY),
        ([0.9, 0.0, 0.0], NOT_REPRODUCED),
        ([0.9, 0.5, 0.5], PARTLY),
        ([math.nan], UNDECIDED),
        ([0.9, math.nan], UNDECIDED),
        ([0.9, 0.9, math.nan], UNDECIDED),
        ([0.4, 0.4, math.nan], NOT_REPRODUCED),
    ],
)
def test_verdicts_at_their_boundaries(numbers, verdict):
    rule = Within(low=0.8, partly=Within(low=0.5))
    assert rule([Value(number) for number in numbers]) == verdict


def test_limits_on_both_sides_include_themselves():
    rule = Within(low=0.8, high=1.2)
    assert rule([Value(0.8), Value(1.2)]) == REPRODUCED
    assert rule([Value(1.21)]) == NOT_REPRODUCED
    assert rule([Value(1.2, ">")]) == rule([Value(0.8, "<")]) == NOT_REPRODUCED


def test_a_bound_on_the_wrong_side_decides_nothing():
    rule = Within(low=0.8, high=1.2)
    assert rule([Value(1.0, ">")]) == rule([Value(1.0, "<")]) == UNDECIDED
    assert Within(low=0.8)([Value(0.9, ">")]) == REPRODUCED
    assert Within(low=0.8)([Value(0.7, ">")]) == UNDECIDED
    assert Within(low=0.8)([Value(0.7, ">"), Value(0.1), Value(0.1)]) == NOT_REPRODUCED


def test_a_rule_needs_a_limit_and_a_verdict_needs_values():
    with pytest.raises(ValueError, match="neither low nor high"):
        Within()
    with pytest.raises(ValueError, match="no values"):
        Within(low=1)([])


def test_limits_are_written_without_digits_that_say_nothing():
    assert Within(low=0.8, partly=Within(low=0.055)).write(".1%") == (
        "at least 80% (partly: at least 5.5%)"
    )
    assert Within(high=2_000).write(",.0f") == "at most 2,000"


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([REPRODUCED, REPRODUCED], REPRODUCED),
        ([REPRODUCED, PARTLY, NOT_REPRODUCED], "only under A"),
        ([REPRODUCED, NOT_REPRODUCED, REPRODUCED], "only under A and C"),
        ([PARTLY, NOT_REPRODUCED], PARTLY),
        ([NOT_REPRODUCED, NOT_REPRODUCED], NOT_REPRODUCED),
        ([REPRODUCED, OPEN], OPEN),
        ([REPRODUCED, UNDECIDED], REPRODUCED),
        ([NOT_REPRODUCED, UNDECIDED], NOT_REPRODUCED),
        ([UNDECIDED, UNDECIDED], UNDECIDED),
    ],
)
def test_settings_that_disagree_are_named(row, verdicts, together):
    found = (
        Finding(name, (Value(1),), v) for name, v in zip("ABC", verdicts, strict=False)
    )
    assert Result(row(), tuple(found)).verdict == together


# -- from histories ----------------------------------------------------------------


def test_what_is_not_reached_is_a_bound(tiny, plant):
    run = plant(tiny(), train=[0, 1, 1, 1], val=[0, 0, 0.9, 0.94])
    assert histories.train_epoch(run) == Value(10)
    assert histories.val_step(run) == histories.val_epoch(run) == Value(30, ">")
    assert histories.val_step(run, 0.9) == Value(20)
    assert histories.delay(run) == Value(20, ">")


def test_a_run_that_diverged_is_not_there_by_the_end_of_its_budget(tiny, plant):
    run = plant(tiny(), [0, 0.1], [0, 0], status="diverged")
    assert histories.val_step(run) == Value(30, ">")


def test_without_memorizing_there_is_no_delay(tiny, plant):
    run = plant(tiny(), [0, 0.5, 0.5, 0.5], [0, 0, 0, 0])
    assert math.isnan(histories.delay(run).number)


def test_steps_are_not_epochs(tiny, plant):
    experiment = tiny(batch_size=12)  # of 24 rows
    run = plant(experiment, [0, 1, 1], [0, 0, 1])
    assert histories.val_step(run) == Value(20)
    assert histories.val_epoch(run) == Value(10) and histories.delay(run) == Value(5)


def test_a_delay_in_steps_ends_with_the_budget(tiny, plant):
    small = tiny(batch_size=12)  # two steps an epoch
    there = plant(small, [0, 1, 1, 1], [0, 0, 0, 1])
    never = plant(small.replace(seed=1), [0, 1, 1, 1], [0, 0, 0, 0])
    blank = plant(small.replace(seed=2), [0, 0, 0, 0], [0, 0, 0, 0])
    assert histories.delay_in_steps(there) == Value(20)
    assert histories.delay_in_steps(never) == Value(small.last_step - 10, ">")
    assert math.isnan(histories.delay_in_steps(blank).number)
    assert histories.times_as_long(there) == Value(3)
    assert histories.times_as_long(never) == Value(small.last_step / 10, ">")
    assert math.isnan(histories.times_as_long(blank).number)
    assert histories.later(never, there).bound == ">"


# -- the band ----------------------------------------------------------------------


@pytest.fixture
def cells():
    """Stand-ins for the runs of one seed in the study of the band."""
    return [SimpleNamespace(experiment=a[0]) for a in data._CELLS.values()]


def test_a_delay_that_is_always_as_many_steps_looks_like_a_band_in_epochs(cells):
    in_steps = data._inside_over_outside(lambda run: Value(2_000.0))
    assert in_steps(*cells) == Value(1)
    in_epochs = data._inside_over_outside(
        lambda run: Value(2_000 / run.experiment.steps_per_epoch)
    )
    assert in_epochs(*cells).number < 0.3


def test_the_band_is_where_rows_over_batch_are_100_to_800(cells):
    assert [c.experiment for c in cells if data._in_band(c)] == [
        e
        for (e, *_) in data._CELLS.values()
        if 100 <= e.task.train_rows / e.batch_size <= 800
    ]
    rows = {c.experiment.task.train_rows for c in cells}
    within = {c.experiment.task.train_rows for c in cells if data._in_band(c)}
    assert rows == within, "a size of the training set has no cell in the band"


def test_what_never_memorized_is_left_out_of_the_band(cells):
    def delay(run):
        if run.experiment.batch_size == 10 and run.experiment.task.train_rows > 2_700:
            return Value(math.nan)
        return Value(100.0 if data._in_band(run) else 400.0)

    assert data._inside_over_outside(delay)(*cells) == Value(0.25)
    nothing = data._inside_over_outside(lambda run: Value(math.nan))(*cells)
    assert math.isnan(nothing.number)


def test_the_band_is_compared_at_equal_rows(cells):
    """Rows that are slow all over make no band."""
    slow = data._inside_over_outside(
        lambda run: Value(1e6 / run.experiment.task.train_rows)
    )
    assert slow(*cells).number == pytest.approx(1)
    short = data._inside_over_outside(
        lambda run: Value(100.0 if data._in_band(run) else 400.0)
    )
    assert short(*cells) == Value(0.25)


def test_a_speed_up_compares_seed_by_seed(tiny, plant):
    slow = [plant(tiny(seed=s), [1] * 4, val) for s, val in enumerate(_LATE)]
    fast = [plant(tiny(seed=s, lr=0.1), [1] * 4, [0, 1, 1, 1]) for s in (0, 1)]
    ratios = histories.each(histories.speed_up)(slow, fast)
    assert ratios == [Value(2), Value(3, ">")]
    with pytest.raises(ValueError):
        histories.each(histories.speed_up)(slow, fast[:1])


_LATE = ([0, 0, 1, 1], [0, 0, 0, 0])


def test_the_best_rate_is_that_of_the_best_median(tiny, plant):
    soon, middle, never = ([0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0])
    steady = [plant(tiny(seed=s, lr=0.1), [1] * 4, middle) for s in range(3)]
    lucky = [
        plant(tiny(seed=s, lr=0.2), [1] * 4, val)
        for s, val in enumerate((soon, never, never))
    ]
    assert histories.soonest([lucky, steady]) is steady
    rivals = [plant(tiny(seed=s, lr=0.3), [1] * 4, soon) for s in range(3)]
    compare = histories.at_their_best(histories.speed_up)
    assert compare(lucky, steady, rivals, rivals) == [Value(2)] * 3


# -- from networks -----------------------------------------------------------------


def test_an_untrained_network_has_no_key_frequencies_and_noise_in_its_scores():
    run = gc.load("nanda-p113")
    found = {
        name: networks.statistic(name)(run).number
        for name in (
            "key_share",
            "score_share",
            "untrained_share",
            "untrained_score_share",
        )
    }
    assert found["key_share"] > 0.9 > found["untrained_share"]
    assert found["score_share"] > 0.9 and found["untrained_score_share"] < 0.2


class _Film:
    """A run that kept its embedding: noise at first, then a circle."""

    def __init__(self, start, end, frequency=3, begins=20):
        p = 13
        n = 2 * torch.pi * frequency * torch.arange(p) / p
        circle = torch.zeros(p, 8)
        circle[:, 0], circle[:, 1] = n.cos(), n.sin()
        self.path = {0: start, 10: start, begins: circle + 0.01 * start, 30: end}
        self.snapshots = tuple(self.path)
        self.experiment = gc.Experiment(
            task=gc.ModularTask(p=p, train_fraction=0.5), epochs=40
        )
        self.start = start

    def weights(self, step):
        return {"embed.W_E": self.path[step]}

    def delay(self, threshold):
        return type("Delay", (), {"val_step": 25})


def test_a_circle_is_timed_against_accuracy():
    noise = torch.randn(13, 8, generator=torch.manual_seed(0))
    film = _Film(noise, noise)
    assert networks.circle_and_accuracy(film) == Value(20 / 25)


def test_the_start_is_ranked_by_what_was_stronger(monkeypatch):
    noise = torch.randn(13, 8, generator=torch.manual_seed(1))
    monkeypatch.setattr(networks, "_start", lambda run: run.start)
    order = fourier.spectrum(noise).argsort(descending=True) + 1
    for place, k in enumerate(order.tolist()):
        film = _Film(noise, noise, frequency=k)
        film.snapshots = (0, 20)
        assert networks.rank_at_start(film) == Value(place / 5)


def test_a_run_sees_its_own_start_in_its_final_plane(monkeypatch):
    monkeypatch.setattr(networks, "_start", lambda run: run.start)
    noise = [torch.randn(13, 8, generator=torch.manual_seed(s)) for s in range(3)]
    films = [_Film(x, x) for x in noise]
    for film in films:
        film.snapshots = (0, 20)
    remembers = _Film(films[0].path[20] + 0.1 * noise[0], noise[0])
    remembers.snapshots = (0, 20)
    own, *others = networks.own_start([remembers, *films[1:]])
    assert own.number > 1.5 > min(other.number for other in others)


def test_progress_of_the_recorded_run_is_that_of_its_chapter():
    run = gc.load("nanda-p113")
    assert networks.statistic("unseen_first")(run).number < 0.2
    assert networks.phase_ends(run).number < 0.1
    assert 0 < networks.statistic("overlap")(run).number < 0.2


# -- of tables ---------------------------------------------------------------------


def test_unevenness_is_that_of_counted_answers():
    for operation, p in (("x3+xy2+y", 7), ("divide", 5), ("multiply", 5)):
        task = gc.ModularTask(operation, p=p, train_fraction=0.5)
        answers = task.data().targets.tolist()
        counts = [answers.count(c) for c in range(p)]
        assert tasks.unevenness(task) == pytest.approx(np.std(counts) / np.mean(counts))


def test_uneven_and_slow_go_together_by_rank(tiny, plant):
    def run(operation, arrives):
        steps = [0.0] * 4
        if arrives:
            steps[arrives // 10 :] = [1.0] * (4 - arrives // 10)
        return plant(tiny(operation=operation), [1] * 4, steps)

    even, uneven = "add", "multiply"
    assert tasks._rank_correlation(run(even, 10), run(uneven, 20)) == Value(1)
    assert tasks._rank_correlation(run(even, 20), run(uneven, 10)) == Value(-1)
    # Who does not arrive is last; two of these are equally late.
    late = [run(even, 10), run(uneven, 0), run("x2+xy+y2", 0)]
    assert tasks._rank_correlation(*late).number == pytest.approx(1)
    assert math.isnan(tasks._rank_correlation(run(even, 10), run(even, 20)).number)


def test_accuracy_below_the_goal_may_still_rise(tiny, plant):
    short = plant(tiny(), [1] * 3, [0, 0.7, 0.6])
    assert tasks._best_accuracy(short) == Value(0.7, ">")
    assert histories.best_accuracy(short) == Value(0.7)
    there = plant(tiny(seed=1), [1] * 3, [0, 0.96, 0.6])
    assert tasks._best_accuracy(there) == Value(0.96)


# -- rows --------------------------------------------------------------------------


def test_a_row_is_told_once_all_its_runs_are_there(row, plant):
    claim = row()
    *most, last = claim.experiments
    for experiment in most:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    result = check(claim)
    assert result.verdict == OPEN
    assert result.findings[0].missing == (last.name,)
    assert report.problems([result])[0] == f"missing: {last.name}"
    plant(last, [1] * 4, [0, 1, 1, 1])
    result = check(claim)
    assert result.verdict == REPRODUCED
    assert result.write(result.findings[0]) == "20 steps (10 to 20)"
    assert report.block(result).endswith("20 steps (10 to 20)  3 seeds  reproduced")
    assert report.problems([result]) == []


def test_a_run_cut_short_is_missing(row, plant):
    for experiment in row().experiments:
        plant(experiment, [1] * 3, [0, 0, 1], status="interrupted")
    assert len(check(row()).findings[0].missing) == 3


def test_what_cannot_be_measured_is_said(row, plant, store):
    for experiment in row().experiments:
        plant(experiment, [1] * 3, [0, 0, 1])
    (store / experiment.name / "history.npz").write_bytes(b"nothing")
    result = check(row())
    assert result.verdict == OPEN
    assert "cannot read" in report.problems([result])[0]


def test_a_changed_description_is_a_missing_run(row, tiny, plant):
    for seed in range(3):
        plant(tiny(seed=seed, lr=0.5), [1] * 3, [0, 0, 1])
    assert check(row()).verdict == OPEN


def test_rows_are_chosen_by_id_and_by_what_ids_begin_with():
    def chosen(*ids):
        return [claim.id for claim in select(CLAIMS, ids)]

    assert chosen("S0.1a") == ["S0.1a"]
    assert chosen("S0.1") == ["S0.1a", "S0.1b"]
    assert chosen("L.3", "N.2") == ["N.2a", "N.2b", "N.2c", "L.3"]
    assert chosen() == [claim.id for claim in CLAIMS]
    with pytest.raises(ValueError, match=r"no claims \['S9'\]; there are \['S0.1a'"):
        chosen("S0", "S9")


def test_an_id_that_continues_with_a_digit_is_another(row):
    rows = [row(id="S1.1"), row(id="S1.10")]
    assert select(rows, ["S1.1"]) == rows[:1]


def test_ids_are_unique_and_say_the_source():
    ids = [claim.id for claim in CLAIMS]
    assert len(ids) == len(set(ids))
    assert all(claim.id.startswith(claim.source) for claim in CLAIMS)


def test_every_planned_row_is_there():
    planned = (
        "S0.1 S0.2 S0.3 S0.4 N.1 N.2 S1.1 S1.2 S1.3 S1.4 S1.5 S1.7 S2.1 S2.2 S2.3 P.1 "
        "S3.1 S3.2 S4.1 S4.5 S4.6 S4.7 L.1 L.2 L.3 L.4"
    )
    assert {c.id.rstrip("abcdefghij") for c in CLAIMS} >= set(planned.split())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)
def test_a_row_can_be_followed_to_its_source_and_chapter(claim):
    name, key = SOURCES[claim.source]
    references = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert name and (key is None or re.search(rf"@\w+{{{key},", references))
    title, address = page.chapters(ROOT / "chapters")[claim.chapter]
    notebook = Path(address).with_suffix(".ipynb").name
    assert title and (ROOT / "chapters" / notebook).exists()
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert f"chapters/{Path(address).stem}\n" in toc


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)
def test_a_row_has_as_many_seeds_in_each_arm(claim):
    for setting in claim.settings.values():
        assert not setting.arms or len({len(arm) for arm in setting.arms}) == 1


def test_no_row_has_experiments_of_its_own():
    known = {e for s in studies.STUDIES.values() for e in s.experiments}
    known |= set(gc.CATALOGUE.values())
    assert all(known >= set(claim.experiments) for claim in CLAIMS)


# -- the page ----------------------------------------------------------------------


def shown(*claims, chapters=None):
    """The page's HTML of some rows."""
    results = [check(claim) for claim in claims]
    return page.Entries(results, chapters or {}, SOURCES)._repr_html_()


def test_the_page_says_what_was_measured_and_links_to_where_it_is_shown(row, plant):
    for experiment in row().experiments:
        plant(experiment, [1] * 4, [0, 0, 0, 1])
    claim = row(statement="a < b", published=7, section="Does it turn b into −b?")
    html = shown(claim, chapters={"01": ("One", "../one.html")})
    assert "a &lt; b" in html and "<b>30 steps</b>, 3 seeds" in html
    assert 'class="verdict not-reproduced">not reproduced<' in html
    assert (
        "Published: 7 steps." in html
        and "Counts as reproduced: at most 20 steps," in html
    )
    link = "../one.html#does-it-turn-b-into-b"
    assert f'<a href="{link}">One: Does it turn b into −b?</a>' in html
    plain = shown(row(), chapters={"01": ("One", "../one.html")})
    assert '<a href="../one.html">One</a>.' in plain


def test_a_row_has_an_address_and_the_command_that_trains_it_anew(row, plant):
    html = shown(row(id="X.1a"))
    assert 'id="claim-X.1a"' in html and 'href="#claim-X.1a"' in html
    assert "<code>grokcore claims X.1a --anew</code> (3 runs)." in html
    for experiment, seconds in zip(row().experiments, (3000, 100, 2000), strict=True):
        run = plant(experiment, [1] * 4, [0, 0, 0, 1])
        content = files.read_json(run.folder / "experiment.json")
        content["provenance"] = {"seconds": seconds}
        files.write_json(run.folder / "experiment.json", content)
    took = "(3 runs, about 85 minutes where they were recorded)."
    assert took in shown(row(id="X.1a"))


def test_a_row_says_what_it_can_be_filtered_by(row):
    html = shown(row(source="N"), chapters={"01": ('"One"', "../one.html")})
    assert 'data-source="Nanda et al. (2023)"' in html
    assert 'data-verdict="open"' in html
    assert 'data-chapter="&quot;One&quot;"' in html
    verdicts = {"a": REPRODUCED, "b": NOT_REPRODUCED}
    found = [Finding(name, (Value(1),), verdict) for name, verdict in verdicts.items()]
    entries = page.Entries([Result(row(), tuple(found))], {})
    assert 'data-verdict="only under"' in entries._repr_html_()


def test_the_page_stands_without_runs_and_without_chapters(row):
    html = shown(row())
    assert "3 of 3 runs are missing" in html and "Shown in" not in html


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)
def test_a_row_is_shown_under_a_heading_of_its_chapter(claim):
    _, address = page.chapters(ROOT / "chapters")[claim.chapter]
    path = ROOT / "chapters" / Path(address).with_suffix(".ipynb").name
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    headings = re.findall(r"^##+ (.+)$", "\n".join(prose), re.M)
    plain = [re.sub(r"[*`$]", "", heading) for heading in headings]
    assert plain.count(claim.section) == 1, f"{claim.section!r} is not one of {plain}"


def test_the_books_page_has_every_row_and_every_reference():
    text = (ROOT / "book" / "claims.md").read_text(encoding="utf-8")
    shown = re.findall(r"^rows\((.*)\)$", text, re.M)
    ids = [re.findall(r'"([^"]+)"', arguments) for arguments in shown]
    told = [claim.id for group in ids for claim in select(CLAIMS, group)]
    assert told == [claim.id for claim in CLAIMS]
    cited = set(re.findall(r"\w+\d{4}\w+|mamay_grokking", text))
    assert {key for _, key in SOURCES.values() if key} <= cited


# -- the command -------------------------------------------------------------------


@pytest.fixture
def invoke(row, monkeypatch):
    monkeypatch.setattr(commands, "CLAIMS", (row(),))
    monkeypatch.setattr(recording, "strays", list)
    return lambda words: CliRunner().invoke(cli.app, words.split())


def test_the_command_names_a_missing_run_and_fails(invoke, row, plant):
    *most, last = row().experiments
    for experiment in most:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    done = invoke("claims")
    assert done.exit_code == 1
    assert f"missing: {last.name}" in done.output and "1 open" in done.output
    assert most[0].name not in done.output


def test_the_command_prints_what_can_be_told_beside_what_cannot(
    invoke, row, plant, tiny, monkeypatch
):
    absent = Setting(((tiny(seed=9),),), histories.each(histories.val_step))
    monkeypatch.setattr(
        commands, "CLAIMS", (row(id="X.1", settings={"there": absent}), row(id="X.2"))
    )
    for experiment in row().experiments:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    done = invoke("claims")
    assert done.exit_code == 1 and "20 steps  3 seeds  reproduced" in done.output
    assert invoke("claims X.2").exit_code == 0
    assert invoke("claims X.7").exit_code == 2


def test_the_command_trains_what_is_missing_and_nothing_else(invoke, row, plant):
    *most, last = row().experiments
    for experiment in most:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    done = invoke("claims --train")
    assert done.exit_code == 0, done.output
    assert f"training 1 of 1: {last.name}" in done.output
    assert last.stored().status == "finished"
    assert "training" not in invoke("claims --train").output


def test_the_command_trains_anew_what_ships(invoke, row, plant, store, monkeypatch):
    for experiment in row().experiments:
        plant(experiment, [1] * 4, [0, 1, 1, 1])
    monkeypatch.setattr(lookup, "SHIPPED", store)
    monkeypatch.setenv("GROKCORE_STORE", str(store / "empty"))
    planted = report.block(check(row()))
    assert "10 steps" in planted and planted in invoke("claims").output
    done = invoke("claims --anew")
    assert done.exit_code == 0, done.output
    assert "training 3 of 3" in done.output and planted not in done.output
    assert all(e.stored().status == "finished" for e in row().experiments)
    assert report.block(check(row(), store / "empty")) in done.output
    assert "training" not in invoke("claims --anew").output
    assert planted in invoke("claims").output, "what ships is as it was"


def test_a_row_is_judged_by_the_runs_of_a_folder(row, plant, tmp_path):
    for experiment in row().experiments:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    assert check(row()).verdict == REPRODUCED
    elsewhere = check(row(), tmp_path)
    assert elsewhere.verdict == OPEN
    assert {*elsewhere.findings[0].missing} == {e.name for e in row().experiments}


def test_a_run_that_diverges_is_trained_once_and_counts(invoke, row, tiny, monkeypatch):
    wild = tiny(optimizer=gc.SGD(lr=1e30), epochs=60)
    setting = Setting(((wild,),), histories.each(histories.val_step))
    monkeypatch.setattr(commands, "CLAIMS", (row(settings={"wild": setting}),))
    done = invoke("claims --train")
    assert done.exit_code == 0, done.output
    assert wild.stored().status == "diverged" and "> 60 steps" in done.output


def test_the_command_reports_strays(invoke, row, plant, monkeypatch):
    for experiment in row().experiments:
        plant(experiment, [1] * 4, [0, 0, 1, 1])
    monkeypatch.setattr(recording, "strays", lambda: ["recorded/old belongs to none"])
    done = invoke("claims")
    assert done.exit_code == 1 and "recorded/old belongs to none" in done.output


def test_the_package_offers_the_ledger_by_its_names():
    assert set(claims.__all__) <= set(dir(claims))


def test_what_is_left_of_a_delay_to_80_percent(plant, tiny):
    known = [0.1, 0.8, 1, 1, 1, 1]
    base = plant(tiny(seed=0), known, [0.1, 0.2, 0.3, 0.4, 0.7, 0.8])
    cured = plant(tiny(seed=1), known, [0.1, 0.4, 0.8, 0.9, 0.9, 0.9])
    never = plant(tiny(seed=2), known, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    lost = plant(tiny(seed=3), [0.1] * 6, [0.1] * 6)
    left = architectures.left
    assert left(cured, base) == Value(10 / 40)
    assert left(base, base) == Value(1.0)
    longer = left(never, base)
    assert longer.bound == ">" and longer.number == (never.delay().last_step - 10) / 40
    assert math.isnan(left(lost, base).number)


# -- landscapes and norms ----------------------------------------------------------


def test_a_network_is_as_rough_and_as_sharp_as_itself():
    arms = studies.STUDIES["landscapes"].runs()
    run, other = arms["grokked"][0], arms["no rule"][0]
    for measure in (networks.rougher, networks.sharper):
        assert measure(run, run).number == 1
        there, back = measure(run, other).number, measure(other, run).number
        assert there * back == pytest.approx(1)


def test_norms_are_looked_at_from_memorizing_to_the_end(plant, tiny):
    experiment = tiny(epochs=50, snapshots=tuple(range(0, 51, 10)))
    # It waits from the second to the fifth row.
    run = plant(experiment, [0, 1, 1, 1, 1, 1], [0, 0, 0.5, 0.6, 1, 1])
    table = {"step": np.arange(6) * 10.0, "epoch": np.arange(6) * 10.0}
    for attn, spike, peak in (
        ([9.0, 2.0, 3.0, 2.0, 1.0, 1.0], 1.5, -1 / 3),  # longest before that
        ([1.0, 2.0, 2.0, 2.0, 3.0, 1.0], 1.5, 1),  # as it generalizes
        (np.arange(1.0, 7), 1, 4 / 3),  # it only rises
        (np.arange(7.0, 1, -1), 1, -1 / 3),  # it only falls
    ):
        files.write_table(run.folder / NORMS_FILE, table | {"attn": np.array(attn)})
        assert networks.norm_spike(run).number == spike
        assert networks.norm_peak(run).number == pytest.approx(peak)


def test_who_does_not_wait_has_no_spike(plant, tiny):
    for val in ([0, 0, 0], [0, 1, 1]):
        run = plant(tiny(epochs=20), [0, 1, 1], val)
        with pytest.raises(ValueError, match="has no delay"):
            networks.norm_spike(run)


# -- theories ----------------------------------------------------------------------


def test_a_place_is_on_the_line_or_beyond_its_ends():
    shown = [0.1, 0.3, 0.5]
    for heights, place in (
        ([0.0, 0.4, 0.8], Value(0.35)),
        ([0.5, 0.6, 0.8], Value(0.1, "<")),
        ([0.0, 0.1, 0.2], Value(0.5, ">")),
    ):
        found = theories._place(shown, heights, 0.5)
        assert found.bound == place.bound
        assert found.number == pytest.approx(place.number)


def test_a_row_without_runs_is_computed_whenever_it_is_asked(row):
    claim = row(settings={"by hand": Setting((), lambda: [Value(1)] * 3)})
    assert claim.experiments == []
    result = check(claim)
    assert result.findings[0].values == (Value(1),) * 3
    assert report.again(claim) == (
        "grokcore claims X.1",
        "no network is trained",
    )


def test_a_late_best_is_a_bound_and_a_stopped_run_leaves_its_end_open(plant, tiny):
    whole = tiny(epochs=10)
    assert whole.last_step == 10
    early = plant(whole, [0.0] * 11, [0, 0.5] + [0.25] * 9, every=1)
    assert histories.best_so_far(early) == Value(0.5)
    assert histories.left_of_best(early) == Value(0.5)
    late = plant(whole, [0.0] * 11, [k / 10 for k in range(11)], every=1)
    assert histories.best_so_far(late) == Value(1.0, ">")
    stopped = plant(whole, [0.0] * 3, [0, 0.5, 0.25], every=1)
    assert math.isnan(histories.left_of_best(stopped).number)
