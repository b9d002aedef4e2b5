"""Makes a trained generator wider without changing what it draws, and lets its noise move pictures as words of style do.

Axes: S styles, E sentence, Z noise.
"""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor

from .checkpoint import load_checkpoint, model_states, save_checkpoint
from .clip_files import load_vit
from .config import RunConfig
from .discriminator import NetC, NetD
from .generator import NetG
from .sampling import run_length
from .train_commands import fitting_tokenizer, read_config, read_data

CAPTIONS = 1000
"""That name a style: enough for a mean of what its words do."""
CONDITIONED = ("linear1.weight", "fc_prompt.weight")
"""Linears that hear noise and sentence side by side."""


def grow_command(options: argparse.Namespace) -> int:
    """Writes `galip.pth` for `train-gan --init`: the checkpoint's networks in the configuration's sizes."""
    config = read_config(options)
    clip = load_vit(options.clip, config.clip)
    config = dataclasses.replace(config, clip=clip.sizes)
    former = model_states(load_checkpoint(options.checkpoint))
    torch.manual_seed(config.seed)
    fresh = {
        "netG": NetG(config.generator, clip.sizes, clip.visual).state_dict(),
        "netD": NetD(config.discriminator, clip.sizes).state_dict(),
        "netC": NetC(config.discriminator, clip.sizes).state_dict(),
    }
    grown = {name: widen(former[name], state, name) for name, state in fresh.items()}
    if config.train_gan.noise_by_style:
        tokenizer = fitting_tokenizer(options.clip.with_name("tokenizer.json"), clip.sizes.vocab_size)
        source = read_data(config, config.data.train_split, tokenizer, options.out).source
        sentences_of = lambda captions: clip.encode_text(tokenizer(captions, clip.sizes.context_length))  # noqa: E731
        let_noise_speak(grown["netG"], options.noise_gain * style_directions(source, config, sentences_of))
    save_checkpoint(options.out / "galip.pth", {"model": grown, "epoch": 0})
    counts = [sum(value.numel() for value in states["netG"].values()) for states in (former, grown)]
    print(json.dumps({"parameters_before": counts[0], "parameters": counts[1]}))
    return 0


def widen(former: dict, fresh: dict, name: str) -> dict:
    """`fresh` with `former` in the first places of every axis. What is new adds nothing to the former outputs: these networks
    together compute what the former did, and the new parts learn.

    raises ValueError, naming the tensor, where one does not fit.
    """
    if former.keys() != fresh.keys():
        raise ValueError(f"{name}: tensors {', '.join(sorted(former.keys() ^ fresh.keys())[:3])} are in one of the two networks only")
    return {key: place_inside(former[key].float(), value, f"{name}.{key}") for key, value in fresh.items()}


def place_inside(former: Tensor, fresh: Tensor, name: str) -> Tensor:
    if former.dim() != fresh.dim() or any(a > b for a, b in zip(former.shape, fresh.shape)):
        raise ValueError(f"{name}: is {list(former.shape)}; must fit into {list(fresh.shape)}")
    grown = fresh.clone()
    grown[: len(former)] = 0
    grown[tuple(slice(size) for size in former.shape)] = former
    return grown


@torch.no_grad()
def style_directions(source, config: RunConfig, sentences_of: Callable) -> Tensor:
    """`[S, E]`: how the words of each of data.styles move a sentence, against the mean of the styles."""
    pairs = {name: ([], []) for name in config.data.styles}
    for place in range(len(source)):
        style = source.style(place)
        bare, named = pairs[style.name]
        if len(named) < CAPTIONS:
            for caption in source.captions(place):
                (named if style.is_named_in(caption) else bare).append(caption)
    means = lambda captions: sentences_of(captions).mean(dim=0)  # noqa: E731
    move_SE = torch.stack([means(named) - means(bare) for bare, named in pairs.values()])
    return move_SE - move_SE.mean(dim=0)


def let_noise_speak(netG: dict, direction_SE: Tensor) -> None:
    """Adds to what the conditioned layers hear of the noise: the sum of each style's run of values (`choose_styles`), which is
    normally distributed, moves the sentence along the style's direction."""
    for key, weight in netG.items():
        if key.endswith(CONDITIONED):
            noise_size = weight.shape[1] - direction_SE.shape[1]
            length = run_length(noise_size, len(direction_SE))
            spoken_ZE = direction_SE.repeat_interleave(length, dim=0) / length**0.5
            weight[:, : len(spoken_ZE)] += weight[:, noise_size:] @ spoken_ZE.t()
