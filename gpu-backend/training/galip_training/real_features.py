"""Frozen CLIP's features of all real images, computed once and kept in a file (float16).

Axes: N items, F feature blocks, D width of CLIP, G grid.
"""

import json
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
from torch.utils.data import Dataset

from .batches import to_images
from .checkpoint import save_text
from .clip import Clip
from .distributed import Processes
from .precision import Precision

BATCH = 32
PROBES = 8
"""Images that are compared between two epochs."""


class RealFeatures:
    """Opens the file in `folder`, or makes it."""

    def __init__(self, dataset: Dataset, clip: Clip, blocks: Sequence[int], official: bool, folder: Path, identity: str, processes: Processes, precision: Precision):
        """identity: changes with CLIP's weights. raises ValueError when the images change from epoch to epoch."""
        self.device = processes.device
        sizes = clip.sizes
        shape = (len(dataset), len(blocks), sizes.vision_width, sizes.grid, sizes.grid)
        key = {"shape": shape, "blocks": list(blocks), "official": official, "clip": identity, "precision": precision.kind}
        path, key_path = folder / "real-features.npy", folder / "real-features.json"
        if processes.is_first and not (key_path.exists() and json.loads(key_path.read_text()) == json.loads(json.dumps(key))):
            check_fixed(dataset)
            key_path.unlink(missing_ok=True)
            write_features(path, dataset, clip, tuple(blocks), official, shape, precision)
            save_text(key_path, json.dumps(key) + "\n")
        processes.wait()
        self.features = np.load(path, mmap_mode="r")

    def of(self, indices: Sequence[int]) -> torch.Tensor:
        """`[B, F, D, G, G]` float32."""
        return torch.from_numpy(self.features[list(indices)]).to(self.device).float()


@torch.no_grad()
def write_features(path: Path, dataset: Dataset, clip: Clip, blocks: tuple, official: bool, shape: tuple, precision: Precision) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
    for start in range(0, shape[0], BATCH):
        stop = min(start + BATCH, shape[0])
        images = to_images(torch.stack([dataset[i]["image"] for i in range(start, stop)]), precision.device)
        with precision.autocast():
            features, _ = clip.encode_image(images, blocks, official)
        file[start:stop] = features.half().cpu().numpy()
    file.flush()


def check_fixed(dataset: Dataset) -> None:
    if not hasattr(dataset, "set_epoch"):
        return
    probes = np.linspace(0, len(dataset) - 1, min(PROBES, len(dataset))).astype(int).tolist()
    seen = []
    for epoch in (0, 1):
        dataset.set_epoch(epoch)
        seen.append(torch.stack([dataset[i]["image"] for i in probes]))
    if not torch.equal(*seen):
        raise ValueError("train_gan.cache_real_features: the data set changes its images from epoch to epoch (crops, flips); switch one of them off")
