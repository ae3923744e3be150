"""Listening: gradients as they were, written down once."""

import torch

from grokcore.census.listening import listen
from grokcore.runs import files
from grokcore.training import Trainer


def test_what_is_heard_is_the_gradient_before_the_filter(tiny, store):
    experiment = tiny(epochs=5)
    heard, trainer = listen(experiment, entries=10), Trainer(experiment)
    count = sum(w.numel() for w in trainer.model.parameters())
    chosen = torch.randperm(count, generator=torch.manual_seed(0))[:10]
    for row in heard.gradients:
        trainer.backward(trainer.forward())
        whole = torch.cat([w.grad.flatten() for w in trainer.parameters.values()])
        assert torch.equal(row, whole[chosen])
        trainer.update()
    assert len(heard.gradients) == 5 and heard.run.status == "finished"
    assert heard.experiment == experiment and heard.provenance["threads"]


def test_it_is_trained_once(tiny, store, monkeypatch):
    first = listen(tiny(), entries=10)
    count = len(listen(tiny(), entries=7).gradients[0])
    assert count == 7, "another number of entries is another listening"
    again = listen(tiny(), entries=10)
    assert torch.equal(first.gradients, again.gradients)

    def refuse(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr("grokcore.runs.checkpoints.train", refuse)
    assert torch.equal(listen(tiny(), entries=10).gradients, first.gradients)


def test_what_nobody_listened_to_is_trained_anew(tiny, store):
    plain = tiny().run()
    heard = listen(tiny(), entries=10)
    assert heard.run.history.equals(plain.history)
    (plain.folder / "gradients.safetensors").unlink()
    assert torch.equal(listen(tiny(), entries=10).gradients, heard.gradients)
    # One that was cut short goes on from its beginning.
    description = files.read_json(plain.folder / "experiment.json")
    files.write_json(
        plain.folder / "experiment.json", description | {"status": "interrupted"}
    )
    assert len(listen(tiny(), entries=10).gradients) == len(heard.gradients)
