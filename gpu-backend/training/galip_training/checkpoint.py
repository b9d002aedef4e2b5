"""Checkpoints in the official layout, written so that a crash leaves the former one whole."""

import os
from pathlib import Path
from typing import Any

import torch


def write_atomically(path: Path, write: Any) -> None:
    """Calls `write(temporary path)`, then puts the file in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save_checkpoint(path: Path, state: dict) -> None:
    write_atomically(path, lambda temporary: torch.save(state, temporary))


def save_text(path: Path, text: str) -> None:
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def load_checkpoint(path: Path) -> dict:
    """Tensors on the CPU. Only tensors and plain values are unpickled; torch 1.13 does not count floats among these, so the
    optimisers of a foreign checkpoint need a newer torch.

    raises OSError, pickle.UnpicklingError.
    """
    return torch.load(path, map_location="cpu", weights_only=True)


def load_own_state(path: Path) -> dict:
    """For what a run of this program wrote into its own folder: unpickles everything."""
    return torch.load(path, map_location="cpu", weights_only=False)


def model_states(checkpoint: dict) -> dict:
    """`{'netG': …, 'netD': …, 'netC': …}` without the `module.` of multi-GPU saves."""
    return {name: without_prefix(state) for name, state in checkpoint["model"].items()}


def without_prefix(state: dict) -> dict:
    return {key[7:] if key.startswith("module.") else key: value for key, value in state.items()}
