"""Arrays and weights in, arrays and small dataclasses out.

``fourier`` and ``geometry`` look at embeddings, ``activations`` opens a model on its
whole table, ``attention``, ``neurons`` and ``logits`` say what is found there,
``progress``, ``norms`` and ``delay`` follow a training, ``steepness`` fits delays over
training fractions, ``clock`` tells two algorithms apart, ``landscape`` looks at the
loss around a network, ``lags`` at which of two courses comes first.
"""

from grokcore.analysis import (
    activations,
    attention,
    clock,
    delay,
    fourier,
    geometry,
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
    "delay",
    "fourier",
    "geometry",
    "grokking_delay",
    "lags",
    "landscape",
    "logits",
    "neurons",
    "norms",
    "progress",
    "steepness",
]
