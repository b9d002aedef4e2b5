"""What every layout of a data set on disk gives: samples by number, read when asked for."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Protocol, Tuple

Box = Tuple[int, int, int, int]
"""Left, top, width, height in pixels."""

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")


@dataclass(frozen=True)
class Style:
    name: str
    words: Tuple[str, ...]
    """Words by which captions name it."""

    def is_named_in(self, caption: str) -> bool:
        return not set(self.words).isdisjoint(re.findall(r"\w+", caption))


class SampleError(Exception):
    """A sample that can't be used; the message says why, without the sample's name."""


class SampleSource(Protocol):
    """Samples in a fixed order. Samples that lack a file were dropped when it was opened, and are in `dropped`."""

    dropped: List[Tuple[str, str]]
    """(key, reason)"""

    def __len__(self) -> int: ...

    def key(self, index: int) -> str: ...

    def captions(self, index: int) -> List[str]:
        """At least one, none empty. raises SampleError."""

    def image(self, index: int) -> bytes:
        """The image file's content. raises SampleError."""

    def concept(self, index: int) -> Optional[str]:
        """What the picture shows, where the data set has names for that."""

    def style(self, index: int) -> Optional[Style]:
        """How it is drawn, where the data set tells."""

    def box(self, index: int) -> Optional[Box]:
        """The part of the image that counts."""


class SourceError(ValueError):
    """A data set that can't be opened; names the path and what is expected there."""


def read_image(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SampleError(f"{path}: {error.strerror}") from error


def read_lines(path: Path) -> List[str]:
    """Captions, one a line; empty lines do not count."""
    try:
        return clean_captions(path.read_text(encoding="utf-8").split("\n"))
    except UnicodeDecodeError as error:
        raise SampleError(f"{path}: not UTF-8") from error
    except OSError as error:
        raise SampleError(f"{path}: {error.strerror}") from error


def clean_captions(captions) -> List[str]:
    """raises SampleError when no text is left."""
    if isinstance(captions, str):
        captions = [captions]
    if not isinstance(captions, (list, tuple)):
        raise SampleError("has no caption")
    kept = [caption.strip() for caption in captions if isinstance(caption, str) and caption.strip()]
    if not kept:
        raise SampleError("has no caption")
    return kept
