"""Modules by the names they had before they moved, for code that imports them so."""

import sys
import warnings
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["MOVED"]

#: Where each went.
MOVED = {
    "grokcore.census.recording": "grokcore.census.taking",
    "grokcore.bridge_names": "grokcore.lens.namings",
    "grokcore.derived": "grokcore.runs.measured",
    "grokcore.descriptions": "grokcore.config",
    "grokcore.devices": "grokcore.backend.devices",
    "grokcore.evaluation": "grokcore.training.evaluation",
    "grokcore.keeping": "grokcore.runs.checkpoints",
    "grokcore.listening": "grokcore.census.listening",
    "grokcore.memory": "grokcore.backend.allocator",
    "grokcore.models.lean": "grokcore.models.fast",
    "grokcore.operations": "grokcore.tasks.operations",
    "grokcore.products": "grokcore.backend.matmul",
    "grokcore.progress": "grokcore.progress_bar",
    "grokcore.projections": "grokcore.filters.projections",
    "grokcore.rounding": "grokcore.backend.rounding",
    "grokcore.schedules": "grokcore.optimizers.schedules",
    "grokcore.spacing": "grokcore.training.moments",
    "grokcore.state_dicts": "grokcore.lens.state_dicts",
    "grokcore.storage": "grokcore.runs.files",
    "grokcore.summary": "grokcore.analysis.summary",
    "grokcore.threads": "grokcore.backend.threads",
    "grokcore.tokens": "grokcore.tasks.tokens",
}


class _Finder(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return ModuleSpec(name, _Forward()) if name in MOVED else None


class _Forward(Loader):
    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        warnings.warn(f"{old} is now {MOVED[old]}", DeprecationWarning, stacklevel=2)
        sys.modules[old] = import_module(MOVED[old])


sys.meta_path.append(_Finder())
