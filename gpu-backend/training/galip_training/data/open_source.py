"""Finds out how a data set lies on disk."""

from pathlib import Path

from .coco_json import find_coco_json, open_coco_json
from .df_gan import PATHS, open_df_gan
from .image_folder import open_image_folder
from .sample_source import SampleSource, SourceError
from .tar_shards import ShardSource

LAYOUTS = ("auto", "shards", "folder", "coco-json", *PATHS)


def open_source(path, split: str = "train", layout: str = "auto") -> SampleSource:
    """Shards are those named `{split}-*.tar`; where none is, the folder has but one split and all shards count. A folder of
    images has no splits either.

    raises SourceError when there is nothing to read, or the layout is unknown."""
    root = Path(path)
    if layout not in LAYOUTS:
        raise SourceError(f"layout is {layout!r}; allowed are {', '.join(LAYOUTS)}")
    if not root.exists():
        raise SourceError(f"{root}: does not exist")
    kind = guess_layout(root, split) if layout == "auto" else layout
    if kind == "shards":
        return ShardSource([root] if root.is_file() else list_shards(root, split))
    if kind == "folder":
        return open_image_folder(root)
    if kind == "coco-json":
        annotations = find_coco_json(root, split)
        if annotations is None:
            raise SourceError(f"{root}: annotations/captions_*.json is missing for {split}")
        return open_coco_json(root, annotations)
    return open_df_gan(root, kind, split)


def list_shards(root: Path, split: str):
    shards = sorted(root.glob("*.tar"))
    named = [path for path in shards if path.name.startswith(f"{split}-")]
    if not named and any(path.name.startswith("train-") for path in shards):
        raise SourceError(f"{root}: no shard is named {split}-*.tar")
    return named or shards


def guess_layout(root: Path, split: str) -> str:
    if root.is_file() or next(root.glob("*.tar"), None) is not None:
        return "shards"
    if (root / split / "filenames.pickle").is_file():
        if (root / "CUB_200_2011").is_dir():
            return "cub"
        if (root / "images" / "train2014").is_dir() or (root / "images" / "val2014").is_dir():
            return "coco"
        return "cc3m" if (root / "images" / split).is_dir() else "cc12m"
    return "coco-json" if find_coco_json(root, split) else "folder"
