"""A folder of images, of any depth: captions in a .txt of the same name, or all of them in captions.jsonl or a .tsv."""

import csv
import json
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from .file_source import FileSample, FileSource
from .sample_source import IMAGE_SUFFIXES, SampleError, SourceError, clean_captions

IMAGE_FIELDS = ("image", "file_name", "file", "filepath", "path")
CAPTION_FIELDS = ("captions", "caption", "text", "title")


def open_image_folder(root: Path) -> FileSource:
    """captions.jsonl: one object a line, `{"image": "a/b.png", "captions": ["…"]}` (also file_name, file, filepath, path;
    caption, text, title). A .tsv: the same names in its first line. Paths are relative to the folder.

    raises SourceError when there is no image."""
    tables = [path for path in (root / "captions.jsonl", *sorted(root.glob("*.tsv"))) if path.is_file()]
    samples: List[FileSample] = []
    dropped: List[Tuple[str, str]] = []
    if tables:
        for table in tables:
            for name, record in read_jsonl(table) if table.suffix == ".jsonl" else read_tsv(table):
                try:
                    samples.append(table_sample(root, record))
                except SampleError as error:
                    dropped.append((name, str(error)))
    else:
        for image in sorted(path for path in root.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES):
            key = image.relative_to(root).with_suffix("").as_posix()
            text = image.with_suffix(".txt")
            if text.is_file():
                samples.append(FileSample(key, image, caption_file=text))
            else:
                dropped.append((key, f"{text.name} is missing"))
    if not samples:
        raise SourceError(f"{root}: no image with a caption ({len(dropped)} without)")
    return FileSource(samples, dropped)


def table_sample(root: Path, record: Dict) -> FileSample:
    name = next((record[field] for field in IMAGE_FIELDS if record.get(field)), None)
    if not isinstance(name, str):
        raise SampleError(f"names no image; expected one of {', '.join(IMAGE_FIELDS)}")
    image = inside(root, name)
    if not image.is_file():
        raise SampleError(f"{name} is missing")
    captions = next((record[field] for field in CAPTION_FIELDS if record.get(field)), None)
    key = Path(name).with_suffix("").as_posix()
    return FileSample(key, image, captions=tuple(clean_captions(captions)))


def inside(root: Path, name: str) -> Path:
    """raises SampleError when the name leads out of the folder."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise SampleError(f"{name!r} leads out of the data set's folder")
    return root / name


def read_jsonl(path: Path) -> Iterator[Tuple[str, Dict]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            name = f"{path.name}:{number}"
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                record = None
            yield name, record if isinstance(record, dict) else {}


def read_tsv(path: Path) -> Iterator[Tuple[str, Dict]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        fields = rows.fieldnames or []
        if not set(fields) & set(IMAGE_FIELDS) or not set(fields) & set(CAPTION_FIELDS):
            raise SourceError(
                f"{path}: its first line is {fields}; expected a column of {', '.join(IMAGE_FIELDS)} and one of {', '.join(CAPTION_FIELDS)}"
            )
        for number, record in enumerate(rows, start=2):
            yield f"{path.name}:{number}", record
