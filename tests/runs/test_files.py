"""Files are whole or not there, and never read with pickle."""

import ast
import io
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import grokcore
from grokcore.runs import files
from grokcore.runs.files import StoreError

MODULES = sorted(Path(grokcore.__file__).parent.rglob("*.py"))

TENSORS = {
    "a": torch.arange(6.0).reshape(2, 3),
    "b.half": torch.ones(3, dtype=torch.bfloat16),
    "c": torch.tensor(7),
    "empty": torch.zeros(0, 7, dtype=torch.float64),
}
TABLE = {"step": np.arange(5.0), "loss": np.linspace(1, 0, 5) ** 3}
MIXED = {**TABLE, "right": np.arange(5), "one": np.arange(3)}
JSON = {"status": "finished", "formula": "a² ∘ b", "numbers": [1, 2.5, None]}

KINDS = {
    "tensors": (files.write_tensors, files.read_tensors, TENSORS),
    "table": (files.write_table, files.read_table, TABLE),
    "packed": (partial(files.write_table, packed=True), files.read_table, MIXED),
    "json": (files.write_json, files.read_json, JSON),
    "line": (partial(files.write_json, indent=None), files.read_json, JSON),
}


def same(a, b):
    if a.keys() != b.keys():
        return False
    for name, value in a.items():
        other = b[name]
        if isinstance(value, torch.Tensor):
            if value.dtype != other.dtype or not torch.equal(value, other):
                return False
        elif isinstance(value, np.ndarray):
            if value.dtype != other.dtype or not np.array_equal(value, other):
                return False
        elif value != other:
            return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_read_back(kind, tmp_path):
    write, read, content = KINDS[kind]
    path = tmp_path / "new" / "folder" / "file"
    write(path, content)
    assert same(read(path), content)
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_only_a_folder_of_the_store_is_to_be_deleted(tmp_path):
    (tmp_path / "experiment.json").write_text("[1]")
    with pytest.raises(StoreError, match="no run of the store, so nothing was changed"):
        files.read_json(tmp_path / "experiment.json")


def test_a_view_is_stored_as_what_it_shows(tmp_path):
    whole = torch.arange(12.0).reshape(3, 4)
    files.write_tensors(tmp_path / "file", {"t": whole.T[1:3]})
    assert torch.equal(files.read_tensors(tmp_path / "file")["t"], whole.T[1:3])


@pytest.mark.parametrize("kind", KINDS)
def test_every_truncation_is_an_error_that_names_the_file(kind, tmp_path):
    write, read, content = KINDS[kind]
    path = tmp_path / "add-p7-transformer-01234567" / "file"
    write(path, content)
    whole = path.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:length])
        with pytest.raises(
            StoreError, match=r"cannot read .*file: .*Delete the folder"
        ):
            read(path)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    for kind, (write, _, content) in KINDS.items():
        write(folder / kind, content)
    return folder


@settings(max_examples=300)
@given(st.sampled_from(["tensors", "table"]), st.integers(0), st.integers(1, 255))
def test_a_garbled_byte_is_an_error_or_changes_nothing(written, kind, where, flip):
    _, read, content = KINDS[kind]
    garbled = bytearray((written / kind).read_bytes())
    garbled[where % len(garbled)] ^= flip
    path = written / f"garbled-{kind}"
    path.write_bytes(garbled)
    try:
        found = read(path)
    except StoreError as error:
        assert str(path) in str(error)
        return
    if kind == "table":
        # A zip may lose an entry unseen; a run checks that all columns are there.
        content = {name: content[name] for name in found}
    assert same(found, content)


@given(st.binary(max_size=200))
def test_a_foreign_file_is_an_error(written, content):
    path = written / "foreign"
    path.write_bytes(content)
    for kind in ("tensors", "table"):
        with pytest.raises(StoreError, match="foreign"):
            KINDS[kind][1](path)


def test_a_missing_file_is_an_error_that_names_it(tmp_path):
    for _, read, _ in KINDS.values():
        with pytest.raises(StoreError, match=r"nowhere.*There is no run"):
            read(tmp_path / "nowhere" / "file")
        with pytest.raises(StoreError, match=r"nowhere.*no run of the store"):
            read(tmp_path / "nowhere")


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(5, "I/O")])
def test_a_file_that_cannot_be_read_now_is_not_called_damaged(tmp_path, error):
    path = tmp_path / "history.npz"
    with (
        pytest.raises(StoreError, match="may be whole") as found,
        files.reading(path),
    ):
        raise error
    assert "Delete" not in str(found.value)
    assert str(error) in str(found.value)


def test_a_damaged_file_of_the_package_comes_back_with_the_package():
    path = Path(grokcore.__file__).parent / "recorded/some/snapshots/1.safetensors"
    with pytest.raises(StoreError, match="reinstall") as found, files.reading(path):
        raise ValueError("garbled")
    assert "Delete" not in str(found.value)


def test_json_that_is_no_object_is_an_error(tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[1]")
    with pytest.raises(StoreError, match=r"list\.json: holds list, not an object"):
        files.read_json(path)


def test_tensors_of_another_tool_are_read_without_a_checksum(tmp_path):
    safetensors.torch.save_file({"a": TENSORS["a"]}, tmp_path / "file")
    assert torch.equal(files.read_tensors(tmp_path / "file")["a"], TENSORS["a"])


def test_a_failed_write_leaves_the_old_file_and_no_new_one(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.write_json(path, JSON)

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StoreError, match=r"file: .*No space left.*GROKCORE_STORE"):
        files.write_json(path, {"status": "new"})
    assert files.read_json(path) == JSON
    assert list(tmp_path.iterdir()) == [path]


def test_leftovers_of_a_kill_are_removed_and_nothing_else(tmp_path):
    keep = [tmp_path / "history.npz", tmp_path / "snapshots" / "10.safetensors"]
    half = [tmp_path / ".history.npz.123", tmp_path / "snapshots/.9.safetensors.77"]
    keep[1].parent.mkdir()
    for path in keep + half:
        path.write_bytes(b"x")
    files.remove_leftovers(tmp_path)
    assert [p for p in keep + half if p.exists()] == keep
    files.remove_leftovers(tmp_path / "not there")


# -- no pickle ---------------------------------------------------------------------


class Evil:
    def __reduce__(self):
        return pytest.fail, ("a pickle was executed",)


def test_a_table_with_pickled_objects_is_refused(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, step=np.array([Evil()], dtype=object))
    path = tmp_path / "history.npz"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(StoreError, match=r"history\.npz: .*allow_pickle=False"):
        files.read_table(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickle_in_place_of_a_file_is_refused(kind, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(StoreError):
        KINDS[kind][1](path)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_no_module_can_read_a_pickle(path):
    banned = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            assert not names & banned
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in banned
            if node.module == "torch":
                assert "load" not in {alias.name for alias in node.names}
        elif isinstance(node, ast.Name):
            assert node.id not in banned
        elif isinstance(node, ast.Attribute):
            assert node.attr not in {"read_pickle", "Unpickler"}
            assert ast.unparse(node) != "torch.load"
        elif isinstance(node, ast.Call):
            arguments = {k.arg: ast.unparse(k.value) for k in node.keywords}
            if ast.unparse(node.func) == "np.load":
                assert arguments.get("allow_pickle") == "False"
            assert arguments.get("allow_pickle", "False") == "False"
