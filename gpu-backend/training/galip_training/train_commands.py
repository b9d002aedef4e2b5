"""The training commands: what they read, and what they check before the first step."""

import argparse
import dataclasses
import json
import shutil
import time
from pathlib import Path
from typing import Callable

import torch
from torch.utils.data import Dataset

from .checkpoint import load_checkpoint
from .clip import Clip
from .clip_files import load_clip, load_vit
from .clip_trainer import ClipTrainer
from .concept_trainer import ConceptTrainer
from .concepts import names_in
from .config import ConfigError, RunConfig, load_config
from .data.open_dataset import open_dataset
from .data.load_tokenizer import load_tokenizer
from .data.tokenizer import Tokenizer
from .distributed import Processes
from .gan_trainer import GanTrainer
from .hash_file import hash_file
from .precision import Precision
from .real_features import RealFeatures
from .text_trainer import SurroundedCaptions, TextTrainer
from .training_loop import STATE, StopRequest, TrainingLoop

SHEET_PROMPTS = 16
FIXED_SECTIONS = ("seed", "clip", "generator", "discriminator")
"""What may not change when a run is resumed."""


def train_clip(options: argparse.Namespace) -> int:
    started = time.monotonic()
    processes, config = Processes(torch.device(options.device)), read_config(options)
    tokenizer = fitting_tokenizer(options.tokenizer, config.clip.vocab_size, may_be_smaller=True)
    # Few captions do not fill a vocabulary: CLIP has the tokens that there are, as the converter demands.
    config = dataclasses.replace(config, clip=dataclasses.replace(config.clip, vocab_size=tokenizer.vocab_size))
    check_resumed(options.out, config)
    dataset = read_data(config, config.data.train_split, tokenizer, options.out)
    loop = TrainingLoop(clip_trainer(config, processes, dataset, tokenizer), dataset, config, config.train_clip, options.out, processes)
    return run(loop, options, started)


def clip_trainer(config: RunConfig, processes: Processes, dataset: Dataset, tokenizer: Tokenizer) -> Callable:
    if config.train_clip.target == "captions":
        return lambda steps: ClipTrainer(config, steps, processes)
    concepts = names_in(dataset)
    return lambda steps: ConceptTrainer(config, steps, processes, concepts, tokenizer)


def train_text(options: argparse.Namespace) -> int:
    started = time.monotonic()
    processes, config = Processes(torch.device(options.device)), read_config(options)
    clip = load_clip(options.clip, config.clip)
    config = dataclasses.replace(config, clip=clip.sizes)
    check_resumed(options.out, config)
    options.tokenizer = options.tokenizer or options.clip.with_name("tokenizer.json")
    tokenizer = fitting_tokenizer(options.tokenizer, clip.sizes.vocab_size)
    source = read_data(config, config.data.train_split, tokenizer, options.out).source
    captions = sorted({caption for index in range(len(source)) for caption in source.captions(index)})
    dataset = SurroundedCaptions(captions, tokenizer, clip.sizes.context_length, config.seed)
    loop = TrainingLoop(lambda steps: TextTrainer(config, clip, steps, processes), dataset, config, config.train_text, options.out, processes)
    return run(loop, options, started)


def train_gan(options: argparse.Namespace) -> int:
    started = time.monotonic()
    processes, config = Processes(torch.device(options.device)), read_config(options)
    check_styles(config)
    clip = load_vit(options.clip, config.clip)
    config = dataclasses.replace(config, clip=clip.sizes)
    check_resumed(options.out, config)
    options.tokenizer = options.tokenizer or options.clip.with_name("tokenizer.json")
    tokenizer = fitting_tokenizer(options.tokenizer, clip.sizes.vocab_size)
    dataset = read_data(config, config.data.train_split, tokenizer, options.out)
    prompts = config.evaluate.prompts or some_captions(dataset)
    features = cache_features(dataset, clip, config, options, processes) if config.train_gan.cache_real_features else None
    trainer = GanTrainer(config, clip, processes, tokenizer(prompts, clip.sizes.context_length), features)
    if options.init and not processes.as_first((options.out / STATE).exists()):
        trainer.load_models(load_checkpoint(options.init))
    loop = TrainingLoop(lambda steps: trainer, dataset, config, config.train_gan, options.out, processes)
    return run(loop, options, started)


def run(loop: TrainingLoop, options: argparse.Namespace, started: float) -> int:
    processes = loop.processes
    # Batches of a training have one shape, or a few: the fastest convolutions are worth finding.
    torch.backends.cudnn.benchmark = processes.device.type == "cuda"
    if processes.is_first:
        options.out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(options.tokenizer, options.out / "tokenizer.json")
        resumed = "resumed" if (options.out / STATE).exists() else "new"
        print(
            f"{options.command} {loop.config.name}: seed {loop.config.seed}, {loop.total} steps of {loop.settings.batch_size} × "
            f"{processes.size} items out of {len(loop.dataset)}, {loop.config.precision} on {processes.device}, {resumed}",
            flush=True,
        )
    deadline = started + 60 * options.max_minutes if options.max_minutes else None
    position = loop.run(StopRequest(deadline).listen(), options.command)
    if processes.is_first:
        end = "done" if position.step >= loop.total else "stopped; the same command goes on"
        print(f"step {position.step} of {loop.total}, epoch {position.epoch}: {end}", flush=True)
    processes.leave()
    return 0


def read_config(options: argparse.Namespace) -> RunConfig:
    config = load_config(options.config, options.set)
    return with_data(config, options.data)


def with_data(config: RunConfig, path: str) -> RunConfig:
    if path:
        config = dataclasses.replace(config, data=dataclasses.replace(config.data, path=path))
    if not config.data.path:
        raise ConfigError("data.path", ["is empty; must be the data set's path (or give --data)"])
    return config


def check_resumed(folder: Path, config: RunConfig) -> None:
    """raises ConfigError when the run in the folder has another seed or other sizes."""
    path = folder / "config.json"
    if not path.exists():
        return
    former, now = load_config(path), config
    changed = [name for name in FIXED_SECTIONS if getattr(former, name) != getattr(now, name)]
    if changed:
        lines = [f"{name}: is {getattr(now, name)}; must be {getattr(former, name)}, or take another --out" for name in changed]
        raise ConfigError(f"{folder} holds a run that cannot be resumed with", lines)


def check_styles(config: RunConfig) -> None:
    """raises ConfigError. Here, not with the other settings: CLIP may well be trained on all styles by the same recipe."""
    styles, most = len(config.data.styles), config.generator.z_dim
    if config.train_gan.noise_by_style and not 2 <= styles <= most:
        raise ConfigError("train_gan.noise_by_style", [f"data.styles has {styles} items; must have 2 to generator.z_dim ({most})"])


def fitting_tokenizer(path: Path, vocab_size: int, may_be_smaller: bool = False) -> Tokenizer:
    """raises ValueError when its ids are not CLIP's."""
    tokenizer = load_tokenizer(path, vocab_size)
    if tokenizer.vocab_size > vocab_size or (tokenizer.vocab_size < vocab_size and not may_be_smaller):
        allowed = "at most " if may_be_smaller else ""
        raise ValueError(f"{path}: has {tokenizer.vocab_size} tokens; must have {allowed}clip.vocab_size ({vocab_size})")
    if tokenizer.end_id != tokenizer.vocab_size - 1:
        raise ValueError(f"{path}: the end token is {tokenizer.end_id}; must be the highest id, {tokenizer.vocab_size - 1}")
    return tokenizer


def read_data(config: RunConfig, split: str, tokenizer: Tokenizer, folder: Path) -> Dataset:
    data, clip = config.data, config.clip
    folder.mkdir(parents=True, exist_ok=True)
    return open_dataset(
        data.path, clip.image_size, tokenizer, clip.context_length, split=split, layout=data.layout, seed=config.seed,
        augment=data.augment, report_path=folder / "skipped.tsv", styles=data.styles, keep_images=data.keep_images,
    )  # fmt: skip


def some_captions(dataset: Dataset) -> list:
    """Evenly spread over the data set."""
    step = -(-len(dataset) // SHEET_PROMPTS)
    return [dataset[index]["caption"] for index in range(0, len(dataset), step)]


def cache_features(dataset: Dataset, clip: Clip, config: RunConfig, options: argparse.Namespace, processes: Processes) -> RealFeatures:
    precision = Precision(config.precision, processes.device, config.channels_last)
    return RealFeatures(
        dataset, precision.place(clip), config.discriminator.feature_blocks, config.train_gan.official_clip_input,
        options.out, hash_file(options.clip), processes, precision,
    )  # fmt: skip
