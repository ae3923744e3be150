"""Experiments as data: everything that decides a run, and nothing else.

An :class:`Experiment` is a frozen tree of dataclasses. It goes to JSON and back, has a
key by which its run is stored, and spreads into grids. One may begin where another one
ends, by a :class:`Start`. Those that have a name are in :mod:`grokcore.catalogue`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import torch
from pydantic import Field, TypeAdapter
from torch import nn

from grokcore.config import description, kinds, refusing, resolved, without_defaults
from grokcore.filters import Filter, Projection
from grokcore.losses import LossName
from grokcore.models import Model, TransformerConfig
from grokcore.optimizers import AdamW, Optimizer
from grokcore.optimizers.schedules import ScheduleName
from grokcore.tasks import ModularTask, Task

__all__ = ["TRAINING_REVISION", "Experiment", "Start"]

#: Part of every key; raised when a change of code changes the numbers of a training.
TRAINING_REVISION = 1

_FALL_FROM = 0.7


@description
class Start:
    """The weights that a run begins with: those at another one's end, or parts of them.

    All others begin as the experiment's own seed draws them, and the optimizer begins
    anew.

    Args:
        experiment: whose last weights; it is trained first, where it is not stored.
        parts: which of them, by the names of parameters or of what holds them, such as
            ``("embed", "blocks.0.attn", "W_U")``; ``None`` is all. What both networks
            have of them must have one shape: with another number of operands
            ``"pos_embed"`` has not.

    Raises:
        ValueError: for no parts. Parts that a network does not have, and shapes that
            differ, are refused with their names when a run begins.

    >>> sums = Experiment(task=ModularTask("add", p=7, train_fraction=0.5), epochs=20)
    >>> parts = ("embed", "blocks")
    >>> threes = sums.replace(operands=3, start_from=Start(sums, parts))
    >>> threes.start_from.experiment == sums
    True
    """

    experiment: Experiment
    parts: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.parts == ():
            raise ValueError(
                "parts=() takes no weights over; name parts of the network, such as "
                "('embed', 'blocks'), or leave start_from out"
            )


@description
class Experiment:
    """A task, a model, an optimizer, and how long.

    Args:
        task: what is learned.
        model: who learns it.
        optimizer: how its weights move.
        epochs: passes over the training rows.
        seed: of the initial weights, the order of batches, and dropout.
        init_scale: what all initial weights are multiplied with.
        loss: "cross_entropy", "mse" or "stablemax", all in float64, or
            "cross_entropy_float32", "cross_entropy_float16" or "stablemax_float32".
        loss_positions: "answer" asks for the answer alone, "all" for each next token of
            the equation, the answer among them; the loss is their mean. That needs a
            transformer with ``outputs="vocabulary"``.
        filter: what acts on gradients before the optimizer does, if anything.
        projection: what acts on weights after each step, if anything.
        precision: "bfloat16" runs matrix products in bfloat16 (autocast); weights,
            loss and optimizer keep theirs.
        batch_size: rows a step; ``None`` is all training rows at once.
        warmup: steps over which the learning rate rises linearly to its value.
        schedule: "constant" keeps it there; "linear" and "cosine" let it fall to 0 …
        fall_from: … from this share of the run on, in [0, 1).
        max_steps: stop after so many steps even if ``epochs`` are not over.
        eval_every: epochs between evaluations; ``None`` is every 10 up to epoch 200,
            then every 20.
        eval_train: the rows that training figures are of: those of the "step", which
            cost nothing, or "all", since a small batch is right by luck now and then.
        stop_val_accuracy: stop at the first evaluation that reaches it, in (0, 1] …
        epochs_after_stop: … and this many epochs later.
        snapshots: weights to keep: a number of steps spread evenly on a log scale, or
            the steps themselves in any order. The final weights are always kept.
        snapshot_parameters: keep only these of them, such as ``("embed.W_E",)``.
        start_from: the weights that it begins with, if not those of its seed.

    Raises:
        ValueError: for unknown fields, wrong types and impossible values; the message
            names the value given and the values allowed.

    >>> experiment = Experiment(
    ...     task=ModularTask("add", p=113, train_fraction=0.3),
    ...     model=TransformerConfig(layers=1, width=128, heads=4),
    ...     optimizer=AdamW(lr=1e-2, weight_decay=1.0),
    ...     epochs=1_500,
    ...     seed=0,
    ... )
    >>> Experiment.from_json(experiment.to_json()) == experiment
    True
    >>> len(experiment.grid(train_fraction=[0.2, 0.3, 0.4], seed=range(3)))
    9
    """

    task: Task = ModularTask()
    model: Model = TransformerConfig()
    optimizer: Optimizer = AdamW()
    epochs: int = Field(1_500, ge=1)
    seed: int = Field(0, ge=0)
    init_scale: float = Field(1.0, gt=0)
    loss: LossName = "cross_entropy"
    loss_positions: Literal["answer", "all"] = "answer"
    filter: Filter | None = None
    projection: Projection | None = None
    precision: Literal["float32", "bfloat16"] = "float32"
    batch_size: int | None = Field(None, ge=1)
    warmup: int = Field(0, ge=0)
    schedule: ScheduleName = "constant"
    fall_from: float = Field(_FALL_FROM, ge=0, lt=1)
    max_steps: int | None = Field(None, ge=1)
    eval_every: int | None = Field(None, ge=1)
    eval_train: Literal["step", "all"] = "step"
    stop_val_accuracy: float | None = Field(None, gt=0, le=1)
    epochs_after_stop: int = Field(0, ge=0)
    snapshots: Annotated[int, Field(ge=0)] | tuple[Annotated[int, Field(ge=0)], ...] = 0
    snapshot_parameters: tuple[str, ...] | None = None
    start_from: Start | None = None

    def __post_init__(self) -> None:
        if self.epochs_after_stop and self.stop_val_accuracy is None:
            raise ValueError(
                f"epochs_after_stop={self.epochs_after_stop} needs a "
                f"stop_val_accuracy in (0, 1] to come after"
            )
        if self.schedule == "constant" and self.fall_from != _FALL_FROM:
            raise ValueError(
                f"fall_from={self.fall_from} needs a schedule that falls, 'linear' or "
                f"'cosine'; with 'constant', leave it at {_FALL_FROM}"
            )
        if self.model.reads != self.task.asks:
            raise ValueError(
                f"{type(self.model).__name__} reads {self.model.reads}, but "
                f"{type(self.task).__name__} asks about {self.task.asks}; allowed: "
                f"ImageMLPConfig() with DigitsTask(), any other with ModularTask() or "
                f"GroupTask()"
            )
        outputs = getattr(self.model, "outputs", None)
        if self.loss_positions == "all" and outputs != "vocabulary":
            raise ValueError(
                f"loss_positions='all' needs a model with a logit for each token at "
                f"each position, TransformerConfig(outputs='vocabulary'); this is "
                f"{self.model}"
            )
        if isinstance(self.snapshots, tuple) and self.snapshots:
            late = [step for step in self.snapshots if step > self.last_step]
            if late:
                raise ValueError(
                    f"snapshots has {late}; the last step is {self.last_step:,}"
                )

    @property
    def steps_per_epoch(self) -> int:
        """How many batches hold all training rows; the last one may be smaller."""
        rows = self.task.train_rows
        return math.ceil(rows / min(self.batch_size or rows, rows))

    @property
    def last_step(self) -> int:
        """The step at which training ends, unless it stops for its accuracy.

        >>> Experiment(epochs=100, batch_size=1000).last_step  # of 3830 rows
        400
        """
        steps = self.epochs * self.steps_per_epoch
        return steps if self.max_steps is None else min(steps, self.max_steps)

    @torch.no_grad()
    def untrained(self) -> nn.Module:
        """Return the model as it is before the first step.

        >>> start, large = Experiment(), Experiment(init_scale=8.0)
        >>> torch.equal(8 * start.untrained().W_E, large.untrained().W_E)
        True
        """
        model = self.model.build(self.task, self.seed)
        for parameter in model.parameters():
            parameter.mul_(self.init_scale)
        return model

    if TYPE_CHECKING:
        # Of grokcore.runs, which gives them to this class when it is loaded.
        def run(self, **options: Any) -> Any: ...
        def stored(self, root: Any = None) -> Any: ...

    def to_json(self) -> str:
        """Return all fields as JSON, readable by people."""
        return _adapter().dump_json(self, indent=2).decode()

    @staticmethod
    def from_json(text: str) -> Experiment:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: if it is not JSON, or not an experiment.
        """
        with refusing():
            return _adapter().validate_json(text)

    @cached_property
    def key(self) -> str:
        """64 hexadecimal digits; equal exactly for equal experiments.

        Fields at their default are left out, so that a field added later changes no
        key.
        """
        content = {"revision": TRAINING_REVISION, **without_defaults(self)}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def name(self) -> str:
        """Name of the run's folder, a readable part and eight digits of the key.

        >>> Experiment().name[:-8]
        'add-p113-transformer-'
        """
        words = f"{self.task.name}-{self.model.kind}"
        return re.sub(r"[^a-z0-9]+", "-", words.lower()) + "-" + self.key[:8]

    def replace(self, **changes: Any) -> Experiment:
        """Return a copy with fields changed, wherever in the tree they are.

        A part and its fields may be changed together, as in
        ``replace(filter=GrokfastEMA(), lamb=5.0)``. With ``schedule="constant"``,
        ``fall_from`` goes back to its default.

        Raises:
            ValueError: if no part, or more than one, has a field of that name, and for
                impossible values.

        >>> Experiment().replace(p=59, lr=1e-2, epochs=300).task.p
        59
        """
        if changes.get("schedule") == "constant":
            # Where nothing falls, where it begins to fall says nothing.
            changes = {"fall_from": _FALL_FROM, **changes}
        parts = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        top = {name: value for name, value in changes.items() if name in parts}
        parts |= top
        inner: dict[str, dict[str, Any]] = {}
        for part, whole in top.items():
            if isinstance(whole, type):
                raise ValueError(f"{part}={whole!r} is a class: {whole.__name__}()")
        for name in changes:
            if name in top:
                continue
            for part, whole in top.items():
                lost = name in _field_names(getattr(self, part))
                if lost and not _field_names(whole):
                    raise ValueError(f"{part}={whole!r} has no fields such as {name!r}")
            inner.setdefault(_part_with(name, parts), {})[name] = changes[name]
        for part, fields in inner.items():
            top[part] = dataclasses.replace(parts[part], **fields)
        return dataclasses.replace(self, **top)

    def grid(self, **axes: Iterable[Any]) -> list[Experiment]:
        """Return the experiments of a grid; the last axis varies fastest.

        Raises:
            ValueError: for an axis that is no list of values.

        >>> [e.seed for e in Experiment().grid(seed=range(3))]
        [0, 1, 2]
        """
        for name, values in axes.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise ValueError(f"the axis {name}={values!r} is no list of values")
        return [
            self.replace(**dict(zip(axes, values, strict=True)))
            for values in itertools.product(*axes.values())
        ]

    def fields(self) -> dict[str, Any]:
        """Return the leaves of the tree by name, as :meth:`replace` takes them.

        >>> Experiment().fields()["train_fraction"]
        0.3
        """
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        leaves = {}
        for name, value in own.items():
            if dataclasses.is_dataclass(value):
                leaves |= {
                    f.name: getattr(value, f.name)
                    for f in dataclasses.fields(value)
                    if f.name != "kind"
                }
            else:
                leaves[name] = value
        return leaves


resolved(Start, Experiment)


def _part_with(name: str, parts: dict[str, Any]) -> str:
    """The part of an experiment that has a field."""
    fields = {part: _field_names(whole) for part, whole in parts.items()}
    holders = [part for part, names in fields.items() if name in names]
    if len(holders) != 1:
        found = f"is in each of {holders}" if holders else "is nowhere"
        allowed = {*parts, *itertools.chain(*fields.values())} - {"kind"}
        raise ValueError(
            f"the field {name!r} {found} in this experiment{_of_other_kinds(name)}; "
            f"allowed: {sorted(allowed)}"
        )
    return holders[0]


def _of_other_kinds(name: str) -> str:
    """Which kinds of its parts would have a field."""
    parts = {"task": Task, "model": Model, "optimizer": Optimizer, "filter": Filter}
    for part, union in parts.items():
        classes = kinds(union).items()
        have = [
            k for k, c in classes if name in (f.name for f in dataclasses.fields(c))
        ]
        if have and name != "kind":
            return f", but would be with {part} {' or '.join(have)}"
    return ""


def _field_names(part: Any) -> list[str]:
    """Those of a description; what is none has no fields."""
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return []
    return [f.name for f in dataclasses.fields(part)]


def _adapter() -> TypeAdapter[Experiment]:
    return TypeAdapter(Experiment)
