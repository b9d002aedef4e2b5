"""One update of some parameters from one loss."""

import math
from typing import Any

import torch
from torch import Tensor

from .distributed import Processes
from .precision import advance


def update(loss: Tensor, optimiser: torch.optim.Optimizer, scaler, processes: Processes, max_norm: float, average: bool = True) -> Tensor:
    """Backward, gradients averaged over the processes and clipped to `max_norm` (0: not), one optimiser step.

    Returns the gradients' norm before clipping; 0 where fp16 overflowed and the step is left out.
    """
    parameters = [p for group in optimiser.param_groups for p in group["params"] if p.requires_grad]
    optimiser.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    processes.reduce_gradients(parameters, average)
    scaler.unscale_(optimiser)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm or math.inf)
    if scaler.is_enabled():
        norm = torch.where(torch.isfinite(norm), norm, torch.zeros_like(norm))
        scaler.step(optimiser)
    elif torch.isfinite(norm):
        # A broken gradient must not reach weights and moments; the caller sees the norm and rolls back.
        optimiser.step()
    advance(scaler)
    return norm


def half_cosine(start: float, end: float, done: float) -> float:
    """From `start` to `end` while `done` goes from 0 to 1."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def set_options(optimiser: torch.optim.Optimizer, **options: Any) -> None:
    """From the next step on."""
    for group in optimiser.param_groups:
        group.update(options)
