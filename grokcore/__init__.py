"""grokcore: train small networks until they grok, and look inside.

>>> import grokcore as gc
>>> gc.ModularTask("add", p=113).formula
'(a + b) mod 113'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.filters import Chain, Gain, GrokfastEMA, GrokfastMA, OrthoGrad
from grokcore.models import EmbeddingMLPConfig, TransformerConfig
from grokcore.optimizers import SGD, Adam, AdamW, Muon
from grokcore.projections import FixedNorm
from grokcore.tasks import ModularTask

if TYPE_CHECKING:
    from grokcore import analysis, census, lens, show, tracking
    from grokcore.derived import progress_measures
    from grokcore.runs import Run, StoreError, TrainingDiverged, load, run
    from grokcore.sweeps import sweep

__version__ = "0.1.0"

__all__ = [
    "CATALOGUE",
    "SGD",
    "Adam",
    "AdamW",
    "Chain",
    "EmbeddingMLPConfig",
    "Experiment",
    "FixedNorm",
    "Gain",
    "GrokfastEMA",
    "GrokfastMA",
    "ModularTask",
    "Muon",
    "OrthoGrad",
    "Run",
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
    "Run": "runs",
    "StoreError": "runs",
    "TrainingDiverged": "runs",
    "load": "runs",
    "run": "runs",
    "sweep": "sweeps",
    "analysis": None,
    "census": None,
    "progress_measures": "derived",
    "lens": None,
    "show": None,
    "tracking": None,
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'grokcore' has no attribute {name!r}")
    home = _LAZY[name]
    module = import_module(f"grokcore.{home or name}")
    return module if home is None else getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
