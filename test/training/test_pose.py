"""Noise that says how a drawing stands, and the drawing that stands so."""

import json
import math

import pytest
import torch

from galip_training.batches import collate
from galip_training.config import ConfigError, parse_config
from galip_training.distributed import Processes
from galip_training.gan_trainer import GanTrainer
from galip_training.pose import LEAN, PARTS, SIZE, SMALLER, TURN, pose_of, take_pose
from galip_training.sampling import choose_styles
from shapes import TINY

S = 64


def posed(images, **parts):
    """As normal noise of these values would be, a part by its name."""
    names = ("turn", "size", "stretch", "lean")
    return take_pose(images, torch.tensor([[parts.get(name, 0.0) for name in names]]).expand(len(images), -1))


def square(half):
    """Black on white in the middle."""
    image = torch.ones(1, 3, S, S)
    image[:, :, S // 2 - half : S // 2 + half, S // 2 - half : S // 2 + half] = -1
    return image


def ink(image):
    """Black pixels of the first channel: how many, and the mean of their places."""
    weight = (1 - image[0, 0]) / 2
    rows, columns = torch.meshgrid(torch.arange(S) + 0.5, torch.arange(S) + 0.5, indexing="ij")
    return weight.sum(), (weight * rows).sum() / weight.sum(), (weight * columns).sum() / weight.sum()


@pytest.mark.parametrize("z_dim", [100, 16, 33])
def test_poses_of_normal_noise_are_normal_and_independent(z_dim):
    pose = pose_of(torch.randn(20000, z_dim, generator=torch.Generator().manual_seed(1)))
    assert pose.shape == (20000, PARTS)
    torch.testing.assert_close(pose.mean(dim=0), torch.zeros(PARTS), atol=0.03, rtol=0)
    torch.testing.assert_close(torch.cov(pose.t()), torch.eye(PARTS), atol=0.04, rtol=0)


def test_a_pose_says_nothing_of_the_style_and_stays_normal_when_a_style_is_chosen():
    noise = torch.randn(20000, 100, generator=torch.Generator().manual_seed(2))
    sums = noise.view(-1, 4, 25).sum(dim=2)
    pose = pose_of(noise)
    # Each value of a half counts as much as each of the other, so what moves all of them alike moves no pose.
    torch.testing.assert_close(pose_of(noise + 5), pose, atol=1e-4, rtol=0)
    assert torch.corrcoef(torch.cat([pose, sums], dim=1).t())[:4, 4:].abs().max() < 0.03
    chosen = pose_of(choose_styles(noise, torch.arange(20000) % 4, 4))
    torch.testing.assert_close(torch.cov(chosen.t()), torch.eye(PARTS), atol=0.04, rtol=0)


def test_no_pose_is_the_drawing_a_little_smaller():
    area, row, column = ink(posed(square(16)))
    assert area == pytest.approx(32**2 * math.exp(-2 * SMALLER), rel=0.02)
    assert (row, column) == (pytest.approx(S / 2, abs=0.05), pytest.approx(S / 2, abs=0.05))


@pytest.mark.parametrize("value", [-2.0, 1.5])
def test_each_part_does_what_it_is_called(value):
    plain, _, _ = ink(posed(square(16)))
    assert ink(posed(square(16), size=value))[0] == pytest.approx(plain * math.exp(-2 * SIZE * value), rel=0.03)
    for part in ("turn", "stretch", "lean"):
        assert ink(posed(square(16), **{part: value}))[0] == pytest.approx(plain, rel=0.03), f"{part} must keep the area"

    dot = torch.ones(1, 3, S, S)
    dot[:, :, 14:18, 30:34] = -1  # above the middle
    _, row, column = ink(posed(dot))
    height = S / 2 - row
    _, turned_row, turned_column = ink(posed(dot, turn=value))
    angle = torch.atan2(turned_column - S / 2, S / 2 - turned_row)
    assert abs(angle) == pytest.approx(TURN * abs(value), abs=0.02)
    assert torch.hypot(turned_column - S / 2, S / 2 - turned_row) == pytest.approx(height, abs=0.2)
    _, lean_row, lean_column = ink(posed(dot, lean=value))
    assert abs(lean_column - S / 2) == pytest.approx(LEAN * abs(value) * height, abs=0.1) and lean_row == pytest.approx(row, abs=0.1)
    _, stretched_row, _ = ink(posed(dot, stretch=value))
    assert (stretched_row < row) == (value > 0), "upwards where it is positive"


def test_what_is_left_free_is_white():
    black = posed(torch.full((1, 3, S, S), -1.0), turn=1.0)
    assert (black[0, :, 0, 0] == 1).all() and black.max() <= 1 and black.min() >= -1


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_warm_up_teaches_the_pose_that_noise_says(config, clip, monkeypatch, precision):
    """The image to be redrawn is the paired one in the pose of the very noise that G gets, to the pixel in bf16 too."""
    settings = {**TINY, "precision": precision, "train_gan": {**TINY["train_gan"], "noise_by_pose": True, "warmup_reconstruction_steps": 5}}
    trainer = GanTrainer(parse_config(settings, "test"), clip, Processes(torch.device("cpu")))
    seen = {}
    monkeypatch.setattr(trainer, "redraw", lambda noise, sentence, real, features: seen.update(noise=noise, real=real, features=features) or {})
    edge = config.clip.image_size
    items = [
        {"image": torch.randint(0, 255, (3, edge, edge), dtype=torch.uint8), "token_ids": torch.ones(clip.sizes.context_length, dtype=torch.long), "index": index}
        for index in range(4)
    ]  # fmt: skip
    trainer.step(collate(items), 0)
    images = torch.stack([item["image"] for item in items]).float() / 127.5 - 1
    expected = take_pose(images, pose_of(seen["noise"]))
    torch.testing.assert_close(seen["real"], expected)
    with trainer.precision.autocast():
        torch.testing.assert_close(seen["features"], trainer.encode(expected)[0].float())


def test_features_of_images_that_are_posed_are_not_cached():
    settings = json.loads(json.dumps(TINY))
    settings["train_gan"].update(noise_by_pose=True, cache_real_features=True)
    with pytest.raises(ConfigError, match="cache_real_features: cannot be used with train_gan.noise_by_pose"):
        parse_config(settings, "test")


def test_noise_too_small_to_say_a_pose_is_refused():
    settings = json.loads(json.dumps(TINY))
    settings["train_gan"].update(noise_by_pose=True)
    settings["generator"]["z_dim"] = 7
    with pytest.raises(ConfigError, match="noise_by_pose: generator.z_dim is 7; must be at least 8"):
        parse_config(settings, "test")
