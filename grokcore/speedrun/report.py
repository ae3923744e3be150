"""What a race found, in words for a terminal and as JSON for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from statistics import median
from typing import Any

from grokcore.experiments import Experiment
from grokcore.speedrun.racing import Lap, Result
from grokcore.speedrun.rules import Rules, Verdict
from grokcore.speedrun.yardsticks import DEMO_EPOCHS

__all__ = ["as_json", "head", "of_lap", "of_result", "outcome", "spread"]


def head(entry: Experiment, rules: Rules) -> str:
    """Say what is about to be run."""
    return (
        f"{rules.task.formula}, {rules.task.train_fraction:.0%} of the table, to "
        f"{rules.accuracy:.0%} on the rest and {rules.stay} steps more\n"
        f"recipe {rules.recipe(entry).key[:8]}, whose hash draws {rules.seeds} pairs "
        f"of seeds; {rules.threads} threads"
    )


def of_lap(lap: Lap) -> str:
    """Say in a line how one training went."""
    text = f"  split {lap.split_seed}, weights {lap.seed}: {outcome(lap.verdict)}"
    if lap.verdict.reached is not None:
        text += f"; {lap.seconds:.2f} s ({lap.seconds_with_evaluation:.2f} s)"
    return text


def outcome(verdict: Verdict) -> str:
    """Say when it got there, and whether it stays.

    >>> outcome(Verdict(reached=190, lowest=0.996, best=1.0, stays=True))
    'there at step 190, stays at or above 99.6%'
    >>> outcome(Verdict(reached=190, lowest=0.48, fell=320, best=0.99))
    'there at step 190, FALLS BACK to 48.0% at step 320'
    >>> outcome(Verdict(best=0.31))
    'NEVER there, at best 31.0%'
    """
    if verdict.reached is None:
        return f"NEVER there, at best {verdict.best:.1%}"
    text = f"there at step {verdict.reached:,}, "
    if verdict.fell is not None:
        return text + f"FALLS BACK to {verdict.lowest:.1%} at step {verdict.fell:,}"
    if not verdict.stays:
        return text + "DIVERGES"
    return text + f"stays at or above {verdict.lowest:.1%}"


def of_result(result: Result) -> str:
    """Say whether an entry qualifies, and how fast it is."""
    laps, rules = result.laps, result.rules
    lines = []
    if result.more:
        stay = [lap for lap in result.more if lap.verdict.stays]
        lines.append(f"of {len(result.more)} more seeds {len(stay)} stay")
    if failed := [i for i, lap in enumerate(laps, 1) if not lap.verdict.stays]:
        which = ", ".join(map(str, failed))
        lines.append(f"does not qualify: training {which} of {len(laps)}, see above")
        return "\n".join(lines)
    reference = median(lap.reference for lap in laps)
    lines += [
        f"qualifies: {len(laps)} of {len(laps)} get there and stay",
        f"  steps     {spread([lap.verdict.reached for lap in laps], ',')}",
        f"  seconds   {spread([lap.seconds for lap in laps], '.2f')}",
        f"  with an evaluation every {rules.every} steps "
        f"{spread([lap.seconds_with_evaluation for lap in laps], '.2f')}",
        f"  costs {result.reference_steps:.1f} steps of the reference "
        f"({1e3 * reference:.1f} ms each here): this number ranks",
    ]
    if (over_demo := result.over_demo) is None:
        lines.append("  TransformerLens is not installed: not compared with its demo")
    else:
        epoch = 1e3 * median(lap.demo for lap in laps)
        lines.append(
            f"  {over_demo:,.0f} times as fast as TransformerLens' demo "
            f"({epoch:.0f} ms an epoch here, times its {DEMO_EPOCHS:,})"
        )
    return "\n".join(lines)


def spread(values: Iterable[float], form: str) -> str:
    """Write a median and, in brackets, the lowest and the highest.

    >>> spread([190, 170, 240], ",")
    '190 (170 to 240)'
    """
    values = [*values]
    middle, low, high = median(values), min(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def as_json(result: Result) -> dict[str, Any]:
    """Return everything, with medians on top, for ``json.dumps``."""
    qualifies = result.qualifies
    return {
        "recipe": result.rules.recipe(result.entry).key,
        "qualifies": qualifies,
        "reference_steps": result.reference_steps if qualifies else None,
        "over_demo": result.over_demo,
        **{
            name: median(getattr(lap, name) for lap in result.laps)
            for name in ("seconds", "seconds_with_evaluation", "reference")
        },
        "laps": [dataclasses.asdict(lap) for lap in result.laps],
        "more": [dataclasses.asdict(lap) for lap in result.more],
    }
