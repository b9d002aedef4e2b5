"""Every setting of a training run. The defaults are the paper's model (ViT-B/32, nf 64) and its losses."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence, Tuple

from .config_reader import ConfigError, read_section, setting
from .pose import LEAST_NOISE
from .transformer import HEAD_WIDTH


@dataclass(frozen=True)
class DataConfig:
    path: str = ""
    """A folder or tar shards; relative to the working directory."""
    layout: str = "auto"
    train_split: str = "train"
    test_split: str = "test"
    styles: Tuple[str, ...] = ()
    """Only samples that are drawn in these; empty: all."""
    augment: bool = False
    """Random crops and mirroring while reading, as in the paper."""
    keep_images: bool = False
    """Decode each image once and keep it in memory, N · 3 · S² bytes in each training process: for devices that outrun decoding."""


@dataclass(frozen=True)
class ClipConfig:
    """Sizes of CLIP. The picture's edge is that of the generator too."""

    vision: str = setting("vit", allowed=("vit", "resnet"))
    """resnet: for a judge; the GAN needs a ViT. Its `vision_width` is of the first stage, `vision_blocks` of each; no patches."""
    image_size: int = setting(224, at_least=16)
    patch_size: int = setting(32, at_least=1)
    vision_width: int = setting(768, above=0)
    vision_blocks: int = setting(12, above=0)
    embed_dim: int = setting(512, above=0)
    text_width: int = setting(512, above=0)
    text_blocks: int = setting(12, above=0)
    context_length: int = setting(77, at_least=3)
    vocab_size: int = setting(49408, at_least=3)
    image_mean: Tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    """Per channel, of pixels in 0 … 1."""
    image_std: Tuple[float, ...] = setting((0.26862954, 0.26130258, 0.27577711), above=0)

    @property
    def grid(self) -> int:
        return self.image_size // self.patch_size


@dataclass(frozen=True)
class GeneratorConfig:
    nf: int = setting(64, above=0)
    z_dim: int = setting(100, above=0)
    code_channels: int = setting(64, above=0)
    mapper_channels: int = setting(32, above=0)
    mapper_blocks: int = setting(4, above=0)
    prompt_tokens: int = setting(8, above=0)


@dataclass(frozen=True)
class DiscriminatorConfig:
    feature_blocks: Tuple[int, ...] = setting((1, 4, 8), at_least=0)
    out_channels: int = setting(512, above=0)
    joint_channels: int = setting(128, above=0)


@dataclass(frozen=True)
class LoopConfig:
    """What every stage of training has. Intervals in steps; 0 switches off."""

    steps: int = setting(0, at_least=0)
    epochs: int = setting(0, at_least=0)
    """Ends at `steps` or `epochs`, whichever is first; one of them must be given."""
    batch_size: int = setting(64, above=1)
    """Of one process."""
    max_grad_norm: float = setting(0.0, at_least=0)
    checkpoint_steps: int = setting(500, above=0)
    log_steps: int = setting(50, above=0)
    max_rollbacks: int = setting(5, at_least=0)
    augment: Tuple[str, ...] = setting((), allowed=("colour", "translation", "affine", "cutout", "tint", "blur"))


@dataclass(frozen=True)
class ClipTrainingConfig(LoopConfig):
    lr: float = setting(5e-4, above=0)
    weight_decay: float = setting(0.1, at_least=0)
    warmup_steps: int = setting(100, at_least=0)
    target: str = setting("captions", allowed=("captions", "concepts"))
    """captions: the other pairs of the batch, as in the paper. concepts: a learnt table with a row for each concept of the data
    set, which image, caption and name are to find; learns much faster where pictures are few."""
    concept_scale: float = setting(20.0, above=0)
    """Of the cosines to the table's rows."""
    concept_smoothing: float = setting(0.1, at_least=0, below=1)
    """Share of the target that is spread over all concepts, for images."""
    early_sizes: Tuple[int, ...] = setting((), at_least=16)
    """Edges of the images, one after another, before they have their own: cheaper. For `clip.vision` resnet."""
    early_steps: Tuple[int, ...] = setting((), above=0)
    """The step at which each of `early_sizes` ends."""


@dataclass(frozen=True)
class TextTrainingConfig(LoopConfig):
    lr: float = setting(5e-4, above=0)


@dataclass(frozen=True)
class GanTrainingConfig(LoopConfig):
    lr_g: float = setting(1e-4, above=0)
    lr_d: float = setting(4e-4, above=0)
    similarity_weight: float = setting(4.0, at_least=0)
    penalty_weight: float = setting(2.0, at_least=0)
    penalty_power: float = setting(6.0, at_least=2)
    official_clip_input: bool = False
    """Feed CLIP as the original code does: pixels moved to 0.5 … 1 before mean and deviation."""
    ema_decay: float = setting(0.0, at_least=0, below=1)
    """0: the checkpoint holds the generator as trained, as in the paper."""
    warmup_reconstruction_steps: int = setting(0, at_least=0)
    """First steps in which G learns to redraw the paired images; no adversary yet."""
    warmup_lr_g: float = setting(1e-3, above=0)
    """At the start of the warm-up; falls to lr_g until its end."""
    warmup_betas: Tuple[float, ...] = setting((0.0, 0.9), at_least=0, below=1)
    """Adam's in the warm-up: nothing moves there as an adversary does, so that means over more steps are worth having."""
    diversity_weight: float = setting(0.0, at_least=0)
    """Punishes pictures of one sentence that differ less than `diversity_target` between two seeds; 0 in the paper."""
    diversity_target: float = setting(0.1, above=0)
    """Mean absolute difference of pixels in −1 … 1."""
    noise_by_style: bool = False
    """Where the caption leaves the style open, the noise chooses among data.styles: see `choose_styles`."""
    noise_by_pose: bool = False
    """The noise says how a drawing on white is turned, sized and slanted: see `take_pose`."""
    reconstruction_weight: float = setting(0.0, at_least=0)
    """Keeps the warm-up's loss in the adversarial phase; 0 in the paper."""
    pixel_weight: float = setting(1.0, above=0)
    """Of pixels against CLIP features in the reconstruction; features alone leave traces of CLIP's patches."""
    edge_weight: float = setting(0.0, at_least=0)
    """Of the steps between neighbouring pixels in the reconstruction: flat areas stay flat, outlines sharp; 0 in the paper."""
    cache_real_features: bool = False
    """Run CLIP over the real images once and keep the result (float16) beside the checkpoint."""
    sheet_steps: int = setting(1000, at_least=0)


@dataclass(frozen=True)
class EvaluateConfig:
    samples: int = setting(1000, at_least=2)
    batch_size: int = setting(32, above=0)
    diversity_seeds: int = setting(8, at_least=2)
    prompts: Tuple[str, ...] = ()
    """Of the contact sheet, the interpolation strip and the diversity."""


@dataclass(frozen=True)
class RunConfig:
    name: str = "unnamed"
    commands: Tuple[str, ...] = ()
    """How the recipe is run: from the project's root, with `PYTHONPATH=gpu-backend/training`; repeat what stops for its time."""
    seed: int = setting(100, at_least=0)
    precision: str = setting("fp32", allowed=("fp32", "bf16", "fp16"))
    """fp16 scales the losses and needs CUDA."""
    channels_last: bool = False
    compile: bool = False
    """The GAN's generator by torch.compile. Takes a minute at the start; needs torch 2."""
    cuda_graphs: bool = False
    """The GAN's steps recorded and replayed on CUDA, for GPUs that outrun Python; elsewhere without effect. One process; needs torch 2.1."""
    workers: int = setting(0, at_least=0)
    """Processes that load images."""
    data: DataConfig = field(default_factory=DataConfig)
    clip: ClipConfig = field(default_factory=ClipConfig)
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    train_clip: ClipTrainingConfig = field(default_factory=ClipTrainingConfig)
    train_text: TextTrainingConfig = field(default_factory=TextTrainingConfig)
    train_gan: GanTrainingConfig = field(default_factory=GanTrainingConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"


def parse_config(data: dict, source: str = "configuration") -> RunConfig:
    """raises ConfigError with everything that is wrong."""
    problems: list = []
    config = read_section(RunConfig, data, "", problems)
    problems += misfits(config)
    if problems:
        raise ConfigError(source, problems)
    return config


def load_config(path: Path, overrides: Sequence[str] = ()) -> RunConfig:
    """overrides: `section.setting=JSON`, applied before anything is checked. raises ConfigError, OSError."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(str(path), [f"is not JSON: {error}"]) from error
    return parse_config(override(data, overrides), str(path))


def override(data: dict, overrides: Sequence[str]) -> dict:
    """A copy with settings replaced. A value that is not JSON is taken as text. raises ConfigError."""
    data = json.loads(json.dumps(data))
    for item in overrides:
        name, equals, text = item.partition("=")
        *sections, setting_name = name.split(".")
        section = data
        for part in sections:
            section = section.setdefault(part, {}) if isinstance(section, dict) else None
        if not equals or not isinstance(section, dict):
            raise ConfigError("--set", [f"{item}: must be section.setting=value"])
        try:
            section[setting_name] = json.loads(text)
        except ValueError:
            section[setting_name] = text
    return data


def misfits(config: RunConfig) -> list:
    """Settings that are fine each but do not fit together."""
    found = []
    if config.data.augment and config.data.keep_images:
        found.append("data.keep_images: cannot be used with data.augment, which changes the images")
    if config.data.augment and config.train_gan.cache_real_features:
        found.append("train_gan.cache_real_features: cannot be used with data.augment, which changes the images")
    clip = config.clip
    found += resnet_misfits(config) if clip.vision == "resnet" else vit_misfits(config)
    if clip.text_width % HEAD_WIDTH:
        found.append(f"clip.text_width: is {clip.text_width}; must be a multiple of {HEAD_WIDTH}, the width of a head")
    for name in ("image_mean", "image_std"):
        if len(getattr(clip, name)) != 3:
            found.append(f"clip.{name}: has {len(getattr(clip, name))} values; must have 3")
    if config.train_gan.noise_by_pose and config.generator.z_dim < LEAST_NOISE:
        found.append(f"train_gan.noise_by_pose: generator.z_dim is {config.generator.z_dim}; must be at least {LEAST_NOISE}, to say a pose")
    if config.train_gan.cache_real_features and config.train_gan.noise_by_pose:
        found.append("train_gan.cache_real_features: cannot be used with train_gan.noise_by_pose, which changes the images")
    if config.train_gan.cache_real_features and config.train_gan.augment:
        found.append("train_gan.cache_real_features: cannot be used with train_gan.augment, which changes the images")
    if len(config.train_gan.warmup_betas) != 2:
        found.append(f"train_gan.warmup_betas: has {len(config.train_gan.warmup_betas)} values; must have 2")
    if config.cuda_graphs and config.precision == "fp16":
        found.append("cuda_graphs: cannot be used with precision fp16, whose scaling looks at each step's gradients")
    if config.cuda_graphs and config.train_gan.augment:
        found.append("cuda_graphs: cannot be used with train_gan.augment, which draws on the CPU")
    if config.train_gan.reconstruction_weight and config.train_gan.augment:
        found.append("train_gan.reconstruction_weight: cannot be used with train_gan.augment, which changes the images")
    return found


def vit_misfits(config: RunConfig) -> list:
    found = []
    clip, blocks = config.clip, config.discriminator.feature_blocks
    if clip.image_size % clip.patch_size:
        found.append(f"clip.patch_size: is {clip.patch_size}; must divide clip.image_size ({clip.image_size})")
    elif clip.grid < 7:
        found.append(f"clip.patch_size: gives a grid of {clip.grid}; must be at least 7 for the discriminator's convolutions")
    if clip.vision_width % HEAD_WIDTH:
        found.append(f"clip.vision_width: is {clip.vision_width}; must be a multiple of {HEAD_WIDTH}, the width of a head")
    if config.generator.prompt_tokens >= clip.vision_blocks:
        found.append(f"generator.prompt_tokens: is {config.generator.prompt_tokens}; must be below clip.vision_blocks ({clip.vision_blocks})")
    if not blocks or list(blocks) != sorted(set(blocks)) or blocks[-1] >= clip.vision_blocks:
        found.append(f"discriminator.feature_blocks: is {list(blocks)}; must rise and stay below clip.vision_blocks ({clip.vision_blocks})")
    if config.train_clip.early_sizes:
        found.append("train_clip.early_sizes: cannot be used with clip.vision vit, which has one size")
    return found


def resnet_misfits(config: RunConfig) -> list:
    found = []
    width, sizes, ends = config.clip.vision_width, config.train_clip.early_sizes, config.train_clip.early_steps
    if width % 2:
        found.append(f"clip.vision_width: is {width}; must be even for a resnet")
    if len(sizes) != len(ends) or list(ends) != sorted(ends):
        found.append(f"train_clip.early_steps: is {list(ends)}; must rise and have an item for each of early_sizes ({list(sizes)})")
    return found
