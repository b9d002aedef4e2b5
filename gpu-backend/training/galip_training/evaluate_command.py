"""The commands that measure a trained generator, and a CLIP alone."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Optional

import torch

from .checkpoint import save_text
from .clip import Clip
from .clip_files import load_clip, load_vit
from .clip_retrieval import name_drawings
from .concepts import read_concepts
from .config import override, parse_config
from .distributed import Processes
from .evaluate import Judge, evaluate, load_generator
from .hash_file import hash_file
from .inception import Inception
from .train_commands import fitting_tokenizer, read_data, with_data


def evaluate_command(options: argparse.Namespace) -> int:
    device = Processes(torch.device(options.device)).device
    described = json.loads(options.checkpoint.with_suffix(".json").read_text(encoding="utf-8"))
    settings = json.loads(options.config.read_text(encoding="utf-8")) if options.config else described["config"]
    config = parse_config(override(settings, options.set), str(options.config or options.checkpoint))
    config = with_data(config, options.data)
    guide = with_tokenizer(load_vit(options.clip, config.clip), options.clip, options.tokenizer, device)
    judge = guide
    if options.judge:
        judge = with_tokenizer(load_clip(options.judge, config.clip), options.judge, options.judge_tokenizer, device)
    config = dataclasses.replace(config, clip=guide.clip.sizes)
    netG = load_generator(options.checkpoint, config, guide.clip)
    split = options.split or config.data.test_split
    dataset = read_data(config, split, guide.tokenise, options.out)
    inception = Inception(options.inception, device) if options.inception else None
    known = read_concepts(options.concepts) if options.concepts else ()
    metrics = {
        "checkpoint": {"sha256": hash_file(options.checkpoint), "step": described["step"], "torch": torch.__version__},
        "judge": {"sha256": hash_file(options.judge or options.clip), "independent": options.judge is not None},
        "data": {"path": config.data.path, "split": split, "items": len(dataset)},
        "seed": config.seed,
        **evaluate(netG, guide, judge, dataset, config, options.out, inception, known),
    }
    text = json.dumps(metrics, indent=2, ensure_ascii=False) + "\n"
    save_text(options.out / "metrics.json", text)
    print(text, end="")
    return 0


def evaluate_clip_command(options: argparse.Namespace) -> int:
    device = Processes(torch.device(options.device)).device
    described = json.loads(options.clip.with_suffix(".json").read_text(encoding="utf-8"))
    config = with_data(parse_config(override(described["config"], options.set), str(options.clip)), options.data)
    judge = with_tokenizer(load_clip(options.clip, config.clip), options.clip, options.tokenizer, device)
    split = options.split or config.data.test_split
    dataset = read_data(dataclasses.replace(config, clip=judge.clip.sizes), split, judge.tokenise, options.out)
    metrics = {
        "clip": {"sha256": hash_file(options.clip), "step": described["step"], "torch": torch.__version__},
        "data": {"path": config.data.path, "split": split},
        **name_drawings(judge, dataset, [concept.name for concept in read_concepts(options.concepts)]),
    }
    text = json.dumps(metrics, indent=2, ensure_ascii=False) + "\n"
    save_text(options.out / f"names-{split}.json", text)
    print(text, end="")
    return 0


def with_tokenizer(clip: Clip, path: Path, tokenizer: Optional[Path], device: torch.device) -> Judge:
    """tokenizer: the one beside the checkpoint at `path` if None."""
    return Judge(clip.to(device), fitting_tokenizer(tokenizer or path.with_name("tokenizer.json"), clip.sizes.vocab_size))
