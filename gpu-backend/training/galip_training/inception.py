"""Inception v3 (arXiv 1512.00567) up to its pooled features, run straight from a state dict with torchvision's names.

Two families of weights are in use for FID: those converted from TensorFlow's graph (1,008 classes), whose pooling differs a
little, and torchvision's (1,000 classes). The last layer's size tells which.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

EDGE = 299
FEATURES = 2048
TENSORFLOW_CLASSES = 1008
UNPADDED = {"Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_4a_3x3"}

# Branches of the blocks, layer by layer; "a|b" is a fork whose two results are joined.
DOUBLE_3 = "branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3"
SEVENS = "branch7x7_1 branch7x7_2 branch7x7_3"
DOUBLE_7 = "branch7x7dbl_1 branch7x7dbl_2 branch7x7dbl_3 branch7x7dbl_4 branch7x7dbl_5"
BLOCK_A = ("branch1x1", "branch5x5_1 branch5x5_2", DOUBLE_3)
BLOCK_C = ("branch1x1", SEVENS, DOUBLE_7)
FORKED_3 = "branch3x3_1 branch3x3_2a|branch3x3_2b"
BLOCK_E = ("branch1x1", FORKED_3, "branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3a|branch3x3dbl_3b")
MIXED = {
    **{f"Mixed_5{letter}": BLOCK_A for letter in "bcd"},
    "Mixed_6a": ("branch3x3", DOUBLE_3),
    **{f"Mixed_6{letter}": BLOCK_C for letter in "bcde"},
    "Mixed_7a": ("branch3x3_1 branch3x3_2", "branch7x7x3_1 branch7x7x3_2 branch7x7x3_3 branch7x7x3_4"),
    "Mixed_7b": BLOCK_E,
    "Mixed_7c": BLOCK_E,
}
REDUCTIONS = {"Mixed_6a", "Mixed_7a"}
"""Their branches' last layers have stride 2, and what is pooled passes without a convolution."""


class Inception:
    def __init__(self, path: Path, device: torch.device):
        """raises ValueError when the file is no Inception v3, OSError."""
        state = torch.load(path, map_location=device, weights_only=True)
        missing = [name for name in ("Conv2d_1a_3x3.conv.weight", "Mixed_7c.branch_pool.conv.weight", "fc.weight") if name not in state]
        if missing:
            raise ValueError(f"{path}: lacks {', '.join(missing)}; must be the state dict of an Inception v3 with torchvision's names")
        self.state = state
        self.is_tensorflow = len(state["fc.weight"]) == TENSORFLOW_CLASSES

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """`[N, 3, S, S]` in −1 … 1 → `[N, 2048]` float32."""
        x = F.interpolate(images.float(), size=(EDGE, EDGE), mode="bilinear", align_corners=False)
        x = self.layer(x, "Conv2d_1a_3x3", stride=2)
        x = self.layer(self.layer(x, "Conv2d_2a_3x3"), "Conv2d_2b_3x3")
        x = F.max_pool2d(x, 3, 2)
        x = self.layer(self.layer(x, "Conv2d_3b_1x1"), "Conv2d_4a_3x3")
        x = F.max_pool2d(x, 3, 2)
        for name in MIXED:
            x = self.mixed(x, name)
        return x.mean(dim=(2, 3))

    def layer(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        state = self.state
        weight = state[f"{name}.conv.weight"]
        unpadded = stride == 2 or name in UNPADDED
        padding = (0, 0) if unpadded else (weight.shape[2] // 2, weight.shape[3] // 2)
        x = F.conv2d(x, weight, stride=stride, padding=padding)
        mean, variance, gamma, beta = (state[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return F.relu(F.batch_norm(x, mean, variance, gamma, beta, eps=0.001))

    def mixed(self, x: Tensor, block: str) -> Tensor:
        out = []
        for branch in MIXED[block]:
            *chain, last = branch.split()
            h = x
            for name in chain:
                h = self.layer(h, f"{block}.{name}")
            stride = 2 if block in REDUCTIONS else 1
            out += [self.layer(h, f"{block}.{name}", stride) for name in last.split("|")]
        return torch.cat([*out, self.pooled(x, block)], dim=1)

    def pooled(self, x: Tensor, block: str) -> Tensor:
        if block in REDUCTIONS:
            return F.max_pool2d(x, 3, 2)
        if self.is_tensorflow and block == "Mixed_7c":
            x = F.max_pool2d(x, 3, 1, padding=1)
        else:
            x = F.avg_pool2d(x, 3, 1, padding=1, count_include_pad=not self.is_tensorflow)
        return self.layer(x, f"{block}.branch_pool")
