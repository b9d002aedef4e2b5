"""Teaches a trained CLIP's text encoder to hear a caption through the words around it, by its own answers to the bare caption.

Few captions of a small data set say "I'd like to see …"; a generator on this CLIP keeps its weights, as embeddings of bare
captions stay where they are. Axes: B batch, E embedding, L tokens.
"""

import copy
from typing import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from .clip import Clip
from .clip_checkpoint import ClipCheckpoint
from .config import RunConfig
from .distributed import Processes
from .fillers import surround
from .optimisation import half_cosine, set_options, update
from .precision import Precision

TEXT_PARTS = ("token_embedding", "positional_embedding", "transformer", "ln_final", "text_projection")


class SurroundedCaptions(Dataset):
    """Items: token ids `[L]` of a caption, bare and surrounded; every second one is bare both times."""

    def __init__(self, captions: Sequence[str], tokenise: Callable[[Sequence[str], int], Tensor], context_length: int, seed: int):
        self.captions, self.tokenise, self.context_length, self.seed = list(captions), tokenise, context_length, seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.captions)

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __getitem__(self, index: int) -> dict:
        random = np.random.default_rng([self.seed, self.epoch, index])
        caption = self.captions[index]
        # What a cut would leave of a long one may lack the caption itself.
        candidates = [surround(caption, random) for _ in range(3)] if random.random() < 0.5 else []
        last = self.context_length - 1
        rows = [self.tokenise([text], self.context_length)[0] for text in [caption, *candidates]]
        fitting = [row for row in rows[1:] if row[last] == 0]
        return {"token_ids": rows[0], "surrounded_ids": fitting[0] if fitting else rows[0]}


class TextTrainer(ClipCheckpoint):
    """`clip`: as trained; its image tower stays as it is."""

    def __init__(self, config: RunConfig, clip: Clip, total_steps: int, processes: Processes):
        self.config, self.settings, self.total_steps, self.processes = config, config.train_text, total_steps, processes
        self.precision = Precision(config.precision, processes.device)
        self.teacher = self.precision.place(clip).freeze()
        self.clip = copy.deepcopy(self.teacher)
        for name, parameter in self.clip.named_parameters():
            parameter.requires_grad_(name.split(".")[0] in TEXT_PARTS)
        processes.share_parameters(self.clip.parameters())
        self.optimiser = torch.optim.AdamW([p for _, p in self.parameters()], lr=self.settings.lr, betas=(0.9, 0.98), weight_decay=0.0)
        self.scaler = self.precision.scaler()

    def step(self, batch: dict, number: int) -> dict:
        device = self.processes.device
        with self.precision.autocast():
            with torch.no_grad():
                wanted_BE = self.teacher.encode_text(batch["token_ids"].to(device)).float()
            heard_BE = self.clip.encode_text(batch["surrounded_ids"].to(device)).float()
        # In parts of what tells captions apart: 1 where all sound alike.
        loss = F.mse_loss(heard_BE, wanted_BE) / wanted_BE.var(dim=0).mean()
        set_options(self.optimiser, lr=half_cosine(self.settings.lr, 0.0, number / self.total_steps))
        norm = update(loss, self.optimiser, self.scaler, self.processes, self.settings.max_grad_norm)
        return {"loss": loss, "gradient": norm}

    def parameters(self):
        return [(name, p) for name, p in self.clip.named_parameters() if p.requires_grad]
