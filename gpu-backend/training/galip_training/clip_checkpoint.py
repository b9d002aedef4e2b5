"""What a trainer of a CLIP keeps to go on from, and what it leaves behind."""

import dataclasses
import json
from pathlib import Path

import torch

from .checkpoint import save_checkpoint, save_text


class ClipCheckpoint:
    """Of a trainer with `config`, `clip`, `optimiser` and `scaler`."""

    def state(self) -> dict:
        return {
            "model": {"clip": self.clip.state_dict()},
            "optimizers": {"optimizer": self.optimiser.state_dict()},
            "training": {"scalers": [self.scaler.state_dict()]},
        }

    def load(self, state: dict) -> None:
        self.clip.load_state_dict(state["model"]["clip"])
        self.optimiser.load_state_dict(state["optimizers"]["optimizer"])
        if self.scaler.is_enabled():
            self.scaler.load_state_dict(state["training"]["scalers"][0])

    def export(self, folder: Path, position: dict) -> None:
        """`clip.pth`, a state dict with OpenAI's names, and what it is beside it."""
        save_checkpoint(folder / "clip.pth", {key: value.cpu().contiguous() for key, value in self.clip.state_dict().items()})
        described = {
            "clip": dataclasses.asdict(self.clip.sizes), "torch": torch.__version__, **position, "config": dataclasses.asdict(self.config)
        }  # fmt: skip
        save_text(folder / "clip.json", json.dumps(described, indent=2, ensure_ascii=False) + "\n")

    def sheet(self, folder: Path, step: int) -> None:
        return None
