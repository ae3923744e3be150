"""The moments of the recorded run that the page shows, and what grokcore finds there.

The run keeps all its weights, in float16, at six epochs. Of these the page has the
first and the last; the one at which the network has memorized and hardly generalized;
and the one at which it gets nearest to half of the sums that it was never shown.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch

import grokcore as gc
from grokcore.analysis import activations, attention, fourier, logits, neurons
from inpage.assembling import base64_of

__all__ = ["MOMENTS", "RUN", "Moment", "keys", "moment", "shown"]

RUN = "nanda-p113"

#: Epochs by name.
MOMENTS = {
    "untrained": 0,
    "memorized": 1_440,
    "half-way": 11_700,
    "generalized": 18_000,
}


@dataclass(frozen=True)
class Moment:
    """The network at one epoch.

    Attributes:
        name: as the page has it.
        epoch: of training.
        halves: [226,048] all weights in float16, in the order of the state dict.
        inside: what it computes for all sums.
    """

    name: str
    epoch: int
    halves: np.ndarray
    inside: activations.Activations

    def right(self, rows: torch.Tensor) -> float:
        """The share of some sums [p, p] that it gets right."""
        return logits.evaluate(self.inside.logits, rows=rows).accuracy

    @cached_property
    def explained(self) -> float:
        """The share of the logits' variance in the waves of the key frequencies."""
        return logits.fit_cosines(self.inside.logits, keys()).explained

    def facts(self) -> dict[str, object]:
        """What the page cannot know from one sum alone."""
        heads = attention.fit_wave(self.inside.scores[0, :, :, 1].T)
        teams = neurons.fit_frequencies(self.inside.neurons)
        return {
            "name": self.name,
            "epoch": self.epoch,
            "explained": self.explained,
            "heads": [
                {"k": int(k), "share": float(share)}
                for k, share in zip(heads.frequency, heads.explained, strict=True)
            ],
            "pure": float((teams.share[teams.active] > 0.85).double().mean()),
            "teams": base64_of(teams.frequency.numpy().astype(np.uint8).tobytes()),
        }

    def packed(self) -> str:
        """The weights as letters: all low bytes, then all high ones, deflated.

        High bytes, which hold sign and exponent, resemble each other.
        """
        planes = self.halves.view(np.uint8).reshape(-1, 2).T.tobytes()
        return base64_of(zlib.compress(planes, 9))


@cache
def _run():
    return gc.load(RUN)


@cache
def keys() -> tuple[int, ...]:
    """The key frequencies of the network when training ends."""
    return fourier.key_frequencies(_run().model.W_E[: _run().experiment.task.p])


@cache
def shown() -> torch.Tensor:
    """[p, p] which sums it was shown in training."""
    task = _run().experiment.task
    table = torch.zeros(task.p**2, dtype=torch.bool)
    table[task.data().train] = True
    return table.view(task.p, task.p)


@cache
def moment(name: str) -> Moment:
    """One of :data:`MOMENTS`."""
    epoch = MOMENTS[name]
    model = _run().at(epoch)
    weights = torch.cat([w.flatten() for w in model.state_dict().values()])
    halves = weights.half()
    assert torch.equal(halves.float(), weights), f"epoch {epoch} is no float16"
    return Moment(name, epoch, halves.numpy(), activations.activations(model))
