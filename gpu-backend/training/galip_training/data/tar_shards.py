"""Tar shards in WebDataset's layout: the files of a sample share the name before the first dot of the last part."""

import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Dict, List, Optional, Sequence, Tuple

from .sample_source import IMAGE_SUFFIXES, Box, SampleError, SourceError, Style, clean_captions

TEXT_SUFFIXES = (".json", ".txt", ".caption")


@dataclass
class ShardSample:
    key: str
    shard: int
    parts: Dict[str, Tuple[int, int]] = field(default_factory=dict)
    """Suffix → (offset, size) in the shard."""


class ShardSource:
    """See SampleSource. Reads the archives' tables of contents once; content by offset when asked for. A sample's JSON has
    `captions` (a list) or `caption` (as img2dataset writes it), and perhaps `concept`, and `style` with the
    `styleWords` that captions name it by; a .txt has one caption a line."""

    def __init__(self, shards: Sequence[Path]):
        self.shards = list(shards)
        self.samples: List[ShardSample] = []
        self.dropped: List[Tuple[str, str]] = []
        self.files: Dict[int, BinaryIO] = {}
        for number, path in enumerate(self.shards):
            for sample in list_samples(path, number):
                missing = lacks(sample)
                if missing:
                    self.dropped.append((f"{path.name}/{sample.key}", missing))
                else:
                    self.samples.append(sample)
        if not self.samples:
            names = ", ".join(str(path) for path in self.shards[:3])
            raise SourceError(f"{names}: no image with a caption ({len(self.dropped)} without)")

    def __len__(self) -> int:
        return len(self.samples)

    def __getstate__(self):
        # Open files stay in their process: each worker opens its own.
        return {**self.__dict__, "files": {}}

    def key(self, index: int) -> str:
        return self.samples[index].key

    def captions(self, index: int) -> List[str]:
        captions = self.description(index).get("captions") or self.description(index).get("caption")
        if captions:
            return clean_captions(captions)
        suffix = next((suffix for suffix in (".txt", ".caption") if suffix in self.samples[index].parts), None)
        if suffix is None:
            raise SampleError("has no caption")
        try:
            return clean_captions(self.read(index, suffix).decode("utf-8").split("\n"))
        except UnicodeDecodeError as error:
            raise SampleError(f"{suffix} is not UTF-8") from error

    def image(self, index: int) -> bytes:
        return self.read(index, next(suffix for suffix in self.samples[index].parts if suffix in IMAGE_SUFFIXES))

    def concept(self, index: int) -> Optional[str]:
        concept = self.description(index).get("concept")
        return concept if isinstance(concept, str) else None

    def style(self, index: int) -> Optional[Style]:
        description = self.description(index)
        style, words = description.get("style"), description.get("styleWords")
        if not isinstance(style, str):
            return None
        return Style(style, tuple(words) if isinstance(words, list) else ())

    def box(self, index: int) -> Optional[Box]:
        return None

    def description(self, index: int) -> Dict:
        if ".json" not in self.samples[index].parts:
            return {}
        try:
            description = json.loads(self.read(index, ".json"))
        except ValueError as error:
            raise SampleError(f".json is damaged: {error}") from error
        return description if isinstance(description, dict) else {}

    def read(self, index: int, suffix: str) -> bytes:
        sample = self.samples[index]
        offset, size = sample.parts[suffix]
        try:
            file = self.files.get(sample.shard)
            if file is None:
                file = self.files[sample.shard] = self.shards[sample.shard].open("rb")
            file.seek(offset)
            content = file.read(size)
        except OSError as error:
            raise SampleError(f"{self.shards[sample.shard]}: {error.strerror}") from error
        if len(content) < size:
            raise SampleError(f"{self.shards[sample.shard]} ends at byte {offset + len(content)}; expected {offset + size}")
        return content


def list_samples(path: Path, number: int) -> List[ShardSample]:
    """raises SourceError when it is no tar archive. One that breaks off gives what comes before."""
    samples: Dict[str, ShardSample] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                folder, _, name = member.name.rpartition("/")
                stem, dot, suffix = name.partition(".")
                key = f"{folder}/{stem}" if folder else stem
                sample = samples.setdefault(key, ShardSample(key, number))
                sample.parts[(dot + suffix).lower()] = (member.offset_data, member.size)
    except (tarfile.TarError, OSError) as error:
        if not samples:
            raise SourceError(f"{path}: not a tar archive ({error})") from error
    return list(samples.values())


def lacks(sample: ShardSample) -> Optional[str]:
    if not any(suffix in IMAGE_SUFFIXES for suffix in sample.parts):
        return "has no image"
    if not any(suffix in TEXT_SUFFIXES for suffix in sample.parts):
        return "has no caption"
    return None
