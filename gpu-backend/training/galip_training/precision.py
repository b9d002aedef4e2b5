"""Mixed precision: autocast to bf16 or fp16, and the scaling of losses that fp16 needs."""

from contextlib import AbstractContextManager

import torch
from torch import nn

HAS_SCALER_OF_ANY_DEVICE = hasattr(torch.amp, "GradScaler")
"""Torch 2.3 and after; before, losses are scaled on CUDA alone."""
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
SCALE_FLOOR = 64.0
"""Below it the loss scale starts again at `SCALE_RESTART`, as in the original code."""
SCALE_RESTART = 16384.0


class Precision:
    def __init__(self, kind: str, device: torch.device, channels_last: bool = False):
        """raises ValueError for fp16 without CUDA, where this torch can't scale losses."""
        if kind == "fp16" and device.type != "cuda" and not HAS_SCALER_OF_ANY_DEVICE:
            raise ValueError(f"precision: is fp16 on {device.type} with torch {torch.__version__}; must be fp32 or bf16 there (fp16: torch 2.3 or newer)")
        self.kind, self.device, self.channels_last = kind, device, channels_last

    def autocast(self) -> AbstractContextManager:
        enabled = self.kind != "fp32"
        return torch.autocast(self.device.type, dtype=DTYPES.get(self.kind, torch.bfloat16), enabled=enabled)

    def place(self, model: nn.Module) -> nn.Module:
        model = model.to(self.device)
        return model.to(memory_format=torch.channels_last) if self.channels_last else model

    def scaler(self) -> "torch.cuda.amp.GradScaler":
        enabled = self.kind == "fp16"
        if HAS_SCALER_OF_ANY_DEVICE:
            return torch.amp.GradScaler(self.device.type, enabled=enabled)
        return torch.cuda.amp.GradScaler(enabled=enabled)


def advance(scaler: "torch.cuda.amp.GradScaler") -> None:
    scaler.update()
    if scaler.is_enabled() and scaler.get_scale() < SCALE_FLOOR:
        scaler.update(SCALE_RESTART)
