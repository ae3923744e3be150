"""grokcore: train small networks until they grok, and look inside.

>>> import grokcore as gc
>>> gc.ModularTask("add", p=113).formula
'(a + b) mod 113'
"""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment, Start
from grokcore.filters import Band, FixedNorm, Gain, GrokfastEMA, GrokfastMA, OrthoGrad
from grokcore.models import (
    EmbeddingMLPConfig,
    ImageMLPConfig,
    LSTMConfig,
    TransformerConfig,
)
from grokcore.optimizers import SGD, Adam, AdamW, Muon
from grokcore.runs import (
    Run,
    StoreError,
    TrainingDiverged,
    load,
    progress_measures,
    run,
)
from grokcore.tasks import DigitsTask, GroupTask, ModularTask

if TYPE_CHECKING:
    from grokcore import analysis, census, lens, show, tracking
    from grokcore.sweeps import sweep

__version__ = "0.1.0"

__all__ = [
    "CATALOGUE",
    "SGD",
    "Adam",
    "AdamW",
    "Band",
    "DigitsTask",
    "EmbeddingMLPConfig",
    "Experiment",
    "FixedNorm",
    "Gain",
    "GrokfastEMA",
    "GrokfastMA",
    "GroupTask",
    "ImageMLPConfig",
    "LSTMConfig",
    "ModularTask",
    "Muon",
    "OrthoGrad",
    "Run",
    "Start",
    "StoreError",
    "TrainingDiverged",
    "TransformerConfig",
    "analysis",
    "census",
    "lens",
    "load",
    "progress_measures",
    "run",
    "show",
    "sweep",
    "tracking",
]

# Loaded when first used: a reader who only describes experiments waits for nothing.
_LAZY = {
    "analysis": "grokcore.analysis",
    "census": "grokcore.census",
    "lens": "grokcore.lens",
    "show": "grokcore.show",
    "sweep": "grokcore.sweeps:sweep",
    "tracking": "grokcore.tracking",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'grokcore' has no attribute {name!r}")
    return resolve_name(_LAZY[name])


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
