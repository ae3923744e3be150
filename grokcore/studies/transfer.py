"""Sums of more numbers, and what a network can take over from another (chapter 12)."""

from __future__ import annotations

from typing import Any

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment, Start
from grokcore.studies.base import Arm, Study, both_seeds
from grokcore.studies.tasks import TASKS

__all__ = ["PARTS", "TRANSFER"]

#: What is taken over. Positions never are: there are more of them with more operands.
PARTS = {
    "all but positions": ("embed", "blocks", "unembed"),
    "the embedding": ("embed",),
    "embedding and unembedding": ("embed", "unembed"),
    "embedding and attention": ("embed", "attn"),
    "embedding and MLP": ("embed", "mlp"),
    "all but the embedding": ("blocks", "unembed"),
    "all but the unembedding": ("embed", "blocks"),
    "attention": ("attn",),
    "MLP": ("mlp",),
    "unembedding": ("unembed",),
}

# The chapters' recipe at p = 31: first sums of two from most of their table, then sums
# of three from 3,000 of the 29,791 rows. It is over when it has generalized.
_TWO = CATALOGUE["live-p59"].replace(
    p=31, train_fraction=0.7, snapshots=0, eval_every=10
)
_THREE = _TWO.replace(
    operands=3,
    sample=10_000,
    train_fraction=0.3,
    epochs=800,
    stop_val_accuracy=0.95,
)
_MORE = _THREE.replace(train_fraction=0.5, epochs=400)
# Handed over whole, a network needs a lower rate.
_WHOLE = (_MORE.replace(lr=3e-3), _TWO, PARTS["all but positions"])

# The recipe at its own size, where tables of two numbers are exchanged.
_TABLE = CATALOGUE["live-p59"].replace(
    snapshots=0, eval_every=10, stop_val_accuracy=0.95
)
_LEARNED = CATALOGUE["live-p59"].replace(snapshots=0, split_seed=7)

# F. Chen et al.'s own network: 2,000 epochs of sums of two, then as many of 10,000 rows
# with more numbers. Nothing ends it early while it learns the first.
_REPORT_TWO = CATALOGUE["addition-p97"].replace(
    epochs=2_000, max_steps=None, stop_val_accuracy=None, epochs_after_stop=0
)
_REPORT_THREE = CATALOGUE["addition-p97"].replace(
    operands=3, sample=10_000, epochs=2_000, max_steps=None, eval_every=10
)

# The same tables for the chapter's network: one layer, without its norms and biases;
# first by the report's recipe, then by the chapter's, for as many epochs.
_SMALL_TWO = _REPORT_TWO.replace(model=_TWO.model)
_SMALL_THREE = _REPORT_THREE.replace(model=_TWO.model)
_SHUFFLED_TWO = _SMALL_TWO.replace(shuffled=True, eval_every=30)
_CHAPTER_TWO = _TWO.replace(p=97, train_fraction=0.5, epochs=2_000)
_CHAPTER_MORE = _MORE.replace(
    p=97, epochs=2_000, stop_val_accuracy=0.99, epochs_after_stop=30
)
_CHAPTER_WHOLE = _CHAPTER_MORE.replace(lr=3e-3)

_DONORS = range(100, 103)

# Subtraction as the port reads it, with the recipe of chapter 02.
_PORT = TASKS["functions"].arms["subtraction, truncated"][0]
# About as many steps as it takes to subtract, for answers without a rule.
_PORT_SHUFFLED = _PORT.replace(shuffled=True, max_steps=2_500)


def _seeds(
    experiment: Experiment,
    first: Experiment | None = None,
    parts: tuple[str, ...] | None = None,
    among: range = range(3),
    **changes: Any,
) -> Arm:
    """One experiment a seed, each after a first one of another seed.

    With one seed for both, what is drawn anew would be what the first one was drawn as.
    """
    arm = []
    for seed in among:
        one = experiment.replace(seed=seed, **changes)
        if first is not None:
            one = one.replace(start_from=Start(first.replace(seed=seed + 100), parts))
        arm.append(one)
    return tuple(arm)


def _report(rows: Experiment, first: Experiment | None = None) -> Arm:
    """One experiment a seed of weights and split, after a first one of other seeds."""
    arm = both_seeds(rows)
    if first is None:
        return arm
    parts = PARTS["all but positions"]
    if rows.model.norm == "pre":
        parts = (*parts, "ln_final")
    starts = [Start(donor, parts) for donor in both_seeds(first, _DONORS)]
    return tuple(
        one.replace(start_from=start) for one, start in zip(arm, starts, strict=True)
    )


def _asymmetric(first: Experiment, parts: tuple[str, ...] | None = None) -> Arm:
    """The asymmetric function, after a first table and by its recipe."""
    port = {"operation": "asymmetric", "shuffled": False, "max_steps": _PORT.max_steps}
    return _seeds(first.replace(**port), first, parts)


def _transplants() -> dict[str, Arm]:
    whole, embedding = PARTS["all but positions"], PARTS["the embedding"]
    other = {
        "shuffled sums": _TWO.replace(shuffled=True),
        "products": _TWO.replace(operation="multiply"),
        "differences": _TWO.replace(operation="subtract"),
    }
    return {
        "sums of two": _seeds(_TWO, among=range(100, 103)),
        "from scratch": _seeds(_THREE),
        **{name: _seeds(_THREE, _TWO, parts) for name, parts in PARTS.items()},
        **{
            f"{words}, from {name}": _seeds(_THREE, first, parts)
            for name, first in other.items()
            for words, parts in {
                "all but positions": whole,
                "the embedding": embedding,
            }.items()
        },
        # Is it the rate, which is high for what has been learned?
        **{
            f"{name}, rate 0.003": _seeds(_THREE.replace(lr=3e-3), *first)
            for name, first in {
                "from scratch": (),
                "all but positions": (_TWO, whole),
                "the embedding": (_TWO, embedding),
            }.items()
        },
        # And is it good for those that know nothing of use as well?
        **{
            f"all but positions, from {name}, rate 0.003": _seeds(
                _THREE.replace(lr=3e-3), first, whole
            )
            for name, first in other.items()
        },
        "the embedding, from shuffled sums, rate 0.003": _seeds(
            _THREE.replace(lr=3e-3), other["shuffled sums"], embedding
        ),
        # Or the first steps?
        "all but positions, warmed up": _seeds(_THREE.replace(warmup=100), _TWO, whole),
        # What do new positions cost by themselves?
        "sums of two again": _seeds(_TWO.replace(stop_val_accuracy=0.95), _TWO, whole),
    }


def _exchanges() -> dict[str, Arm]:
    known = {
        "add": {"operation": "add"},
        "subtract": {"operation": "subtract"},
        "multiply": {"operation": "multiply"},
        "shuffled": {"shuffled": True},
    }
    arms = {"from scratch": _seeds(_TABLE)}
    for name, changes in known.items():
        first = _LEARNED.replace(**changes)
        arms[f"embedding from {name}"] = _seeds(_TABLE, first, ("embed",))
        # Who has learned sums knows the other half of their table, too.
        if name != "add":
            arms[f"from {name}"] = _seeds(_TABLE, first)
    return arms


_ALL = _transplants()
#: The arms whose circles are looked at.
_SEEN = (
    "sums of two",
    "the embedding",
    "all but positions",
    "all but positions, rate 0.003",
)

TRANSFER = {
    "transplants": Study(
        question="What of a network that adds two numbers helps one that adds three?",
        arms={name: _ALL[name] for name in _SEEN},
        budget=800,
        weights="embedding",
    ),
    "transplant-controls": Study(
        question="Is it that part, of that network, at that rate?",
        arms={name: arm for name, arm in _ALL.items() if name not in _SEEN},
        budget=800,
    ),
    "operands": Study(
        question="How many numbers can a network learn to add from 5,000 examples?",
        arms={
            **{
                f"{k}, {start}": _seeds(rows.replace(operands=k), *first)
                for k in (4, 6)
                for start, (rows, *first) in {
                    "from scratch": (_MORE,),
                    "the embedding": (_MORE, _TWO, PARTS["the embedding"]),
                    "all but positions, rate 0.003": _WHOLE,
                }.items()
            },
            "6, all but positions, rate 0.003, longer": _seeds(
                _WHOLE[0].replace(operands=6, epochs=600), *_WHOLE[1:]
            ),
        },
        budget=600,
    ),
    "three-operands": Study(
        question="Does F. Chen et al.'s network add three numbers, if it can add two?",
        arms={
            "two numbers": both_seeds(_REPORT_TWO, _DONORS),
            "from scratch": _report(_REPORT_THREE),
            "after two numbers": _report(_REPORT_THREE, _REPORT_TWO),
            "one layer, two numbers": both_seeds(_SMALL_TWO, _DONORS),
            "one layer, from scratch": _report(_SMALL_THREE),
            "one layer, after two numbers": _report(_SMALL_THREE, _SMALL_TWO),
            # Do their answers help, or any network that has learned a table?
            "one layer, shuffled sums": both_seeds(_SHUFFLED_TWO, _DONORS),
            "one layer, after shuffled sums": _report(_SMALL_THREE, _SHUFFLED_TWO),
            "one layer, 4 numbers, from scratch": _report(
                _SMALL_THREE.replace(operands=4)
            ),
            **{
                f"one layer, {k} numbers, after two": _report(
                    _SMALL_THREE.replace(operands=k), _SMALL_TWO
                )
                for k in (4, 5, 6)
            },
        },
        budget=40_000,
    ),
    "report-tables": Study(
        question="And the network of this chapter, from the report's tables?",
        arms={
            "2": both_seeds(_CHAPTER_TWO, _DONORS),
            **{
                f"{k}, from scratch": _report(_CHAPTER_MORE.replace(operands=k))
                for k in (3, 4)
            },
            "3, from scratch, rate 0.003": _report(_CHAPTER_WHOLE),
            **{
                f"{k}, after two": _report(
                    _CHAPTER_WHOLE.replace(operands=k), _CHAPTER_TWO
                )
                for k in (3, 4, 5, 6)
            },
        },
        budget=2_000,
    ),
    "moduli": Study(
        question="How does the number of epochs depend on the modulus?",
        arms={
            f"p = {p}": _seeds(_TABLE.replace(p=p, epochs=900))
            for p in (31, 59, 97, 113)
        },
        budget=900,
    ),
    "exchanges": Study(
        question="Which table helps with that of sums?",
        arms=_exchanges(),
        budget=600,
    ),
    "fine-tuning": Study(
        question="Does a network that can subtract learn the asymmetric function?",
        arms={
            "all": _asymmetric(_PORT),
            "the embedding": _asymmetric(_PORT, ("embed",)),
            "shuffled differences": _seeds(_PORT_SHUFFLED, among=_DONORS),
            "all of shuffled": _asymmetric(_PORT_SHUFFLED),
            "the embedding of shuffled": _asymmetric(_PORT_SHUFFLED, ("embed",)),
            "all, modular": _asymmetric(TASKS["functions"].arms["subtraction"][0]),
        },
        budget=10_000,
    ),
}
