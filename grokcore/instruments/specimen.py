"""What is measured: memories, machines built by hand, trained networks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from grokcore.analysis import fourier, logits, neurons
from grokcore.analysis.activations import Activations, activations
from grokcore.models import Transformer, by_hand
from grokcore.runs import load
from grokcore.studies import STUDIES
from grokcore.tasks import Table

__all__ = ["Kind", "Specimen", "lookup", "specimens"]

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

    @cached_property
    def teams(self) -> neurons.NeuronFrequencies:
        """The frequency of each neuron."""
        return neurons.fit_frequencies(self.inside.neurons)

    @property
    def adds(self) -> bool:
        """Whether it has a mechanism that adds, as far as we know."""
        return self.kind in ("built", "trained")

    @property
    def W_E(self) -> Tensor:
        """[p, D] the embedding of the numbers."""
        return self.network.W_E[: len(self.logits)]

    @property
    def W_L(self) -> Tensor:
        """[neurons, C] the neuron–logit map."""
        return self.network.blocks[-1].mlp.W_out @ self.network.unembed.W_U


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
