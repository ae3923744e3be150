"""The table: for the terminal, as JSON, and as Markdown in the README."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.findings import Finding, Target

RESULTS = Path(__file__).with_name("results.json")
README = Path(__file__).parents[1] / "README.md"
_MARKS = "<!-- bench:begin -->", "<!-- bench:end -->"

_HOW = (
    "Both sides of a row take turns in one process; a row is the median of the ratios "
    "of neighbors. All peers have torch's fused AdamW and, as we do, an allocator that "
    "keeps freed memory. They multiply matrices as torch does by default; our step "
    "takes oneDNN where torch has it."
)


def as_text(finding: Finding) -> str:
    """One finding as one block of lines."""
    target = str(finding.target)
    lines = [
        f"{finding.row:14} {finding.measured:>10}  target {target:>11}  "
        f"met: {finding.verdict:4} {finding.what}"
    ]
    lines += [f"{'':15}{text}" for text in (finding.parts, finding.note) if text]
    return "\n".join(lines)


def save(findings: list[Finding], results: Path = RESULTS) -> None:
    """Keep findings beside those of other kinds of machines."""
    here = machine.describe()
    kept = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    kept[str(here["vector_units"])] = {
        "machine": here,
        "findings": [asdict(f) | {"met": f.verdict} for f in findings],
    }
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    results.write_text(text + "\n", encoding="utf-8")


def write_readme(readme: Path = README) -> None:
    """Put the saved table between the marks of the README."""
    kinds = json.loads(RESULTS.read_text(encoding="utf-8"))
    begin, end = _MARKS
    table = "\n".join([begin, *_markdown(kinds), end])
    text = readme.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text, replaced = between.subn(lambda _: table, text)
    if replaced != 1:
        raise ValueError(f"{readme} has not one pair of {begin} and {end}")
    readme.write_text(text, encoding="utf-8")


def _markdown(kinds: dict[str, dict]) -> list[str]:
    """A column for each kind of machine; the details are those of the first."""
    lines = [
        "",
        f"| what | {' | '.join(kinds)} | target |",
        f"|---|{'--:|' * len(kinds)}--:|",
    ]
    by_what = [
        {saved["what"]: _finding(saved) for saved in content["findings"]}
        for content in kinds.values()
    ]
    rows = {w: f for found in reversed(by_what) for w, f in found.items()}
    for what, finding in rows.items():
        small = "; ".join(text for text in (finding.parts, finding.note) if text)
        cells = [_cell(found.get(what)) for found in by_what]
        lines.append(
            f"| {what}<br><small>{small}</small> | {' | '.join(cells)} "
            f"| {finding.target} |"
        )
    told = (machine.sentence(content["machine"]) for content in kinds.values())
    return [*lines, "", " ".join([*told, _HOW]), ""]


def _finding(saved: dict) -> Finding:
    fields = {name: value for name, value in saved.items() if name != "met"}
    return Finding(**fields | {"target": Target(**saved["target"])})


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return "not measured"
    missed = " (missed)" if finding.verdict == "no" else ""
    return f"{finding.measured}{missed}"
