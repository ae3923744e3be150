"""Arrays and weights in, arrays and small dataclasses out.

``fourier`` and ``geometry`` look at embeddings, ``activations`` opens a model on its
whole table, ``attention``, ``neurons`` and ``logits`` say what is found there,
``progress``, ``norms`` and ``delay`` follow a training, ``steepness`` fits delays over
training fractions, ``clock`` tells two algorithms apart, ``crossed`` what two causes
do, ``landscape`` looks at the loss around a network, ``lags`` at which of two courses
comes first, ``groups`` is about networks that learn other groups than that of sums.
"""

from grokcore.analysis import (
    activations,
    attention,
    clock,
    crossed,
    delay,
    fourier,
    geometry,
    groups,
    lags,
    landscape,
    logits,
    neurons,
    norms,
    progress,
    steepness,
)
from grokcore.analysis.delay import GrokkingDelay, grokking_delay

__all__ = [
    "GrokkingDelay",
    "activations",
    "attention",
    "clock",
    "crossed",
    "delay",
    "fourier",
    "geometry",
    "grokking_delay",
    "groups",
    "lags",
    "landscape",
    "logits",
    "neurons",
    "norms",
    "progress",
    "steepness",
]
