"""One update of some parameters from one loss."""

import math
from typing import Any, Iterable, Optional

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
    elif optimiser.defaults.get("capturable") or torch.isfinite(norm):
        # A broken gradient must not reach weights and moments; the caller sees the norm and rolls back, as it has to where a
        # recorded step cannot look.
        optimiser.step()
    advance(scaler)
    return norm


def half_cosine(start: float, end: float, done: float) -> float:
    """From `start` to `end` while `done` goes from 0 to 1."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def set_options(optimiser: torch.optim.Optimizer, **options: Any) -> None:
    """From the next step on. What is held in a tensor stays in it."""
    for group in optimiser.param_groups:
        for name, value in options.items():
            if torch.is_tensor(group[name]):
                group[name].fill_(value)
            else:
                group[name] = value


def make_adam(parameters: Iterable[Tensor], lr: float, betas: tuple, graph_device: Optional[torch.device] = None) -> torch.optim.Adam:
    """graph_device: where its steps are part of a CUDA graph, that GPU; everything that changes is held in tensors there then."""
    if graph_device is None:
        return torch.optim.Adam(parameters, lr=lr, betas=betas)
    return torch.optim.Adam(parameters, lr=torch.tensor(lr, device=graph_device), betas=betas, capturable=True)


def load_moments(optimiser: torch.optim.Optimizer, state: dict) -> None:
    """Steps and moments of a saved state; options stay this optimiser's."""
    groups = [
        {**saved, **{name: value for name, value in own.items() if name != "params"}}
        for saved, own in zip(state["param_groups"], optimiser.param_groups)
    ]  # fmt: skip
    optimiser.load_state_dict({**state, "param_groups": groups})
