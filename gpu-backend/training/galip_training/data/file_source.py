"""Samples whose images are files and whose captions are known, or stand in text files."""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Tuple

from .sample_source import Box, Style, read_image, read_lines


@dataclass(frozen=True)
class FileSample:
    key: str
    image: Path
    caption_file: Optional[Path] = None
    captions: Tuple[str, ...] = ()
    """Used where there is no caption file."""
    box: Optional[Box] = None


class FileSource:
    """See SampleSource."""

    def __init__(self, samples: List[FileSample], dropped: List[Tuple[str, str]]):
        self.samples = samples
        self.dropped = dropped

    def __len__(self) -> int:
        return len(self.samples)

    def key(self, index: int) -> str:
        return self.samples[index].key

    def captions(self, index: int) -> List[str]:
        sample = self.samples[index]
        return read_lines(sample.caption_file) if sample.caption_file else list(sample.captions)

    def image(self, index: int) -> bytes:
        return read_image(self.samples[index].image)

    def concept(self, index: int) -> Optional[str]:
        return None

    def style(self, index: int) -> Optional[Style]:
        return None

    def box(self, index: int) -> Optional[Box]:
        return self.samples[index].box
