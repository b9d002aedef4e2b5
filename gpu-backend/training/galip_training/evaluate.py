"""Metrics and pictures of a trained generator.

Axes: N items, E embedding, P prompts, S seeds.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset
from tqdm import tqdm

from .batches import derive_seed, to_images
from .checkpoint import load_checkpoint, model_states
from .clip import Clip
from .concepts import Concept
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
        """Embeddings of images in −1 … 1 of any size."""
        parts = (self.fitted(part.to(self.device)) for part in images.split(self.batch_size))
        return torch.cat([self.clip.encode_image(part, (), official)[1] for part in parts])

    def fitted(self, images: Tensor) -> Tensor:
        """In CLIP's size, resized as the converted judge resizes: the nearest pixels alone would tear outlines."""
        size = self.clip.sizes.image_size
        if images.shape[-1] == size:
            return images
        return F.interpolate(images, size=(size, size), mode="bicubic", antialias=True).clamp(-1, 1)


def load_generator(path: Path, config: RunConfig, clip: Clip) -> NetG:
    """From a checkpoint in the official layout; on CLIP's device."""
    netG = NetG(config.generator, clip.sizes, clip.visual)
    netG.load_state_dict(model_states(load_checkpoint(path))["netG"])
    return netG.to(clip.logit_scale.device).eval().requires_grad_(False)


def evaluate(
    netG: NetG, guide: Judge, judge: Judge, dataset: Dataset, config: RunConfig, folder: Path,
    inception: Optional[Inception] = None, known: Sequence[Concept] = (),
) -> dict:  # fmt: skip
    """guide: the CLIP that the generator was trained with; judge: one that took no part, else the same.
    known: all that could be shown; retrieval chooses among their names, and their paraphrases are drawn too.

    Writes `contact-sheet.png` (a row a prompt) and `interpolation.png` to `folder`; returns the metrics.
    """
    order = choose_items(len(dataset), config.evaluate.samples, config.seed)
    noise = fixed_noise(len(order), config.generator.z_dim, config.seed, guide.device)
    seen: dict = {}
    captions, concepts = [], []
    for start in tqdm(range(0, len(order), config.evaluate.batch_size), desc="evaluate", disable=not sys.stderr.isatty()):
        items = [dataset[index] for index in order[start : start + config.evaluate.batch_size]]
        captions += [item["caption"] for item in items]
        concepts += [item.get("concept") for item in items]
        for name, values in measure(netG, guide, judge, items, noise[start : start + len(items)], config, inception).items():
            seen.setdefault(name, []).append(values.cpu())
    seen = {name: torch.cat(parts) for name, parts in seen.items()}
    judged = {kind: seen[f"judge/{kind}"] for kind in ("real", "generated")}
    metrics = {
        "samples": len(order),
        "clip_similarity": {
            "training_clip": clip_similarity(seen["guide/generated"], seen["guide/text"]),
            **{kind: clip_similarity(image_NE, seen["judge/text"]) for kind, image_NE in judged.items()},
        },
        "frechet_clip": frechet_of(judged["real"], judged["generated"]),
        "retrieval": {"captions": text_retrieval(judged, judge, captions)},
    }
    if all(concepts):
        names = [concept.name for concept in known] or concepts
        metrics["retrieval"]["concepts"] = text_retrieval(judged, judge, concepts, names)
    if known:
        metrics["retrieval"]["paraphrases"] = paraphrase_retrieval(netG, guide, judge, known, config)
    if inception:
        metrics["fid"] = frechet_of(seen["inception/real"], seen["inception/generated"])
    if config.evaluate.prompts:
        metrics["diversity"] = draw(netG, guide, judge, config, folder)
    return metrics


def choose_items(available: int, count: int, seed: int) -> list:
    order = torch.randperm(available, generator=torch.Generator().manual_seed(derive_seed(seed)))
    return order[:count].tolist()


def measure(netG: NetG, guide: Judge, judge: Judge, items: list, noise: Tensor, config: RunConfig, inception: Optional[Inception]) -> dict:
    """Embeddings and features of a batch of real images and of those generated from their captions."""
    captions = [item["caption"] for item in items]
    sentences = guide.texts(captions)
    real = to_images(torch.stack([item["image"] for item in items]), guide.device)
    fake = generate(netG, noise, sentences, len(items)).to(guide.device)
    measured = {
        "guide/text": sentences,
        "guide/generated": guide.images(fake, config.train_gan.official_clip_input),
        "judge/text": judge.texts(captions),
        "judge/real": judge.images(real),
        "judge/generated": judge.images(fake),
    }
    if inception:
        measured.update({"inception/real": inception.features(real), "inception/generated": inception.features(fake)})
    return measured


def text_retrieval(judged: dict, judge: Judge, texts: Sequence[str], known: Sequence[str] = ()) -> dict:
    """Which of all different texts is nearest to each image. texts: the right one of each image; known: more to choose from."""
    bank = sorted({*texts, *known})
    place = {text: number for number, text in enumerate(bank)}
    bank_TE = judge.texts(bank).cpu()
    scores = {kind: retrieval(image_NE, bank_TE, [place[text] for text in texts]) for kind, image_NE in judged.items()}
    return {"texts": len(bank), **scores}


def paraphrase_retrieval(netG: NetG, guide: Judge, judge: Judge, known: Sequence[Concept], config: RunConfig) -> dict:
    """Pictures of words that no caption has, a prompt a concept: which of all names is nearest to each."""
    asked = [concept for concept in known if concept.paraphrases]
    chosen = [asked[place] for place in choose_items(len(asked), config.evaluate.samples, config.seed)]
    noise = fixed_noise(len(chosen), config.generator.z_dim, config.seed, guide.device)
    sentences = guide.texts([concept.paraphrases[place % len(concept.paraphrases)] for place, concept in enumerate(chosen)])
    embeddings = judge.images(generate(netG, noise, sentences, config.evaluate.batch_size))
    right, names = [concept.name for concept in chosen], [concept.name for concept in known]
    return {"prompts": len(chosen), **text_retrieval({"generated": embeddings.cpu()}, judge, right, names)}


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
