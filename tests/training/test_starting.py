"""A run that starts with another one's weights: which they are, and what is kept."""

import json

import pytest
import torch
from typer.testing import CliRunner

import grokcore as gc
from grokcore import Start, runs
from grokcore.cli import app
from grokcore.training import Trainer
from grokcore.training.starting import digest, taken_over


@pytest.fixture
def sums(tiny):
    return tiny(epochs=8)


@pytest.fixture
def pair(tiny, sums):
    """Make an experiment that starts with parts of a run of sums."""
    return lambda *parts, **changes: tiny(
        epochs=12, start_from=Start(sums, parts or None), **changes
    )


def begun(experiment):
    """The weights of a run before its first step."""
    return experiment.replace(snapshots=(0,)).run().weights(0)


def last(experiment):
    run = experiment.run()
    return run.weights(run.snapshots[-1])


def initial(experiment):
    return experiment.model.build(experiment.task, experiment.seed).state_dict()


# -- which weights -----------------------------------------------------------------


@pytest.mark.parametrize(
    "parts, prefixes",
    [
        ([], ("",)),
        (["embed"], ("embed.",)),
        (["attn"], ("blocks.0.attn.",)),
        (["pos_embed", "blocks", "unembed"], ("pos_embed.", "blocks.", "unembed.")),
        (["W_U", "blocks.0.mlp"], ("unembed.W_U", "blocks.0.mlp.")),
    ],
    ids=["all", "embedding", "attention", "all but the embedding", "by name"],
)
def test_it_begins_with_the_parts_that_are_named_and_its_own_for_the_rest(
    pair, sums, parts, prefixes
):
    experiment = pair(*parts, seed=5)
    found, theirs, own = begun(experiment), last(sums), initial(experiment)
    for name in own:
        expected = theirs if name.startswith(prefixes) else own
        assert torch.equal(found[name], expected[name]), name


def test_sums_of_three_begin_with_what_fits_of_sums_of_two(pair, sums):
    experiment = pair("embed", "blocks", "unembed", operands=3)
    found, theirs = begun(experiment), last(sums)
    assert found["pos_embed.W_pos"].shape == (4, 16)
    assert all(
        torch.equal(found[name], theirs[name])
        for name in theirs
        if not name.startswith("pos_embed")
    )


def test_the_optimizer_begins_anew(pair, sums):
    """As a plain run whose initial weights are replaced by hand."""
    trainer = Trainer(sums.replace(epochs=12), device="cpu")
    trainer.model.load_state_dict(last(sums))
    trainer.train()
    weights = last(pair())
    for name, weight in trainer.model.state_dict().items():
        assert torch.equal(weight, weights[name]), name


def test_a_trainer_alone_trains_first_what_it_starts_with(pair):
    experiment = pair("embed")
    trainer = Trainer(experiment, device="cpu")
    trainer.train()
    assert torch.equal(trainer.model.W_E, last(experiment)["embed.W_E"])


def test_what_fits_is_taken_and_what_does_not_is_named_with_its_shapes():
    own = {
        "embed.W_E": torch.ones(3, 2),
        "mlp.b": torch.ones(4),
        "mlp.W": torch.ones(1),
    }
    other = own | {"mlp.b": torch.ones(5), "extra": torch.ones(1)}
    assert taken_over(own, other, ["embed", "W"]) == ["embed.W_E", "mlp.W"]
    told = r"mlp\.b is \[4\] here and \[5\] there.*parts=\('embed',\) fit"
    for parts in (None, ["mlp"], ["b"]):
        with pytest.raises(ValueError, match=told):
            taken_over(own, other, parts)
    with pytest.raises(ValueError, match=r"extra is missing here and \[1\] there"):
        taken_over(own, other, ["extra"])
    with pytest.raises(ValueError, match="no part of these two networks fits"):
        taken_over({"a": torch.ones(1)}, {"b": torch.ones(1)})


@pytest.mark.parametrize(
    "parts, changes, complaint",
    [
        ([], {"operands": 3}, r"pos_embed.W_pos is \[4, 16\] here and \[3, 16\] there"),
        (["embed"], {"p": 11}, r"embed.W_E is \[12, 16\] here and \[8, 16\] there"),
        (["attention"], {}, r"parts has \['attention'\]; allowed .*'attn'"),
        (["attn"], {"model": gc.EmbeddingMLPConfig(16, 8)}, "W_K is missing here"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_trained(
    pair, store, parts, changes, complaint
):
    with pytest.raises(ValueError, match=complaint):
        pair(*parts, **changes).run()
    assert runs.stored_runs() == []


def test_no_parts_and_no_experiment_are_refused(sums):
    with pytest.raises(ValueError, match=r"parts=\(\) takes no weights over"):
        Start(sums, ())
    with pytest.raises(ValueError, match="an instance of Start"):
        sums.replace(start_from=sums)
    with pytest.raises(ValueError, match="no start_from"):
        Trainer(sums, device="cpu").begin_with({})


# -- what is kept ------------------------------------------------------------------


def test_it_is_part_of_the_key_and_of_json(pair, sums):
    experiments = [sums, pair(), pair("embed"), pair("attn")]
    assert len({e.key for e in experiments}) == 4
    deep = sums.replace(start_from=Start(pair("embed")))
    assert gc.Experiment.from_json(deep.to_json()) == deep
    assert deep.key != sums.replace(start_from=Start(pair("attn"))).key


def test_fields_of_a_start_are_changed_like_all_others(pair, sums, tiny):
    assert pair().replace(parts=("embed",)) == pair("embed")
    other = tiny(seed=9)
    assert pair().replace(experiment=other).start_from.experiment == other


def test_the_provenance_says_whose_weights_they_were(pair, sums):
    where = pair("embed").run().provenance["start"]
    assert where == {"run": sums.name, "weights": digest(last(sums))}
    assert "start" not in sums.run().provenance


def test_the_start_is_trained_once_and_stored(pair, sums):
    pair("embed").run()
    stamp = (sums.stored().folder / "history.npz").stat().st_mtime_ns
    pair("attn").run()
    assert (sums.stored().folder / "history.npz").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("stop", [0, 7])
def test_cut_short_it_goes_on_and_needs_its_start_no_more(
    pair, sums, tmp_path, monkeypatch, stop
):
    experiment = pair("embed")

    def interrupt(state):
        if state.step == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiment.run(callbacks=[interrupt])
    began = experiment.stored().provenance["start"]
    path = sums.stored().folder / "experiment.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"status": "interrupted"}))
    resumed = experiment.run()
    assert sums.stored().status == "interrupted"  # and was not gone on with
    assert resumed.provenance["start"] == began
    expected = runs.run(experiment, root=tmp_path / "elsewhere")
    assert resumed.history.equals(expected.history)
    assert torch.equal(resumed.model.W_E, expected.model.W_E)


# -- the command line --------------------------------------------------------------


def test_the_command_line_starts_with_a_run_or_a_name(sums, pair):
    invoke = CliRunner().invoke
    sums.run()
    options = ["--p", "7", "--train-fraction", ".5", "--width", "16", "--heads", "2"]
    options += ["--epochs", "2", "--snapshots", "0", "--operands", "3"]
    start = ["--start-from", f"{sums.name}:embed+W_U"]
    done = invoke(app, ["train", *options, *start])
    assert done.exit_code == 0, done.output
    assert f"began with embed, W_U of {sums.name}" in done.output
    ran = [r.experiment for r in runs.stored_runs() if r.experiment.start_from]
    assert [e.start_from for e in ran] == [Start(sums, ("embed", "W_U"))]
    done = invoke(app, ["train", *options, "--start-from", "live-p59"])
    assert done.exit_code == 2
    assert "embed.W_E is [8, 16] here and [60, 128] there" in done.output
    done = invoke(app, ["train", *options, "--start-from", "nowhere"])
    assert done.exit_code == 2 and "no run 'nowhere'" in done.output
    done = invoke(app, ["train", *options, "--start-from", "none"])
    assert done.exit_code == 0, done.output
