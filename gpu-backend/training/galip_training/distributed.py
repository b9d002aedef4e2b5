"""Several processes, one per GPU (torchrun), or one alone.

Gradients are averaged after the backward pass, not inside it: the penalty's double backward and the two networks that share a
step are beyond DistributedDataParallel's hooks.
"""

import os
from typing import Iterable

import torch
from torch import Tensor
from torch import distributed as dist


class Processes:
    def __init__(self, device: torch.device):
        """Joins the group when torchrun has set its environment."""
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.device = device
        if device.type == "cuda":
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
            torch.cuda.set_device(self.device)
        if self.size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def leave(self) -> None:
        if self.size > 1:
            dist.destroy_process_group()

    def wait(self) -> None:
        if self.size > 1:
            dist.barrier()

    def as_first(self, answer: bool) -> bool:
        """What the first process answers. All must ask: where each looked for itself, one might see what another has just written."""
        if self.size > 1:
            said = torch.tensor([answer], dtype=torch.int32, device=self.device)
            dist.broadcast(said, 0)
            answer = bool(said.item())
        return answer

    def mean(self, values: Tensor) -> Tensor:
        """Mean over the processes; NaN anywhere is NaN everywhere."""
        if self.size > 1:
            values = values.clone()
            dist.all_reduce(values)
            values /= self.size
        return values

    def share_parameters(self, parameters: Iterable[Tensor]) -> None:
        """The first process's values go to all."""
        if self.size > 1:
            for parameter in parameters:
                dist.broadcast(parameter.data, 0)

    def reduce_gradients(self, parameters: Iterable[Tensor], average: bool = True) -> None:
        gradients = [p.grad for p in parameters if p.grad is not None]
        if self.size == 1 or not gradients:
            return
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        if average:
            flat /= self.size
        for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients])):
            gradient.copy_(part.view(gradient.shape))

    def gather_with_gradient(self, values: Tensor) -> Tensor:
        """All processes' values, first dimension joined; the gradient reaches the own part."""
        if self.size == 1:
            return values
        parts = [torch.empty_like(values) for _ in range(self.size)]
        dist.all_gather(parts, values.detach().contiguous())
        parts[self.rank] = values
        return torch.cat(parts)
