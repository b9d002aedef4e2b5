"""Exponential moving average of a generator's learnable parameters."""

import torch

from .generator import NetG


class Ema:
    def __init__(self, model: NetG, decay: float):
        self.decay = decay
        self.values = {name: p.detach().clone() for name, p in model.learnable().items()}

    @torch.no_grad()
    def update(self, model: NetG, step: int) -> None:
        # The first steps would otherwise keep the initial weights for 1 / (1 − decay) steps.
        decay = min(self.decay, (1 + step) / (10 + step))
        parameters = model.learnable()
        averages, latest = [self.values[name] for name in parameters], [p.detach() for p in parameters.values()]
        if hasattr(torch, "_foreach_lerp_"):
            torch._foreach_lerp_(averages, latest, 1 - decay)
            return
        for average, parameter in zip(averages, latest):
            average.lerp_(parameter, 1 - decay)

    def state_of(self, model: NetG) -> dict:
        """The model's whole state dict with the averages in place of the learnable parameters."""
        return {name: self.values.get(name, tensor) for name, tensor in model.state_dict().items()}

    def load(self, values: dict) -> None:
        for name, value in self.values.items():
            value.copy_(values[name])
