"""Every measure of the course on the same specimens, so that each shows its null.

A measure is worth what it tells apart. The specimens are memories (a lookup table, a
parrot that knows mirror images, a network that has just memorized), networks that know
nothing, machines built by hand, and trained networks, all of (a + b) mod 113 and all of
them recorded: the readings are the same on every computer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from grokcore.analysis import clock, fourier, geometry, logits, neurons, norms, progress
from grokcore.analysis.activations import Activations, activations
from grokcore.models import Transformer, by_hand
from grokcore.runs import load
from grokcore.studies import STUDIES
from grokcore.tasks import Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "Specimen",
    "lookup",
    "overlapping",
    "readings",
    "specimens",
]

Kind = Literal["memory", "nothing", "built", "trained"]


@dataclass(frozen=True, eq=False)
class Specimen:
    """Something that answers (a + b) mod p, and what is known of it.

    Attributes:
        name: for people.
        kind: what it is, as far as we know.
        table: the task's, with its split.
        logits: [p, p, C] its answers to all pairs.
        keys: the frequencies that it is examined with.
        network: what gives these logits, if a network does.
    """

    name: str
    kind: Kind
    table: Table
    logits: Tensor
    keys: tuple[int, ...]
    network: Transformer | None = None

    @cached_property
    def shown(self) -> Tensor:
        """[p, p] the pairs that are trained on."""
        shown = torch.zeros(len(self.table.targets), dtype=torch.bool)
        shown[self.table.train] = True
        return shown.view(self.logits.shape[:2])

    @property
    def unseen(self) -> Tensor:
        """[p, p] the pairs that are shown neither way around."""
        return ~(self.shown | self.shown.T)

    @cached_property
    def inside(self) -> Activations:
        """What passes through the network."""
        return activations(self.network)

    @property
    def W_E(self) -> Tensor:
        """[p, D] the embedding of the numbers."""
        return self.network.W_E[: len(self.logits)]


@dataclass(frozen=True)
class Instrument:
    """A measure.

    Attributes:
        name: for people.
        form: how a reading is written, as in ``format(reading, form)``.
        inside: whether it needs a network, or takes a table of logits.
        read: the measure, of a :class:`Specimen`.
    """

    name: str
    form: str
    inside: bool
    read: Callable[[Specimen], float]


def lookup(table: Table, p: int, lead: float, *, mirrors: bool) -> Tensor:
    """Return the logits [p, p, p] of a table that was learned by heart.

    Args:
        table: of a task with two operands.
        p: how many numbers.
        lead: how much higher the logit of a known answer is than all others.
        mirrors: whether it also knows (b, a) where it was shown (a, b).

    >>> from grokcore.tasks import ModularTask
    >>> table = ModularTask("add", p=7, train_fraction=0.5).data()
    >>> known = lookup(table, 7, 5.0, mirrors=False).flatten(0, 1).amax(1) > 0
    >>> known.nonzero().flatten().tolist() == table.train.tolist()
    True
    """
    known = torch.zeros(p * p, dtype=torch.bool)
    known[table.train] = True
    known = known.view(p, p)
    if mirrors:
        known = known | known.T
    answers = table.targets.view(p, p, 1)
    return torch.zeros(p, p, p).scatter(2, answers, lead) * known[:, :, None]


@torch.no_grad()
def specimens() -> list[Specimen]:
    """Return them, from those that know nothing to those that were trained.

    What has no frequencies of its own is examined with those of the recorded run.
    """
    recorded = load("nanda-p113")
    task, table = recorded.experiment.task, recorded.experiment.task.data()
    p, final = task.p, recorded.model
    keys = fourier.key_frequencies(final.W_E[:p])

    def of_network(name: str, kind: Kind, network: Transformer) -> Specimen:
        own = fourier.key_frequencies(network.W_E[:p]) if kind == "trained" else keys
        answers = network(table.tokens).view(p, p, -1)
        return Specimen(name, kind, table, answers, own, network)

    memorized = recorded.at(1_440)
    lead = logits.margin(memorized(table.tokens).view(p, p, -1)).flatten()[table.train]
    memories = {
        name: lookup(table, p, float(lead.mean()), mirrors=mirrors)
        for name, mirrors in (("lookup table", False), ("parrot", True))
    }
    live = STUDIES["live"].runs()["live-p113"]
    return [
        of_network("untrained", "nothing", recorded.at(0)),
        *(Specimen(n, "memory", table, x, keys) for n, x in memories.items()),
        of_network("just memorized", "memory", memorized),
        *(
            of_network(name, "built", by_hand(p, keys, algorithm=name))
            for name in ("clock", "two pizzas", "pizza")
        ),
        of_network("recorded", "trained", final),
        *(
            of_network(f"live, seed {r.experiment.seed}", "trained", r.model)
            for r in live
        ),
    ]


# -- the instruments ---------------------------------------------------------------


def _accuracy(rows: str) -> Callable[[Specimen], float]:
    return lambda s: logits.evaluate(s.logits, rows=getattr(s, rows)).accuracy


def _restricted(s: Specimen) -> float:
    only = progress.restricted(s.logits, s.keys)
    return logits.evaluate(only, rows=~s.shown).loss


def _excluded(s: Specimen) -> float:
    without = progress.excluded(s.logits, s.keys)
    return logits.evaluate(without, rows=s.shown).loss


def _right_spread(s: Specimen) -> float:
    right = logits.right_logits(s.logits)
    return float(right.std() / right.mean())


def _pure_neurons(s: Specimen) -> float:
    teams = neurons.fit_frequencies(s.inside.neurons)
    return float((teams.share[teams.active] > 0.85).double().mean())


@torch.no_grad()
def _with_embedding(s: Specimen, W_E: Tensor) -> Tensor:
    """The answers [p, p] where the first number is embedded otherwise."""
    p = len(s.logits)
    network = s.network
    x = network.embed.W_E[s.table.tokens] + network.pos_embed.W_pos
    x[:, 0] += (W_E - s.W_E)[s.table.operands[:, 0]]
    for block in network.blocks:
        x = block(x)
    return network.read_answer(x)[:, -1].argmax(-1).view(p, p)


#: By how much the first number is moved in an interchange.
_SHIFTS = (1, 2, 5, 17, 50)


def _interchange(s: Specimen) -> float:
    part = fourier.keep(s.W_E, s.keys)
    sums = s.table.targets.view(s.logits.shape[:2])
    moved = [
        _with_embedding(s, s.W_E - part + part.roll(-d, 0)) == (sums + d) % len(sums)
        for d in _SHIFTS
    ]
    return float(torch.stack(moved).double().mean())


def _left_without(s: Specimen) -> float:
    network = s.network
    whole = network.embed.W_E.clone()
    try:
        network.embed.W_E[: len(s.logits)] = fourier.remove(s.W_E, s.keys)
        answers = network(s.table.tokens).view(s.logits.shape)
    finally:
        network.embed.W_E[:] = whole
    return logits.evaluate(answers).accuracy


#: From the plainest to those that look inside.
INSTRUMENTS = (
    Instrument("accuracy, shown", ".1%", False, _accuracy("shown")),
    Instrument(
        "accuracy, validation",
        ".1%",
        False,
        lambda s: logits.evaluate(s.logits, rows=~s.shown).accuracy,
    ),
    Instrument("accuracy, unseen", ".1%", False, _accuracy("unseen")),
    Instrument(
        "logits explained by cosines",
        ".1%",
        False,
        lambda s: logits.fit_cosines(s.logits, s.keys).explained,
    ),
    Instrument("restricted loss", ".2g", False, _restricted),
    Instrument(
        "restricted loss, unseen alone",
        ".2g",
        False,
        lambda s: progress.unseen_loss(s.logits, s.keys, s.unseen),
    ),
    Instrument("excluded loss", ".2g", False, _excluded),
    Instrument(
        "distance irrelevance",
        ".2f",
        False,
        lambda s: clock.distance_irrelevance(s.logits),
    ),
    Instrument("spread of the right logit", ".1%", False, _right_spread),
    Instrument(
        "key share of the embedding",
        ".1%",
        True,
        lambda s: fourier.share(s.W_E, s.keys),
    ),
    Instrument(
        "Gini coefficient",
        ".2f",
        True,
        lambda s: norms.gini(fourier.amplitudes(s.W_E).norm(dim=1)),
    ),
    Instrument("circularity", ".2f", True, lambda s: geometry.circularity(s.W_E).value),
    Instrument("neurons of one frequency", ".0%", True, _pure_neurons),
    Instrument(
        "gradient symmetricity",
        ".2f",
        True,
        lambda s: clock.gradient_symmetricity(s.network),
    ),
    Instrument("right without key frequencies", ".1%", True, _left_without),
    Instrument("moved by an interchange", ".1%", True, _interchange),
)


def readings(of: Iterable[Specimen]) -> pd.DataFrame:
    """Return what each instrument reads on each specimen, a row an instrument.

    NaN where an instrument looks inside and there is no network.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            s.name: {
                i.name: math.nan if i.inside and s.network is None else i.read(s)
                for i in INSTRUMENTS
            }
            for s in of
        }
    )


def overlapping(read: pd.DataFrame, of: Iterable[Specimen]) -> dict[str, list[str]]:
    """Return which specimens that do not add read like some that do, by instrument.

    Like those is: not outside of their range.

    Args:
        read: what :func:`readings` returned.
        of: the specimens.

    >>> import pandas as pd
    >>> kinds = {"a": "trained", "b": "built", "c": "memory"}
    >>> empty = torch.zeros(7, 7, 7)
    >>> trio = [Specimen(n, k, None, empty, ()) for n, k in kinds.items()]
    >>> read = pd.DataFrame({"a": [0.9, 2.0], "b": [1.0, 4.0], "c": [0.5, 3.0]})
    >>> overlapping(read, trio)
    {0: [], 1: ['c']}
    """
    names: dict[bool, list[str]] = {True: [], False: []}
    for specimen in of:
        names[specimen.kind in ("built", "trained")].append(specimen.name)
    low, high = read[names[True]].min(axis=1), read[names[True]].max(axis=1)
    return {
        row: [n for n in names[False] if low[row] <= read.loc[row, n] <= high[row]]
        for row in read.index
    }
