"""How weights move: frozen descriptions that build torch's own optimizers."""

from grokcore.config import any_of
from grokcore.optimizers.adam import Adam, AdamW
from grokcore.optimizers.muon import Muon, MuonAndAdamW
from grokcore.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Muon", "MuonAndAdamW", "Optimizer"]

#: Any of the descriptions above, told apart by ``kind`` in JSON.
Optimizer = any_of(AdamW, Adam, SGD, Muon)
