"""The command line says what the library says."""

import os
import subprocess
import sys

import pytest
from safetensors.torch import save_file
from typer.testing import CliRunner

import grokcore as gc
from grokcore import SGD, runs
from grokcore.cli import app, commands
from grokcore.models import by_hand
from grokcore.runs import lookup
from grokcore.studies import Study

SMALL = "live-p59 --p 7 --train-fraction .5 --width 16 --heads 2 --epochs 10"


@pytest.fixture
def cli():
    def invoke(words, *more):
        return CliRunner().invoke(app, [*words.split(), *map(str, more)])

    return invoke


@pytest.fixture
def small():
    return gc.CATALOGUE["live-p59"].replace(
        p=7, train_fraction=0.5, width=16, heads=2, epochs=10
    )


def test_train_takes_every_field_as_an_option(cli):
    options = "--lr=3e-3 --batch-size 8 --seed 4 --norm pre --snapshots [0,3]"
    done = cli(f"train {SMALL} {options}")
    assert done.exit_code == 0, done.output
    (run,) = runs.stored_runs()
    assert run.experiment == gc.CATALOGUE["live-p59"].replace(
        p=7,
        train_fraction=0.5,
        width=16,
        heads=2,
        epochs=10,
        lr=3e-3,
        batch_size=8,
        seed=4,
        norm="pre",
        snapshots=(0, 3),
    )
    assert "(a + b) mod 7, finished at step" in done.output
    assert str(run.folder) in done.output.replace("\n", "")


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("--epochs 1e1", {"epochs": 10}),
        ("--batch-size 8.0 --lr 1", {"batch_size": 8, "lr": 1.0}),
        ("--snapshots 0,1e1", {"snapshots": (0, 10)}),
        ("--batch-size none --filter None --max-steps none", {}),
        ("--norm none", {"norm": "none"}),
    ],
)
def test_numbers_and_nothing_are_taken_as_people_write_them(
    cli, small, options, fields
):
    done = cli(f"train {SMALL} {options}")
    assert done.exit_code == 0, done.output
    (run,) = runs.stored_runs()
    assert run.experiment == small.replace(**fields)


def test_train_a_second_time_loads(cli, small):
    assert cli(f"train {SMALL}").exit_code == 0
    stamp = (small.stored().folder / "history.npz").stat().st_mtime_ns
    assert cli(f"train {SMALL}").exit_code == 0
    assert (small.stored().folder / "history.npz").stat().st_mtime_ns == stamp


def test_train_can_change_the_kind_of_a_part(cli):
    done = cli(
        "train --p=7 --model embedding_mlp --width 8 --mlp-width 8 "
        "--optimizer sgd --lr .1 --epochs 5"
    )
    assert done.exit_code == 0, done.output
    (run,) = runs.stored_runs()
    assert run.experiment.optimizer == SGD(lr=0.1)
    assert run.experiment.model == gc.EmbeddingMLPConfig(width=8, mlp_width=8)
    assert run.experiment.task.p == 7


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("train nonsense", "no experiment 'nonsense'; there are ['addition-p97'"),
        ("train --p 1", "p: Input should be greater than or equal to 2 (given: 1)"),
        ("train --p abc", "p: Input should be a valid integer (given: 'abc')"),
        (
            "train --task add --p 7",
            "task 'add' is not one of ['digits', 'group', 'modular']",
        ),
        ("train --heads 3", "heads=3 does not divide width=128"),
        ("train --prime 7", "the field 'prime' is nowhere in this experiment"),
        ("train --momentum .9", "but would be with optimizer sgd or muon; allowed: ["),
        (
            "train --epochs 1.5e0",
            "epochs: Input should be a valid integer (given: 1.5)",
        ),
        ("train --p", "--p has no value"),
        ("train live-p59 p 7", "'p' is not an option"),
        ("train --model oracle", "model 'oracle' is not one of ['embedding_mlp'"),
        ("sweep --optimizer sgd,oracle", "optimizer 'oracle' is not one of ['adam', "),
        ("show nonsense", "no run 'nonsense' is recorded or stored"),
        ("show ./nowhere", "there is no folder ./nowhere"),
        ("show nowhere.safetensors", "there is no file nowhere.safetensors"),
        ("show ./nowhere.pt", "there is no file nowhere.pt"),
        ("show nanda-p113 --operation nonsense", "operation='nonsense'; allowed: ['ad"),
        ("reproduce nonsense", "no run 'nonsense' is recorded or stored"),
        ("sweep --seed 0,x", "seed: Input should be a valid integer (given: 'x')"),
        ("record fast-p113", "'fast-p113' is not trained yet"),
        ("record band --whole 0", "--whole is for runs, and band is a study"),
        ("record nanda-p113 --seeds 3", "are for a census, and nanda-p113 is none;"),
        ("record band --workers 2", "are for a census, and band is none; there are: "),
    ],
)
def test_a_mistake_is_explained_without_a_traceback(cli, arguments, complaint):
    done = cli(arguments)
    assert done.exit_code == 2
    assert complaint in done.output
    assert "Traceback" not in done.output
    assert runs.stored_runs() == []


def test_divergence_is_explained_without_a_traceback(cli):
    done = cli(f"train {SMALL} --optimizer sgd --lr 1e18 --loss mse")
    assert done.exit_code == 1
    assert "error: the training loss is" in done.output


def test_a_damaged_run_is_explained_without_a_traceback(cli, small):
    path = small.run().folder / "history.npz"
    path.write_bytes(b"")
    done = cli(f"train {SMALL}")
    assert done.exit_code == 1
    assert f"cannot read {path}" in done.output


def test_an_interruption_says_that_the_same_command_goes_on(cli, monkeypatch):
    def interrupt(self, **options):
        raise KeyboardInterrupt("stopped at step 7. Nothing is lost")

    monkeypatch.setattr(gc.Experiment, "run", interrupt)
    done = cli(f"train {SMALL}")
    assert done.exit_code == 130
    assert "stopped at step 7" in done.output


def test_list_has_the_catalogue_the_recorded_and_the_stored_runs(cli, small):
    run = small.run()
    done = cli("list")
    assert done.exit_code == 0
    catalogue, _, rest = done.output.partition("recorded with the package")
    recorded, _, stored = rest.partition("stored on this machine")
    assert all(name in catalogue for name in gc.CATALOGUE)
    assert "nanda-p113" in recorded
    assert run.folder.name in stored
    assert "finished" in stored


def test_list_passes_over_a_damaged_run(cli, small):
    good, bad = small.run(), small.replace(seed=1).run()
    (bad.folder / "history.npz").write_bytes(b"")
    done = cli("list")
    assert done.exit_code == 0, done.output
    assert good.folder.name in done.output
    assert f"{bad.folder.name} " in done.output
    assert "damaged" in done.output


def test_show_finds_recorded_and_stored_runs_and_folders(cli, small):
    run = small.run()
    for name in (run.folder.name, run.folder):
        done = cli("show", name)
        assert done.exit_code == 0, done.output
        assert "(a + b) mod 7, finished at step 10" in done.output
    done = cli("show nanda-p113")
    assert done.exit_code == 0, done.output
    last = gc.CATALOGUE["nanda-p113"].last_step
    assert f"(a + b) mod 113, finished at step {last:,}" in done.output


def test_show_says_what_a_run_learned(cli):
    done = cli("show nanda-p113")
    assert done.exit_code == 0, done.output
    for line in (
        "at step 18,000, transformer for 113 numbers: 1 layer, width 128, 4 heads",
        "all 12,769 pairs of (a + b) mod 113, trained on or not: accuracy 100.00%",
        "key frequencies, with 9",
        "of their variance is Σ α_k cos w_k(a + b − c)",
    ):
        assert line in done.output


def test_show_says_why_it_cannot_say_more(cli, small):
    run = small.replace(operands=3, epochs=1).run()
    done = cli("show", run.folder)
    assert done.exit_code == 0, done.output
    assert "no summary of its model: the model takes 3 operands" in done.output
    history_only = small.replace(snapshots=(), epochs=1).run()
    for path in history_only.folder.glob("snapshots/*"):
        path.unlink()
    done = cli("show", history_only.folder)
    assert done.exit_code == 0, done.output
    assert "has its history alone, no weights" in done.output


@pytest.fixture
def file(tmp_path):
    """A model in a file, and its key frequencies."""
    path = tmp_path / "model.safetensors"
    save_file(by_hand(p=23, frequencies=(2, 7, 11), neurons=300).state_dict(), path)
    return path


def test_show_takes_a_models_file(cli, file):
    done = cli("show", file)
    assert done.exit_code == 0, done.output
    assert "transformer for 23 numbers" in done.output
    assert "pairs of (a + b) mod 23, trained on or not: accuracy 100.00%" in done.output
    assert "3 key frequencies, with 100.0%" in done.output
    assert "k = 11   33.3% of the power, α = 10" in done.output
    again = cli("show", file, "--layout", "a,b,23")
    assert again.output == done.output


def test_show_takes_another_operation(cli, file):
    done = cli("show", file, "--operation", "subtract")
    assert done.exit_code == 0, done.output
    assert "all 529 pairs of (a − b) mod 23" in done.output
    assert "accuracy 100.00%" not in done.output


def test_show_takes_the_names_of_a_bridge_with_the_number_of_heads(cli, tmp_path):
    path = tmp_path / "bridge.safetensors"
    model = by_hand(p=11, frequencies=(1, 3), width=32, heads=2, neurons=64)
    save_file(gc.lens.to_bridge(model).state_dict(), path)
    done = cli("show", path)
    assert done.exit_code == 2
    assert "pass heads=<number>" in done.output
    done = cli("show", path, "--heads", "2")
    assert done.exit_code == 0, done.output
    assert "pairs of (a + b) mod 11, trained on or not: accuracy 100.00%" in done.output


def test_show_knows_what_a_snapshot_of_a_run_was_trained_on(cli, small):
    model = gc.EmbeddingMLPConfig(width=8, mlp_width=8)
    run = small.replace(operation="subtract").replace(model=model).run()
    *_, last = sorted(run.folder.glob("snapshots/*.safetensors"))
    done = cli("show", last)
    assert done.exit_code == 0, done.output
    assert "embedding MLP for 7 numbers: width 8, 8 neurons" in done.output
    assert "all 49 pairs of (a − b) mod 7" in done.output


def test_show_explains_what_is_no_model(cli, tmp_path):
    path = tmp_path / "model.pth"
    path.write_bytes(b"something else")
    done = cli("show", path)
    assert done.exit_code == 2
    assert "no .safetensors file" in done.output.replace("\n", "")
    done = cli("show", tmp_path)
    assert done.exit_code == 2
    assert "is no run: it has no experiment.json" in done.output


def test_sweep_trains_a_grid(cli):
    done = cli(f"sweep {SMALL} --seed 0,1 --lr .01,.02")
    assert done.exit_code == 0, done.output
    assert len(runs.stored_runs()) == 4
    assert "{'seed': 1, 'lr': 0.02}: 95% train at epoch" in done.output


@pytest.mark.filterwarnings("ignore:.*failed")
def test_sweep_reports_what_failed_and_keeps_the_rest(cli):
    done = cli(f"sweep {SMALL} --optimizer sgd --loss mse --lr .01,1e18")
    assert done.exit_code == 1, done.output
    assert "failed: " in done.output
    assert {r.status for r in runs.stored_runs()} == {"finished", "diverged"}


def test_sweep_takes_kinds_and_lists(cli):
    done = cli(f"sweep {SMALL} --optimizer sgd,adamw --snapshots [0,3] --lr .01")
    assert done.exit_code == 0, done.output
    found = {r.experiment.optimizer for r in runs.stored_runs()}
    assert found == {SGD(lr=0.01), gc.AdamW(lr=0.01)}
    assert "{'optimizer': 'sgd'}: 95% train at epoch" in done.output


def test_sweep_trains_a_study(cli, small, monkeypatch):
    study = Study("?", {"": (small, small.replace(seed=1))}, small.last_step)
    monkeypatch.setattr(commands, "STUDIES", {"pair": study})
    done = cli("sweep pair")
    assert done.exit_code == 0, done.output
    assert {r.experiment for r in runs.stored_runs()} == {*study.experiments}
    assert f"{small.name}: 95% train at epoch" in done.output


def test_a_study_is_swept_as_it_is(cli, small, monkeypatch):
    monkeypatch.setattr(commands, "STUDIES", {"one": Study("?", {"": (small,)}, 10)})
    done = cli("sweep one --seed 0,1")
    assert done.exit_code == 2
    assert "'one' is a study, whose experiments are fixed" in done.output
    assert runs.stored_runs() == []


def test_without_a_command_the_help_is_shown(cli):
    done = cli("")
    assert "Train small networks until they grok" in done.output


@pytest.mark.parametrize("operation", ["add", "multiply"])
def test_a_run_is_recorded_small_and_reproduced(
    cli, small, tmp_path, monkeypatch, operation
):
    task = gc.ModularTask(operation, p=7, train_fraction=0.5)
    experiment = small.replace(task=task, snapshots=(0, 5))
    monkeypatch.setitem(gc.CATALOGUE, "small", experiment)
    monkeypatch.setattr(lookup, "RECORDED", tmp_path / "recorded")
    gc.CATALOGUE["small"].run()
    done = cli("record small --whole 5 --into", tmp_path / "recorded")
    assert done.exit_code == 0, done.output
    recorded = gc.load("small")
    assert recorded.weights(0).keys() == {"embed.W_E"}
    assert len(recorded.weights(5)) > 1
    # Only a table that has each answer equally often has key directions.
    assert (recorded.folder / "progress.npz").exists() == (operation == "add")
    done = cli("reproduce small")
    assert done.exit_code == 0, done.output
    assert "the same, to the last bit" in done.output


def test_a_console_without_greek_letters_gets_question_marks():
    code = "from grokcore.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "show", "nanda-p113"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        encoding="cp1252",
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert "? ?_k cos" in done.stdout


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".5", 0.5),
        ("5.", 5),
        ("-.5", -0.5),
        ("1e-3", 1e-3),
        ("[.9,.98]", (0.9, 0.98)),
        ("[1.,2.5]", (1.0, 2.5)),
        ("true", True),
        ("a.b", "a.b"),
    ],
)
def test_numbers_are_taken_as_people_write_them(text, value):
    from grokcore.cli import _options

    found = _options.value("betas", text)
    assert found == value and type(found) is type(value)
