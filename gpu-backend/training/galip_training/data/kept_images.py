"""Decoded images in memory that all reading processes share."""

import mmap
from typing import Callable

import torch


class KeptImages:
    """Each of `count` images uint8 `[3, size, size]` is decoded by the process that asks for it first. Made before the reading processes
    are forked; what is sent to others is a copy."""

    def __init__(self, count: int, size: int):
        self.images = shared_bytes(count * 3 * size * size).view(count, 3, size, size)
        self.known = shared_bytes(count)

    def get(self, index: int, decode: Callable[[], torch.Tensor]) -> torch.Tensor:
        """A copy: what a worker sends to its parent is moved into memory of its own first, all that it is a view of with it."""
        if not self.known[index]:
            self.images[index] = decode()
            # Afterwards: another process that finds it known finds it whole.
            self.known[index] = 1
        return self.images[index].clone()


def shared_bytes(count: int) -> torch.Tensor:
    """Zeros in anonymous memory: /dev/shm of a container may be small."""
    return torch.frombuffer(mmap.mmap(-1, count), dtype=torch.uint8)
