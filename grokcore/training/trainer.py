"""One loop: forward, evaluate, backward, step. Everything else is a callback."""

import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from grokcore.backend import allocator, devices, rounding, threads
from grokcore.experiments import Experiment
from grokcore.losses import LOSSES
from grokcore.optimizers import schedules
from grokcore.tasks.tokens import write
from grokcore.training.batches import Batches, seed_for
from grokcore.training.evaluation import COLUMNS, Answers, evaluate
from grokcore.training.moments import AsDescribed, Moments, log_spaced
from grokcore.training.starting import digest, taken_over

__all__ = ["COLUMNS", "Callback", "Trainer", "TrainingDiverged", "TrainingState"]


class TrainingDiverged(RuntimeError):
    """The loss is no longer a number. The history up to there is kept."""


@dataclass(frozen=True)
class TrainingState:
    """What a callback sees, once a step: after the gradients, before the update.

    Attributes:
        trainer: model, optimizer, experiment, history.
        step: updates made so far.
        row: this step's row of the history if it was evaluated, else ``None``.
        last: whether this is the end: no gradients were taken, no update follows.
    """

    trainer: "Trainer"
    step: int
    row: dict[str, float] | None
    last: bool

    @property
    def model(self) -> nn.Module:
        """The model, with this step's weights (and gradients, unless ``last``)."""
        return self.trainer.model


#: Called once a step. One that has a method ``close`` is told the end by it, however
#: training ends.
Callback = Callable[[TrainingState], None]


def _close(callback: Callback) -> None:
    """Tell a callback that all is over. What goes wrong there costs no run."""
    try:
        getattr(callback, "close", lambda: None)()
    except Exception as error:
        warnings.warn(
            f"{type(callback).__name__} could not be closed: "
            f"{type(error).__name__}: {error}",
            stacklevel=4,
        )


class Trainer:
    """Trains one experiment; ``state()`` and ``restore()`` let it go on elsewhere.

    Whatever is random (weights, batches, dropout) is a function of the seed and the
    step, so there is no random state to carry along. An experiment that starts with
    another one's weights gets them by :meth:`begin_with`; else :meth:`train` trains
    that other one first.

    Args:
        experiment: what to do.
        device: ``"cuda"``, ``"mps"``, ``"cpu"``, or ``None`` for the best there is.
        moments: when it is evaluated and when it ends, if not as the experiment says.

    Raises:
        ValueError: for a start that does not fit.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> trainer = Trainer(
    ...     Experiment(
    ...         task=ModularTask("add", p=7, train_fraction=0.5),
    ...         model=TransformerConfig(width=16, heads=2),
    ...         epochs=20,
    ...     ),
    ...     device="cpu",
    ... )
    >>> trainer.train()
    >>> [row["epoch"] for row in trainer.history]
    [0.0, 10.0, 20.0]
    """

    def __init__(
        self,
        experiment: Experiment,
        device: str | None = None,
        moments: Moments | None = None,
    ) -> None:
        self.experiment = experiment
        self.moments = moments or AsDescribed(experiment)
        self.device = devices.choose(device)
        #: Which machine's rounding this one imitates; 0 is its own.
        self.rounding = rounding.chosen()
        self.table = experiment.task.data().to(self.device)
        self.model = experiment.untrained()
        self.model.to(self.device)
        self.parameters = dict(self.model.named_parameters())
        self.optimizer = experiment.optimizer.build(self.parameters)
        #: What has a state in the optimizer: the parameters, or slices of them.
        self.optimized = getattr(self.optimizer, "parameters", self.parameters)
        self.filter = experiment.filter and experiment.filter.build(self.parameters)
        self.project = experiment.projection and experiment.projection.build(
            self.parameters
        )
        self.loss = LOSSES[experiment.loss]
        #: What tells the weights that it began with, if they are another run's.
        self.began_with: str | None = None
        if experiment.start_from is not None:
            first = experiment.start_from.experiment
            self._taken_over(first.model.build(first.task, first.seed).state_dict())
        self.batches = Batches(experiment, self.table)
        self.steps_per_epoch = experiment.steps_per_epoch
        self.step = 0
        self.history: list[dict[str, float]] = []
        self.seconds = self.seconds_evaluating = 0.0
        asked = experiment.snapshots
        #: Steps whose weights are to be kept; those of the last step always are.
        self.snapshot_steps = frozenset(
            log_spaced(asked, self.last_step) if isinstance(asked, int) else asked
        )
        allocator.keep_freed_memory()
        if experiment.precision == "bfloat16" and not devices.has_fast_bfloat16(
            self.device
        ):
            warnings.warn(
                f"{devices.describe(self.device)} has no bfloat16 units: "
                f"precision='bfloat16' will be slower than 'float32'",
                stacklevel=2,
            )

    # -- the loop ----------------------------------------------------------------

    def train(self, callbacks: Iterable[Callback] = ()) -> None:
        """Train from here to the last step.

        Raises:
            TrainingDiverged: when the loss is no longer finite.
            TypeError: for a class among the callbacks.
        """
        callbacks = [*callbacks]
        for callback in callbacks:
            if isinstance(callback, type):  # calling it would make one, and tell nobody
                name = callback.__name__
                raise TypeError(f"callbacks has {name}, a class; pass {name}(…)")
        if self.experiment.start_from is not None and self.began_with is None:
            first = Trainer(self.experiment.start_from.experiment, self.device.type)
            first.train()
            self.begin_with(first.model.state_dict())
        try:
            self._train(callbacks)
        finally:
            for callback in callbacks:
                _close(callback)

    def _train(self, callbacks: list[Callback]) -> None:
        start = time.perf_counter() - self.seconds
        self.model.train()
        on_cuda = self.device.type == "cuda"
        seeded = range(torch.cuda.device_count()) if on_cuda else []
        with (
            torch.random.fork_rng(devices=seeded),
            threads.sharing(self.device) as share_cores,
        ):
            while True:
                share_cores()
                answers = self.forward()
                last = self.step >= self.last_step
                due = self.moments.due(self.step, self.history, last)
                row = self.evaluate(answers) if due else None
                # This evaluation may be the one to stop at.
                last = last or (row is not None and self.step >= self.last_step)
                if not last:
                    self.backward(answers)
                self.seconds = time.perf_counter() - start
                state = TrainingState(self, self.step, row, last)
                for callback in callbacks:
                    callback(state)
                if last:
                    return
                self.update()

    @property
    def last_step(self) -> int:
        """The step at which training ends, as far as the history tells."""
        return self.moments.last_step(self.history)

    # -- where it begins ---------------------------------------------------------

    @torch.no_grad()
    def begin_with(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what the experiment's start says, of these weights.

        Args:
            weights: all of them at the end of that other run, by their names.

        Raises:
            ValueError: for an experiment without a start, and for weights that do not
                fit.
        """
        if self.experiment.start_from is None:
            raise ValueError(
                "this experiment begins with weights of its own: no start_from"
            )
        own = self.model.state_dict()
        for name in self._taken_over(weights):
            own[name].copy_(weights[name])
        self.began_with = digest(weights)

    def _taken_over(self, weights: Mapping[str, Tensor]) -> list[str]:
        parts = self.experiment.start_from.parts
        return taken_over(self.model.state_dict(), weights, parts)

    # -- one step ----------------------------------------------------------------

    def forward(self) -> Answers:
        """Ask the model for the rows of this step."""
        if getattr(self.experiment.model, "dropout", 0):
            on_cpu = self.device.type == "cpu"
            generator = torch.default_generator if on_cpu else torch
            generator.manual_seed(seed_for(self.experiment, self.step))
        return self._answer(*self.batches.at(self.step))

    def backward(self, answers: Answers) -> None:
        """Take the gradients of a loss."""
        self.optimizer.zero_grad()
        answers.loss.backward()
        if self.rounding:
            gradients = (w.grad for w in self.parameters.values() if w.grad is not None)
            rounding.jitter(gradients, self.rounding, self.step)

    def update(self) -> None:
        """Filter the gradients and move the weights; that is one step."""
        if self.filter is not None:
            self.filter()
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        self.optimizer.step()
        if self.project is not None:
            self.project()
        self.step += 1

    @property
    def learning_rate(self) -> float:
        """The learning rate of the update that follows."""
        experiment = self.experiment
        return experiment.optimizer.lr * schedules.share(
            experiment.schedule,
            self.step,
            experiment.last_step,
            fall_from=experiment.fall_from,
            warmup=experiment.warmup,
        )

    def _answer(self, operands: Tensor, targets: Tensor) -> Answers:
        with self._autocast():
            if self.experiment.loss_positions == "all":
                return self._answer_everywhere(operands, targets)
            logits = self.model.answer(operands)
        return Answers(logits, targets, self.loss(logits, targets))

    def _answer_everywhere(self, operands: Tensor, targets: Tensor) -> Answers:
        """Ask for each next token; the last one is the answer."""
        tokens = write(operands, self.model.layout)
        logits = self.model.forward_plain(tokens)
        following = torch.cat([tokens[:, 1:], targets.unsqueeze(1)], dim=1)
        loss = self.loss(logits.flatten(0, 1), following.flatten())
        return Answers(logits[:, -1], targets, loss)

    def _autocast(self):
        if self.experiment.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    # -- evaluation --------------------------------------------------------------

    def evaluate(self, answers: Answers) -> dict[str, float]:
        """Add a row to the history, given this step's answers.

        Raises:
            TrainingDiverged: if their loss is not finite.
        """
        start = time.perf_counter()
        self.model.eval()
        train = answers if self.experiment.eval_train == "step" else None
        figures = evaluate(train, self._answer, self.table, self.parameters.values())
        self.model.train()
        epoch = self.step / self.steps_per_epoch
        row = dict(zip(COLUMNS, [float(self.step), epoch, *figures], strict=True))
        self.history.append(row)
        self.seconds_evaluating += time.perf_counter() - start
        if not math.isfinite(row["train_loss"]):
            raise TrainingDiverged(
                f"the training loss is {row['train_loss']} at step {self.step} with "
                f"{self.experiment.optimizer}; try a smaller lr"
            )
        return row

    # -- going on elsewhere ------------------------------------------------------

    def state(self) -> dict[str, Tensor]:
        """Return all that the rest of the run depends on, as named tensors."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        for name, parameter in self.optimized.items():
            for entry, value in self.optimizer.state[parameter].items():
                if value is not None:
                    tensors[f"optimizer.{name}.{entry}"] = torch.as_tensor(value)
        if self.filter is not None:
            remembered = self.filter.state().items()
            tensors |= {f"filter.{name}": value for name, value in remembered}
        # A row that was taken at this very step will be taken again.
        rows = [list(r.values()) for r in self.history if r["step"] < self.step]
        tensors["history"] = torch.tensor(rows, dtype=torch.float64)
        tensors["experiment"] = self._fingerprint()
        tensors["step"] = torch.tensor(self.step)
        if self.began_with is not None:
            tensors["began_with"] = torch.tensor([*bytes.fromhex(self.began_with)])
        tensors["seconds"] = torch.tensor([self.seconds, self.seconds_evaluating])
        return tensors

    def _fingerprint(self) -> Tensor:
        """The experiment's key, as a tensor."""
        return torch.tensor(list(bytes.fromhex(self.experiment.key)))

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to what :meth:`state` returned.

        Raises:
            KeyError, ValueError: if the tensors are those of another experiment.
        """
        if not torch.equal(tensors["experiment"], self._fingerprint()):
            raise ValueError("the state is that of another experiment")
        self.model.load_state_dict(
            {
                name.removeprefix("model."): tensor
                for name, tensor in tensors.items()
                if name.startswith("model.")
            }
        )
        for name, parameter in self.optimized.items():
            prefix = f"optimizer.{name}."
            self.optimizer.state[parameter] = {
                key.removeprefix(prefix): tensor.to(self.device)
                for key, tensor in tensors.items()
                if key.startswith(prefix)
            }
        if self.filter is not None:
            self.filter.restore(
                {
                    name.removeprefix("filter."): tensor.to(self.device)
                    for name, tensor in tensors.items()
                    if name.startswith("filter.")
                }
            )
        self.history = [
            dict(zip(COLUMNS, row, strict=True)) for row in tensors["history"].tolist()
        ]
        self.step = int(tensors["step"])
        if "began_with" in tensors:
            self.began_with = bytes(tensors["began_with"].tolist()).hex()
        self.seconds, self.seconds_evaluating = tensors["seconds"].tolist()
