"""Muon: steps that are nearly orthogonal matrices."""

from typing import Literal

import torch
from pydantic import Field
from torch import nn

from grokcore.config import description
from grokcore.optimizers.adam import AdamW
from grokcore.optimizers.base import NonNegative, Parameters, Positive, Share

__all__ = ["Muon", "MuonAndAdamW"]


@description
class Muon:
    """Muon for the matrices inside the blocks, AdamW for all other parameters.

    Muon replaces a matrix's momentum by a nearly orthogonal matrix with the same
    singular vectors (Jordan et al. 2024). Embeddings, unembedding, biases and norms are
    AdamW's, as its authors advise. The matrix of each attention head is orthogonalized
    by itself.

    Args:
        lr: learning rate of both, > 0.
        weight_decay: decoupled, of both, ≥ 0.
        momentum: share of the running mean of gradients that stays, in [0, 1).
        nesterov: look ahead along the momentum.
        newton_schulz_steps: iterations toward an orthogonal matrix, ≥ 1.
        adjust_lr: "match_rms_adamw" scales a matrix's step to the size of one of
            AdamW's, so that both can share ``lr`` (Liu et al. 2025, arXiv:2502.16982);
            "original" by the root of its rows over its columns if that is above 1.
        betas: of AdamW, in [0, 1).
        eps: of AdamW, > 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> Muon(lr=1e-2).momentum
    0.95
    """

    lr: Positive = 1e-3
    weight_decay: NonNegative = 1.0
    momentum: Share = 0.95
    nesterov: bool = True
    newton_schulz_steps: int = Field(5, ge=1, lt=100)
    adjust_lr: Literal["match_rms_adamw", "original"] = "match_rms_adamw"
    betas: tuple[Share, Share] = (0.9, 0.98)
    eps: Positive = 1e-8
    kind: Literal["muon"] = Field("muon", kw_only=True)

    def build(self, parameters: Parameters) -> "MuonAndAdamW":
        """Return both optimizers as one.

        Raises:
            RuntimeError: if this torch has no Muon; 2.9 and newer do.
        """
        if not hasattr(torch.optim, "Muon"):
            raise RuntimeError(
                f"Muon needs torch 2.9 or newer, this is torch {torch.__version__}"
            )
        matrices = {n: p for n, p in parameters.items() if _is_inner_matrix(n, p)}
        others = {n: p for n, p in parameters.items() if n not in matrices}
        if not matrices:
            raise ValueError(f"Muon finds no matrix inside a block in {[*parameters]}")
        heads = {n: p for n, p in matrices.items() if p.ndim == 3}
        whole = {n: p for n, p in matrices.items() if p.ndim == 2}
        slices = {
            f"{name}.{i}": nn.Parameter(part)
            for name, parameter in heads.items()
            for i, part in enumerate(parameter.detach().unbind())
        }
        muon = torch.optim.Muon(
            [*whole.values(), *slices.values()],
            lr=self.lr,
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            nesterov=self.nesterov,
            ns_steps=self.newton_schulz_steps,
            adjust_lr_fn=self.adjust_lr,
        )
        adamw = AdamW(self.lr, self.weight_decay, self.betas, self.eps).build(others)
        return MuonAndAdamW(muon, adamw, heads, {**whole, **slices, **others})


def _is_inner_matrix(name: str, parameter: nn.Parameter) -> bool:
    return name.startswith("blocks.") and parameter.ndim > 1


class MuonAndAdamW:
    """Two of torch's optimizers that step together, used as one.

    torch's Muon takes matrices alone, so the heads of an attention matrix [H, D, K] are
    handed to it one by one: slices that share the whole's memory.

    Args:
        muon: of torch, for whole matrices and slices.
        adamw: of torch, for all else.
        heads: the parameters that were sliced, by name.
        parameters: whatever the two optimize, slices included, by name.
    """

    def __init__(
        self,
        muon: torch.optim.Optimizer,
        adamw: torch.optim.Optimizer,
        heads: Parameters,
        parameters: Parameters,
    ) -> None:
        self.muon, self.adamw = muon, adamw
        self.heads, self.parameters = heads, parameters
        self.param_groups = [*muon.param_groups, *adamw.param_groups]
        self.state = adamw.state = muon.state

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in (*self.parameters.values(), *self.heads.values()):
            parameter.grad = None

    def step(self) -> None:
        """Move all weights."""
        for name, parameter in self.heads.items():
            for i, gradient in enumerate(parameter.grad.unbind()):
                self.parameters[f"{name}.{i}"].grad = gradient
        self.muon.step()
        self.adamw.step()
