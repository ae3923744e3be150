"""Rows that train from nothing to 99% validation accuracy."""

from __future__ import annotations

from statistics import median

from benchmarks import peers
from benchmarks.findings import Finding, Target
from benchmarks.recipes import DEMO_EPOCHS, DEMO_LR, FASTEST, LIVE
from benchmarks.timing import median_ratio, seconds_of
from grokcore import Experiment
from grokcore.training import Trainer

_DEMO_EPOCHS_TIMED = 5


def live(repeats: int) -> list[Finding]:
    seeds = range(min(3, repeats))
    entrants = [LIVE.replace(seed=seed) for seed in seeds]
    return [_race("to-99", "live", Target("≥", 120, "×"), entrants)]


def fastest(repeats: int) -> list[Finding]:
    seeds = range(min(5, repeats))
    entrants = [FASTEST.replace(seed=seed, split_seed=598 + seed) for seed in seeds]
    return [_race("to-99-fastest", "fastest", Target("≥", 1_000, "×"), entrants)]


def _race(row: str, name: str, target: Target, entrants: list[Experiment]) -> Finding:
    demo = peers.Bridge(LIVE)
    Trainer(entrants[0].replace(max_steps=20), device="cpu").train()
    seconds_of(demo.epoch, 2)
    ours, theirs, epochs = [], [], []
    for entrant in entrants:
        trainer = _train_to_99(entrant)
        ours.append(trainer.seconds)
        epochs.append(trainer.history[-1]["epoch"])
        a_step = seconds_of(demo.epoch, _DEMO_EPOCHS_TIMED) / _DEMO_EPOCHS_TIMED
        theirs.append(a_step * DEMO_EPOCHS)
    return Finding(
        row,
        f"the demo's loop to val 99% over ours: code and recipe ({name}, lr "
        f"{_short(entrants[0].optimizer.lr)} against the demo's {_short(DEMO_LR)})",
        target,
        median_ratio(theirs, ours),
        {
            "ours_s": median(ours),
            "demo_s": median(theirs),
            "ours_epochs": epochs,
            "ours_s_by_seed": ours,
        },
        f"the demo's seconds are extrapolated: measured epochs × {DEMO_EPOCHS:,}; "
        "evaluation counts on both sides, set-up on neither",
    )


def _short(rate: float) -> str:
    """A learning rate as recipes write it: 1e-2."""
    return f"{rate:.0e}".replace("e-0", "e-")


def _train_to_99(experiment: Experiment) -> Trainer:
    stop = experiment.replace(stop_val_accuracy=0.99, epochs_after_stop=0)
    trainer = Trainer(stop, device="cpu")
    trainer.train()
    if trainer.history[-1]["val_accuracy"] < stop.stop_val_accuracy:
        raise RuntimeError(f"validation accuracy never reached 99%: {stop}")
    return trainer
