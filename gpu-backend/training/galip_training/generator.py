"""GALIP's generator with the official parameter names.

Axes: B batch, Z noise, E sentence, C condition (Z + E), N channels, H height and width, G grid of CLIP, D width of CLIP, P prompts.
"""

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .clip import VisionTower
from .config import ClipConfig, GeneratorConfig
from .transformer import to_grid, to_tokens, with_class_token

FIRST_PROMPT_BLOCK = 1
MAPPED_WEIGHT = 0.1


class Affine(nn.Module):
    """γ·x + β per channel, both from the condition; starts as the identity."""

    def __init__(self, condition: int, channels: int):
        super().__init__()
        self.fc_gamma = two_linears(condition, channels, bias=1.0)
        self.fc_beta = two_linears(condition, channels, bias=0.0)

    def forward(self, x_BNHH: Tensor, cond_BC: Tensor) -> Tensor:
        return self.fc_gamma(cond_BC)[:, :, None, None] * x_BNHH + self.fc_beta(cond_BC)[:, :, None, None]


def two_linears(condition: int, channels: int, bias: float) -> nn.Sequential:
    layers = nn.Sequential()
    layers.add_module("linear1", nn.Linear(condition, channels))
    layers.add_module("relu1", nn.ReLU())
    layers.add_module("linear2", nn.Linear(channels, channels))
    nn.init.zeros_(layers.linear2.weight)
    nn.init.constant_(layers.linear2.bias, bias)
    return layers


class DFBLK(nn.Module):
    def __init__(self, condition: int, channels: int):
        super().__init__()
        self.affine0 = Affine(condition, channels)
        self.affine1 = Affine(condition, channels)

    def forward(self, x: Tensor, cond_BC: Tensor) -> Tensor:
        x = F.leaky_relu(self.affine0(x, cond_BC), 0.2)
        return F.leaky_relu(self.affine1(x, cond_BC), 0.2)


class MBlock(nn.Module):
    def __init__(self, condition: int, outer: int, inner: int):
        super().__init__()
        self.conv1 = nn.Conv2d(outer, inner, 3, padding=1)
        self.fuse1 = DFBLK(condition, inner)
        self.conv2 = nn.Conv2d(inner, outer, 3, padding=1)
        self.fuse2 = DFBLK(condition, outer)

    def forward(self, x: Tensor, cond_BC: Tensor) -> Tensor:
        h = self.fuse1(self.conv1(x), cond_BC)
        return x + self.fuse2(self.conv2(h), cond_BC)


class GBlock(nn.Module):
    def __init__(self, condition: int, channels_in: int, channels_out: int, size: int):
        super().__init__()
        self.size = size
        self.c1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.c2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.fuse1 = DFBLK(condition, channels_in)
        self.fuse2 = DFBLK(condition, channels_out)
        if channels_in != channels_out:
            self.c_sc = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, cond_BC: Tensor) -> Tensor:
        # Enlarging copies pixels: what is done to each alone is done before, where there are fewer.
        h = self.c1(self.enlarged(self.fuse1(x, cond_BC)))
        h = self.c2(self.fuse2(h, cond_BC))
        return self.enlarged(self.c_sc(x) if hasattr(self, "c_sc") else x) + h

    def enlarged(self, x: Tensor) -> Tensor:
        return F.interpolate(x, size=(self.size, self.size))


class ClipMapper(nn.Module):
    """A frozen copy of CLIP's vision trunk, run on the bridge feature with one prompt token in each prompted block."""

    def __init__(self, visual: VisionTower):
        super().__init__()
        # conv1 is never run; the official checkpoints carry it.
        for name in ("conv1", "class_embedding", "positional_embedding", "ln_pre", "transformer"):
            setattr(self, name, copy.deepcopy(getattr(visual, name)))
        self.requires_grad_(False)

    def forward(self, bridge_BDGG: Tensor, prompts_BPD: Tensor) -> Tensor:
        x_BLD = with_class_token(to_tokens(bridge_BDGG), self.class_embedding, self.positional_embedding)
        x_BLD = self.ln_pre(x_BLD)
        for index, block in enumerate(self.transformer.resblocks):
            prompt = index - FIRST_PROMPT_BLOCK
            if 0 <= prompt < prompts_BPD.shape[1]:
                token_B1D = prompts_BPD[:, prompt : prompt + 1].to(x_BLD.dtype)
                x_BLD = block(torch.cat([x_BLD, token_B1D], dim=1))[:, :-1]
            else:
                x_BLD = block(x_BLD)
        return to_grid(x_BLD[:, 1:])


class ClipAdapter(nn.Module):
    """Code → bridge feature → frozen CLIP → the GBlocks' first input."""

    def __init__(self, sizes: GeneratorConfig, clip: ClipConfig, visual: VisionTower, channels_out: int):
        super().__init__()
        condition = sizes.z_dim + clip.embed_dim
        self.width = clip.vision_width
        self.FBlocks = nn.ModuleList(
            MBlock(condition, sizes.code_channels, sizes.mapper_channels) for _ in range(sizes.mapper_blocks)
        )
        self.conv_fuse = nn.Conv2d(sizes.code_channels, self.width, 5, padding=2)
        self.CLIP_ViT = ClipMapper(visual)
        self.conv = nn.Conv2d(self.width, channels_out, 5, padding=2)
        self.fc_prompt = nn.Linear(condition, sizes.prompt_tokens * self.width)

    def forward(self, code: Tensor, cond_BC: Tensor) -> Tensor:
        prompts_BPD = self.fc_prompt(cond_BC).view(len(cond_BC), -1, self.width)
        for block in self.FBlocks:
            code = block(code, cond_BC)
        bridge_BDGG = self.conv_fuse(code)
        return self.conv(bridge_BDGG + MAPPED_WEIGHT * self.CLIP_ViT(bridge_BDGG, prompts_BPD))


class NetG(nn.Module):
    """Noise `[B, Z]` and sentence `[B, E]` → image `[B, 3, S, S]`, to be clamped to −1 … 1."""

    def __init__(self, sizes: GeneratorConfig, clip: ClipConfig, visual: VisionTower):
        super().__init__()
        self.code_shape = (sizes.code_channels, clip.grid, clip.grid)
        channels = block_channels(sizes.nf, clip.image_size)
        condition = sizes.z_dim + clip.embed_dim
        self.fc_code = nn.Linear(sizes.z_dim, math.prod(self.code_shape))
        self.mapping = ClipAdapter(sizes, clip, visual, channels[0])
        self.GBlocks = nn.ModuleList()
        for index, (channels_in, channels_out) in enumerate(zip(channels, channels[1:])):
            is_last = index == len(channels) - 2
            size = clip.image_size if is_last else 8 * 2**index
            self.GBlocks.append(GBlock(condition, channels_in, channels_out, size))
        self.to_rgb = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(channels[-1], 3, 3, padding=1))

    def forward(self, noise_BZ: Tensor, sentence_BE: Tensor) -> Tensor:
        cond_BC = torch.cat([noise_BZ, sentence_BE], dim=1)
        x = self.mapping(self.fc_code(noise_BZ).view(-1, *self.code_shape), cond_BC)
        for block in self.GBlocks:
            x = block(x, cond_BC)
        return self.to_rgb(x)

    def learnable(self) -> dict:
        return {name: p for name, p in self.named_parameters() if p.requires_grad}


def block_channels(nf: int, image_size: int) -> list:
    """Channels before, between and after the GBlocks: nf·min(2ᵏ, 8), falling."""
    levels = math.ceil(math.log2(image_size)) - 1
    return [nf * min(2**k, 8) for k in reversed(range(levels))]
