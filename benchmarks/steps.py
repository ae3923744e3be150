"""Rows that compare single steps."""

from __future__ import annotations

import torch

from benchmarks import floor, peers
from benchmarks.findings import Finding, Target
from benchmarks.ours import Ours
from benchmarks.recipes import EMBEDDING_MLP, LIVE, TWO_LAYERS
from benchmarks.timing import Times, interleaved, median_ratio
from grokcore.backend import devices, matmul


def against_floor(repeats: int) -> list[Finding]:
    library = matmul.library(torch.device("cpu"))
    sides = {
        "ours": Ours(LIVE).step,
        "floor": floor.by_mm(LIVE),
        f"floor_by_{library}": floor.by_affine(LIVE),
    }
    times = interleaved(sides, repeats)
    return [
        Finding(
            "floor",
            "one step over the reference floor: the products by torch.mm",
            Target("≤", 1.45, "×"),
            times.ratio("ours", "floor"),
            times.milliseconds(),
            "floor: MLP in, MLP out, unembed; forward and both backward; nothing else; "
            f"our step multiplies by {library}",
        )
    ]


def over_sizes(repeats: int) -> list[Finding]:
    over = {}
    for p in (59, 113, 227):
        entrant = LIVE.replace(p=p)
        sides = {"ours": Ours(entrant).step, "floor": floor.by_mm(entrant)}
        times = interleaved(sides, repeats)
        over[f"p={p}"] = times.ratio("ours", "floor")
    spread = max(over.values()) / min(over.values()) - 1
    return [
        Finding(
            "sizes",
            "spread of step over reference floor, p = 59, 113, 227",
            Target("≤", 25, "%"),
            100 * spread,
            over,
            "largest over smallest, minus one; numbers are ours over floor",
        )
    ]


def against_bridge(repeats: int) -> list[Finding]:
    ours, peer = Ours(LIVE), peers.Bridge(LIVE)
    times = interleaved({"ours": ours.step, "bridge": peer.step}, repeats)
    return [
        Finding(
            "bridge",
            "TransformerBridge.boot_native's step over ours",
            Target("≥", 5, "×"),
            times.ratio("bridge", "ours"),
            times.milliseconds(),
            "equal configuration, all positions, float64 loss, fused AdamW on both",
        )
    ]


def against_demo(repeats: int) -> list[Finding]:
    ours, peer = Ours(LIVE), peers.Bridge(LIVE)
    times = _with_evaluation(ours, {"demo": peer.epoch}, repeats)
    return [
        Finding(
            "demo",
            "the same with validation in every epoch over ours at our cadence",
            Target("≥", 8, "×"),
            median_ratio(times.seconds["demo"], ours.seconds_a_step(times)),
            times.milliseconds(),
            f"ours: step + {ours.evaluations_a_step:.3f} evaluations",
        )
    ]


def bfloat16(repeats: int) -> list[Finding]:
    what, target = "bfloat16 step over float32 step", Target("≤", 0.55, "×")
    if not devices.has_fast_bfloat16(torch.device("cpu")):
        note = "not applicable on this machine: its CPU has no bfloat16 units"
        return [Finding("bfloat16", what, target, None, note=note)]
    sides = {
        precision: Ours(LIVE.replace(precision=precision)).step
        for precision in ("float32", "bfloat16")
    }
    times = interleaved(sides, repeats)
    return [
        Finding(
            "bfloat16",
            what,
            target,
            times.ratio("bfloat16", "float32"),
            times.milliseconds(),
            "autocast; weights, loss and optimizer keep their precision",
        )
    ]


def against_blocks(repeats: int) -> list[Finding]:
    ours, peer = Ours(TWO_LAYERS), peers.BlocksLoop(TWO_LAYERS)
    times = interleaved({"ours": ours.step, "blocks": peer.step}, repeats)
    return [
        Finding(
            "blocks",
            "two layers, layer norm: nn.MultiheadAttention blocks over ours",
            Target("≥", 1.6, "×"),
            times.ratio("blocks", "ours"),
            times.milliseconds(),
            "batch 512, p = 97, four tokens; peer at all positions, no attention "
            "weights returned; fused AdamW and float64 loss on both",
        )
    ]


def against_plain_mlp(repeats: int) -> list[Finding]:
    ours, peer = Ours(EMBEDDING_MLP), peers.PlainMLP(EMBEDDING_MLP)
    times = _with_evaluation(ours, {"plain": peer.epoch}, repeats)
    return [
        Finding(
            "mlp",
            "embedding MLP, one epoch: plain loop over ours",
            Target("≥", 2.5, "×"),
            median_ratio(times.seconds["plain"], ours.seconds_a_step(times)),
            times.milliseconds(),
            "plain: validation and four host syncs in every epoch; ours: step + "
            f"{ours.evaluations_a_step:.3f} evaluations; fused AdamW, float64 loss",
        )
    ]


def _with_evaluation(ours: Ours, peer: dict, repeats: int) -> Times:
    return interleaved({"step": ours.step, "evaluation": ours.evaluate} | peer, repeats)
