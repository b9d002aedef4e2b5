"""Pictures from a trained generator. Axes: P prompts, S seeds, Z noise, E sentence."""

import torch
from torch import Tensor

from .generator import NetG


def fixed_noise(count: int, z_dim: int, seed: int, device: torch.device) -> Tensor:
    """Drawn on the CPU: the same on every machine."""
    return torch.randn(count, z_dim, generator=torch.Generator().manual_seed(seed)).to(device)


def choose_styles(noise_BZ: Tensor, style_B: Tensor, styles: int) -> Tensor:
    """Noise that says the style: of as many runs of values as there are styles, the one with the largest sum stands at the
    style's place. Rows with a negative style are kept.

    Two runs change places, so noise of evenly spread styles is normal noise still: any noise says a style. Many values speak
    together because one among a hundred is learnt too slowly.
    """
    rows_N = (style_B >= 0).nonzero(as_tuple=True)[0]
    length = run_length(noise_BZ.shape[1], styles)
    runs_NSV = noise_BZ[rows_N, : styles * length].view(len(rows_N), styles, length)
    wanted_N, largest_N = style_B[rows_N], runs_NSV.sum(dim=2).argmax(dim=1)
    each_N = torch.arange(len(rows_N), device=noise_BZ.device)
    exchanged_NSV = runs_NSV.clone()
    exchanged_NSV[each_N, wanted_N] = runs_NSV[each_N, largest_N]
    exchanged_NSV[each_N, largest_N] = runs_NSV[each_N, wanted_N]
    chosen_BZ = noise_BZ.clone()
    chosen_BZ[rows_N, : styles * length] = exchanged_NSV.flatten(1)
    return chosen_BZ


def run_length(z_dim: int, styles: int) -> int:
    """Values of noise that speak for one style."""
    return z_dim // styles


@torch.no_grad()
def generate(netG: NetG, noise: Tensor, sentences: Tensor, batch_size: int) -> Tensor:
    """Images in −1 … 1, on the CPU."""
    parts = [
        netG(noise[start : start + batch_size], sentences[start : start + batch_size]).float().clamp(-1, 1).cpu()
        for start in range(0, len(noise), batch_size)
    ]
    return torch.cat(parts)


def every_seed(noise_SZ: Tensor, sentence_PE: Tensor):
    """All pairs, prompt by prompt: noise and sentences of `P · S` images."""
    prompts, seeds = len(sentence_PE), len(noise_SZ)
    return noise_SZ.repeat(prompts, 1), sentence_PE.repeat_interleave(seeds, dim=0)


def interpolate(noise_2Z: Tensor, sentence_2E: Tensor, steps: int):
    """From the first to the second: on the sphere in noise, straight in sentences."""
    weight_S1 = torch.linspace(0, 1, steps, device=noise_2Z.device)[:, None]
    first, second = noise_2Z
    angle = torch.arccos((first @ second / (first.norm() * second.norm())).clamp(-1, 1))
    noise_SZ = (torch.sin((1 - weight_S1) * angle) * first + torch.sin(weight_S1 * angle) * second) / torch.sin(angle)
    return noise_SZ, torch.lerp(sentence_2E[:1], sentence_2E[1:], weight_S1)
