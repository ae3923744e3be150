"""Experiments are data: they survive JSON, and equal ones have equal keys."""

import dataclasses
import itertools
import json

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from grokcore import (
    CATALOGUE,
    SGD,
    Adam,
    AdamW,
    DigitsTask,
    EmbeddingMLPConfig,
    Experiment,
    FixedNorm,
    Gain,
    GrokfastEMA,
    GrokfastMA,
    ImageMLPConfig,
    LSTMConfig,
    ModularTask,
    Muon,
    OrthoGrad,
    Start,
    TransformerConfig,
)
from grokcore.losses import LOSSES
from grokcore.optimizers.schedules import SCHEDULES
from grokcore.tasks.images import AUGMENTATIONS
from grokcore.training import Trainer
from grokcore.training.moments import log_spaced

counts = st.integers(1, 10**6)
rates = st.floats(1e-9, 1e3)
decays = st.sampled_from([0.0, -0.0, 1.0]) | st.floats(0, 100)
units = st.sampled_from([0.0, -0.0]) | st.floats(0, 1, exclude_max=True)
betas = st.tuples(units, units)
tasks = (
    st.builds(
        ModularTask,
        operation=st.sampled_from(["add", "multiply"]),
        p=st.integers(3, 97),
        train_fraction=st.floats(0.2, 0.8),
        split_seed=st.integers(0, 2**40),
        token_format=st.sampled_from(["a b =", "a ∘ b ="]),
        operands=st.integers(2, 3),
        sample=st.none() | st.integers(5, 9),
        shuffled=st.booleans(),
    )
    | st.builds(
        ModularTask,
        operation=st.sampled_from(["subtract", "divide", "asymmetric"]),
        p=st.sampled_from([5, 59, 97]),
        reading=st.sampled_from(["modular", "truncated"]),
    )
    | st.builds(
        DigitsTask,
        train_images=st.integers(1, 4_999),
        augmentation=st.sampled_from([*AUGMENTATIONS]),
    )
)
transformers = st.builds(
    lambda heads, d_head, **rest: TransformerConfig(
        width=heads * d_head, heads=heads, **rest
    ),
    heads=st.integers(1, 8),
    d_head=st.integers(1, 64),
    layers=st.integers(1, 4),
    mlp_width=st.none() | counts,
    activation=st.sampled_from(["relu", "gelu"]),
    norm=st.sampled_from(["none", "pre", "post", "stream"]),
    outputs=st.sampled_from(["numbers", "vocabulary"]),
    dropout=units,
    biases=st.sampled_from(["none", "mlp", "blocks", "all"]),
    init=st.sampled_from(["transformer_lens", "pytorch"]),
)
sizes = st.integers(1, 4)
activations = st.sampled_from(["relu", "gelu", "square"])
models = (
    transformers
    | st.builds(
        EmbeddingMLPConfig,
        width=st.none() | counts,
        mlp_width=counts,
        layers=sizes,
        activation=activations,
        biases=st.sampled_from(["none", "mlp"]),
    )
    | st.builds(LSTMConfig, layers=sizes, width=counts, hidden_width=counts)
    | st.builds(ImageMLPConfig, counts, layers=sizes, activation=activations)
)
optimizers = (
    st.builds(AdamW, lr=rates, weight_decay=decays, betas=betas, eps=rates)
    | st.builds(Adam, lr=rates, weight_decay=decays, betas=betas, eps=rates)
    | st.builds(SGD, lr=rates, momentum=units, weight_decay=decays)
    | st.builds(SGD, momentum=st.floats(0.1, 0.9), nesterov=st.just(True))
    | st.builds(Muon, lr=rates, weight_decay=decays, momentum=units)
)
filters = (
    st.builds(GrokfastEMA, alpha=units, lamb=decays)
    | st.builds(GrokfastMA, window=counts, lamb=decays, start=st.integers(0, 9))
    | st.builds(OrthoGrad)
    | st.builds(Gain, lamb=decays)
)
experiment_fields = {
    "task": tasks,
    "model": models,
    "optimizer": optimizers,
    "epochs": counts,
    "seed": st.integers(0, 2**40),
    "init_scale": rates,
    "loss": st.sampled_from([*LOSSES]),
    "loss_positions": st.sampled_from(["answer", "all"]),
    "filter": st.none() | filters,
    "projection": st.none() | st.builds(FixedNorm, share=rates),
    "precision": st.sampled_from(["float32", "bfloat16"]),
    "batch_size": st.none() | counts,
    "warmup": st.integers(0, 100),
    "schedule": st.sampled_from([*SCHEDULES]),
    "fall_from": st.floats(0, 0.99),
    "max_steps": st.none() | counts,
    "eval_every": st.none() | counts,
    "eval_train": st.sampled_from(["step", "all"]),
    "stop_val_accuracy": st.none() | st.floats(0.01, 1),
    "epochs_after_stop": st.integers(0, 100),
    "snapshots": st.integers(0, 100) | st.lists(counts, max_size=4).map(tuple),
    "snapshot_parameters": st.none()
    | st.lists(st.sampled_from(["embed.W_E", "unembed.W_U"])).map(tuple),
    "start_from": st.none()
    | st.builds(
        Start,
        st.builds(Experiment, epochs=counts, seed=st.integers(0, 3)),
        st.none() | st.sampled_from([("embed",), ("attn", "W_U")]),
    ),
}


#: A model for a task that the chosen one cannot read.
OF = {"images": ImageMLPConfig(), "equations": EmbeddingMLPConfig()}


def possible(**fields):
    """An experiment without what is refused since it would never happen."""
    if fields["stop_val_accuracy"] is None:
        fields["epochs_after_stop"] = 0
    if fields["schedule"] == "constant":
        fields.pop("fall_from")
    if fields["model"].reads != fields["task"].asks:
        fields["model"] = OF[fields["task"].asks]
    if getattr(fields["model"], "outputs", None) != "vocabulary":
        fields.pop("loss_positions")
    if isinstance(fields["snapshots"], tuple):
        last = Experiment(**fields | {"snapshots": 0}).last_step
        fields["snapshots"] = tuple(min(step, last) for step in fields["snapshots"])
    return Experiment(**fields)


experiments = st.builds(possible, **experiment_fields)


def test_the_random_experiments_cover_every_field():
    assert experiment_fields.keys() == {f.name for f in dataclasses.fields(Experiment)}


@given(experiments)
def test_any_experiment_survives_json(experiment):
    again = Experiment.from_json(experiment.to_json())
    assert again == experiment
    assert again.key == experiment.key
    assert hash(again) == hash(experiment)


@given(experiments, st.data())
def test_experiments_are_equal_exactly_if_their_keys_are(experiment, data):
    field = data.draw(st.sampled_from(sorted(experiment_fields)))
    fields = {name: getattr(experiment, name) for name in experiment_fields}
    other = possible(**fields | {field: data.draw(experiment_fields[field])})
    assert (other == experiment) == (other.key == experiment.key)


@given(experiments, experiments)
def test_any_two_experiments_are_equal_exactly_if_their_keys_are(one, two):
    assert (one == two) == (one.key == two.key)


@given(st.data())
def test_a_single_changed_leaf_changes_the_key(data):
    experiment = Experiment(stop_val_accuracy=0.5, schedule="linear")
    # Another value of each leaf that a default experiment has.
    changes = {
        "operation": "multiply",
        "p": 59,
        "train_fraction": 0.4,
        "split_seed": 1,
        "token_format": "a ∘ b =",
        "operands": 3,
        "sample": 1000,
        "layers": 2,
        "width": 64,
        "heads": 8,
        "mlp_width": 100,
        "activation": "gelu",
        "norm": "pre",
        "dropout": 0.1,
        "biases": "all",
        "outputs": "vocabulary",
        "init": "pytorch",
        "init_scale": 2.0,
        "lr": 0.1,
        "weight_decay": 0.0,
        "betas": (0.9, 0.999),
        "eps": 1e-6,
        "epochs": 7,
        "seed": 1,
        "loss": "mse",
        "filter": GrokfastEMA(),
        "projection": FixedNorm(),
        "precision": "bfloat16",
        "batch_size": 512,
        "warmup": 10,
        "schedule": "cosine",
        "fall_from": 0.5,
        "max_steps": 5,
        "eval_every": 3,
        "eval_train": "all",
        "stop_val_accuracy": 0.9,
        "epochs_after_stop": 2,
        "snapshots": 4,
        "snapshot_parameters": ("embed.W_E",),
        "start_from": Start(Experiment()),
        "shuffled": True,
    }
    leaves = experiment.fields().keys()
    assert changes.keys() == leaves - {
        "reading",
        "mirrors",
        "loss_positions",
    }  # not for every task, or model
    one, two = (
        data.draw(st.sets(st.sampled_from(sorted(changes)), max_size=3))
        for _ in range(2)
    )
    assume(one != two)
    keys = {
        experiment.replace(**{n: changes[n] for n in some}).key for some in (one, two)
    }
    assert len(keys) == 2


def test_a_default_that_is_spelled_out_changes_no_key():
    whole = Experiment()
    spelled = Experiment(
        **{f.name: getattr(whole, f.name) for f in dataclasses.fields(Experiment)}
    )
    assert spelled.key == Experiment().key
    assert Experiment(task=ModularTask("add", p=113)).key == whole.key
    assert (
        Experiment(optimizer=AdamW(lr=0.5, betas=(0.9, 0.98))).key
        == Experiment(optimizer=AdamW(lr=0.5)).key
    )


def test_json_without_the_defaults_is_the_same_experiment():
    text = json.dumps({"task": {"p": 59}, "optimizer": {"kind": "sgd"}, "epochs": 9})
    assert Experiment.from_json(text) == Experiment(
        task=ModularTask(p=59), optimizer=SGD(), epochs=9
    )


def test_a_whole_number_where_a_fraction_is_meant_is_the_same_experiment():
    one, two = Experiment(optimizer=AdamW(lr=1)), Experiment(optimizer=AdamW(lr=1.0))
    assert one == two
    assert one.key == two.key


def test_keys_are_still_those_under_which_readers_stored_their_runs():
    # If this fails on purpose, raise TRAINING_REVISION and write the new key here.
    experiment = Experiment(
        task=ModularTask("subtract", p=97, train_fraction=0.5, split_seed=3),
        model=TransformerConfig(layers=2, norm="pre", activation="gelu"),
        optimizer=Adam(lr=3e-4, weight_decay=0.005),
        epochs=100,
        batch_size=512,
        snapshots=(1, 10, 100),
    )
    assert Experiment().key == (
        "d8560b7658c792bdded69837b055e2ed54708be6123b7bb4cc9fadf261ea091f"
    )
    assert experiment.key == (
        "a4ed9005b6c29c56b3a39d748a0119d9d89fd183e27ac0f027f098b2d8150e0c"
    )
    assert experiment.name == f"subtract-p97-transformer-{experiment.key[:8]}"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("slipping-p113", "b96d47bdd1204580"),
        ("fast-p113", "829111e85574eb2f"),
        ("speedrun-mlp", "73a8d6dddafdda17"),
        ("nanda-p113", "689f1f225dcd9272"),
        ("grokfast-none", "abd68f49f4a9f4f2"),
        ("grokfast-ma", "cf87083fe90c8cdb"),
        ("grokfast-ema", "c562922bbcc26867"),
        ("grokfast-p59", "29cdefceedbcb58c"),
    ],
)
def test_recipes_that_are_recorded_keep_their_keys(name, key):
    assert CATALOGUE[name].key.startswith(key)


@pytest.mark.parametrize("field", ["weight_decay", "dropout", "momentum"])
def test_a_zero_has_no_sign(field):
    whole = Experiment(optimizer=SGD(weight_decay=0.1))
    one, two = (whole.replace(**{field: zero}) for zero in (0.0, -0.0))
    assert one == two
    assert one.key == two.key


def test_lists_and_numbers_of_numpy_are_taken_where_they_are_natural():
    one = Experiment(
        task=ModularTask(p=np.int64(59), train_fraction=np.float64(0.4)),
        optimizer=AdamW(lr=np.float32(0.5), betas=[0.9, np.float64(0.98)]),
        seed=np.int32(3),
        snapshots=np.arange(3),
        snapshot_parameters=["embed.W_E"],
    )
    two = Experiment(
        task=ModularTask(p=59, train_fraction=0.4),
        optimizer=AdamW(lr=0.5),
        seed=3,
        snapshots=range(3),
        snapshot_parameters=("embed.W_E",),
    )
    assert one == two
    assert one.key == two.key
    assert Experiment.from_json(one.to_json()) == one
    assert type(one.seed) is type(one.snapshots[1]) is int
    assert [e.seed for e in Experiment().grid(seed=np.arange(2))] == [0, 1]


# -- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "given_value", "allowed"),
    [
        ({"epochs": 0}, "0", "greater than or equal to 1"),
        ({"epochs": 10.0}, "10.0", "valid integer"),
        ({"epochs": "10"}, "'10'", "valid integer"),
        ({"epochs": True}, "True", "valid integer"),
        ({"seed": -1}, "-1", "greater than or equal to 0"),
        ({"loss": "hinge"}, "'hinge'", "'mse', 'stablemax'"),
        ({"precision": "float16"}, "'float16'", "'float32' or 'bfloat16'"),
        ({"batch_size": 0}, "0", "greater than or equal to 1"),
        ({"warmup": -1}, "-1", "greater than or equal to 0"),
        ({"max_steps": 0}, "0", "greater than or equal to 1"),
        ({"eval_every": 0}, "0", "greater than or equal to 1"),
        ({"stop_val_accuracy": 1.5}, "1.5", "less than or equal to 1"),
        ({"stop_val_accuracy": 0.0}, "0.0", "greater than 0"),
        ({"epochs_after_stop": -1}, "-1", "greater than or equal to 0"),
        ({"snapshots": -1}, "-1", "greater than or equal to 0"),
        ({"snapshots": (1, -2)}, "-2", "greater than or equal to 0"),
        ({"snapshots": "all"}, "'all'", "valid integer"),
        ({"snapshots": (5, 101), "epochs": 100}, "[101]", "the last step is 100"),
        ({"snapshots": (8,), "max_steps": 7}, "[8]", "the last step is 7"),
        ({"snapshots": (9,), "epochs": 2, "batch_size": 1000}, "[9]", "step is 8"),
        ({"epochs_after_stop": 5}, "epochs_after_stop=5", "stop_val_accuracy in (0"),
        ({"snapshot_parameters": ("W", 3)}, "3", "valid string"),
        ({"task": "add"}, "'add'", "ModularTask"),
        (
            {"model": TransformerConfig},
            "TransformerConfig",
            "TransformerConfig(…), Emb",
        ),
        ({"optimizer": AdamW}, "AdamW", "one of AdamW(…), Adam(…)"),
        ({"optimiser": AdamW()}, "optimiser", "is no field of"),
    ],
)
def test_an_impossible_experiment_is_refused_with_what_is_allowed(
    fields, given_value, allowed
):
    with pytest.raises(ValueError) as error:
        Experiment(**fields)
    assert given_value in str(error.value)
    assert allowed in str(error.value)
    assert not any(noise in str(error.value) for noise in ("http", "ArgsKwargs"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not json", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ('{"epoch": 3}', "epoch"),
        ('{"task": {"modulus": 3}}', "modulus"),
        ('{"task": {"p": "3"}}', "valid integer"),
        ('{"task": {"p": 1}}', "greater than or equal to 2"),
        ('{"model": {"kind": "oracle"}}', "'transformer', 'embedding_mlp'"),
        ('{"optimizer": {"lr": 0.1}}', "kind"),
        ('{"optimizer": {"kind": "sgd", "betas": [0.9, 0.9]}}', "betas"),
        ('{"optimizer": {"kind": "adamw", "lr": NaN}}', "finite"),
    ],
)
def test_json_that_is_no_experiment_is_refused(text, complaint):
    with pytest.raises(ValueError) as error:
        Experiment.from_json(text)
    assert complaint in str(error.value)
    assert "pydantic" not in str(error.value)


def test_experiments_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Experiment().epochs = 3


# -- replace, grid, fields ---------------------------------------------------------


def test_replace_finds_a_field_wherever_it_is():
    changed = Experiment().replace(p=59, layers=2, lr=0.5, seed=3)
    assert changed == Experiment(
        task=ModularTask(p=59),
        model=TransformerConfig(layers=2),
        optimizer=AdamW(lr=0.5),
        seed=3,
    )
    assert Experiment().replace() == Experiment()


def test_replace_takes_a_part_and_fields_of_it_together():
    changed = Experiment().replace(optimizer=SGD(), lr=0.5)
    assert changed.optimizer == SGD(lr=0.5)


def test_replace_checks_the_new_values():
    with pytest.raises(ValueError, match="does not divide"):
        Experiment().replace(heads=3)


@pytest.mark.parametrize(
    ("field", "reason"),
    [("kind", "is in each of"), ("momentum", "is nowhere"), ("epoch", "is nowhere")],
)
def test_replace_refuses_an_unknown_or_ambiguous_field(field, reason):
    with pytest.raises(ValueError, match=f"'{field}' {reason}.*'train_fraction'"):
        Experiment().replace(**{field: 1})


def test_a_grid_is_every_combination_the_last_axis_fastest():
    grid = Experiment().grid(train_fraction=[0.2, 0.3], seed=iter(range(3)))
    assert [(e.task.train_fraction, e.seed) for e in grid] == [
        (0.2, 0),
        (0.2, 1),
        (0.2, 2),
        (0.3, 0),
        (0.3, 1),
        (0.3, 2),
    ]
    assert len({e.key for e in grid}) == 6


def test_a_grid_of_nothing_is_the_experiment_and_of_an_empty_axis_is_empty():
    assert Experiment().grid() == [Experiment()]
    assert Experiment().grid(seed=[]) == []


@pytest.mark.parametrize("axis", ["add", 3, 0.5, None])
def test_a_grid_refuses_an_axis_that_is_no_list(axis):
    with pytest.raises(ValueError, match=f"the axis operation={axis!r} is no list"):
        Experiment().grid(seed=range(2), operation=axis)


def test_replace_refuses_fields_of_a_part_that_is_none():
    for part in ("adamw", AdamW, None):
        with pytest.raises(
            ValueError, match=r"optimizer=.* (has no fields such as|is a class)"
        ):
            Experiment().replace(optimizer=part, lr=0.1)


def test_a_kind_and_its_fields_are_changed_together():
    changed = Experiment().replace(filter=GrokfastEMA(), lamb=5.0)
    assert changed.filter == GrokfastEMA(lamb=5.0)
    changed = Experiment().replace(momentum=0.9, optimizer=SGD(lr=0.5))
    assert changed.optimizer == SGD(lr=0.5, momentum=0.9)
    grid = Experiment().grid(filter=[GrokfastEMA()], alpha=[0.5, 0.8])
    assert [e.filter.alpha for e in grid] == [0.5, 0.8]
    with pytest.raises(ValueError, match=r"'lamb' is nowhere .*allowed: .*'filter'"):
        Experiment().replace(lamb=5.0)


def test_a_grid_refuses_unknown_fields():
    with pytest.raises(ValueError, match="'fraction' is nowhere"):
        Experiment().grid(fraction=[0.2])


@given(experiments)
def test_the_fields_of_an_experiment_make_it_again(experiment):
    fields = experiment.fields()
    assert "kind" not in fields
    assert experiment.replace(**fields) == experiment


# -- steps on a log scale ----------------------------------------------------------


@given(st.integers(0, 200), st.integers(1, 10**6))
def test_log_spaced_steps_rise_and_end_at_the_last(count, last):
    steps = list(log_spaced(count, last))
    assert steps == sorted(set(steps))
    assert len(steps) <= count
    assert all(0 <= step <= last for step in steps)
    if count:
        assert steps[-1] == last
    if count > 1:
        assert steps[0] == 0
    if count > 2:
        assert 1 in steps


def test_log_spaced_steps_have_a_constant_ratio_where_there_is_room():
    steps = log_spaced(20, 10**9)[8:]
    ratios = [b / a for a, b in itertools.pairwise(steps)]
    assert max(ratios) / min(ratios) < 1.01


# -- the catalogue -----------------------------------------------------------------


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_of_the_catalogue_can_be_built(name):
    experiment = CATALOGUE[name]
    assert Experiment.from_json(experiment.to_json()) == experiment
    model = experiment.model.build(experiment.task, experiment.seed)
    assert model.W_E.shape[0] >= experiment.task.p
    assert len(experiment.task.data().train) > 0
    names = set(model.state_dict())
    assert names >= set(experiment.snapshot_parameters or ())


def test_the_catalogue_has_the_papers_recipe():
    paper = CATALOGUE["nanda-p113"]
    table = paper.task.data()
    assert len(table.train) == 3_830
    assert paper.task.vocabulary == 114
    assert paper.optimizer == AdamW(lr=1e-3, weight_decay=1.0, betas=(0.9, 0.98))
    assert (paper.seed, paper.task.split_seed) == (999, 598)
    model = paper.model.build(paper.task, paper.seed)
    assert model.blocks[0].mlp.W_in.shape == (128, 512)
    assert not [n for n, _ in model.named_parameters() if ".b_" in n]


def test_catalogue_names_stand_for_different_experiments():
    assert len({e.key for e in CATALOGUE.values()}) == len(CATALOGUE)


def test_a_loss_at_every_position_needs_logits_for_every_token():
    vocabulary = TransformerConfig(outputs="vocabulary")
    everywhere = Experiment(model=vocabulary, loss_positions="all")
    assert everywhere.key != Experiment(model=vocabulary).key
    for model in (TransformerConfig(), EmbeddingMLPConfig()):
        with pytest.raises(ValueError, match=r"outputs='vocabulary'.*kind="):
            Experiment(model=model, loss_positions="all")


def test_initial_weights_are_multiplied_and_all_else_is_as_it_was(tiny):
    usual, large = tiny(), tiny(init_scale=8.0)
    for one, other in zip(
        usual.untrained().parameters(), large.untrained().parameters(), strict=True
    ):
        assert torch.equal(8 * one, other)
    start = Trainer(large, device="cpu").model.state_dict()
    for name, weight in large.untrained().state_dict().items():
        assert torch.equal(weight, start[name])
    assert usual.key != large.key
    with pytest.raises(ValueError, match="init_scale"):
        tiny(init_scale=0.0)
