"""What a data set shows, and other words for it: the bank of names and the prompts of the evaluation."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import List, Tuple

from torch.utils.data import Dataset


@dataclass(frozen=True)
class Concept:
    name: str
    paraphrases: Tuple[str, ...]
    """Prompts that mean it in words that no caption has."""


def read_concepts(path: Path) -> List[Concept]:
    """JSON Lines with `name` and `paraphrases`. raises ValueError naming the line."""
    concepts = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            data = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path}:{number}: is not JSON: {error}") from error
        name, paraphrases = (data.get("name"), data.get("paraphrases", [])) if isinstance(data, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(paraphrases, list) or not all(isinstance(text, str) for text in paraphrases):
            raise ValueError(f"{path}:{number}: must be an object with a text `name` and a list of texts `paraphrases`")
        concepts.append(Concept(name, tuple(paraphrases)))
    return concepts


def names_in(dataset: Dataset) -> List[str]:
    """What the pictures of a data set show, each once. raises ValueError when one has no name."""
    names = [dataset.concept(index) for index in range(len(dataset))]
    if None in names:
        raise ValueError(f"item {names.index(None)} of the data set has no concept; all must have one")
    return sorted(set(names))
