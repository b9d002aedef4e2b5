"""Generated images as PNG sheets. Images `[N, 3, S, S]` in −1 … 1."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .checkpoint import write_atomically

GAP = 2
"""Pixels between pictures."""


def to_bytes(images: torch.Tensor) -> np.ndarray:
    """`[N, S, S, 3]` uint8, rounded."""
    pixels = (images.detach().float().clamp(-1, 1) + 1) * 127.5
    return pixels.round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def make_sheet(images: torch.Tensor, columns: int) -> np.ndarray:
    """One picture `[H, W, 3]` on white, row by row."""
    tiles = to_bytes(images)
    size = tiles.shape[1] + GAP
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * size - GAP, columns * size - GAP, 3), 255, dtype=np.uint8)
    for index, tile in enumerate(tiles):
        top, left = index // columns * size, index % columns * size
        sheet[top : top + size - GAP, left : left + size - GAP] = tile
    return sheet


def save_png(path: Path, picture: np.ndarray) -> None:
    write_atomically(path, lambda temporary: Image.fromarray(picture).save(temporary, format="PNG"))
