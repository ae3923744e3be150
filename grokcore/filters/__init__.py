"""What acts on gradients before a step, and on weights after it: frozen descriptions.

A filter's ``build`` takes the parameters by name and returns what does the work: called
once a step, between backward pass and optimizer, it changes the gradients in place.
Parameters without a gradient are left alone. What it remembers goes into a run's resume
points, so that a run that was cut short goes on with the same bits.
"""

from grokcore.config import any_of
from grokcore.filters.bands import Band
from grokcore.filters.base import GradientFilter, Parameters
from grokcore.filters.grokfast import GrokfastEMA, GrokfastMA
from grokcore.filters.plain import Gain, OrthoGrad
from grokcore.filters.projections import FixedNorm

__all__ = [
    "Band",
    "Filter",
    "FixedNorm",
    "Gain",
    "GradientFilter",
    "GrokfastEMA",
    "GrokfastMA",
    "OrthoGrad",
    "Parameters",
    "Projection",
]

#: Any of the filters above, told apart by ``kind`` in JSON.
Filter = any_of(GrokfastEMA, GrokfastMA, OrthoGrad, Gain, Band)

#: What acts on weights, told apart in the same way.
Projection = any_of(FixedNorm)
