"""The order of the data: a function of seed, epoch and attempt alone, so a resumed run reads on where it stopped."""

import itertools
from dataclasses import dataclass
from typing import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

ORDER, STEP = 1, 2
"""Purposes of seeds, so that no two of them share a stream."""


def derive_seed(*numbers: int) -> int:
    """63 bits from a list of numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


class AtEpoch(Dataset):
    """Items by `(epoch, index)`, so that one set of worker processes serves all epochs; adds the index."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset

    def __getitem__(self, place: tuple) -> dict:
        epoch, index = place
        if hasattr(self.dataset, "set_epoch"):
            self.dataset.set_epoch(epoch)
        return {**self.dataset[index], "index": index}


@dataclass(frozen=True)
class Order:
    """Batches of one process without end, from batch `first` of `epoch` on. `attempt` grows with each roll-back: it changes the order."""

    items: int
    batch_size: int
    seed: int
    attempt: int
    epoch: int
    first: int
    rank: int
    processes: int

    def __iter__(self) -> Iterator[list]:
        per_epoch = self.items // (self.batch_size * self.processes)
        for epoch in itertools.count(self.epoch):
            order = np.random.default_rng(derive_seed(ORDER, self.seed, self.attempt, epoch)).permutation(self.items).tolist()
            for number in range(self.first if epoch == self.epoch else 0, per_epoch):
                start = (number * self.processes + self.rank) * self.batch_size
                yield [(epoch, index) for index in order[start : start + self.batch_size]]


def collate(items: list) -> dict:
    tensors = {name: torch.stack([item[name] for item in items]) for name, value in items[0].items() if torch.is_tensor(value)}
    styles = {"style": torch.tensor([item["style"] for item in items])} if "style" in items[0] else {}
    return {**tensors, **styles, "concept": [item.get("concept") for item in items], "index": [item["index"] for item in items]}


def batches_per_epoch(dataset: Dataset, batch_size: int, processes: int) -> int:
    """raises ValueError when the data is smaller than one batch of all processes."""
    count = len(dataset) // (batch_size * processes)
    if count == 0:
        raise ValueError(f"the data set has {len(dataset)} items; a step takes {batch_size} × {processes} processes")
    return count


def read_batches(dataset: Dataset, order: Order, workers: int, pin: bool = False) -> Iterator[dict]:
    """pin: batches lie where a GPU can fetch them by itself."""
    return iter(DataLoader(AtEpoch(dataset), batch_sampler=order, collate_fn=collate, num_workers=workers, pin_memory=pin))


def to_images(bytes_B3SS: torch.Tensor, device: torch.device) -> torch.Tensor:
    """uint8 → float32 in −1 … 1."""
    return bytes_B3SS.to(device, non_blocking=True).float() / 127.5 - 1
