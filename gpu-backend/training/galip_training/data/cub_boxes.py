from pathlib import Path
from typing import Dict, List

from .sample_source import Box, SourceError


def read_boxes(root: Path) -> Dict[str, Box]:
    """Bounding boxes of CUB-200-2011's birds by image name without suffix.

    raises SourceError, naming the line, when a file is missing or damaged."""
    names = {number: Path(name).with_suffix("").as_posix() for number, name in read_table(root / "images.txt", 2)}
    rows = read_table(root / "bounding_boxes.txt", 5)
    boxes: Dict[str, Box] = {}
    for number, *sides in rows:
        try:
            left, top, width, height = (int(float(side)) for side in sides)
        except ValueError as error:
            raise SourceError(f"{root / 'bounding_boxes.txt'}: image {number} has the box {sides}; expected four numbers") from error
        if number in names:
            boxes[names[number]] = (left, top, width, height)
    return boxes


def read_table(path: Path, columns: int) -> List[List[str]]:
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise SourceError(f"{path}: line {number} has {len(row)} columns; expected {columns}")
    return rows
