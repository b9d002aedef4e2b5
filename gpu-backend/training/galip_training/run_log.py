"""Scalars as JSON lines always, TensorBoard where it is installed, and a progress bar on a terminal."""

import json
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .checkpoint import save_text


class RunLog:
    """Of one run in `folder`, continued at `step`: what an interrupted run logged past it is dropped."""

    def __init__(self, folder: Path, step: int, total: int, title: str):
        self.path = folder / "scalars.jsonl"
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= step]
        save_text(self.path, "".join(line + "\n" for line in kept))
        self.board = open_board(folder, step)
        self.bar = tqdm(total=total, initial=step, desc=title, disable=not sys.stderr.isatty())

    def advance(self, step: int) -> None:
        self.bar.update(step - self.bar.n)

    def scalars(self, step: int, values: dict) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")
        self.bar.set_postfix({name: f"{value:.3g}" for name, value in values.items() if name != "seconds"})
        if self.bar.disable:
            print(f"step {step}:", ", ".join(f"{name} {value:.4g}" for name, value in values.items()), flush=True)
        if self.board:
            for name, value in values.items():
                self.board.add_scalar(name, value, step)

    def picture(self, step: int, name: str, picture_HW3: np.ndarray) -> None:
        if self.board:
            self.board.add_image(name, picture_HW3, step, dataformats="HWC")

    def note(self, text: str) -> None:
        self.bar.write(text)

    def close(self) -> None:
        self.bar.close()
        if self.board:
            self.board.close()


def open_board(folder: Path, step: int):
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
