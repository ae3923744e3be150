"""The speedrun: an entry gets what its hash draws, and has to stay where it arrives."""

import json
from math import inf

import pytest
import torch
from typer.testing import CliRunner

import grokcore as gc
from grokcore import runs
from grokcore.cli import app
from grokcore.cli import speedrun as _speedrun
from grokcore.speedrun import (
    RECORDS,
    RULES,
    Lap,
    Result,
    Rules,
    Verdict,
    page,
    race,
    racing,
    records,
    report,
    yardsticks,
)
from grokcore.speedrun.records import MORE
from grokcore.training import Trainer, TrainingDiverged

LIVE = gc.CATALOGUE["live-p113"]
RECORDED = ["fast-p113", "speedrun-mlp"]


# -- the rules -------------------------------------------------------------------------


def test_the_rules_are_those_of_the_page():
    assert (RULES.accuracy, RULES.stay, RULES.seeds, RULES.threads) == (0.99, 200, 5, 2)
    assert RULES.stay % RULES.every == 0
    assert RULES.reference == LIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"token_format": "a ∘ b ="},
        {"split_seed": 3},
        {"model": gc.EmbeddingMLPConfig()},
        {"optimizer": gc.Muon(), "filter": gc.GrokfastEMA(), "loss": "stablemax"},
        {"batch_size": 512, "precision": "bfloat16", "projection": gc.FixedNorm()},
    ],
)
def test_all_but_the_task_is_free(changes):
    RULES.check(LIVE.replace(**changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"p": 59}, "task has p=113, not 59"),
        ({"train_fraction": 0.5}, "task has train_fraction=0.3, not 0.5"),
        ({"operation": "subtract"}, "task has operation='add', not 'subtract'"),
        ({"operands": 3}, "task has operands=2, not 3"),
        ({"sample": 1000}, "task has sample=None, not 1000"),
    ],
)
def test_another_task_is_refused(changes, complaint):
    with pytest.raises(ValueError, match=complaint) as error:
        RULES.check(LIVE.replace(**changes))
    assert "only split_seed and token_format" in str(error.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 5},
        {"split_seed": 5},
        {"epochs": 77, "max_steps": 12},
        {"eval_every": 1, "snapshots": 9, "snapshot_parameters": ("embed.W_E",)},
        {"stop_val_accuracy": 0.9, "epochs_after_stop": 5},
    ],
)
def test_what_changes_no_step_draws_no_other_seeds(changes):
    entry = LIVE.replace(snapshots=0, schedule="constant")
    assert RULES.draw(entry.replace(**changes)) == RULES.draw(entry)


@pytest.mark.parametrize("changes", [{"epochs": 77}, {"max_steps": 12}])
def test_where_the_rate_falls_the_length_is_part_of_the_recipe(changes):
    entry = LIVE.replace(snapshots=0, schedule="linear")
    assert RULES.draw(entry.replace(**changes)) != RULES.draw(entry)


def test_another_recipe_draws_other_seeds():
    drawn = [RULES.draw(LIVE.replace(lr=lr)) for lr in (1e-2, 2e-2, 3e-2)]
    seeds = [seed for pairs in drawn for pair in pairs for seed in pair]
    assert len(set(seeds)) == len(seeds) == 3 * 5 * 2
    assert RULES.draw(LIVE, more=3)[:5] == drawn[0]
    for split_seed, seed in drawn[0]:
        LIVE.replace(split_seed=split_seed, seed=seed)


def test_drawn_seeds_are_the_same_everywhere():
    assert RULES.draw(gc.Experiment())[0] == (225181541, 351720274)


def history(*accuracies):
    return [{"step": 10 * i, "val_accuracy": a} for i, a in enumerate(accuracies)]


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        (history(), Verdict()),
        (history(0.1, 0.5), Verdict(best=0.5)),
        (
            history(0.1, *21 * [0.99]),
            Verdict(reached=10, lowest=0.99, best=0.99, stays=True),
        ),
        # One evaluation short of staying.
        (history(0.1, *20 * [0.99]), Verdict(reached=10, lowest=0.99, best=0.99)),
        # Down after 150 steps; coming back does not help.
        (
            history(0.1, *15 * [1.0], 0.98, *20 * [1.0]),
            Verdict(reached=10, lowest=0.98, fell=160, best=1.0),
        ),
        # What comes after the 200 steps is nobody's business.
        (
            history(0.1, *21 * [1.0], 0.5),
            Verdict(reached=10, lowest=1.0, best=1.0, stays=True),
        ),
    ],
)
def test_histories_are_judged(rows, verdict):
    assert RULES.judge(rows) == verdict


# -- the race --------------------------------------------------------------------------


@pytest.fixture
def rules(tiny):
    """Rules for a table of 49 sums; networks as small do not have to be good."""
    task = gc.ModularTask("add", p=7, train_fraction=0.5)
    return Rules(
        task, accuracy=0.9, stay=6, every=2, seeds=2, threads=1, reference=tiny()
    )


@pytest.fixture
def alone(monkeypatch):
    """As if TransformerLens were not installed."""
    monkeypatch.setattr(yardsticks, "has_demo", lambda: False)


@pytest.fixture
def plant(monkeypatch):
    """Plant what evaluations find, by step; elsewhere they find an accuracy of 0.1."""

    def plant(accuracies):
        def evaluate(trainer, answers):
            row = {"step": float(trainer.step), "train_loss": 1.0}
            row["val_accuracy"] = accuracies.get(trainer.step, 0.1)
            trainer.history.append(row)
            trainer.seconds_evaluating += 0.001
            return row

        monkeypatch.setattr(Trainer, "evaluate", evaluate)

    return plant


THERE_AND_STAYS = dict.fromkeys(range(4, 100, 2), 1.0)


def test_a_race_trains_each_seed_and_leaves_nothing_behind(rules, tiny, alone):
    before, random = torch.get_num_threads(), torch.get_rng_state()
    told = []
    result = race(tiny(), rules=rules, more=1, told=told.append)
    assert [*result.laps, *result.more] == told
    assert (len(result.laps), len(result.more)) == (2, 1)
    assert [(lap.split_seed, lap.seed) for lap in told] == rules.draw(tiny(), 1)
    assert all(lap.verdict.reached is None and lap.seconds == 0 for lap in told)
    assert not result.qualifies
    assert (result.reference_steps, result.over_demo) == (inf, None)
    assert runs.stored_runs() == []
    assert torch.get_num_threads() == before
    assert torch.equal(torch.get_rng_state(), random)


def test_a_race_refuses_another_task(rules, tiny):
    with pytest.raises(ValueError, match="task has p=7, not 11"):
        race(tiny(p=11), rules=rules)


def test_the_clock_stops_where_it_gets_there(rules, tiny, plant):
    plant(THERE_AND_STAYS)
    verdict, seconds, evaluating = racing.lap(tiny(), 1, 2, rules)
    assert verdict == Verdict(reached=4, lowest=1.0, best=1.0, stays=True)
    assert seconds > 0
    assert evaluating == pytest.approx(0.003)  # at steps 0, 2 and 4


def test_to_fall_back_within_the_steps_to_stay_disqualifies(rules, tiny, plant, alone):
    plant(THERE_AND_STAYS | {10: 0.5})
    result = race(tiny(), rules=rules)
    assert result.laps[0].verdict == Verdict(4, lowest=0.5, fell=10, best=1.0)
    assert not result.qualifies


def test_to_fall_back_later_does_not(rules, tiny, plant, alone):
    plant(THERE_AND_STAYS | {12: 0.5})
    assert race(tiny(), rules=rules).qualifies


def test_the_entrys_own_looks_and_ends_change_nothing(rules, tiny, plant):
    plant(THERE_AND_STAYS)
    entry = tiny(eval_every=30, stop_val_accuracy=0.1, max_steps=5, batch_size=7)
    assert racing.lap(entry, 1, 2, rules)[0].stays


def test_there_at_its_last_step_it_may_go_on_to_stay(rules, tiny, plant):
    plant(THERE_AND_STAYS)
    assert racing.lap(tiny(max_steps=4), 1, 2, rules)[0].stays
    assert racing.lap(tiny(max_steps=3), 1, 2, rules)[0].reached is None


def test_one_that_diverges_fails(rules, tiny, monkeypatch, alone):
    def diverge(trainer, answers):
        trainer.history.append({"step": 0.0, "val_accuracy": 1.0})
        raise TrainingDiverged("the training loss is nan")

    monkeypatch.setattr(Trainer, "evaluate", diverge)
    result = race(tiny(), rules=rules)
    assert not result.qualifies
    assert "DIVERGES" in report.of_lap(result.laps[0])


def test_dropout_is_a_function_of_the_drawn_seed(rules, tiny):
    entry = tiny(dropout=0.5)
    random = torch.get_rng_state()
    first = racing.lap(entry, 1, 2, rules)[0]
    assert racing.lap(entry, 1, 2, rules)[0] == first
    assert torch.equal(torch.get_rng_state(), random)


def test_the_demo_is_timed_where_transformer_lens_is(rules, tiny, plant):
    plant(THERE_AND_STAYS)
    result = race(tiny(), rules=rules)
    assert all(lap.demo > 0 for lap in result.laps)
    assert result.over_demo > 1


def test_the_demo_trains_our_model_without_biases_of_attention(tiny, monkeypatch):
    trained = {}

    def build(self, parameters):
        trained.update(parameters)
        return torch.optim.SGD([*parameters.values()])

    monkeypatch.setattr(gc.AdamW, "build", build)
    yardsticks.demo_epoch(tiny())()
    ours = tiny().model.build(tiny().task, seed=0)
    theirs = sum(p.numel() for p in trained.values())
    assert theirs == sum(p.numel() for p in ours.parameters())


# -- what is reported ------------------------------------------------------------------


def a_lap(seconds=0.5, demo=0.2, **verdict):
    verdict = {"reached": 190, "lowest": 0.996, "best": 1.0, "stays": True} | verdict
    return Lap(3, 4, Verdict(**verdict), seconds, 0.1, reference=0.02, demo=demo)


def a_result(*laps, more=(), entry=LIVE):
    return Result(entry, RULES, laps, more)


def test_ratios_are_medians_over_neighbors():
    laps = [a_lap(seconds=s) for s in (0.2, 0.4, 1.0)]
    assert a_result(*laps).reference_steps == pytest.approx(0.4 / 0.02)
    assert a_result(*laps).over_demo == pytest.approx(0.2 * 13_800 / 0.5)


def test_a_report_says_which_trainings_failed():
    fell = {"fell": 320, "lowest": 0.48, "stays": False}
    text = report.of_result(a_result(a_lap(), a_lap(**fell), a_lap(), a_lap(**fell)))
    assert text == "does not qualify: training 2, 4 of 4, see above"


def test_a_report_says_where_transformer_lens_is_missing():
    text = report.of_result(a_result(a_lap(demo=None), more=(a_lap(), a_lap())))
    assert "TransformerLens is not installed" in text
    assert "of 2 more seeds 2 stay" in text


# -- records ---------------------------------------------------------------------------


def recordable(entry=LIVE, lap=None, more=MORE):
    return a_result(lap or a_lap(), more=(a_lap(),) * more, entry=entry)


@pytest.fixture
def table(tmp_path):
    """A record table with one record in it."""
    path = tmp_path / "speedrun.json"
    entry = gc.CATALOGUE["fast-p113"]
    records.add("fast-p113", "an idea", recordable(entry), path)
    return path


def test_a_record_is_written_read_and_replaced(table):
    (record,) = records.read(table)
    assert (record.name, record.idea) == ("fast-p113", "an idea")
    assert record.result == recordable(gc.CATALOGUE["fast-p113"])
    faster = recordable(lap=a_lap(seconds=0.1))
    records.add("live-p113", "faster", faster, table)
    assert records.current(table) == "live-p113"
    records.add("fast-p113", "once more", record.result, table)
    assert [r.idea for r in records.read(table)] == ["once more", "faster"]


@pytest.mark.parametrize(
    ("name", "idea", "result", "complaint"),
    [
        ("live-p113", " ", {}, "needs its idea"),
        ("live-p113", "idea", {"lap": a_lap(stays=False)}, "does not qualify"),
        ("live-p113", "idea", {"more": MORE - 1}, "shows 5 further seeds, not 4"),
        ("live-p59", "idea", {}, "not its 'live-p59'"),
        ("nonsense", "idea", {}, "not its 'nonsense'"),
    ],
)
def test_no_record_without_reason(tmp_path, name, idea, result, complaint):
    with pytest.raises(ValueError, match=complaint):
        records.add(name, idea, recordable(**result), tmp_path / "speedrun.json")
    assert not (tmp_path / "speedrun.json").exists()


def test_a_damaged_table_is_a_clear_error(table):
    table.write_text('{"records": [{"name": "x"}]}')
    with pytest.raises(runs.StoreError, match="cannot read"):
        records.read(table)


def test_the_table_escapes_what_it_shows(table):
    content = json.loads(table.read_text())
    content["records"][0]["idea"] = "a < b"
    table.write_text(json.dumps(content))
    assert "a &lt; b" in page.Table(records.read(table))._repr_html_()


def test_the_package_ships_the_catalogues_records():
    shipped = records.read()
    assert [record.name for record in shipped] == RECORDED
    costs = [record.result.reference_steps for record in shipped]
    assert costs == sorted(costs, reverse=True), "a record is faster than the last"
    rows = json.loads(RECORDS.read_text())["records"]
    for record, row in zip(shipped, rows, strict=True):
        entry, result = gc.CATALOGUE[record.name], record.result
        assert result.entry == entry
        assert row["recipe"] == RULES.recipe(entry).key
        assert row["reference_steps"] == pytest.approx(result.reference_steps)
        laps = [*result.laps, *result.more]
        drawn = RULES.draw(entry, more=len(result.more))
        assert [(lap.split_seed, lap.seed) for lap in laps] == drawn
        assert result.qualifies and len(result.more) >= MORE
        assert all(lap.demo for lap in laps)
        assert record.machine.keys() >= {"processor", "threads", "torch"}
        assert record.machine["threads"] == RULES.threads


@pytest.mark.parametrize("name", RECORDED)
def test_records_keep_the_rules_and_their_seeds_to_themselves(name):
    entry = gc.CATALOGUE[name]
    RULES.check(entry)
    # Seeds in an entry would look as if they mattered.
    assert (entry.seed, entry.snapshots) == (0, 0)


# -- the command -----------------------------------------------------------------------


@pytest.fixture
def cli(rules, tiny, alone, monkeypatch, tmp_path):
    """The command, by tiny rules, with a table of its own."""
    monkeypatch.setattr(_speedrun, "RULES", rules)
    monkeypatch.setitem(gc.CATALOGUE, "tiny", tiny())
    path = tmp_path / "speedrun.json"

    def invoke(words):
        command = ["speedrun", *words.split(), "--into", str(path)]
        return CliRunner().invoke(app, command)

    invoke.path = path
    return invoke


def test_an_entry_that_fails_exits_with_1(cli):
    done = cli("tiny --epochs 4 --lr 3e-3")
    assert done.exit_code == 1, done.output
    assert "NEVER there" in done.output
    assert "does not qualify: training 1, 2 of 2, see above" in done.output


def test_an_entry_that_stays_exits_with_0_and_may_be_recorded(cli, plant):
    plant(THERE_AND_STAYS)
    done = cli("tiny --more 1")
    assert done.exit_code == 0, done.output
    assert "tiny: (a + b) mod 7, 50% of the table, to 90% on the rest" in done.output
    assert done.output.count("there at step 4, stays at or above 100.0%") == 3
    assert "qualifies: 2 of 2 get there and stay" in done.output
    assert "this number ranks" in done.output
    assert not cli.path.exists()
    done = cli("tiny --more 5 --record idea")
    assert done.exit_code == 0, done.output
    assert records.current(cli.path) == "tiny"
    # Now it is what runs by default, with fields changed or not.
    assert cli("").output.startswith("tiny: ")
    changed = cli("--lr 3e-3 --record again")
    assert changed.exit_code == 2
    assert "experiment of the catalogue as it stands there" in changed.output


def test_json_is_all_that_is_printed_when_asked_for(cli, plant):
    plant(THERE_AND_STAYS)
    found = json.loads(cli("tiny --json").stdout)
    assert found["qualifies"] is True
    assert [lap["verdict"]["reached"] for lap in found["laps"]] == [4, 4]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("tiny --p 11", "the speedrun's task has p=7, not 11"),
        ("nonsense", "no experiment 'nonsense'"),
        ("tiny --prime 7", "the field 'prime' is nowhere"),
    ],
)
def test_a_mistake_is_explained(cli, words, complaint):
    done = cli(words)
    assert done.exit_code == 2
    assert complaint in done.output
