"""What any task, model, loss, optimizer, filter or projection keeps to.

Whoever adds one to its registry gets these tests, and writes those of what is special
about it.
"""

import dataclasses
import itertools
import math
import warnings

import pytest
import torch
from typer.testing import CliRunner

import grokcore as gc
from grokcore import config
from grokcore.cli import app
from grokcore.filters import Filter, Projection
from grokcore.losses import LOSSES
from grokcore.models import Model
from grokcore.optimizers import Optimizer
from grokcore.optimizers.schedules import SCHEDULES
from grokcore.tasks import OPERATIONS, Task
from grokcore.tasks.images import AUGMENTATIONS
from grokcore.training import Trainer

P = 7
MODELS, OPTIMIZERS = config.kinds(Model), config.kinds(Optimizer)
FILTERS, PROJECTIONS = config.kinds(Filter), config.kinds(Projection)
TASKS = config.kinds(Task)
SMALL = {"transformer": {"width": 16, "heads": 2}, "image_mlp": {"mlp_width": 16}}
SMALL_MLP = gc.EmbeddingMLPConfig(width=16, mlp_width=16)
EQUATIONS = [name for name, kind in MODELS.items() if kind.reads == "equations"]


def registered():
    """One change of an experiment for each thing that is in a registry."""
    for name in OPERATIONS:
        yield f"operation {name}", {"operation": name}
    yield "shuffled answers", {"shuffled": True}
    yield "task group", {"task": gc.GroupTask("S3"), "model": SMALL_MLP}
    for name in LOSSES:
        yield f"loss {name}", {"loss": name}
    for name in SCHEDULES:
        yield f"schedule {name}", {"schedule": name}
    for part, kinds in {
        "optimizer": OPTIMIZERS,
        "filter": FILTERS,
        "projection": PROJECTIONS,
    }.items():
        for name, kind in kinds.items():
            yield f"{part} {name}", {part: kind()}
    for name, kind in MODELS.items():
        model = {"model": kind(**SMALL.get(name, {}))}
        if name not in EQUATIONS:
            model |= {"task": gc.DigitsTask(train_images=30)}
        yield f"model {name}", model
    for name in AUGMENTATIONS:
        task = gc.DigitsTask(train_images=30, augmentation=name)
        model = gc.ImageMLPConfig(**SMALL["image_mlp"])
        yield f"augmentation {name}", {"task": task, "model": model}


CHANGES = dict(registered())
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
every_model = pytest.mark.parametrize(
    "model",
    [MODELS[name](**SMALL.get(name, {})) for name in EQUATIONS],
    ids=EQUATIONS,
)
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def changed(tiny):
    def make(change):
        if isinstance(change.get("optimizer"), gc.Muon) and not hasattr(
            torch.optim, "Muon"
        ):
            pytest.skip("this torch has no Muon")
        return tiny(**{"epochs": 12, "batch_size": 12, **change})

    return make


# -- whatever is registered ----------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("model", MODELS)
def test_fields_are_told_apart_by_their_names(model, optimizer):
    """replace(), grids and the command line know a field by its name alone."""
    part = TASKS.values(), FILTERS.values(), PROJECTIONS.values()
    for task, filter, projection in itertools.product(*part):
        inner = (MODELS[model], OPTIMIZERS[optimizer], filter, projection)
        parts = (gc.Experiment, task, *inner)
        names = [f.name for part in parts for f in dataclasses.fields(part)]
        names = [name for name in names if name != "kind"]
        assert len(names) == len({*names}), sorted(names)


@every_change
def test_it_survives_json_and_changes_the_key_unless_it_is_the_default(tiny, change):
    experiment = tiny(**change)
    assert gc.Experiment.from_json(experiment.to_json()) == experiment
    assert (experiment.key == tiny().key) == (experiment == tiny())


@every_change
def test_it_trains_the_same_each_time_and_learns(changed, change):
    one, two = (Trainer(changed(change), device="cpu") for _ in range(2))
    one.train(), two.train()
    assert one.history == two.history
    assert all(math.isfinite(x) for row in one.history for x in row.values())
    assert one.history[-1]["train_loss"] < one.history[0]["train_loss"]


@every_change
def test_cut_short_it_goes_on_with_the_same_bits(changed, change, cut_at):
    experiment = changed(change)
    whole = Trainer(experiment, device="cpu")
    whole.train()
    weights = cut_at(experiment, 7).state_dict()
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, weights[name]), name


@every_change
def test_it_can_be_run_stored_and_shown_from_the_command_line(changed, change):
    run = changed(change | {"epochs": 2}).run()
    assert run.experiment.stored().history.equals(run.history)
    shown = CliRunner().invoke(app, ["show", run.folder.name])
    assert shown.exit_code == 0, shown.output
    assert run.experiment.task.formula in shown.output


@every_change
def test_the_command_line_can_choose_it(changed, change):
    options = ["--epochs", "1", "--snapshots", "0"]
    options += ["--schedule", "constant", "--fall-from", ".7"]
    if isinstance(change.get("task"), gc.GroupTask):
        options += ["--group", change["task"].group, "--train-fraction", ".5"]
    elif "task" in change:
        options += ["--train-images", "30"]
        options += ["--augmentation", change["task"].augmentation]
    else:
        options += ["--p", "7", "--train-fraction", ".5"]
    for field, value in change.items():
        options += [f"--{field}", str(getattr(value, "kind", value))]
    done = CliRunner().invoke(app, ["train", *options])
    changed(change)  # skips what this torch has not
    assert done.exit_code == 0, done.output
    ran = gc.runs.stored_runs()[0].experiment
    for field, value in change.items():
        found = getattr(ran, field, None) or ran.fields()[field]
        assert getattr(found, "kind", found) == getattr(value, "kind", value)


# -- models --------------------------------------------------------------------------


@every_model
def test_a_model_answers_with_a_logit_for_each_number(model, tiny):
    task = tiny().task
    table = task.data()
    built = model.build(task, seed=0)
    logits = built(table.tokens)
    assert logits.shape == (P * P, P)
    assert torch.equal(logits, built.answer(table.operands))


@every_model
def test_a_fast_forward_pass_is_the_plain_one_and_so_are_its_gradients(model, tiny):
    table = tiny().task.data()
    built = model.build(tiny().task, seed=0).double()
    found = []
    for logits in (built(table.tokens), built.forward_plain(table.tokens)):
        logits = logits if logits.ndim == 2 else logits[:, -1]
        built.zero_grad()
        torch.nn.functional.cross_entropy(logits, table.targets).backward()
        found.append((logits, [w.grad.clone() for w in built.parameters()]))
    (fast, fast_grads), (plain, plain_grads) = found
    torch.testing.assert_close(fast, plain)
    for one, other in zip(fast_grads, plain_grads, strict=True):
        torch.testing.assert_close(one, other)


@every_model
def test_a_model_is_a_function_of_its_seed_and_leaves_the_global_one_alone(model, tiny):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, same, other = (model.build(tiny().task, seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    W = [m.embed.W_E for m in (one, same, other)]
    assert torch.equal(W[0], W[1]) and not torch.equal(W[0], W[2])
    assert torch.equal(one.W_E, one.embed.W_E)


@every_model
def test_a_model_refuses_what_is_no_equation(model, tiny):
    built = model.build(tiny().task, seed=0)
    with pytest.raises(ValueError, match="expected"):
        built(torch.zeros(4, 2, dtype=torch.long))


# -- tasks ---------------------------------------------------------------------------


@every_operation
def test_an_operation_answers_with_numbers_and_is_as_symmetric_as_it_says(operation):
    rule = OPERATIONS[operation]
    n = torch.arange(P)
    a, b = n[:, None].expand(P, P), n[None, :].expand(P, P)
    answers = rule.modular(a, b, P)
    assert ((answers >= 0) & (answers < P)).all()
    defined = rule.defined(b, P) if rule.defined else torch.ones_like(b, dtype=bool)
    both = defined & defined.T
    assert rule.symmetric == bool((answers == answers.T)[both].all())


@every_operation
@pytest.mark.parametrize("token_format", ["a b =", "a ∘ b ="])
def test_a_table_holds_each_pair_once_and_is_split_in_two(operation, token_format):
    task = gc.ModularTask(operation, p=P, train_fraction=0.5, token_format=token_format)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = task.data()
    rows = table.operands.tolist()
    assert len({*map(tuple, rows)}) == len(rows)
    split = torch.cat([table.train, table.val]).sort().values
    assert torch.equal(split, torch.arange(len(rows)))
    assert len(table.train) == task.train_rows == len(rows) // 2
    assert table.tokens.shape == (len(rows), len(task.layout))
    assert task.formula.count("mod") == 1


# -- losses --------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES.values(), ids=[*LOSSES])
def test_a_loss_is_a_scalar_that_is_least_at_the_right_answer(loss):
    targets = torch.arange(P)
    right = torch.nn.functional.one_hot(targets, P).double()
    guess = torch.zeros(P, P, dtype=torch.double, requires_grad=True)
    assert loss(guess, targets).ndim == 0
    assert loss(right, targets) < loss(guess, targets) < loss(right.roll(1, 0), targets)
    loss(guess, targets).backward()
    assert guess.grad.isfinite().all()
