"""Contrastive training of a CLIP of our own, for data where no licensed one can be had. Axes: B batch, E embedding, L tokens."""

import math

import torch
from torch import Tensor

from .augment import augment
from .batches import to_images
from .clip import Clip
from .clip_checkpoint import ClipCheckpoint
from .config import RunConfig
from .distributed import Processes
from .losses import contrastive_loss
from .optimisation import half_cosine, set_options, update
from .precision import Precision

MAX_LOGIT_SCALE = math.log(100)
"""CLIP's own bound against instability."""


class ClipTrainer(ClipCheckpoint):
    def __init__(self, config: RunConfig, total_steps: int, processes: Processes):
        self.config, self.settings, self.total_steps, self.processes = config, config.train_clip, total_steps, processes
        self.precision = Precision(config.precision, processes.device, config.channels_last)
        torch.manual_seed(config.seed)
        self.clip = self.precision.place(Clip(config.clip))
        processes.share_parameters(self.clip.parameters())
        learnt = [p for _, p in self.parameters()]
        decayed = [p for p in learnt if p.ndim >= 2]
        others = [p for p in learnt if p.ndim < 2]
        groups = [{"params": decayed, "weight_decay": self.settings.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=self.settings.lr, betas=(0.9, 0.98), eps=1e-6)
        self.scaler = self.precision.scaler()

    def learning_rate(self, number: int) -> float:
        """Linear warm-up, then a half cosine to 0."""
        warmup = self.settings.warmup_steps
        if number < warmup:
            return self.settings.lr * (number + 1) / warmup
        return half_cosine(self.settings.lr, 0.0, (number - warmup) / max(1, self.total_steps - warmup))

    def step(self, batch: dict, number: int) -> dict:
        device = self.processes.device
        ids_BL = batch["token_ids"].to(device)
        images = augment(to_images(batch["image"], device), self.settings.augment)
        with self.precision.autocast():
            image_BE = self.processes.gather_with_gradient(self.clip.encode_image(images)[1].float())
            text_BE = self.processes.gather_with_gradient(self.clip.encode_text(ids_BL).float())
        ids_BL = self.processes.gather_with_gradient(ids_BL)
        # Two images of one caption are no mismatch.
        target_BB = (ids_BL[:, None] == ids_BL[None]).all(dim=-1).float()
        # Every process computes the whole loss; its gradient passes through the own part of the embeddings, so parts are added
        # up. The scale's gradient is whole in each and must not be counted once a process.
        scale = self.clip.logit_scale
        shared_scale = (scale - scale.detach()) / self.processes.size + scale.detach()
        loss = contrastive_loss(image_BE, text_BE, shared_scale.exp(), target_BB)
        set_options(self.optimiser, lr=self.learning_rate(number))
        norm = update(loss, self.optimiser, self.scaler, self.processes, self.settings.max_grad_norm, average=False)
        with torch.no_grad():
            scale.clamp_(0, MAX_LOGIT_SCALE)
        return {"loss": loss, "accuracy": batch_accuracy(image_BE, text_BE, target_BB), "gradient": norm, "scale": scale.exp()}

    def parameters(self):
        return self.clip.named_parameters()


@torch.no_grad()
def batch_accuracy(image_BE: Tensor, text_BE: Tensor, target_BB: Tensor) -> Tensor:
    """Share of images whose nearest text of the batch is theirs."""
    best_B = (image_BE @ torch.nn.functional.normalize(text_BE, dim=-1).t()).argmax(dim=1)
    return target_BB.gather(1, best_B[:, None]).mean()
