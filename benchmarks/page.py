"""The lab's kernel in a worker of Chromium, against plain loops and grokcore."""

from __future__ import annotations

import base64
import json
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.findings import Finding, Target
from benchmarks.races import _train_to_99
from benchmarks.timing import median_ratio
from grokcore.catalogue import CATALOGUE
from lab import build

_ROOT = Path(__file__).parents[1]
#: As many as take about as long as a training with the kernel.
_STEPS = 12

_WORKER = """
onmessage = ({ data: [name, ...given] }) => postMessage(self[name](...given));
"""
_ASK = """([text, call]) => new Promise((resolve, reject) => {
  window.worker ??= new Worker(URL.createObjectURL(new Blob([text])));
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(call);
})"""


def against_scalars(repeats: int) -> list[Finding]:
    """Seconds to 99% of the page's speedrun, one thread; loops as explorables have."""
    choices = json.loads(build.text("presets.json"))
    choice = choices["usual"] | choices["presets"]["speedrun"]["choice"]
    entry = CATALOGUE["speedrun-mlp"]
    kernel, scalars, ours, steps = [], [], [], []
    with _worker() as ask:
        ask("race", choice)  # compiled, and compiled again by then
        ask("secondsOfScalarSteps", choice, _STEPS)
        for seed in range(repeats):
            race = ask("race", choice | {"seed": seed})
            steps.append(race["step"])
            kernel.append(race["seconds"])
            a_step = ask("secondsOfScalarSteps", choice, _STEPS) / _STEPS
            scalars.append(a_step * race["step"])
            trainer = _train_to_99(entry.replace(seed=seed, split_seed=seed))
            ours.append(trainer.seconds - trainer.seconds_evaluating)
    return [
        Finding(
            "page",
            "float64 loops in JavaScript to val 99% over the lab's kernel, both in "
            "a worker of Chromium (p = 113, 30%, one thread)",
            Target("≥", 8, "×"),
            median_ratio(scalars, kernel),
            {
                "kernel_s": median(kernel),
                "loops_s": median(scalars),
                "grokcore_s": median(ours),
                "kernel_steps": steps,
            },
            "the loops' seconds are extrapolated: measured steps × the kernel's; "
            "grokcore: its speedrun-mlp on two threads; evaluation counts nowhere",
        )
    ]


@contextmanager
def _worker() -> Iterator[Callable]:
    """Call functions of the lab's and of scalar.js in a worker."""
    from playwright.sync_api import sync_playwright

    find = runpy.run_path(str(_ROOT / "tools" / "chromium.py"))["find"]
    loops = Path(__file__).with_name("scalar.js").read_text(encoding="utf-8")
    text = build.text("kernel.js") + build.text("trials.js") + loops + _WORKER
    kernel = base64.b64encode((build.HERE / "kernel.wasm").read_bytes()).decode()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_default_timeout(0)
        yield lambda name, *given: page.evaluate(_ASK, [text, [name, kernel, *given]])
        browser.close()
