"""Other roundings: this machine calculates as if it were another one.

Processors, thread counts and versions of PyTorch sum in different orders, so their
gradients differ by about the rounding of float32. ``GROKCORE_ROUNDING=3`` adds such a
difference by lot, a different lot for each number: every gradient is multiplied by
1 + 1e-7 · N(0, 1). What a chapter says of a network has to hold for all of them.

A rounding is no part of an experiment, nor of its key. Runs that are trained with one
lie in a folder of their own inside the store.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

__all__ = ["SIZE", "VARIABLE", "chosen", "jitter", "use"]

#: The environment variable: a whole number, 0 or unset for the machine's own rounding.
VARIABLE = "GROKCORE_ROUNDING"

#: Standard deviation of the relative change; float32 has steps of 1.2e-7.
SIZE = 1e-7


def chosen() -> int:
    """Return the rounding that the environment asks for; 0 is the machine's own.

    Raises:
        ValueError: if it is not a whole number of at least 0.

    >>> chosen()
    0
    """
    text = os.environ.get(VARIABLE) or "0"
    if not text.isdecimal():
        raise ValueError(
            f"{VARIABLE}={text!r} is not a whole number of at least 0; 0, or leaving "
            f"it out, is this machine's own rounding"
        )
    return int(text)


@contextmanager
def use(rounding: int) -> Iterator[None]:
    """Train and look up with this rounding, whatever the environment asks for.

    >>> with use(3):
    ...     chosen()
    3
    """
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(rounding)
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        if before is not None:
            os.environ[VARIABLE] = before


@torch.no_grad()
def jitter(gradients: Iterable[Tensor], rounding: int, step: int) -> None:
    """Round gradients as another machine might have.

    A function of the rounding and the step, so that a run that goes on elsewhere has
    nothing to remember.

    Args:
        gradients: changed in place.
        rounding: which machine, ≥ 1; 0 changes nothing.
        step: updates made so far.

    >>> gradient = torch.ones(1_000)
    >>> jitter([gradient], rounding=1, step=0)
    >>> changed = (gradient - 1).abs()
    >>> bool(0 < changed.max() < 10 * SIZE)
    True
    """
    if not rounding:
        return
    sequence = np.random.SeedSequence([rounding, step])
    generator = torch.Generator()
    generator.manual_seed(int(sequence.generate_state(1, np.uint64)[0] >> 1))
    for gradient in gradients:
        noise = torch.randn(gradient.shape, generator=generator)
        gradient.mul_(1 + SIZE * noise.to(gradient))
