"""Stores on drives that cannot lock files, or that are gone."""

import errno
import logging
import os

import pytest

import grokcore as gc
from grokcore.runs import locks, stored_runs


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_drive_without_locks_is_said_and_used(tiny, monkeypatch, caplog, number):
    def flock(*_):
        raise OSError(number, os.strerror(number))

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", flock)
    with caplog.at_level(logging.WARNING, logger="grokcore"):
        run = tiny(epochs=3).run()
    assert run.status == "finished"
    assert "cannot lock files: let no two processes train" in caplog.text
    assert run.folder.name in caplog.text


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_drive_that_cannot_flush_is_used(tiny, monkeypatch, number):
    def fsync(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    run = tiny(epochs=3).run()
    assert run.status == "finished" and len(run.history) > 1


def test_who_waits_is_told_again_and_again_for_whom(tmp_path, monkeypatch, caplog):
    """Each time the patience is over; here after the second."""
    folder = tmp_path / "run"
    said = []

    class Busy:
        lock_file = str(tmp_path / ".run.lock")

        def acquire(self, timeout):
            said.append(timeout)
            if len(said) < 3:
                raise locks.Timeout(self.lock_file)

        def release(self):
            said.append("released")

    monkeypatch.setattr(locks, "FileLock", lambda path: Busy())
    (tmp_path / ".run.holder").write_text(
        '{"process": 7, "host": "far", "since": "yesterday"}'
    )
    with caplog.at_level(logging.WARNING, logger="grokcore"), locks.lock(folder):
        assert said == [0, locks.PATIENCE, locks.PATIENCE]
    assert said[-1] == "released"
    assert caplog.text.count("(process 7 on far, since yesterday)") == 2
    assert caplog.text.count(f"delete {Busy.lock_file} and call again") == 2


def test_a_holder_that_cannot_be_read_is_left_out(tmp_path):
    holder = tmp_path / "holder"
    for text in (None, "", "{}", "[1]"):
        if text is not None:
            holder.write_text(text)
        assert locks._told(holder) == ""


@pytest.fixture
def gone(store, monkeypatch):
    """A store on a drive that went away."""

    def lost(function):
        def ask(path=".", *rest, **options):
            if str(path).startswith(str(store)):
                raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), str(path))
            return function(path, *rest, **options)

        return ask

    for name in ("stat", "lstat", "mkdir", "open", "scandir", "listdir"):
        monkeypatch.setattr(os, name, lost(getattr(os, name)))
    for name in ("builtins.open", "io.open"):
        monkeypatch.setattr(name, lost(open))


@pytest.mark.parametrize(
    "ask",
    [
        lambda experiment: experiment.run(),
        lambda experiment: experiment.stored(),
        lambda experiment: gc.load(experiment.name),
        lambda experiment: stored_runs(),
    ],
    ids=["run", "stored", "load", "list"],
)
def test_a_drive_that_is_gone_is_an_error_with_the_way_out(tiny, gone, ask):
    with pytest.raises(gc.StoreError, match=r"cannot look into .*connect that again"):
        ask(tiny())


def test_a_lock_that_cannot_be_opened_is_an_error_that_names_it(tiny, store):
    experiment = tiny(epochs=2)
    (store / f".{experiment.name}.lock").mkdir(parents=True)
    with pytest.raises(gc.StoreError, match=r"cannot lock .*\.lock.* delete it"):
        experiment.run()


def test_a_drive_that_goes_away_later_is_an_error_too(tiny, request):
    run = tiny(epochs=2).run()
    request.getfixturevalue("gone")
    for ask in (lambda: run.snapshots, lambda: run.history):
        with pytest.raises(gc.StoreError, match=r"cannot (look into|read)"):
            ask()


def test_a_folder_of_the_same_name_nearby_hides_no_run(tmp_path, monkeypatch):
    (tmp_path / "nanda-p113").mkdir()
    monkeypatch.chdir(tmp_path)
    assert gc.load("nanda-p113").delay().val_epoch == 12_200
