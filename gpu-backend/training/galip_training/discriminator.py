"""GALIP's discriminator on frozen CLIP features, with the official parameter names.

Axes: B batch, F feature blocks, D width of CLIP, N channels, G grid, E sentence.
"""

import torch
from torch import Tensor, nn

from .config import ClipConfig, DiscriminatorConfig


class DBlock(nn.Module):
    """x + γ·residual(x) (+ β·CLIP feature); γ and β start at 0."""

    def __init__(self, channels_in: int, channels_out: int, takes_feature: bool):
        super().__init__()
        self.conv_r = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            nn.LeakyReLU(0.2),
        )
        # Unused where the channels stay the same, but there in every official checkpoint.
        self.conv_s = nn.Conv2d(channels_in, channels_out, 1)
        self.has_shortcut = channels_in != channels_out
        self.gamma = nn.Parameter(torch.zeros(1))
        if takes_feature:
            self.beta = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, feature: Tensor = None) -> Tensor:
        out = (self.conv_s(x) if self.has_shortcut else x) + self.gamma * self.conv_r(x)
        return out if feature is None else out + self.beta * feature


class NetD(nn.Module):
    """Mate-D: CLIP features `[B, F, D, G, G]` → `[B, N, G, G]`."""

    def __init__(self, sizes: DiscriminatorConfig, clip: ClipConfig):
        super().__init__()
        width = clip.vision_width
        self.DBlocks = nn.ModuleList(DBlock(width, width, True) for _ in sizes.feature_blocks[1:])
        self.main = DBlock(width, sizes.out_channels, False)

    def forward(self, features_BFDGG: Tensor) -> Tensor:
        x = features_BFDGG[:, 0]
        for index, block in enumerate(self.DBlocks):
            x = block(x, features_BFDGG[:, index + 1])
        return self.main(x)


class NetC(nn.Module):
    """Judges how the features `[B, N, G, G]` fit the sentence `[B, E]`: `[B, 1, G − 6, G − 6]`."""

    def __init__(self, sizes: DiscriminatorConfig, clip: ClipConfig):
        super().__init__()
        self.joint_conv = nn.Sequential(
            nn.Conv2d(sizes.out_channels + clip.embed_dim, sizes.joint_channels, 4, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(sizes.joint_channels, 1, 4, bias=False),
        )

    def forward(self, x_BNGG: Tensor, sentence_BE: Tensor) -> Tensor:
        tiled_BEGG = sentence_BE[:, :, None, None].expand(-1, -1, *x_BNGG.shape[2:])
        return self.joint_conv(torch.cat([x_BNGG, tiled_BEGG.to(x_BNGG.dtype)], dim=1))
