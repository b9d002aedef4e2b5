"""COCO as it is published: `annotations/captions_{train,val}2014.json` (or 2017) and the images in folders of that name."""

import json
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from .file_source import FileSample, FileSource
from .image_folder import inside
from .sample_source import SampleError, SourceError, clean_captions


def find_coco_json(root: Path, split: str) -> Optional[Path]:
    """The captions of the split: "test" is COCO's val, as in the paper."""
    part = "train" if split == "train" else "val"
    found = sorted((root / "annotations").glob(f"captions_{part}*.json"))
    return found[0] if found else None


def open_coco_json(root: Path, annotations: Path) -> FileSource:
    """raises SourceError when the file is damaged, or no sample is whole."""
    try:
        content = json.loads(annotations.read_text(encoding="utf-8"))
        images = {image["id"]: image["file_name"] for image in content["images"]}
        captions: Dict[int, List[str]] = {}
        for annotation in content["annotations"]:
            captions.setdefault(annotation["image_id"], []).append(annotation["caption"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{annotations}: not COCO's captions: {error!r}") from error
    folder = annotations.stem.replace("captions_", "")
    samples: List[FileSample] = []
    dropped: List[Tuple[str, str]] = []
    for number in sorted(images):
        name = images[number]
        key = Path(name).stem
        try:
            places = [inside(root, f"{parent}{folder}/{name}") for parent in ("", "images/")]
            image = next((place for place in places if place.is_file()), None)
            if image is None:
                raise SampleError(f"{folder}/{name} is missing")
            samples.append(FileSample(key, image, captions=tuple(clean_captions(captions.get(number)))))
        except SampleError as error:
            dropped.append((key, str(error)))
    if not samples:
        raise SourceError(f"{root}: none of {len(images)} samples is whole; the first: {dropped[:1]}")
    return FileSource(samples, dropped)
