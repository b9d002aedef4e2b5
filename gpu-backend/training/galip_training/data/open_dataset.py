"""The training's way in: `open_dataset(path, image_size, tokenizer, context_length)`."""

from pathlib import Path
from typing import Callable, Optional, Sequence

import torch
from torch.utils.data import Dataset

from .chance import chance
from .decode_image import decode_image
from .kept_images import KeptImages
from .open_source import open_source
from .sample_source import SampleError, SampleSource
from .samples_of_styles import SamplesOfStyles
from .skip_report import SkipReport

NO_STYLE = -1

Tokenise = Callable[[Sequence[str], int], torch.Tensor]


class CaptionedImages(Dataset):
    """Items: image uint8 `[3, S, S]`, token_ids int64 `[L]`, caption, key, concept and drawn_in (the
    style's name; both str or None), style (its place in `styles`, or NO_STYLE where the caption itself names the style).

    Which of its captions (and with `augment` which crop) an item has depends on seed, epoch and key alone. In the place of
    a sample that can't be read stands the next one that can, whatever the epoch, and the report names the first."""

    def __init__(
        self,
        source: SampleSource,
        image_size: int,
        tokenise: Tokenise,
        context_length: int,
        seed: int,
        augment: bool,
        report: SkipReport,
        styles: Sequence[str] = (),
        keep_images: bool = False,
    ):
        self.source = source
        self.image_size = image_size
        self.tokenise = tokenise
        self.context_length = context_length
        self.seed = seed
        self.augment = augment
        self.report = report
        self.styles = list(styles)
        if keep_images and augment:
            raise ValueError("keep_images: cannot be used with augment, which changes the images")
        self.kept = KeptImages(len(source), image_size) if keep_images else None
        self.epoch = 0
        for key, reason in source.dropped:
            report.add(key, reason)

    def __len__(self) -> int:
        return len(self.source)

    def set_epoch(self, epoch: int) -> None:
        """Takes effect in workers that are started afterwards."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> dict:
        """raises SampleError when no sample of the data set can be read."""
        count = len(self.source)
        if not -count <= index < count:
            raise IndexError(f"index is {index}; the data set has {count} items")
        for place in range(index % count, index % count + count):
            try:
                return self.read(place % count)
            except SampleError as error:
                self.report.add(self.source.key(place % count), str(error))
        raise SampleError(f"none of {count} samples can be read: {self.report.path}")

    def read(self, index: int) -> dict:
        """raises SampleError."""
        key = self.source.key(index)
        captions = self.source.captions(index)
        caption = captions[int(chance(self.seed, self.epoch, "caption", key) * len(captions))]
        crop = None
        if self.augment:
            x, y, mirror = (chance(self.seed, self.epoch, name, key) for name in ("x", "y", "mirror"))
            crop = (x, y, mirror < 0.5)
        decode = lambda: decode_image(self.source.image(index), self.image_size, self.source.box(index), crop)  # noqa: E731
        return {
            "image": self.kept.get(index, decode) if self.kept else decode(),
            "token_ids": self.tokenise([caption], self.context_length)[0],
            "caption": caption,
            "key": key,
            "concept": self.source.concept(index),
            "drawn_in": getattr(self.source.style(index), "name", None),
            "style": self.style(index, caption),
        }

    def concept(self, index: int) -> Optional[str]:
        return self.source.concept(index)

    def style(self, index: int, caption: str) -> int:
        style = self.source.style(index) if self.styles else None
        return NO_STYLE if style is None or style.is_named_in(caption) else self.styles.index(style.name)


def open_dataset(
    path,
    image_size: int,
    tokenise: Tokenise,
    context_length: int,
    split: str = "train",
    layout: str = "auto",
    seed: int = 0,
    augment: bool = False,
    report_path: Optional[Path] = None,
    styles: Sequence[str] = (),
    keep_images: bool = False,
) -> CaptionedImages:
    """`path` is a folder of images with captions, tar shards (WebDataset), or CUB, COCO, CC3M or CC12M as DF-GAN and GALIP
    keep them; see open_source. `tokenise` is a Tokenizer. `augment` crops and mirrors at random, as the paper's recipes do.
    `styles`: samples of these alone. `keep_images`: decode each once and keep it in memory; without `augment`.

    raises SourceError, naming the path, when there is nothing to read."""
    source = open_source(path, split, layout)
    if styles:
        source = SamplesOfStyles(source, styles)
    return CaptionedImages(source, image_size, tokenise, context_length, seed, augment, SkipReport(report_path), styles, keep_images)
