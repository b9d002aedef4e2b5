"""GALIP's losses. Scores may have any shape `[B, 1, …]`; all results are scalars, in float32 at least."""

from typing import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def wide(values: Tensor) -> Tensor:
    """float32 at least: sums and powers overflow in fp16 and are coarse in bf16."""
    return values if values.dtype == torch.float64 else values.float()


def hinge_real(scores: Tensor) -> Tensor:
    return F.relu(1 - wide(scores)).mean()


def hinge_fake(scores: Tensor) -> Tensor:
    return F.relu(1 + wide(scores)).mean()


def discriminator_loss(matching: Tensor, mismatched: Tensor, fake: Tensor) -> Tensor:
    """Scores of real images with their own and with another sentence, and of fakes with theirs."""
    return hinge_real(matching) + (hinge_fake(fake) + hinge_fake(mismatched)) / 2


def matching_aware_penalty(
    scores: Tensor, inputs: Sequence[Tensor], weight: float = 2.0, power: float = 6.0, loss_scale: float = 1.0
) -> Tensor:
    """weight · E‖∇ scores‖^power over all `inputs` together (CLIP features and sentence of real pairs).

    loss_scale: keeps fp16 gradients from vanishing; it is divided out again.
    """
    gradients = torch.autograd.grad((scores * loss_scale).sum(), list(inputs), create_graph=True)
    squares = sum((wide(g) / loss_scale).flatten(1).square().sum(dim=1) for g in gradients)
    # A power of the square has a derivative at zero, where a root has none.
    return weight * squares.pow(power / 2).mean()


def similarity(image_BE: Tensor, sentence_BE: Tensor) -> Tensor:
    return F.cosine_similarity(wide(image_BE), wide(sentence_BE), dim=-1).mean()


def generator_loss(fake: Tensor, fake_BE: Tensor, sentence_BE: Tensor, similarity_weight: float = 4.0) -> Tensor:
    return -wide(fake).mean() - similarity_weight * similarity(fake_BE, sentence_BE)


def diversity_loss(one: Tensor, other: Tensor, target: float) -> Tensor:
    """1 where images of one sentence and two noises are the same, 0 from the mean absolute difference `target` on.

    A bounded relative of mode seeking (arXiv 1903.05628), whose quotient explodes for equal images.
    """
    distance_B = (wide(one) - wide(other)).abs().flatten(1).mean(dim=1)
    return F.relu(1 - distance_B / target).mean()


def reconstruction_loss(
    fake: Tensor, real: Tensor, fake_features: Tensor, real_features: Tensor, pixel_weight: float = 1.0, edge_weight: float = 0.0
) -> Tensor:
    """For the warm-up: mean absolute error of pixels, of the steps from each pixel to its neighbours, and of CLIP features
    relative to their own size."""
    loss = F.l1_loss(wide(fake_features), wide(real_features)) / wide(real_features).abs().mean()
    difference = wide(fake) - wide(real)
    if edge_weight:
        steps = [difference.diff(dim=axis).abs().mean() for axis in (2, 3)]
        loss = loss + edge_weight * sum(steps)
    return loss + pixel_weight * difference.abs().mean()


def contrastive_loss(image_BE: Tensor, text_BE: Tensor, scale: Tensor, target_BB: Tensor) -> Tensor:
    """CLIP's symmetric cross entropy. `target_BB[i, j]` is 1 where text j belongs to image i too."""
    logits_BB = scale * F.normalize(wide(image_BE), dim=-1) @ F.normalize(wide(text_BE), dim=-1).t()
    by_image = target_BB / target_BB.sum(dim=1, keepdim=True)
    by_text = target_BB.t() / target_BB.sum(dim=0).unsqueeze(1)
    image_loss = -(by_image * logits_BB.log_softmax(dim=1)).sum(dim=1).mean()
    text_loss = -(by_text * logits_BB.t().log_softmax(dim=1)).sum(dim=1).mean()
    return (image_loss + text_loss) / 2


def concept_loss(embedding_BE: Tensor, table_CE: Tensor, scale: float, rows_B: Tensor, smoothing: float = 0.0):
    """Cross entropy over the cosines to all rows of a table, and the share of embeddings whose nearest row is theirs."""
    logits_BC = scale * F.normalize(wide(embedding_BE), dim=-1) @ F.normalize(wide(table_CE), dim=-1).t()
    accuracy = (logits_BC.detach().argmax(dim=1) == rows_B).float().mean()
    return F.cross_entropy(logits_BC, rows_B, label_smoothing=smoothing), accuracy
