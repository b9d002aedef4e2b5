"""Differentiable augmentation for small data sets (after DiffAugment, arXiv 2006.10738): the same kinds for real and generated images.

Images `[B, 3, S, S]` in −1 … 1.
"""

import math
from typing import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT = 1 / 8
"""Largest translation, in parts of the edge."""
HOLE = 1 / 2
"""Edge of the cut-out square, in parts of the edge."""
TINT = 1 / 4
"""Largest change of `tint`: of brightness in parts of the range / 2, of contrast and saturation in parts of themselves."""
NOISE = 1 / 10
"""Largest standard deviation of the noise of `blur`."""
TURN = math.radians(15)
SCALE = 1 / 5
STRETCH = 1 / 8
"""Largest rotation, zoom and change of the aspect ratio of `affine`."""


def augment(images: Tensor, policies: Sequence[str]) -> Tensor:
    for policy in policies:
        images = POLICIES[policy](images)
    return images


def colour(images: Tensor) -> Tensor:
    """Brightness, saturation and contrast, a factor of each image."""
    images = images + (uniform(images) - 0.5)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * (uniform(images) * 2) + grey
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    return (images - middle) * (uniform(images) + 0.5) + middle


def tint(images: Tensor) -> Tensor:
    """`colour` so mild that a colour keeps its name."""
    images = images + (uniform(images) * 2 - 1) * TINT / 2
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * (1 + (uniform(images) * 2 - 1) * TINT) + grey
    return images * (1 + (uniform(images) * 2 - 1) * TINT)


def blur(images: Tensor) -> Tensor:
    """Mixes half of the images with their mean over 3 × 3 pixels and adds faint noise, as a generator's pictures have."""
    means = F.avg_pool2d(F.pad(images, (1,) * 4, mode="replicate"), 3, 1)
    share = uniform(images) * (uniform(images) < 0.5)
    return images + (means - images) * share + torch.randn_like(images) * uniform(images) * NOISE


def translation(images: Tensor) -> Tensor:
    """Moves by whole pixels; the border's colour fills what is left free."""
    B, _, S, _ = images.shape
    reach = max(1, round(S * SHIFT))
    padded = F.pad(images, (reach,) * 4, mode="replicate")
    rows_BS = torch.randint(0, 2 * reach + 1, (B, 1)) + torch.arange(S)
    columns_BS = torch.randint(0, 2 * reach + 1, (B, 1)) + torch.arange(S)
    which = torch.arange(B)[:, None, None]
    return padded.permute(0, 2, 3, 1)[which, rows_BS[:, :, None], columns_BS[:, None, :]].permute(0, 3, 1, 2)


def affine(images: Tensor) -> Tensor:
    """Turns, zooms, stretches and moves; the border's colour fills what is left free."""
    B = len(images)
    turn_B, zoom_B, stretch_B, x_B, y_B = ((torch.rand(5, B) * 2 - 1) * torch.tensor([[TURN], [SCALE], [STRETCH], [2 * SHIFT], [2 * SHIFT]])).to(images)
    across_B, down_B = (1 + zoom_B) * (1 + stretch_B), (1 + zoom_B) / (1 + stretch_B)
    cos_B, sin_B = turn_B.cos(), turn_B.sin()
    matrix_B23 = torch.stack([across_B * cos_B, -across_B * sin_B, x_B, down_B * sin_B, down_B * cos_B, y_B], dim=1).view(B, 2, 3)
    grid = F.affine_grid(matrix_B23, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def cutout(images: Tensor) -> Tensor:
    """Greys a square of each image."""
    B, _, S, _ = images.shape
    edge = round(S * HOLE)
    top_B1, left_B1 = torch.randint(0, S, (B, 1)) - edge // 2, torch.randint(0, S, (B, 1)) - edge // 2
    place_S = torch.arange(S)
    rows_BS = (place_S >= top_B1) & (place_S < top_B1 + edge)
    columns_BS = (place_S >= left_B1) & (place_S < left_B1 + edge)
    hole_B1SS = (rows_BS[:, :, None] & columns_BS[:, None, :])[:, None]
    return images * (~hole_B1SS).to(images)


def uniform(images: Tensor) -> Tensor:
    return torch.rand(len(images), 1, 1, 1, device=images.device, dtype=images.dtype)


POLICIES = {"colour": colour, "translation": translation, "affine": affine, "cutout": cutout, "tint": tint, "blur": blur}
