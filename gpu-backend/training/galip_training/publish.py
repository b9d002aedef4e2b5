"""The command that makes a run's weights small enough to ship: what `npm run convert` takes and `train-gan --init` goes on from."""

import argparse
import shutil
from pathlib import Path

import torch

from .checkpoint import load_checkpoint, save_checkpoint


def publish_command(options: argparse.Namespace) -> int:
    """Writes `galip.pth` and `clip.pth` in float16, the tokenizer, and the run's description and log."""
    run, clip, out = options.checkpoint.parent, options.clip, options.out
    out.mkdir(parents=True, exist_ok=True)
    for path in (options.checkpoint, clip):
        save_checkpoint(out / path.name, halve(load_checkpoint(path), str(path)))
    shutil.copyfile(clip.with_name("tokenizer.json"), out / "tokenizer.json")
    for path in (options.checkpoint.with_suffix(".json"), clip.with_suffix(".json")):
        shutil.copyfile(path, out / path.name)
    for folder, name in ((run, "galip-log.jsonl"), (clip.parent, "clip-log.jsonl")):
        # A CLIP that was published before has its log by this name already.
        log = folder / "scalars.jsonl"
        shutil.copyfile(log if log.exists() else folder / name, out / name)
    print(f"{out}: " + ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in sorted(out.iterdir())))
    return 0


def halve(value, name: str):
    """Every float tensor in float16. raises ValueError, naming the tensor, where it does not fit."""
    if isinstance(value, dict):
        return {key: halve(item, f"{name}: {key}") for key, item in value.items()}
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return value
    half = value.half()
    if not torch.isfinite(half).all():
        raise ValueError(f"{name}: has values beyond float16 (largest {value.abs().max():.3g}, allowed 65504)")
    return half
