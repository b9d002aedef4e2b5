"""An image tower of residual convolutions, for a CLIP that learns from few pictures: a vision transformer needs many more.

After ResNet-D (arXiv 1812.01187). Axes: B batch, S image edge, E embedding.
"""

from torch import Tensor, nn

from .config import ClipConfig

STAGES = 4
"""Each but the first halves the edge and doubles the channels."""


class ResidualBlock(nn.Module):
    def __init__(self, channels_in: int, channels: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Identity()
        if stride > 1 or channels_in != channels:
            pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
            self.shortcut = nn.Sequential(pool, nn.Conv2d(channels_in, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.shortcut(x) + self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))


class ResNetTower(nn.Module):
    """`sizes.vision_width` channels in the first of four stages, `sizes.vision_blocks` blocks in each; any image edge from 16 on."""

    def __init__(self, sizes: ClipConfig):
        super().__init__()
        width = sizes.vision_width
        self.stem = nn.Sequential(
            nn.Conv2d(3, width // 2, 3, 2, 1, bias=False), nn.BatchNorm2d(width // 2), nn.ReLU(inplace=True),
            nn.Conv2d(width // 2, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
        )  # fmt: skip
        blocks, channels_in = [], width
        for stage in range(STAGES):
            channels = width * 2**stage
            for number in range(sizes.vision_blocks):
                blocks.append(ResidualBlock(channels_in, channels, 2 if stage and number == 0 else 1))
                channels_in = channels
        self.blocks = nn.Sequential(*blocks)
        self.proj = nn.Linear(channels_in, sizes.embed_dim)

    def forward(self, pixels_B3SS: Tensor, feature_blocks: tuple = ()):
        """As `VisionTower`: features, which this tower has none of, and the embedding `[B, E]`."""
        if feature_blocks:
            raise ValueError(f"feature_blocks is {feature_blocks}; a convolutional tower has no patch tokens")
        return None, self.proj(self.blocks(self.stem(pixels_B3SS)).mean(dim=(2, 3)))
