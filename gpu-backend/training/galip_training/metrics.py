"""Metrics over embeddings. Axes: N items, E embedding, T texts, P prompts, S seeds. All in float64 where sums are long."""

from typing import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

RETRIEVAL_CHUNK = 1024
"""Images whose scores against all texts are held at once."""


def frechet_distance(mean_a: np.ndarray, covariance_a: np.ndarray, mean_b: np.ndarray, covariance_b: np.ndarray) -> float:
    """‖μa − μb‖² + tr(A + B − 2·(A·B)^½), the distance in FID (arXiv 1706.08500).

    tr (A·B)^½ is the sum of the roots of the eigenvalues of A^½·B·A^½: symmetric, so exact without a complex matrix root.
    """
    root_a = symmetric_root(covariance_a)
    eigenvalues = np.linalg.eigvalsh(root_a @ covariance_b @ root_a)
    trace_of_root = np.sqrt(eigenvalues.clip(min=0)).sum()
    difference = mean_a - mean_b
    return float(difference @ difference + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root)


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(min=0))) @ vectors.T


def frechet_of(features_a: Tensor, features_b: Tensor) -> float:
    """Of two samples `[N, E]`."""
    (mean_a, cov_a), (mean_b, cov_b) = map(moments, (features_a, features_b))
    return frechet_distance(mean_a, cov_a, mean_b, cov_b)


def moments(features_NE: Tensor):
    values = features_NE.double().cpu().numpy()
    return values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False))


def clip_similarity(image_NE: Tensor, text_NE: Tensor) -> float:
    return float(F.cosine_similarity(image_NE.double(), text_NE.double(), dim=-1).mean())


def retrieval(image_NE: Tensor, text_TE: Tensor, right_N: Sequence[int], ranks: Sequence[int] = (1, 5)) -> dict:
    """`{'r1': …, 'r5': …}`: share of images whose right text is among the k nearest of all. Ties count against the image."""
    text_ET = F.normalize(text_TE.double(), dim=-1).t()
    right_N1 = torch.as_tensor(right_N, device=text_ET.device)[:, None]
    ranks_N = []
    for image_CE, right_C1 in zip(F.normalize(image_NE.double(), dim=-1).split(RETRIEVAL_CHUNK), right_N1.split(RETRIEVAL_CHUNK)):
        scores_CT = image_CE @ text_ET
        ranks_N.append((scores_CT >= scores_CT.gather(1, right_C1)).sum(dim=1) - 1)
    rank_N = torch.cat(ranks_N)
    return {f"r{k}": float((rank_N < k).double().mean()) for k in ranks}


def diversity(image_PSE: Tensor) -> list:
    """For each prompt: mean cosine distance between the images of all pairs of seeds."""
    unit_PSE = F.normalize(image_PSE.double(), dim=-1)
    seeds = unit_PSE.shape[1]
    cosines_PSS = unit_PSE @ unit_PSE.transpose(1, 2)
    off_diagonal_P = cosines_PSS.sum(dim=(1, 2)) - seeds
    return (1 - off_diagonal_P / (seeds * (seeds - 1))).tolist()
