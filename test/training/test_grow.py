"""A trained generator made wider, and its noise taught to choose styles as words do."""

import dataclasses
import json

import pytest
import torch

from conftest import ROOT
from galip_training.__main__ import main
from galip_training.checkpoint import load_checkpoint
from galip_training.discriminator import NetC
from galip_training.generator import NetG
from galip_training.grow import CONDITIONED, let_noise_speak, style_directions, widen
from galip_training.data.sample_source import Style
from shapes import TINY, tokenise

WORDS = {"flat": "red", "round": "blue"}
"""Of two styles; the tiny vocabulary has no better ones."""


class TwoStyles:
    """A source of bars, named and bare, in each style."""

    def __len__(self):
        return 4

    def style(self, index):
        name = list(WORDS)[index % 2]
        return Style(name, (WORDS[name],))

    def captions(self, index):
        return ["a bar", f"{WORDS[self.style(index).name]} bar"]


def wide(config):
    return dataclasses.replace(config, generator=dataclasses.replace(config.generator, nf=2 * config.generator.nf))


def trained(config, clip):
    """No layer is zero, as after training."""
    torch.manual_seed(3)
    netG = NetG(config.generator, clip.sizes, clip.visual)
    for parameter in netG.learnable().values():
        parameter.data.add_(torch.randn_like(parameter) * 0.05)
    return netG.eval()


def test_a_wider_generator_draws_what_the_narrow_one_drew(config, clip):
    narrow, larger = trained(config, clip), NetG(wide(config).generator, clip.sizes, clip.visual).eval()
    larger.load_state_dict(widen(narrow.state_dict(), larger.state_dict(), "netG"))
    noise, sentence = torch.randn(3, config.generator.z_dim), torch.randn(3, config.clip.embed_dim)
    torch.testing.assert_close(larger(noise, sentence), narrow(noise, sentence), rtol=1e-4, atol=1e-5)
    larger(noise, sentence).square().mean().backward()
    rows, columns = narrow.GBlocks[0].c1.weight.shape[:2]
    assert larger.GBlocks[0].c1.weight.grad[:rows, columns:].abs().max() > 0, "the new channels must be able to join in"


def test_what_does_not_fit_is_named(config, clip):
    narrow, larger = (NetG(sizes.generator, clip.sizes, clip.visual).state_dict() for sizes in (config, wide(config)))
    with pytest.raises(ValueError, match=r"netG\.mapping\.conv\.weight: is \[128, 64, 5, 5\]; must fit into \[64, 64, 5, 5\]"):
        widen(larger, narrow, "netG")
    netC = NetC(config.discriminator, clip.sizes).state_dict()
    with pytest.raises(ValueError, match="netC: tensors .* are in one of the two networks only"):
        widen({**netC, "other": torch.zeros(1)}, netC, "netC")


def test_noise_moves_the_picture_as_the_styles_words_do(config, clip):
    netG = trained(config, clip)
    netG.fc_code.weight.data.zero_()
    config = dataclasses.replace(config, data=dataclasses.replace(config.data, styles=tuple(WORDS)))
    sentences_of = lambda captions: clip.encode_text(tokenise(captions, 6))  # noqa: E731
    direction_SE = style_directions(TwoStyles(), config, sentences_of)
    bare, red, blue = sentences_of(["a bar", "red bar", "blue bar"])
    torch.testing.assert_close(direction_SE[0], (red - blue) / 2)
    assert direction_SE.shape == (2, config.clip.embed_dim) and torch.allclose(direction_SE.sum(dim=0), torch.zeros(1), atol=1e-5)

    state = netG.state_dict()
    heard_before = state["GBlocks.0.fuse1.affine0.fc_beta.linear1.weight"][:, : config.generator.z_dim].clone()
    for name, weight in state.items():
        if name.endswith(CONDITIONED):
            weight[:, : config.generator.z_dim] = 0
    let_noise_speak(state, direction_SE)
    speaking = NetG(config.generator, clip.sizes, clip.visual).eval()
    speaking.load_state_dict(state)
    noise, length = torch.zeros(1, config.generator.z_dim), config.generator.z_dim // 2
    by_words = speaking(noise, (bare + 1.5 * direction_SE[1])[None])
    noise[0, length:] = 1.5 / length**0.5
    torch.testing.assert_close(speaking(noise, bare[None]), by_words, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(by_words, speaking(torch.zeros_like(noise), bare[None]), atol=1e-3)
    spoken = state["GBlocks.0.fuse1.affine0.fc_beta.linear1.weight"][:, : config.generator.z_dim].clone()
    again = netG.state_dict()
    again["GBlocks.0.fuse1.affine0.fc_beta.linear1.weight"][:, : config.generator.z_dim] = heard_before
    let_noise_speak(again, direction_SE)
    torch.testing.assert_close(again["GBlocks.0.fuse1.affine0.fc_beta.linear1.weight"][:, : config.generator.z_dim], heard_before + spoken)


def test_the_command_refuses_a_narrower_configuration(tmp_path, config, clip, capsys):
    torch.save({"model": {"netG": trained(config, clip).state_dict(), "netD": {}, "netC": {}}}, tmp_path / "galip.pth")
    torch.save(clip.state_dict(), tmp_path / "clip.pth")
    (tmp_path / "recipe.json").write_text(json.dumps({**TINY, "generator": {**TINY["generator"], "nf": 4}, "data": {"path": "x"}}))
    files = ["--checkpoint", str(tmp_path / "galip.pth"), "--clip", str(tmp_path / "clip.pth"), "--config", str(tmp_path / "recipe.json")]
    assert main(["grow", *files, "--out", str(tmp_path / "out"), "--device", "cpu"]) == 1
    assert "must fit into" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_published_weights_grow(tmp_path):
    published = ROOT / "gpu-backend" / "training" / "checkpoints" / "emoji-64"
    recipe = json.loads((ROOT / "gpu-backend" / "training" / "recipes" / "emoji-64.json").read_text())
    recipe["train_gan"]["noise_by_style"] = False
    former = load_checkpoint(published / "galip.pth")["model"]["netG"]
    recipe["generator"]["nf"] = former["to_rgb.1.weight"].shape[1] + 8
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    files = ["--checkpoint", str(published / "galip.pth"), "--clip", str(published / "clip.pth"), "--config", str(tmp_path / "recipe.json")]
    assert main(["grow", *files, "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    grown = load_checkpoint(tmp_path / "out" / "galip.pth")["model"]["netG"]
    assert grown["to_rgb.1.weight"].shape[1] == recipe["generator"]["nf"]
    assert torch.equal(grown["to_rgb.1.weight"][:, :-8], former["to_rgb.1.weight"].float())
