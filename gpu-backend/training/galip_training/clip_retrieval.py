"""How well a CLIP alone names real drawings: what a judge is worth."""

from typing import Sequence

import torch
from torch.utils.data import Dataset

from .batches import to_images
from .concepts import names_in
from .evaluate import Judge
from .metrics import retrieval

BATCH = 64


def name_drawings(judge: Judge, dataset: Dataset, known: Sequence[str]) -> dict:
    """R@1 and R@5 of the data set's drawings against the names in `known`: of all, and by drawing style where there are any.

    raises ValueError naming a concept that is not known.
    """
    place = {name: number for number, name in enumerate(known)}
    unknown = [name for name in names_in(dataset) if name not in place]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is shown by the data set; must be among the {len(known)} names")
    bank_TE = judge.texts(known)
    embeddings, right, styles = [], [], []
    for start in range(0, len(dataset), BATCH):
        items = [dataset[index] for index in range(start, min(start + BATCH, len(dataset)))]
        embeddings.append(judge.images(to_images(torch.stack([item["image"] for item in items]), judge.device)))
        right += [place[item["concept"]] for item in items]
        styles += [item["drawn_in"] for item in items]
    image_NE = torch.cat(embeddings)
    by_style = {}
    for style in sorted({style for style in styles if style}):
        chosen = [index for index, other in enumerate(styles) if other == style]
        by_style[style] = {"pictures": len(chosen), **retrieval(image_NE[chosen], bank_TE, [right[index] for index in chosen])}
    return {"pictures": len(right), "names": len(known), **retrieval(image_NE, bank_TE, right), "styles": by_style}
