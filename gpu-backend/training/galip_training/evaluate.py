"""Metrics and pictures of a trained generator.

Axes: N items, E embedding, P prompts, S seeds.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset

from .batches import derive_seed, to_images
from .checkpoint import load_checkpoint, model_states
from .clip import Clip
from .config import RunConfig
from .generator import NetG
from .inception import Inception
from .metrics import clip_similarity, diversity, frechet_of, retrieval
from .pictures import make_sheet, save_png
from .sampling import every_seed, fixed_noise, generate, interpolate

INTERPOLATION_STEPS = 8


@dataclass(frozen=True)
class Judge:
    """A CLIP and its tokenizer: captions, context length → ids `[N, L]`."""

    clip: Clip
    tokenise: Callable[[Sequence[str], int], Tensor]
    batch_size: int = 64

    @property
    def device(self) -> torch.device:
        return self.clip.logit_scale.device

    @torch.no_grad()
    def texts(self, captions: Sequence[str]) -> Tensor:
        ids = self.tokenise(captions, self.clip.sizes.context_length).to(self.device)
        return torch.cat([self.clip.encode_text(part) for part in ids.split(self.batch_size)])

    @torch.no_grad()
    def images(self, images: Tensor, official: bool = False) -> Tensor:
        return torch.cat([self.clip.encode_image(part.to(self.device), (), official)[1] for part in images.split(self.batch_size)])


def load_generator(path: Path, config: RunConfig, clip: Clip) -> NetG:
    """From a checkpoint in the official layout; on CLIP's device."""
    netG = NetG(config.generator, clip.sizes, clip.visual)
    netG.load_state_dict(model_states(load_checkpoint(path))["netG"])
    return netG.to(clip.logit_scale.device).eval().requires_grad_(False)


def evaluate(
    netG: NetG, guide: Judge, judge: Judge, dataset: Dataset, config: RunConfig, folder: Path, inception: Optional[Inception] = None
) -> dict:
    """guide: the CLIP that the generator was trained with; judge: one that took no part, else the same.

    Writes `contact-sheet.png` (a row a prompt) and `interpolation.png` to `folder`; returns the metrics.
    """
    items = choose_items(dataset, config.evaluate.samples, config.seed)
    captions = [item["caption"] for item in items]
    real = to_images(torch.stack([item["image"] for item in items]), torch.device("cpu"))
    noise = fixed_noise(len(items), config.generator.z_dim, config.seed, guide.device)
    sentences = guide.texts(captions)
    fake = generate(netG, noise, sentences, config.evaluate.batch_size)
    judged = {"real": judge.images(real), "generated": judge.images(fake)}
    judge_texts = judge.texts(captions)
    metrics = {
        "samples": len(items),
        "clip_similarity": {
            "training_clip": clip_similarity(guide.images(fake, config.train_gan.official_clip_input), sentences),
            **{kind: clip_similarity(image_NE, judge_texts) for kind, image_NE in judged.items()},
        },
        "frechet_clip": frechet_of(judged["real"], judged["generated"]),
        "retrieval": {**text_retrieval(judged, judge, captions, "captions"), **concept_retrieval(judged, judge, items)},
    }
    if inception:
        metrics["fid"] = frechet_of(*(inception_features(inception, images, judge) for images in (real, fake)))
    if config.evaluate.prompts:
        metrics["diversity"] = draw(netG, guide, judge, config, folder)
    return metrics


def choose_items(dataset: Dataset, count: int, seed: int) -> list:
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(derive_seed(seed)))
    return [dataset[index] for index in order[:count].tolist()]


def inception_features(inception: Inception, images: Tensor, judge: Judge) -> Tensor:
    return torch.cat([inception.features(part.to(judge.device)) for part in images.split(judge.batch_size)])


def text_retrieval(judged: dict, judge: Judge, texts: Sequence[str], name: str) -> dict:
    """Which of all different texts is nearest to each image. texts: the right one of each image."""
    bank = sorted(set(texts))
    right = [bank.index(text) for text in texts]
    bank_TE = judge.texts(bank)
    scores = {kind: retrieval(image_NE, bank_TE, right) for kind, image_NE in judged.items()}
    return {name: {"texts": len(bank), **scores}}


def concept_retrieval(judged: dict, judge: Judge, items: list) -> dict:
    concepts = [item.get("concept") for item in items]
    return text_retrieval(judged, judge, concepts, "concepts") if all(concepts) else {}


def draw(netG: NetG, guide: Judge, judge: Judge, config: RunConfig, folder: Path) -> dict:
    """Contact sheet and interpolation strip of the fixed prompts, and how much their seeds differ."""
    settings = config.evaluate
    noise_SZ = fixed_noise(settings.diversity_seeds, config.generator.z_dim, 0, guide.device)
    sentence_PE = guide.texts(settings.prompts)
    images = generate(netG, *every_seed(noise_SZ, sentence_PE), settings.batch_size)
    save_png(folder / "contact-sheet.png", make_sheet(images, columns=len(noise_SZ)))
    strips = []
    for first in range(len(sentence_PE) - 1):
        between = interpolate(noise_SZ[:2], sentence_PE[first : first + 2], INTERPOLATION_STEPS)
        strips.append(generate(netG, *between, settings.batch_size))
    if strips:
        save_png(folder / "interpolation.png", make_sheet(torch.cat(strips), INTERPOLATION_STEPS))
    shape = (len(sentence_PE), len(noise_SZ), -1)
    distances = diversity(judge.images(images).view(shape))
    deviations = images.view(shape).std(dim=1).mean(dim=1).tolist()
    return {
        prompt: {"judge_distance": distance, "pixel_deviation": deviation}
        for prompt, distance, deviation in zip(settings.prompts, distances, deviations)
    }
