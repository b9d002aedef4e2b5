"""The order of the data: a function of seed, epoch and attempt alone, so a resumed run reads on where it stopped."""

from typing import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

ORDER, STEP = 1, 2
"""Purposes of seeds, so that no two of them share a stream."""


def derive_seed(*numbers: int) -> int:
    """63 bits from a list of numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


class WithIndex(Dataset):
    """Adds each item's place in the data set."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict:
        return {**self.dataset[index], "index": index}


def collate(items: list) -> dict:
    tensors = {name: torch.stack([item[name] for item in items]) for name in ("image", "token_ids")}
    return {**tensors, "index": [item["index"] for item in items]}


def batches_per_epoch(dataset: Dataset, batch_size: int, processes: int) -> int:
    """raises ValueError when the data is smaller than one batch of all processes."""
    count = len(dataset) // (batch_size * processes)
    if count == 0:
        raise ValueError(f"the data set has {len(dataset)} items; a step takes {batch_size} × {processes} processes")
    return count


def read_epoch(
    dataset: Dataset, batch_size: int, seed: int, attempt: int, epoch: int, first: int, rank: int, processes: int, workers: int
) -> Iterator[dict]:
    """Batches of one process from number `first` on. `attempt` grows with each roll-back: it changes the order."""
    if hasattr(dataset, "set_epoch"):
        dataset.set_epoch(epoch)
    order = np.random.default_rng(derive_seed(ORDER, seed, attempt, epoch)).permutation(len(dataset))
    count = batches_per_epoch(dataset, batch_size, processes)
    starts = [(number * processes + rank) * batch_size for number in range(first, count)]
    lists = [order[start : start + batch_size].tolist() for start in starts]
    return iter(DataLoader(WithIndex(dataset), batch_sampler=lists, collate_fn=collate, num_workers=workers))


def to_images(bytes_B3SS: torch.Tensor, device: torch.device) -> torch.Tensor:
    """uint8 → float32 in −1 … 1."""
    return bytes_B3SS.to(device, non_blocking=True).float() / 127.5 - 1
