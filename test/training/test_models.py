"""Shapes, parameter counts, and the reference checkpoint with what it computes."""

import numpy as np
import pytest
import torch

from galip_training.checkpoint import load_checkpoint, model_states
from galip_training.clip import Clip
from galip_training.clip_files import load_clip
from galip_training.config import ClipConfig, DiscriminatorConfig, GeneratorConfig
from galip_training.discriminator import NetC, NetD
from galip_training.generator import NetG, block_channels

EMOJI_CLIP = ClipConfig(image_mean=(0.5, 0.5, 0.5), image_std=(0.5, 0.5, 0.5))
EMOJI_GENERATOR = GeneratorConfig(nf=24, prompt_tokens=4)
EMOJI_DISCRIMINATOR = DiscriminatorConfig(feature_blocks=(1, 2, 4), out_channels=128, joint_channels=96)


def count(parameters) -> int:
    return sum(p.numel() for p in parameters)


@pytest.fixture(scope="module")
def vit_b_32():
    return Clip(ClipConfig(text_blocks=1, vocab_size=8)).freeze()


def test_full_size_models_have_the_papers_parameter_counts(vit_b_32):
    sizes = vit_b_32.sizes
    assert count(NetG(GeneratorConfig(), sizes, vit_b_32.visual).learnable().values()) == 51_830_211
    assert count(NetD(DiscriminatorConfig(), sizes).parameters()) == 28_706_821
    assert count(NetC(DiscriminatorConfig(), sizes).parameters()) == 2_099_200


def test_full_size_shapes(vit_b_32):
    sizes = vit_b_32.sizes
    netG = NetG(GeneratorConfig(), sizes, vit_b_32.visual)
    assert [block.size for block in netG.GBlocks] == [8, 16, 32, 64, 128, 224]
    assert block_channels(64, 224) == [512, 512, 512, 512, 256, 128, 64]
    assert block_channels(24, 64) == [192, 192, 96, 48, 24]
    with torch.no_grad():
        image = netG(torch.randn(1, 100), torch.randn(1, 512))
        features, embedding = vit_b_32.encode_image(image, (1, 4, 8))
        judged = NetD(DiscriminatorConfig(), sizes)(features)
        score = NetC(DiscriminatorConfig(), sizes)(judged, embedding)
    assert image.shape == (1, 3, 224, 224)
    assert features.shape == (1, 3, 768, 7, 7)
    assert embedding.shape == (1, 512)
    assert judged.shape == (1, 512, 7, 7)
    assert score.shape == (1, 1, 1, 1)


def test_the_vit_in_the_generator_is_frozen_and_prompts_reach_it(clip, config):
    netG = NetG(config.generator, clip.sizes, clip.visual)
    assert not any("CLIP_ViT" in name for name in netG.learnable())
    prompts = torch.randn(2, 2, 64, requires_grad=True)
    netG.mapping.CLIP_ViT(torch.randn(2, 64, 8, 8), prompts).sum().backward()
    assert (prompts.grad.abs().sum(dim=(0, 2)) > 0).all()


def test_text_is_read_up_to_the_end_token_only(clip):
    ids = torch.tensor([[62, 1, 2, 63, 0, 0], [62, 1, 2, 63, 5, 9]])
    with torch.no_grad():
        first, second = clip.encode_text(ids)
        alone = clip.encode_text(ids[:1, :4])[0]
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first, alone)


def test_reading_past_the_last_end_token_changes_nothing(clip):
    ids = torch.tensor([[62, 1, 2, 63, 0, 0], [62, 4, 63, 0, 0, 0]])
    torch.testing.assert_close(clip.encode_text(ids, cut=False), clip.encode_text(ids))


def test_official_clip_input_moves_the_pixels_up(clip):
    black = torch.full((1, 3, 32, 32), -1.0)
    grey = torch.zeros(1, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(clip.encode_image(black, official=True)[1], clip.encode_image(grey)[1])


def test_a_resnet_tower_takes_any_edge_and_gives_no_patch_tokens():
    clip = Clip(ClipConfig(vision="resnet", image_size=64, vision_width=16, vision_blocks=2, embed_dim=24, text_blocks=1, vocab_size=8)).freeze()
    assert [block.conv2.out_channels for block in clip.visual.blocks] == [16, 16, 32, 32, 64, 64, 128, 128]
    images = torch.randn(2, 3, 64, 64)
    features, embedding = clip.encode_image(images)
    assert features is None and embedding.shape == (2, 24)
    # A picture of another edge is brought to `image_size`; the tower alone takes it as it is.
    torch.testing.assert_close(clip.encode_image(images.repeat_interleave(2, 2).repeat_interleave(2, 3))[1], embedding)
    assert clip.visual(images[..., :48, :48])[1].shape == (2, 24)
    with pytest.raises(ValueError, match="no patch tokens"):
        clip.encode_image(images, (0,))


def test_reference_checkpoint_loads_strictly_and_reproduces_the_golden_tensors(shared):
    def golden(name):
        return torch.from_numpy(np.load(shared / "golden" / "emoji-v0" / f"{name}.npy"))

    clip = load_clip(shared / "models" / "emoji-v0" / "clip.pth", EMOJI_CLIP)
    states = model_states(load_checkpoint(shared / "models" / "emoji-v0" / "galip.pth"))
    netG = NetG(EMOJI_GENERATOR, clip.sizes, clip.visual)
    netG.load_state_dict(states["netG"])
    NetD(EMOJI_DISCRIMINATOR, clip.sizes).load_state_dict(states["netD"])
    NetC(EMOJI_DISCRIMINATOR, clip.sizes).load_state_dict(states["netC"])

    stages = {}
    for name, module in [("mapping", netG.mapping), *((f"gblock{i}", block) for i, block in enumerate(netG.GBlocks))]:
        module.register_forward_hook(lambda _, __, out, name=name: stages.__setitem__(name, out))
    netG.mapping.conv_fuse.register_forward_hook(lambda _, __, out: stages.__setitem__("bridge_feature", out))
    netG.mapping.CLIP_ViT.register_forward_hook(lambda _, __, out: stages.__setitem__("mapped_feature", out))
    with torch.no_grad():
        sentence = clip.encode_text(golden("token_ids"))
        stages["text_embedding"] = sentence
        stages["image"] = netG(golden("noise"), sentence)
        stages["image_embedding"] = clip.encode_image(stages["image"].clamp(-1, 1))[1]
    assert len(stages) == 10
    for name, value in stages.items():
        torch.testing.assert_close(value, golden(name), rtol=1e-4, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}")
