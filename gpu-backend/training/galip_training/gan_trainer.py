"""One step of GALIP's training, and what of it a checkpoint holds.

Axes: B batch, Z noise, E sentence, F feature blocks, D width of CLIP, G grid, L tokens.
"""

import dataclasses
import json
from pathlib import Path
from typing import Callable, Optional

import numpy as np
import torch
from torch import Tensor

from .augment import augment
from .batches import to_images
from .checkpoint import model_states, save_checkpoint, save_text
from .clip import Clip
from .config import RunConfig
from .cuda_graph import CudaGraph
from .discriminator import NetC, NetD
from .distributed import Processes
from .ema import Ema
from .generator import NetG
from .losses import discriminator_loss, diversity_loss, generator_loss, matching_aware_penalty, reconstruction_loss, similarity
from .optimisation import half_cosine, load_moments, make_adam, set_options, update
from .pictures import make_sheet, save_png
from .pose import pose_of, take_pose
from .precision import Precision
from .real_features import RealFeatures
from .sampling import choose_styles

BETAS = (0.0, 0.9)
SHEET_COLUMNS = 8
PENALTY_SCALE_LIMIT = 1024.0
"""The penalty's gradients pass through fp16 (at most 65,504), where the loss scale itself (65,536 at first) would overflow."""


class GanTrainer:
    """`clip` is frozen. sheet_ids: token ids `[N, L]` of the sample sheets' prompts.

    raises ValueError for settings that do not fit the device or the processes.
    """

    def __init__(self, config: RunConfig, clip: Clip, processes: Processes, sheet_ids: Optional[Tensor] = None, features: Optional[RealFeatures] = None):
        self.config, self.settings = config, config.train_gan
        self.records = config.cuda_graphs and processes.device.type == "cuda"
        check_torch(config, self.records)
        if self.records and processes.size > 1:
            raise ValueError(f"cuda_graphs: cannot be used with {processes.size} processes, whose exchange is not recorded")
        self.processes, self.features, self.sheet_ids = processes, features, sheet_ids
        self.precision = Precision(config.precision, processes.device, config.channels_last)
        self.clip = self.precision.place(clip)
        torch.manual_seed(config.seed)
        self.netG = self.precision.place(NetG(config.generator, clip.sizes, clip.visual))
        self.netD = self.precision.place(NetD(config.discriminator, clip.sizes))
        self.netC = self.precision.place(NetC(config.discriminator, clip.sizes))
        processes.share_parameters(p for _, p in self.parameters())
        self.draw = torch.compile(self.netG) if config.compile else self.netG
        self.ema = Ema(self.netG, self.settings.ema_decay) if self.settings.ema_decay else None
        judges = [*self.netD.parameters(), *self.netC.parameters()]
        graph_device = processes.device if self.records else None
        # The frozen ViT is listed too, so that parameter numbers are the official optimisers'.
        self.optimiser_g = make_adam(self.netG.parameters(), self.settings.lr_g, BETAS, graph_device)
        self.optimiser_d = make_adam(judges, self.settings.lr_d, BETAS, graph_device)
        self.scaler_g, self.scaler_d = self.precision.scaler(), self.precision.scaler()
        self.phase, self.play = None, None

    def enter(self, phase: Callable) -> None:
        """`redraw` or `compete`; the recording of the former goes, and with it a whole step's memory."""

        def play(noise_BZ: Tensor, ids_BL: Tensor, real: Optional[Tensor] = None, real_BFDGG: Optional[Tensor] = None) -> dict:
            with torch.no_grad(), self.precision.autocast():
                sentence_BE = self.clip.encode_text(ids_BL, cut=not self.records).float()
                real_BFDGG = self.encode(real)[0].float() if real_BFDGG is None else real_BFDGG
            return phase(noise_BZ, sentence_BE, real, real_BFDGG)

        self.phase, self.play = phase, CudaGraph(play) if self.records else play

    def step(self, batch: dict, number: int) -> dict:
        """Updates the networks once; returns scalars."""
        device, noise_BZ = self.processes.device, self.noise(batch)
        warming_up = number < self.settings.warmup_reconstruction_steps
        # Where features are known, images are needed only to be redrawn.
        needs_images = warming_up or not self.features or self.settings.reconstruction_weight
        real = to_images(batch["image"], device) if needs_images else None
        if self.settings.noise_by_pose:
            # Not under autocast, which would place pixels in bf16.
            real = take_pose(real, pose_of(noise_BZ))
        if real is not None and not warming_up and not self.features:
            real = self.augmented(real)
        set_options(self.optimiser_g, lr=self.learning_rate(number), betas=self.settings.warmup_betas if warming_up else BETAS)
        given = {"noise_BZ": noise_BZ, "ids_BL": batch["token_ids"].to(device), "real": real}
        if self.features:
            given["real_BFDGG"] = self.features.of(batch["index"])
        phase = self.redraw if warming_up else self.compete
        if phase != self.phase:
            self.enter(phase)
        scalars = self.play(**{name: tensor for name, tensor in given.items() if tensor is not None})
        if self.ema:
            self.ema.update(self.netG, number)
        return scalars

    def noise(self, batch: dict) -> Tensor:
        """`[B, Z]`"""
        device = self.processes.device
        noise_BZ = torch.randn(len(batch["token_ids"]), self.config.generator.z_dim, device=device)
        if not self.settings.noise_by_style:
            return noise_BZ
        return choose_styles(noise_BZ, batch["style"].to(device), len(self.config.data.styles))

    def learning_rate(self, number: int) -> float:
        """Of G: falls through the warm-up, then stays."""
        settings = self.settings
        return half_cosine(settings.warmup_lr_g, settings.lr_g, number / max(1, settings.warmup_reconstruction_steps))

    def redraw(self, noise_BZ: Tensor, sentence_BE: Tensor, real: Tensor, real_BFDGG: Tensor) -> dict:
        """Warm-up: G alone, towards the paired image."""
        with self.precision.autocast():
            fake = self.draw(noise_BZ, sentence_BE)
            fake_BFDGG, fake_BE = self.encode(fake.float())
            sim = similarity(fake_BE, sentence_BE)
            loss = self.reconstruction(fake, real, fake_BFDGG, real_BFDGG) - sim
        norm = update(loss, self.optimiser_g, self.scaler_g, self.processes, self.settings.max_grad_norm)
        return {"warmup/loss": loss, "warmup/similarity": sim, "g/gradient": norm}

    def compete(self, noise_BZ: Tensor, sentence_BE: Tensor, real: Optional[Tensor], real_BFDGG: Tensor) -> dict:
        """One update of D and C, then one of G with the same fakes."""
        settings = self.settings
        real_BFDGG = real_BFDGG.detach().requires_grad_()
        matching_BE = sentence_BE.clone().requires_grad_()
        with self.precision.autocast():
            fake = self.draw(noise_BZ, sentence_BE)
            fake_BFDGG, fake_BE = self.encode(self.augmented(fake.float()))
            real_judged = self.netD(real_BFDGG)
            matching = self.netC(real_judged, matching_BE)
            mismatched = self.netC(real_judged, sentence_BE.roll(-1, dims=0))
            faked = self.netC(self.netD(fake_BFDGG.detach()), sentence_BE)
        hinge = discriminator_loss(matching, mismatched, faked)
        scale = min(self.scaler_d.get_scale(), PENALTY_SCALE_LIMIT) if self.scaler_d.is_enabled() else 1.0
        penalty = matching_aware_penalty(
            matching, (real_BFDGG, matching_BE), settings.penalty_weight, settings.penalty_power, scale
        )
        norm_d = update(hinge + penalty, self.optimiser_d, self.scaler_d, self.processes, settings.max_grad_norm)

        self.freeze_judges(True)
        with self.precision.autocast():
            scores = self.netC(self.netD(fake_BFDGG), sentence_BE)
        loss = generator_loss(scores, fake_BE, sentence_BE, settings.similarity_weight)
        extra = {}
        if settings.diversity_weight:
            extra["g/sameness"] = self.sameness(fake, sentence_BE)
            loss = loss + settings.diversity_weight * extra["g/sameness"]
        if settings.reconstruction_weight:
            extra["g/reconstruction"] = self.reconstruction(fake, real, fake_BFDGG, real_BFDGG.detach())
            loss = loss + settings.reconstruction_weight * extra["g/reconstruction"]
        norm_g = update(loss, self.optimiser_g, self.scaler_g, self.processes, settings.max_grad_norm)
        self.freeze_judges(False)
        return {
            "d/hinge": hinge, "d/penalty": penalty, "d/gradient": norm_d, "d/real": matching.float().mean(), "d/fake": faked.float().mean(),
            "g/loss": loss, "g/gradient": norm_g, "g/similarity": similarity(fake_BE, sentence_BE), **extra,
        }  # fmt: skip

    def reconstruction(self, fake: Tensor, real: Tensor, fake_BFDGG: Tensor, real_BFDGG: Tensor) -> Tensor:
        return reconstruction_loss(fake, real, fake_BFDGG, real_BFDGG, self.settings.pixel_weight, self.settings.edge_weight)

    def sameness(self, fake: Tensor, sentence_BE: Tensor) -> Tensor:
        """How alike a quarter of the fakes are to others of the same sentences."""
        count = max(1, len(fake) // 4)
        noise_BZ = torch.randn(count, self.config.generator.z_dim, device=fake.device)
        with self.precision.autocast():
            other = self.netG(noise_BZ, sentence_BE[:count])
        return diversity_loss(fake[:count], other, self.settings.diversity_target)

    def encode(self, images: Tensor):
        return self.clip.encode_image(images, self.config.discriminator.feature_blocks, self.settings.official_clip_input)

    def augmented(self, images: Tensor) -> Tensor:
        # Not under autocast, which would place pixels in bf16: those of fakes alone.
        with torch.autocast(images.device.type, enabled=False):
            return augment(images, self.settings.augment)

    def freeze_judges(self, frozen: bool) -> None:
        self.netD.requires_grad_(not frozen)
        self.netC.requires_grad_(not frozen)

    def parameters(self):
        for name in ("netG", "netD", "netC"):
            for key, parameter in getattr(self, name).named_parameters():
                yield f"{name}.{key}", parameter

    def state(self) -> dict:
        return {
            "model": {name: getattr(self, name).state_dict() for name in ("netG", "netD", "netC")},
            "optimizers": {"optimizer_G": self.optimiser_g.state_dict(), "optimizer_D": self.optimiser_d.state_dict()},
            "training": {
                "ema": self.ema.values if self.ema else {},
                "scalers": [self.scaler_g.state_dict(), self.scaler_d.state_dict()],
            },
        }

    def load_models(self, checkpoint: dict) -> None:
        for name, state in model_states(checkpoint).items():
            getattr(self, name).load_state_dict(state)

    def load(self, state: dict) -> None:
        self.load_models(state)
        load_moments(self.optimiser_g, state["optimizers"]["optimizer_G"])
        load_moments(self.optimiser_d, state["optimizers"]["optimizer_D"])
        # A recording would go on with the moments that were.
        self.phase = None
        if self.ema:
            self.ema.load(state["training"]["ema"])
        for scaler, saved in zip((self.scaler_g, self.scaler_d), state["training"]["scalers"]):
            if scaler.is_enabled():
                scaler.load_state_dict(saved)

    def export(self, folder: Path, position: dict) -> None:
        """`galip.pth`, which the converter takes, and what it is beside it."""
        state = self.state()["model"]
        if self.ema:
            state["netG"] = self.ema.state_of(self.netG)
        # Device and memory order are this machine's business.
        state = {name: {key: value.cpu().contiguous() for key, value in part.items()} for name, part in state.items()}
        save_checkpoint(folder / "galip.pth", {"model": state, "epoch": position["epoch"]})
        described = {
            "clip": dataclasses.asdict(self.clip.sizes),
            "weights": "ema" if self.ema else "last",
            "torch": torch.__version__,
            **position,
            "config": dataclasses.asdict(self.config),
        }
        save_text(folder / "galip.json", json.dumps(described, indent=2, ensure_ascii=False) + "\n")

    @torch.no_grad()
    def sheet(self, folder: Path, step: int) -> Optional[np.ndarray]:
        """At its steps: the fixed prompts with the fixed noise, `sheets/NNNNNNNN.png`."""
        if self.sheet_ids is None or not self.settings.sheet_steps or step % self.settings.sheet_steps:
            return None
        device = self.processes.device
        noise_BZ = torch.randn(len(self.sheet_ids), self.config.generator.z_dim, generator=torch.Generator().manual_seed(0))
        raw = {name: p.detach().clone() for name, p in self.netG.learnable().items()}
        if self.ema:
            self.netG.load_state_dict(self.ema.values, strict=False)
        images = self.netG(noise_BZ.to(device), self.clip.encode_text(self.sheet_ids.to(device)))
        self.netG.load_state_dict(raw, strict=False)
        picture = make_sheet(images, SHEET_COLUMNS)
        save_png(folder / "sheets" / f"{step:08d}.png", picture)
        return picture


def check_torch(config: RunConfig, records: bool) -> None:
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    for name, wanted, needed in (("compile", config.compile, (2, 0)), ("cuda_graphs", records, (2, 1))):
        if wanted and version < needed:
            raise ValueError(f"{name}: needs torch {needed[0]}.{needed[1]}; this is {torch.__version__}")
