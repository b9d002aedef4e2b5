"""Training of a CLIP against a table of concepts: for data with names and few pictures a name. Axes: B batch, C concepts, E embedding."""

from typing import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from .augment import augment
from .batches import to_images
from .clip_trainer import ClipTrainer
from .config import RunConfig
from .data.open_dataset import Tokenise
from .distributed import Processes
from .losses import concept_loss
from .optimisation import set_options, update


class ConceptTrainer(ClipTrainer):
    """Each image of a batch, and its caption or its name, are to find the row of their concept. The table ends with the training: what
    is left is a CLIP whose names lie where the rows did."""

    def __init__(self, config: RunConfig, total_steps: int, processes: Processes, concepts: Sequence[str], tokenise: Tokenise):
        """concepts: different names."""
        self.rows = {name: row for row, name in enumerate(concepts)}
        self.name_ids_CL = tokenise(concepts, config.clip.context_length)
        size = (len(concepts), config.clip.embed_dim)
        generator = torch.Generator().manual_seed(config.seed)
        self.table_CE = nn.Parameter(torch.randn(size, generator=generator).to(processes.device) * size[1] ** -0.5)
        super().__init__(config, total_steps, processes)

    def step(self, batch: dict, number: int) -> dict:
        device, settings = self.processes.device, self.settings
        rows_B = torch.tensor([self.rows[name] for name in batch["concept"]])
        # A caption of each image in the first half, the name of each in the second.
        half = len(rows_B) // 2
        text_ids = torch.cat([batch["token_ids"][:half], self.name_ids_CL[rows_B[half:]]]).to(device)
        rows_B = rows_B.to(device)
        images = augment(to_images(batch["image"], device), settings.augment)
        size = next((size for size, end in zip(settings.early_sizes, settings.early_steps) if number < end), None)
        if size:
            images = F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)
        if self.config.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        with self.precision.autocast():
            image_BE = self.clip.visual(self.clip.normalise(images * 0.5 + 0.5))[1]
            text_BE = self.clip.encode_text(text_ids)
        image_loss, accuracy = concept_loss(image_BE, self.table_CE, settings.concept_scale, rows_B, settings.concept_smoothing)
        text_loss, text_accuracy = concept_loss(text_BE, self.table_CE, settings.concept_scale, rows_B)
        # Nearest to its row is not enough: off the rows' span, texts would differ in ways that only images are compared with.
        distance = 1 - F.cosine_similarity(text_BE.float(), self.table_CE[rows_B], dim=-1).mean()
        loss = image_loss + text_loss + settings.concept_scale * distance
        set_options(self.optimiser, lr=self.learning_rate(number))
        norm = update(loss, self.optimiser, self.scaler, self.processes, settings.max_grad_norm)
        self.share_statistics()
        return {
            "loss": loss, "image/loss": image_loss, "image/accuracy": accuracy, "text/loss": text_loss, "text/accuracy": text_accuracy,
            "text/distance": distance, "gradient": norm,
        }  # fmt: skip

    @torch.no_grad()
    def share_statistics(self) -> None:
        """Batch normalisation's running moments become their means over the processes."""
        for buffer in self.clip.buffers():
            if buffer.is_floating_point():
                buffer.copy_(self.processes.mean(buffer))

    def parameters(self):
        return [*super().parameters(), ("concepts", self.table_CE)]

    def state(self) -> dict:
        state = super().state()
        return {**state, "model": {**state["model"], "concepts": self.table_CE.detach()}}

    def load(self, state: dict) -> None:
        super().load(state)
        with torch.no_grad():
            self.table_CE.copy_(state["model"]["concepts"])
