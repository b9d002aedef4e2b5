"""Poses that noise says: how a drawing is turned, sized and slanted.

Axes: B batch, Z noise, P parts of a pose.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

TURN, SIZE, STRETCH, LEAN = math.radians(9), 0.08, 0.035, 0.08
"""Standard deviations: of the angle, of size and aspect ratio in parts of themselves, of the slant in parts of the height."""
PARTS = 4
LEAST_NOISE = 2 * PARTS
"""Values of noise: each part of a pose is one half of them against another."""
SMALLER = 0.06
"""Drawings fill their squares: made smaller on average, so that few are cut."""


def pose_of(noise_BZ: Tensor) -> Tensor:
    """`[B, P]`, normally distributed: of each quarter of the values, the first half against the second. What the whole quarter
    says together is left to say other things, such as the style (`choose_styles`)."""
    half = noise_BZ.shape[1] // PARTS // 2
    quarters_BPV = noise_BZ[:, : PARTS * (noise_BZ.shape[1] // PARTS)].unflatten(1, (PARTS, -1))
    return (quarters_BPV[:, :, :half] - quarters_BPV[:, :, half : 2 * half]).sum(dim=2) / (2 * half) ** 0.5


def take_pose(images: Tensor, pose_BP: Tensor) -> Tensor:
    """`[B, 3, S, S]` in −1 … 1, on white: so turned, sized (above 0: smaller), stretched and slanted about the middle. White fills what is left free."""
    turn_B, size_B, stretch_B, lean_B = (pose_BP * torch.tensor([TURN, SIZE, STRETCH, LEAN]).to(pose_BP)).unbind(dim=1)
    across_B, down_B = (SMALLER + size_B + stretch_B).exp(), (SMALLER + size_B - stretch_B).exp()
    cos_B, sin_B, none_B = turn_B.cos(), turn_B.sin(), torch.zeros_like(turn_B)
    # From the place in the new picture to that in the old one: turned back, then straightened, then enlarged.
    rows = (across_B * (cos_B + lean_B * sin_B), across_B * (lean_B * cos_B - sin_B), none_B, down_B * sin_B, down_B * cos_B, none_B)
    grid = F.affine_grid(torch.stack(rows, dim=1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images - 1, grid, align_corners=False) + 1
