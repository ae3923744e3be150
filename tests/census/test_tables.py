"""The census: complete, honest about its machine, and what live asserts may lean on."""

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

import grokcore as gc
from grokcore import census
from grokcore.catalogue import CATALOGUE
from grokcore.census import gradients, populations, taking
from grokcore.census.listening import listen
from grokcore.runs import files

SHIPPED = [*census.POPULATIONS]
every_census = pytest.mark.parametrize("name", SHIPPED)
# Of the live recipes: of the other networks only gradients are heard.
every_live_census = pytest.mark.parametrize(
    "name", [n for n in SHIPPED if n.startswith("live-")]
)


@pytest.fixture
def small(tiny, tmp_path, monkeypatch):
    """A population of tiny networks, and a folder for its table."""
    population = census.Population(tiny(snapshots=3), range(2), range(3))
    monkeypatch.setitem(populations.POPULATIONS, "tiny", population)
    monkeypatch.setattr(populations, "FOLDER", tmp_path / "census")
    return population


# -- the tables that ship ------------------------------------------------------------


@every_census
def test_every_network_of_the_population_is_in_the_table(name):
    population, table = census.POPULATIONS[name], census.table(name)
    labels = {"own", *(f"jitter {n}" for n in population.roundings if n)}
    assert set(table["rounding"]) == labels
    which = ["rounding"] if population.splits is None else ["rounding", "split"]
    for _, rows in table.groupby(which):
        assert sorted(rows.seed) == [*population.seeds]
    if population.splits is not None:
        assert sorted(set(table.split)) == [*population.splits]
    table = census.table(name, machines=True)
    assert not table.duplicated([*which, "seed"]).any()


def test_there_are_as_many_networks_as_we_promise():
    assert len(census.table("live-p113")) >= 100
    assert len(census.table("live-p59")) >= 300


@every_census
def test_every_statistic_is_measured(name):
    table, statistics = census.table(name), census.POPULATIONS[name].statistics
    assert [*table.columns[-len(statistics) :]] == [*statistics]
    for statistic in statistics:
        assert table[statistic].notna().all(), statistic


@every_census
def test_the_table_says_which_recipe_it_counts_and_where_it_was_made(name):
    provenance = census.provenance(name)
    assert provenance["experiment"] == census.POPULATIONS[name].experiment.key
    assert CATALOGUE.get(name) in (None, census.POPULATIONS[name].experiment)
    for machine in provenance["machines"].values():
        assert machine.keys() >= {"processor", "threads", "torch", "date"}


@every_census
def test_the_tables_stay_small(name):
    assert (populations.FOLDER / f"{name}.csv").stat().st_size < 300_000


@every_live_census
def test_the_recipe_is_calm(name):
    """What the chapters rest on: next to no slip, and next to no mistake in the end."""
    table = census.table(name, machines=True)
    assert (table.lowest_later > 0.9).mean() > 0.99
    assert (table.train_accuracy == 1).all()
    assert (table.val_accuracy > 0.99).all()
    assert (table.val_accuracy == 1).mean() > 0.9


@every_live_census
def test_jitter_spreads_as_far_as_real_roundings_do(name):
    """For a seed, other machines differ no more than jitters: in the mean, over all."""
    jittered, table = census.table(name), census.table(name, machines=True)
    real = table[~table["rounding"].str.startswith("jitter")]
    seeds = [s for s, rows in real.groupby("seed") if len(rows) > 1]
    assert len(seeds) >= 3, "no other machine has been recorded"
    # What an evaluation every 10 epochs can tell apart.
    apart = {"val_95": 10, "key_share": 0, "val_loss": 0}
    for statistic, resolution in apart.items():
        spread = {}
        for what, frame in {"jitter": jittered, "real": real}.items():
            chosen = frame[frame.seed.isin(seeds)]
            spread[what] = chosen.groupby("seed")[statistic].std(ddof=1).mean()
        assert spread["real"] <= 2 * spread["jitter"] + resolution, statistic


@every_live_census
def test_another_machine_lies_among_the_jitters(name):
    """Of six networks of a seed, one more lies within the range of five: 4 in 6."""
    table, real = census.table(name), census.table(name, machines=True)
    real = real[~real["rounding"].str.match("own|jitter")]
    of_a_seed = table.groupby("seed")[[*census.POPULATIONS[name].statistics]]
    low, high = of_a_seed.min().loc[real.seed], of_a_seed.max().loc[real.seed]
    found = real[[*low]].to_numpy()
    assert ((low <= found) & (found <= high)).to_numpy().mean() >= 4 / 6


# -- measuring and taking ------------------------------------------------------------


def test_a_network_is_measured_as_the_census_measured_it(small):
    run = small.experiment.run()
    found = census.measure(run, ["train_loss", "key_count"])
    assert list(found) == ["train_loss", "key_count"]
    assert found["train_loss"] == run.history.train_loss.iloc[-1]
    assert census.name_of(run.experiment.replace(seed=9)) == "tiny"
    assert census.name_of(run.experiment.replace(lr=0.5)) is None


def test_what_cannot_be_measured_is_refused(small, tiny):
    with pytest.raises(ValueError, match=r"no statistics \['height'\]; there are"):
        census.measure(small.experiment.run(), ["height"])
    with pytest.raises(ValueError, match="of no recipe that has a census"):
        census.measure(tiny(epochs=3).run())
    with pytest.raises(ValueError, match="no census of 'nonsense'; there are"):
        census.table("nonsense")
    with pytest.raises(ValueError, match="no population 'nonsense'"):
        taking.take("nonsense")


def only(monkeypatch, *names):
    chosen = {name: census.STATISTICS[name] for name in names}
    population = replace(populations.POPULATIONS["tiny"], statistics=chosen)
    monkeypatch.setitem(populations.POPULATIONS, "tiny", population)


def test_a_census_is_taken_and_goes_on_where_it_was(small, monkeypatch, store):
    only(monkeypatch, "train_loss", "key_count")
    folder = populations.FOLDER
    first = taking.take("tiny", into=folder, progress=False)
    assert len(first) == 6
    assert (
        first["rounding"].tolist() == ["own"] * 2 + ["jitter 1"] * 2 + ["jitter 2"] * 2
    )
    text = (folder / "tiny.csv").read_text()

    def refuse(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr("grokcore.runs.checkpoints.train", refuse)
    taking.take("tiny", into=folder, progress=False)
    assert (folder / "tiny.csv").read_text() == text
    table = census.table("tiny")
    assert table.seed.tolist() == [0, 1] * 3
    assert all(isinstance(keys, tuple) for keys in table["keys"])
    assert np.allclose(table.train_loss, first.train_loss, rtol=1e-5)


def test_rows_of_another_recipe_do_not_stay(small, monkeypatch):
    only(monkeypatch, "train_loss")
    folder = populations.FOLDER
    taking.take("tiny", into=folder, progress=False)
    # Of one recipe what is taken again takes the place of its own rows alone.
    again = taking.take("tiny", into=folder, seeds=range(1), progress=False)
    assert len(again) == 6
    population = populations.POPULATIONS["tiny"]
    other = replace(population, experiment=population.experiment.replace(lr=0.5))
    monkeypatch.setitem(populations.POPULATIONS, "tiny", other)
    found = taking.take("tiny", into=folder, seeds=range(1), progress=False)
    assert len(found) == 3
    assert census.provenance("tiny")["experiment"] == other.experiment.key


def test_another_machine_joins_the_table(small, monkeypatch):
    only(monkeypatch, "train_loss")
    folder = populations.FOLDER
    taking.take("tiny", into=folder, progress=False)
    for _ in range(2):
        found = taking.take(
            "tiny", into=folder, machine="AVX2", seeds=range(1), progress=False
        )
        assert found["rounding"].tolist()[-1] == "AVX2" and len(found) == 7
    machines = files.read_json(folder / "tiny.json")["machines"]
    assert set(machines) == {"own", "AVX2"}


def test_a_statistic_is_added_once():
    with pytest.raises(ValueError, match="there is a statistic 'val_95' already"):
        census.statistic("twice", ".0f")(census.STATISTICS["val_95"].measure)


@pytest.mark.parametrize(
    "statistic",
    [
        pytest.param(s, id=f"{name} {s.name}")
        for name, population in census.POPULATIONS.items()
        if name != "live-p113"  # whose statistics are those of live-p59
        for s in population.statistics.values()
    ],
)
def test_a_statistic_says_what_it_is(statistic):
    assert re.match(r"[a-zΣ|]", statistic.words) and not statistic.words.endswith(".")
    assert statistic.tell(0.5) and statistic.measure.__doc__


# -- every split with every seed -----------------------------------------------------


def test_a_census_can_cross_splits_and_seeds(tiny, tmp_path, monkeypatch):
    chosen = {"val_accuracy": census.STATISTICS["val_accuracy"]}
    population = census.Population(
        tiny(snapshots=0), range(3), range(1), range(2), chosen
    )
    monkeypatch.setitem(populations.POPULATIONS, "crossed", population)
    monkeypatch.setattr(populations, "FOLDER", tmp_path / "census")
    taking.take("crossed", into=populations.FOLDER, progress=False, seeds=range(1))
    taking.take("crossed", into=populations.FOLDER, progress=False)
    table = census.table("crossed")
    assert [*table.columns] == ["split", "seed", "rounding", "keys", "val_accuracy"]
    pairs = [*zip(table.split, table.seed, strict=True)]
    assert pairs == [(split, seed) for split in range(2) for seed in range(3)]
    one = tiny(snapshots=0, seed=2, split_seed=1)
    assert census.name_of(one) == "crossed"
    assert census.measure(one.run())["val_accuracy"] == pytest.approx(
        table.val_accuracy.iloc[-1], rel=1e-5
    )


# -- listening -----------------------------------------------------------------------


@pytest.fixture
def loud(tiny, tmp_path, monkeypatch):
    """A population that is listened to."""
    population = census.Population(
        tiny(epochs=320),
        range(2),
        range(2),
        statistics=gradients.WHOLE,
        train=listen,
        look=gradients.Sound,
    )
    monkeypatch.setitem(populations.POPULATIONS, "loud", population)
    monkeypatch.setattr(populations, "FOLDER", tmp_path / "census")
    return population


def test_a_census_can_listen_to_gradients(loud):
    found = taking.take("loud", into=populations.FOLDER, progress=False)
    assert [*found.columns] == ["seed", "rounding", *gradients.WHOLE]
    table, heard = census.table("loud"), listen(loud.experiment)
    mine = census.measure(heard)
    assert heard.gradients.shape[0] == 320
    assert table[[*mine]].iloc[0].tolist() == pytest.approx([*mine.values()], rel=1e-5)
    assert table.attrs["words"]["best_val"] == "highest validation accuracy"


def test_what_is_measured_of_gradients(loud):
    heard = listen(loud.experiment)
    steps = torch.arange(320.0)[:, None]
    up_down = 1 - 2 * (steps % 2)
    slow_from_64 = torch.where(steps < 64, up_down, torch.ones(320, 1))
    halved = slow_from_64 * 0.5 ** (steps // 64)
    mine = census.measure(replace(heard, gradients=halved.expand(-1, 3)))
    assert mine["slow_at_first"] == pytest.approx(0)
    assert mine["slow_at_last"] == pytest.approx(1)
    assert mine["shrinking"] == pytest.approx(0.5)


def test_phases_end_with_the_accuracies(tiny, monkeypatch):
    """Noise while it memorizes and generalizes, nothing but slow while it waits."""
    history = {"step": [0, 256, 512, 768], "val_accuracy": [0, 0.01, 0.2, 0.96]}
    run = SimpleNamespace(
        history=pd.DataFrame(history),
        delay=lambda: SimpleNamespace(train_step=256, val_step=768),
    )
    noise = torch.randn(900, 2_000, generator=torch.manual_seed(0))
    noise[256:512] = 1
    sound = gradients.Sound(SimpleNamespace(run=run, gradients=noise))
    assert [len(x) for x in sound.slow.values()] == [2, 2, 2]
    found = {n: s.measure(sound) for n, s in gradients.BATCHES.items()}
    assert (found["train_95"], found["rises"], found["val_95"]) == (256, 512, 768)
    assert found["low_waiting"] == found["high_waiting"] == pytest.approx(1)
    for phase in ("memorizing", "generalizing"):
        assert found[f"low_{phase}"] == pytest.approx(1 / 128, rel=0.2)
        assert found[f"high_{phase}"] < 0.01


# -- the picture ---------------------------------------------------------------------


def test_a_picture_takes_words_and_forms_from_the_table(small, monkeypatch):
    only(monkeypatch, "val_95", "train_loss")
    taking.take("tiny", into=populations.FOLDER, progress=False)
    table = census.table("tiny")
    mine = census.measure(small.experiment.run(), ["train_loss"])
    picture = gc.show.among(table, mine)
    assert picture.alt.startswith("Training loss at the end: 6 networks from")
    assert "yours has" in picture.alt


def test_what_did_not_happen_is_counted_not_drawn():
    population = pd.DataFrame({"x": [1.0, 2.0, math.inf]})
    alt = gc.show.among(population, {"x": math.inf}).alt
    assert "2 networks from 1 to 2" in alt and "1 not there" in alt
    assert alt.endswith("yours is not there.")
    alone = gc.show.among({"x": [math.inf]}, {"x": math.inf}).alt
    assert "no network is there" in alone


def test_counts_have_whole_ticks():
    ax = gc.show.among({"x": [0, 1, 2, 1]}, {"x": 1}, forms={"x": ".0f"}).ax
    low, high = ax.get_xlim()
    ticks = [t for t in ax.get_xticks() if low <= t <= high]
    assert sorted(ticks) == [0, 1, 2]


def test_ticks_that_are_written_alike_stand_once():
    ax = gc.show.among({"x": [0, 0.4, 1.2]}, {"x": 1}, forms={"x": ".0f"}).ax
    texts = [t.get_text() for t in ax.get_xticklabels()]
    assert len(texts) == len({*texts})


def test_a_value_that_all_share_is_the_only_tick():
    picture = gc.show.among({"x": [80] * 3}, {"x": 80}, words={"x": "f(a)"})
    assert picture.ax.get_xticks().tolist() == [80]
    assert picture.alt.startswith("f(a): 3 networks, all at 80; yours has 80")


def test_the_readers_own_stands_on_the_others_and_hides_none():
    dots, mine = gc.show.among({"x": [1, 1, 1, 2]}, {"x": 1}).ax.lines
    heights = dots.get_ydata()[:3]
    assert len({*heights}) == 3 and mine.get_ydata()[0] > max(heights)


def test_the_picture_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="mine is empty"):
        gc.show.among({"x": [1]}, {})
    with pytest.raises(ValueError, match=r"the population has no \['y'\]; it has"):
        gc.show.among({"x": [1]}, {"y": 1})
