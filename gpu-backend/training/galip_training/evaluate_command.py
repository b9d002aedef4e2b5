"""The command that measures a trained generator."""

import argparse
import dataclasses
import json
from pathlib import Path

import torch

from .checkpoint import save_text
from .clip_files import load_clip
from .concepts import read_concepts
from .config import RunConfig, override, parse_config
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
    guide = load_judge(options.clip, options.tokenizer, config, device)
    judge = load_judge(options.judge, options.judge_tokenizer, config, device) if options.judge else guide
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


def load_judge(path: Path, tokenizer: Path, config: RunConfig, device: torch.device) -> Judge:
    clip = load_clip(path, config.clip).to(device)
    return Judge(clip, fitting_tokenizer(tokenizer or path.with_name("tokenizer.json"), clip.sizes.vocab_size))
