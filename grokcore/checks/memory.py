"""Checks of the exercises on memorizing and generalizing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grokcore import training
from grokcore.checks.asking import ask, check, fail, missed, number
from grokcore.experiments import Experiment
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.tasks import ModularTask

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["one_at_a_time", "parrot_accuracy", "recipe", "settled_delay", "subset"]

#: The recipe that a recipe is to be sooner than.
WORKS = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.7),
    model=EmbeddingMLPConfig(width=128, mlp_width=128),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0),
    epochs=1_200,
    stop_val_accuracy=0.95,
)

#: How many steps a recipe has to be there in, and how many a good one takes at most.
#: Seeds and processors differ: `classroom.margins` has what they make of it.
STEPS, ENOUGH = 150, 100

#: An experiment whose controls are asked for; nothing of it is trained.
PLAIN = Experiment(
    task=ModularTask("add", p=59, train_fraction=0.5),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0),
    epochs=500,
)


@check
def parrot_accuracy(answer: Callable[[ModularTask], float]) -> None:
    """Check a function of a task: the share of validation cells that a parrot knows.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> parrot_accuracy(lambda task: task.train_fraction)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: for (a + b) mod 7, 50% of 49 cells ...
    """
    expect_parrot(answer, ModularTask("add", p=7, train_fraction=0.5), 11)
    expect_parrot(answer, ModularTask("subtract", p=8, train_fraction=0.5), 1)
    expect_parrot(answer, ModularTask("divide", p=11, train_fraction=0.6), 4)


def expect_parrot(
    answer: Callable[[ModularTask], float], task: ModularTask, known: int
) -> None:
    """Ask for the accuracy of a parrot that knows so many validation cells of a task.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    table = task.data()
    rows, asked = len(table.targets), len(table.val)
    what = f"for {task.formula}, {task.train_fraction:.0%} of {rows} cells trained on"
    found = number(ask(answer, task), f"{what}, the accuracy")
    if abs(found - known / asked) > 1e-5:
        fail(
            f"{what}, the accuracy is {found:.4g}, expected {known} of {asked} "
            f"validation cells, {known / asked:.4g}"
        )


@check
def settled_delay(answer: Callable[[pd.DataFrame, float], float | None]) -> None:
    """Check a function of a history and a threshold: the delay until it is for good.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> from grokcore.analysis import grokking_delay
    >>> settled_delay(lambda *asked: grokking_delay(*asked).epochs)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: the answer is 10, expected 30. At epochs ...
    """
    epochs, train = [0, 5, 10, 20, 30, 40], [0.0, 0.5, 0.95, 1.0, 0.9, 1.0]
    for val, threshold, expected in (
        ([0.0, 0.1, 0.2, 0.96, 0.7, 0.97], 0.95, 30),
        ([0.0, 0.1, 0.2, 0.96, 0.7, 0.97], 0.5, 15),
        ([0.0, 0.1, 0.2, 0.95, 0.95, 0.97], 0.95, 10),
        ([0.0, 0.1, 0.2, 0.96, 0.97, 0.8], 0.95, None),
        ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], 0.95, None),
    ):
        expect_delay(answer, history(epochs, train, val), threshold, expected)
    expect_delay(answer, history(epochs, [0.5] * 6, [1.0] * 6), 0.95, None)


def history(
    epochs: Sequence[float], train: Sequence[float], val: Sequence[float]
) -> pd.DataFrame:
    """Return the last rows of a history, whose index does not begin at 0.

    >>> history([0, 10], [0.0, 1.0], [0.0, 0.5]).index.tolist()
    [7, 8]
    """
    import pandas as pd

    return pd.DataFrame(
        {"step": epochs, "epoch": epochs, "train_accuracy": train, "val_accuracy": val},
        index=range(7, 7 + len(epochs)),
    )


def expect_delay(
    answer: Callable[[pd.DataFrame, float], float | None],
    rows: pd.DataFrame,
    threshold: float,
    expected: float | None,
) -> None:
    """Ask for one delay.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another than expected, or if the rows are
            changed.
    """

    def asked() -> list:
        return [answer(rows, threshold)]  # so that None may be an answer

    if not callable(answer):
        fail(f"settled_delay is {answer!r}, expected a function")
    asked.__name__ = getattr(answer, "__name__", "settled_delay")
    before = rows.copy()
    (found,) = ask(asked)
    if not rows.equals(before):
        fail("the function changes the history that it is given; work on a copy")
    given = ""
    if len(rows) < 10:
        accuracy = {"training": rows.train_accuracy, "validation": rows.val_accuracy}
        told = (f"{name} {[*map(float, values)]}" for name, values in accuracy.items())
        given = f" At epochs {[*map(int, rows.epoch)]}: {', '.join(told)}."
    if found is not None:
        found = number(found, "the answer")
    if found != expected:
        answered, wanted = (x if x is None else f"{x:g}" for x in (found, expected))
        fail(
            f"the answer is {answered}, expected {wanted}.{given} The threshold is "
            f"{threshold:g}."
        )


@check
def one_at_a_time(
    answer: Callable[[Experiment, Experiment], Mapping[str, Experiment]],
) -> None:
    """Check a function of two experiments: by each field that differs, a control.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> one_at_a_time(lambda works, fails: {"lr": fails})
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: where works and fails differ in lr, seed: ...
    """
    for changes in ({"lr": 0.1, "seed": 5}, {"train_fraction": 0.4}):
        expect_controls(answer, PLAIN, changes)


def expect_controls(
    answer: Callable, works: Experiment, changes: dict[str, Any]
) -> None:
    """Ask for the controls of an experiment and one with some fields changed.

    Raises:
        ~grokcore.checks.CheckFailed: if they are not what they should be.
    """
    names = ", ".join(changes) or "nothing"
    what = f"where works and fails differ in {names}:"
    found = ask(answer, works, works.replace(**changes))
    if not isinstance(found, Mapping):
        fail(f"{what} it returns {type(found).__name__}, expected a dictionary")
    if set(found) != set(changes):
        fail(f"{what} the keys are {[*found]}, expected {[*changes]}")
    for name, control in found.items():
        if not isinstance(control, Experiment):
            fail(f"{what} {name!r} is no experiment but {type(control).__name__}")
        if control != works.replace(**{name: changes[name]}):
            fail(
                f"{what} the control {name!r} differs from works in "
                f"{_differences(control, works)}, expected {name} alone, "
                f"{changes[name]!r}"
            )


def subset(value: Iterable[str], name: str, options: Iterable[str]) -> None:
    """Say whether an answer is a set of some names. Whether it is right, it keeps.

    Raises:
        ~grokcore.checks.CheckFailed: if it is no set, or has another name in it.

    >>> subset({"lr"}, "enough", ["lr", "seed"])
    enough = {lr} has the form asked for.
    >>> subset({"rate"}, "enough", ["lr", "seed"])
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: enough has 'rate', which is none of lr, seed
    """
    if not isinstance(value, set | frozenset | list | tuple):
        fail(f"{name} is {value!r}, expected a set of names such as {{'seed'}}")
    options = [*options]
    for entry in value:
        if entry not in options:
            fail(f"{name} has {entry!r}, which is none of {', '.join(options)}")
    print(f"{name} = {{{', '.join(sorted(value))}}} has the form asked for.")


@check
def recipe(answer: Experiment) -> None:
    """Check a recipe: the task and model of the exercise, and 95% soon, with seed 0.

    Raises:
        ~grokcore.checks.CheckFailed: with what is not allowed, or how far it came.

    >>> recipe(WORKS.replace(width=256))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: recipe has another model than works: width
    """
    steps = expect_arrival(answer, seed=0)
    close = f"; another seed may need more, try to get below {ENOUGH}"
    print(f"seed 0: 95% after {steps} of {STEPS} steps{close * (steps > ENOUGH)}")


def expect_arrival(answer: Experiment, seed: int, name: str = "") -> int:
    """Train a recipe for as many steps as it has.

    Args:
        answer: the recipe.
        seed: of the weights, whatever the recipe says.
        name: of the seed in messages.

    Returns:
        the steps that it took.

    Raises:
        ~grokcore.checks.CheckFailed: if the recipe is not allowed, cannot be trained,
            or is not there.
    """
    if not isinstance(answer, Experiment):
        fail(f"recipe is {answer!r}, expected an experiment")
    for part in ("task", "model"):
        own, given = getattr(answer, part), getattr(WORKS, part)
        if own != given:
            told = _differences(answer.replace(**{part: own}), WORKS, part)
            fail(f"recipe has another {part} than works: {told}")
    try:
        steps, best = arrival(answer.replace(seed=seed), STEPS, every=1)
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        fail(f"recipe cannot be trained: {type(error).__name__}: {error}")
    if steps > STEPS:
        right = f"a right answer is there by step {ENOUGH}"
        fail(
            f"with {name or f'seed {seed}'} validation has come to {best:.1%} within "
            f"{STEPS} steps, {missed(best, 0.95, right)}"
        )
    return int(steps)


def arrival(
    experiment: Experiment, within: int, every: int | None = None
) -> tuple[float, float]:
    """Train until validation is at 95%.

    Args:
        experiment: how long it trains, and what it keeps, does not matter.
        within: steps, at most.
        every: epochs between evaluations, as in an experiment.

    Returns:
        the steps it took, infinitely many if it did not get there; and the best
        accuracy.

    Raises:
        ~grokcore.training.trainer.TrainingDiverged: if the loss is no longer finite.

    >>> arrival(WORKS, within=10)[0]
    inf
    """
    judged = experiment.replace(
        epochs=within,
        max_steps=within,
        eval_every=every,
        stop_val_accuracy=0.95,
        epochs_after_stop=0,
        snapshots=0,
        snapshot_parameters=None,
    )
    trainer = training.Trainer(judged, device="cpu")
    trainer.train()
    last = trainer.history[-1]
    best = max(row["val_accuracy"] for row in trainer.history)
    return (last["step"] if last["val_accuracy"] >= 0.95 else math.inf), best


def _differences(one: Experiment, other: Experiment, part: str = "") -> str:
    """The names of the fields, or of those of one part, that differ."""
    ours, theirs = one.fields(), other.fields()
    if part and type(getattr(one, part)) is not type(getattr(other, part)):
        return type(getattr(one, part)).__name__
    if part:
        kept = vars(getattr(other, part))
        ours = {name: value for name, value in ours.items() if name in kept}
    names = [name for name, value in ours.items() if theirs.get(name) != value]
    return ", ".join(names) or "nothing"
