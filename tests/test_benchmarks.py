"""What the benchmarks compare is what they say: equal work on both sides."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import floor, peers
from benchmarks.findings import Finding, Target
from benchmarks.ours import Ours
from benchmarks.races import _short
from benchmarks.rows import ROWS

ROOT = Path(__file__).parents[1]


def test_list_names_every_row_without_loading_torch():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "benchmarks", "--list"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(ROWS)
    assert "torch" not in done.stderr


def test_the_bridge_peer_is_our_model(tiny):
    from grokcore import lens

    experiment = tiny()
    ours, peer = Ours(experiment).trainer.model, peers.Bridge(experiment)
    peer.model.load_state_dict(lens.to_bridge(ours).state_dict())
    with torch.no_grad():
        theirs = peer.model(experiment.task.data().tokens)[:, -1]
        torch.testing.assert_close(theirs, ours(experiment.task.data().tokens))
    trained = sum(p.numel() for p in peers._trained(peer.model).values())
    assert trained == sum(p.numel() for p in ours.parameters())


def test_peers_take_steps(tiny):
    peer = peers.Bridge(tiny())
    for _ in range(3):
        peer.epoch()
    (first, _), *_, (last, _) = peer.losses
    assert last < first


def test_the_floor_has_the_products_of_the_model(tiny):
    experiment = tiny()
    model = Ours(experiment).trainer.model
    mlp = model.blocks[0].mlp
    weights = [mlp.W_in, mlp.W_out, model.unembed.W_U]
    rows = len(experiment.task.data().train)
    assert floor.shapes(experiment) == [(rows, *w.shape) for w in weights]
    floor.by_mm(experiment)()
    floor.by_affine(experiment)()


def test_a_finding_knows_whether_its_target_is_met():
    faster = Finding("row", "what", Target("≥", 5, "×"), 6.0)
    assert (faster.measured, faster.verdict) == ("6.00 ×", "yes")
    assert Finding("row", "what", Target("≤", 5, "%"), 6.0).verdict == "no"
    assert Finding("row", "what", Target("≤", 5, "%"), None).verdict == "n/a"


@pytest.mark.parametrize(("rate", "text"), [(1e-2, "1e-2"), (7e-3, "7e-3")])
def test_learning_rates_are_short(rate, text):
    assert _short(rate) == text


def test_the_summing_filter_is_our_moving_average():
    from benchmarks.filtering import _LAMB, _WINDOW, SummingMA
    from grokcore import GrokfastMA

    generator = torch.Generator().manual_seed(0)
    ours, theirs = ({"w": torch.nn.Parameter(torch.zeros(3))} for _ in range(2))
    act, peer = GrokfastMA(_WINDOW, _LAMB).build(ours), SummingMA(theirs)
    for _ in range(_WINDOW + 20):
        gradient = torch.randn(3, generator=generator)
        ours["w"].grad, theirs["w"].grad = gradient.clone(), gradient.clone()
        act(), peer()
        torch.testing.assert_close(ours["w"].grad, theirs["w"].grad)


def test_the_table_has_a_column_for_each_kind_of_machine(tmp_path, monkeypatch):
    from benchmarks import machine, report
    from benchmarks.findings import Finding, Target

    results, readme = tmp_path / "results.json", tmp_path / "README.md"
    readme.write_text("before <!-- bench:begin --><!-- bench:end --> after")
    monkeypatch.setattr(report, "RESULTS", results)
    here = machine.describe()
    for kind, value in (("AVX512", 1.0), ("AVX2", 3.0)):
        monkeypatch.setattr(
            machine, "describe", lambda kind=kind: here | {"vector_units": kind}
        )
        finding = Finding("step", "step over floor", Target("≤", 2, "×"), value)
        report.save([finding], results)
    report.write_readme(readme)
    table = readme.read_text()
    assert "| what | AVX512 | AVX2 | target |" in table
    assert "| 1.00 × | 3.00 × (missed) | ≤ 2 × |" in table
    assert "AVX2 was measured on" in table and table.endswith("after")
