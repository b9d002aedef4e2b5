"""The data sets of the paper in the folders that DF-GAN and GALIP read: `{train,test}/filenames.pickle` has the keys, `text/`
the captions (one a line), `images/` or `CUB_200_2011/images/` the pictures."""

from pathlib import Path
from typing import Callable, Dict, List, Sequence, Tuple

from .cub_boxes import read_boxes
from .file_source import FileSample, FileSource
from .filenames_pickle import read_filenames
from .image_folder import inside
from .sample_source import Box, SampleError, SourceError

Paths = Callable[[str, str], Tuple[Sequence[str], str]]
"""(key, split) → where the image may be, where its captions are, relative to the data set's folder."""


def cub_paths(key: str, split: str) -> Tuple[Sequence[str], str]:
    return [f"CUB_200_2011/images/{key}.jpg"], f"text/{key}.txt"


def coco_paths(key: str, split: str) -> Tuple[Sequence[str], str]:
    year = "train2014" if split == "train" else "val2014"
    return [f"images/{year}/jpg/{key}.jpg", f"images/{year}/{key}.jpg"], f"text/{key}.txt"


def cc3m_paths(key: str, split: str) -> Tuple[Sequence[str], str]:
    return [f"images/{split}/{key}.jpg"], f"text/{split}/{key.split('_')[0]}.txt"


def cc12m_paths(key: str, split: str) -> Tuple[Sequence[str], str]:
    return [f"images/{key}.jpg"], f"text/{key.split('_')[0]}.txt"


PATHS: Dict[str, Paths] = {"cub": cub_paths, "coco": coco_paths, "cc3m": cc3m_paths, "cc12m": cc12m_paths}


def open_df_gan(root: Path, layout: str, split: str) -> FileSource:
    """`layout` is cub, coco, cc3m or cc12m; `split` train or test. Birds are cut out by their boxes.

    raises SourceError when a list is missing or damaged, or no sample is whole."""
    keys = read_filenames(root / split / "filenames.pickle")
    boxes: Dict[str, Box] = read_boxes(root / "CUB_200_2011") if layout == "cub" else {}
    samples: List[FileSample] = []
    dropped: List[Tuple[str, str]] = []
    for key in keys:
        try:
            images, text = PATHS[layout](key, split)
            image = next((path for path in (inside(root, name) for name in images) if path.is_file()), None)
            if image is None:
                raise SampleError(f"{images[0]} is missing")
            caption_file = inside(root, text)
            if not caption_file.is_file():
                raise SampleError(f"{text} is missing")
            if layout == "cub" and key not in boxes:
                raise SampleError("has no bounding box")
            samples.append(FileSample(key, image, caption_file=caption_file, box=boxes.get(key)))
        except SampleError as error:
            dropped.append((key, str(error)))
    if not samples:
        raise SourceError(f"{root}: none of {len(keys)} samples is whole; the first: {dropped[:1]}")
    return FileSource(samples, dropped)
